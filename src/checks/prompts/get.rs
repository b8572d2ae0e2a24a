//! A listed prompt can be fetched, and a missing required argument is answered by -32602.
//!
//! The list promises what `prompts/get` hands out. A missing argument is a fault of the request, and
//! the code -32602 is how a client knows that asking the user again will help. A prompt with
//! `undefined` where the argument should be is worse than any error.
//!
//! ```mcp passes
//! > prompts/get {"name":"greet","arguments":{"name":null}}
//! < error -32602 "The argument name is required"
//! ```
//!
//! ```mcp fails prompts.get.listed-prompt-retrievable
//! > prompts/get {"name":"help"}
//! < error -32602 "Prompt help not found"
//! ```
//!
//! ```mcp fails prompts.get.missing-argument-error
//! > prompts/get {"name":"greet","arguments":{"name":null}}
//! < result {"messages":[{"role":"user","content":{"type":"text","text":"Please greet undefined."}}]}
//! ```

use crate::check::common::answers::{
    Unanswered, evidence_first, says_unknown, shown, text_of, turned_away, unanswered,
};
use crate::check::common::is_ordinary;
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "prompts.get.listed-prompt-retrievable",
        "prompts.get.missing-argument-error",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FILLED: &str = "prompt-with-arguments";
const MISSING: &str = "prompt-without-argument";
const RETRIEVABLE: &str = "prompts.get.listed-prompt-retrievable";
const MISSING_ERROR: &str = "prompts.get.missing-argument-error";
/// Prompts with required arguments that are tried at most.
const SAMPLES: usize = 2;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let prompts = peer.surface().prompts.clone();
        let demanding = prompts.iter().filter(|prompt| !required(prompt).is_empty());
        for prompt in demanding.take(SAMPLES) {
            let names = required(prompt);
            let get = |intent: &str, left_out: Option<&str>| {
                let given = names.iter().filter(|name| Some(**name) != left_out);
                let arguments: serde_json::Map<String, Value> = given
                    .map(|name| ((*name).to_owned(), json!("mcpcheck")))
                    .collect();
                let params = json!({"name": prompt["name"], "arguments": arguments});
                Request::new(intent, "prompts/get").params(params)
            };
            peer.request(get(FILLED, None)).await;
            for name in names.iter().take(SAMPLES) {
                peer.request(get(MISSING, Some(name))).await;
            }
        }
        peer.settle().await;
    })
}

fn required(prompt: &Value) -> Vec<&str> {
    let arguments = prompt["arguments"].as_array().into_iter().flatten();
    arguments
        .filter(|argument| argument["required"] == true)
        .filter_map(|argument| argument["name"].as_str())
        .collect()
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let prompts = listed(view, "prompts/list", "prompts");
    let has_required = prompts
        .iter()
        .any(|prompt| !required(prompt.value).is_empty());
    for exchange in view
        .exchanges()
        .filter(|exchange| exchange.method() == "prompts/get")
    {
        let name = exchange
            .params()
            .and_then(|params| params["name"].as_str())
            .unwrap_or_default();
        let is_listed = prompts.iter().any(|prompt| prompt.value["name"] == name);
        match exchange.intent() {
            Some(MISSING) => judge_missing(verdicts.on(MISSING_ERROR), &exchange, name),
            intent if is_listed && (intent == Some(FILLED) || is_ordinary(&exchange)) => {
                judge_listed(verdicts.on(RETRIEVABLE), &exchange, name);
            }
            _ => {}
        }
    }
    if !has_required {
        verdicts
            .on(MISSING_ERROR)
            .not_applicable("no prompt has a required argument");
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
        if prompts.is_empty() {
            verdicts.on(id).not_applicable("no prompts were listed");
        }
    }
    verdicts
}

fn judge_missing(ruling: &mut Ruling, exchange: &Exchange<'_>, name: &str) {
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(format!("prompt:{name}"), text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => ruling.held(message.at.clone()),
        Reply::Error(_, code) => {
            let text = format!(
                "A required argument of {name} that is missing is answered with {} instead of -32602.",
                shown(code)
            );
            ruling.broken(about(text))
        }
        Reply::Result(..) => ruling.broken(about(format!(
            "{name} is given without an argument that it requires."
        ))),
        _ => match unanswered(exchange) {
            Some(Unanswered::Ended(event)) => {
                let text = format!("The server ended when an argument of {name} was missing.");
                ruling.broken(about(text).event(event, "connection ended"))
            }
            _ => ruling.inconclusive(format!("{name} without an argument was not answered")),
        },
    };
}

fn judge_listed(ruling: &mut Ruling, exchange: &Exchange<'_>, name: &str) {
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    match exchange.reply() {
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            let text = "Prompts are listed, but prompts/get is answered by -32601.";
            let problem = Problem::new("method:prompts/get", text).exchange(exchange);
            ruling.broken(problem.outright());
        }
        Reply::Error(..) if says_unknown(&text_of(exchange), "prompt", name) => {
            let text = format!("The listed prompt {name} is answered as if it did not exist.");
            ruling.broken(Problem::new(format!("prompt:{name}"), text).exchange(exchange));
        }
        Reply::Error(message, _) | Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        _ => {
            ruling.inconclusive(format!("prompts/get {name} was not answered"));
        }
    }
}
