//! Errors say what went wrong, not how the server is built, and never a credential.
//!
//! Answers to failing requests go to the model, to its provider and into logs. Stack traces and paths
//! into the server's own packages tell an attacker versions and layout; a credential in an error is a
//! credential lost. Only answers that other checks provoked are looked at, no error is caused for this
//! one. Paths that the client sent, and standard error, are left alone. To fix it, log the details and
//! answer with a sentence.
//!
//! ```mcp passes
//! > tools/call
//! < error -32603 "Cannot read /data/notes.txt: no such file, at line 3"
//! ```
//!
//! ```mcp fails sec.error.stack-trace
//! > any tools/*
//! < error -32603 "Error: no\n    at run (/srv/app/index.js:3:5)\n    at main (/srv/app/index.js:9:1)"
//! ```
//!
//! ```mcp fails sec.error.absolute-path
//! > any tools/*
//! < error -32603 "cannot load /srv/app/node_modules/left/index.js"
//! ```
//!
//! ```mcp fails sec.error.credential
//! > tools/call
//! < result {"content": [{"type": "text", "text": "401 for ghp_q8Zt3LmW0bVx7KcP2nRy5HsD9fGj4TeU6aQi"}], "isError": true}
//! ```

use std::ops::Range;

use crate::check::prelude::*;
use crate::scan::around;
use crate::scan::secrets::{masked, secrets};
use crate::scan::traces::{inside_path, trace};

const TRACE: &str = "sec.error.stack-trace";
const PATH: &str = "sec.error.absolute-path";
const CREDENTIAL: &str = "sec.error.credential";

pub(crate) const CHECK: Check = Check {
    covers: &[TRACE, PATH, CREDENTIAL],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// One text of an answer to a request that failed.
struct ErrorText<'v> {
    message: &'v WireMessage,
    pointer: String,
    text: &'v str,
    exchange: Exchange<'v>,
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges() {
        for error in error_texts(&exchange) {
            for id in [TRACE, PATH, CREDENTIAL] {
                verdicts.on(id).held(error.message.at.clone());
            }
            if let Some(found) = trace(error.text) {
                let text = format!("An error shows a stack trace of {}.", found.language);
                verdicts.on(TRACE).broken(error.problem(text, &found.place));
            } else if let Some(place) = own_path(&error) {
                let text = "An error shows where the server's own files are.".to_owned();
                verdicts.on(PATH).broken(error.problem(text, &place));
            }
            if let Some(problem) = credential(&error) {
                verdicts.on(CREDENTIAL).broken(problem);
            }
        }
    }
    verdicts
}

/// The texts of error responses and of results that report a failure.
fn error_texts<'v>(exchange: &Exchange<'v>) -> Vec<ErrorText<'v>> {
    let mut texts = Vec::new();
    for message in &exchange.responses {
        let Some(envelope) = &message.parsed.envelope else {
            continue;
        };
        let told = match &message.parsed.message {
            Message::Error { .. } => envelope.get("error").map(|error| ("/error", error)),
            Message::Result { result, .. } if result["isError"] == true => {
                let content = result.get("content");
                content.map(|content| ("/result/content", content))
            }
            _ => None,
        };
        let told = told.map(|(pointer, value)| (pointer.to_owned(), value));
        let mut open: Vec<(String, &Value)> = told.into_iter().collect();
        while let Some((pointer, value)) = open.pop() {
            match value {
                Value::String(text) => texts.push(ErrorText {
                    message,
                    pointer,
                    text,
                    exchange: exchange.clone(),
                }),
                Value::Array(items) => {
                    let items = items.iter().enumerate();
                    open.extend(items.map(|(at, item)| (format!("{pointer}/{at}"), item)));
                }
                Value::Object(members) => {
                    open.extend(
                        members
                            .iter()
                            .map(|(key, it)| (format!("{pointer}/{key}"), it)),
                    );
                }
                _ => {}
            }
        }
    }
    texts
}

fn own_path(error: &ErrorText<'_>) -> Option<Range<usize>> {
    inside_path(error.text).filter(|place| !error.was_sent(place))
}

/// What mcp-check knows as a secret of the user is masked in transcripts, and the mask proves that
/// it came back.
const MASK: &str = "<secret:";
/// Ends of the names of variables that hold a place or a name, though another word of it is `token`
/// or `auth`.
const NO_SECRETS: [&str; 6] = ["_SOCK", "_FILE", "_PATH", "_DIR", "_URL", "_NAME"];

fn credential(error: &ErrorText<'_>) -> Option<Problem> {
    let masks = error.text.match_indices(MASK).map(|(at, _)| at);
    for at in masks {
        let end = at + error.text[at..].find('>')?;
        let name = &error.text[at + MASK.len()..end];
        if !NO_SECRETS
            .iter()
            .any(|it| name.to_ascii_uppercase().ends_with(it))
        {
            let text = format!("An error gives away the secret {name}.");
            return Some(error.problem(text, &(at..end + 1)));
        }
    }
    let found = secrets(error.text);
    let first = found.iter().find(|it| !error.was_sent(&it.place))?;
    let text = format!("An error has a {} in it.", first.kind);
    let mut problem = error.problem(text, &first.place);
    for evidence in &mut problem.evidence {
        evidence.excerpt = masked(&error.text[..first.place.end], &found);
    }
    Some(problem)
}

impl ErrorText<'_> {
    /// True when the client itself sent what stands there.
    fn was_sent(&self, place: &Range<usize>) -> bool {
        let asked = self.exchange.params().map(Value::to_string);
        asked.is_some_and(|asked| asked.contains(&self.text[place.clone()]))
    }

    fn problem(&self, text: String, place: &Range<usize>) -> Problem {
        let mut problem = Problem::new(format!("method:{}", self.exchange.method()), text);
        problem.evidence.push(Evidence {
            event: self.message.at.clone(),
            pointer: Some(format!("{}{}", self.message.pointer, self.pointer)),
            excerpt: around(self.text, place),
        });
        problem
    }
}
