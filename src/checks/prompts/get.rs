//! Listed prompts can be fetched; unknown names and missing arguments are answered by -32602.
//!
//! The list promises what `prompts/get` hands out. A wrong name or a missing required argument is a
//! fault of the request, and the code -32602 is how a client knows that asking the user again will
//! help. A prompt with `undefined` where the argument should be is worse than any error.
//!
//! ```mcp passes
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32602 "Unknown prompt"
//! ```
//!
//! ```mcp fails prompts.get.listed-prompt-retrievable
//! > prompts/get {"name":"help"}
//! < error -32602 "Prompt help not found"
//! ```
//!
//! ```mcp fails prompts.get.unknown-name-error
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails prompts.get.unknown-name-error
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < result {"messages":[]}
//! ```
//!
//! ```mcp fails prompts.get.missing-argument-error
//! > prompts/get {"name":"greet","arguments":{"name":null}}
//! < result {"messages":[{"role":"user","content":{"type":"text","text":"Please greet undefined."}}]}
//! ```
//!
//! ```mcp fails prompts.name.unique
//! > prompts/list
//! < merge {"prompts":[{"name":"help"},{"name":"help"}]}
//! ```

use crate::check::common::answers::{
    UNKNOWN_NAME, Unanswered, evidence_first, judge_unanswered, says_unknown, shown, text_of,
    turned_away, unanswered,
};
use crate::check::common::is_ordinary;
use crate::check::common::listing::{listed, namesakes};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "prompts.get.listed-prompt-retrievable",
        "prompts.get.missing-argument-error",
        "prompts.get.unknown-name-error",
        "prompts.name.unique",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const UNKNOWN: &str = "unknown-prompt";
const FILLED: &str = "prompt-with-arguments";
const MISSING: &str = "prompt-without-argument";
const RETRIEVABLE: &str = "prompts.get.listed-prompt-retrievable";
const UNKNOWN_NAME_ERROR: &str = "prompts.get.unknown-name-error";
const MISSING_ERROR: &str = "prompts.get.missing-argument-error";
const UNIQUE: &str = "prompts.name.unique";
/// Prompts with required arguments that are tried at most.
const SAMPLES: usize = 2;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let prompts = peer.surface().prompts.clone();
        let unknown = Request::new(UNKNOWN, "prompts/get").params(json!({"name": UNKNOWN_NAME}));
        peer.request(unknown).await;
        let demanding = prompts.iter().filter(|prompt| !required(prompt).is_empty());
        for prompt in demanding.take(SAMPLES) {
            let names = required(prompt);
            let get = |intent: &str, left_out: Option<&str>| {
                let given = names.iter().filter(|name| Some(**name) != left_out);
                let arguments: serde_json::Map<String, Value> =
                    given.map(|name| ((*name).to_owned(), json!("mcpcheck"))).collect();
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
    let has_required = prompts.iter().any(|prompt| !required(prompt.value).is_empty());
    for exchange in view.exchanges().filter(|exchange| exchange.method() == "prompts/get") {
        let name = exchange.params().and_then(|params| params["name"].as_str()).unwrap_or_default();
        let is_listed = prompts.iter().any(|prompt| prompt.value["name"] == name);
        match exchange.intent() {
            Some(UNKNOWN) => judge_unknown(verdicts.on(UNKNOWN_NAME_ERROR), &exchange),
            Some(MISSING) => judge_missing(verdicts.on(MISSING_ERROR), &exchange, name),
            intent if is_listed && (intent == Some(FILLED) || is_ordinary(&exchange)) => {
                judge_listed(verdicts.on(RETRIEVABLE), &exchange, name);
            }
            _ => {}
        }
    }
    for prompt in prompts.iter().filter(|prompt| prompt.value["name"].is_string()) {
        verdicts.on(UNIQUE).held(prompt.message.at.clone());
    }
    for (one, other) in namesakes(view, "prompts/list", "prompts", "name") {
        let text = format!("Two prompts have the name {}.", one.value["name"]);
        let problem = Problem::new(one.subject("prompt", "name"), text)
            .at_pointer(one.message, &one.pointer("prompts", "/name"))
            .at_pointer(other.message, &other.pointer("prompts", "/name"));
        verdicts.on(UNIQUE).broken(problem);
    }
    if !has_required {
        verdicts.on(MISSING_ERROR).not_applicable("no prompt has a required argument");
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
        if prompts.is_empty() && *id != UNKNOWN_NAME_ERROR {
            verdicts.on(id).not_applicable("no prompts were listed");
        }
    }
    verdicts
}

fn judge_unknown(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    const SUBJECT: &str = "unknown prompt";
    if judge_unanswered(ruling, exchange, SUBJECT, "prompts/get with an unknown name") {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => ruling.held(message.at.clone()),
        Reply::Error(_, code) => {
            let text = format!("An unknown prompt is answered with {} instead of -32602.", shown(code));
            ruling.broken(about(text))
        }
        _ => ruling.broken(about("An unknown prompt is answered by a result.".into()).outright()),
    };
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
        Reply::Result(..) => {
            ruling.broken(about(format!("{name} is given without an argument that it requires.")))
        }
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
