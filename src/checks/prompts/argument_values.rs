//! Arguments of a prompt that are no strings are refused, and do not end the server.
//!
//! Prompt arguments are strings. A number that is turned into text is fine; an object that becomes
//! "[object Object]" in front of a model is not, and neither is a process that ends. Check the
//! arguments before they are used, and answer -32602.
//!
//! ```mcp passes
//! > prompts/get {"name":"greet"}
//! < default
//! ```
//!
//! ```mcp fails prompts.get.arguments-validated
//! > prompts/get {"name":"greet"}
//! < result {"messages":[{"role":"user","content":{"type":"text","text":"Greet [object Object]."}}]}
//! ```
//!
//! ```mcp fails prompts.get.arguments-validated
//! > prompts/get {"name":"greet","arguments":{"name":{"mcpcheck":7}}}
//! < exit 1
//! ```
//!
//! ```mcp inconclusive
//! > prompts/get
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{evidence_first, is_missing, judge_unanswered, turned_away};
use crate::check::common::broken_input::ask_until_silent;
use crate::check::prelude::*;

const RULE: &str = "prompts.get.arguments-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const NUMBER: &str = "prompt-argument-number";
const OTHER: &str = "prompt-argument-no-string";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let prompts = peer.surface().prompts.iter();
        let Some((name, arguments)) = prompts.filter_map(arguments).next() else {
            return;
        };
        let mut requests = Vec::new();
        for (intent, value) in [
            (NUMBER, json!(7)),
            (OTHER, json!({"mcpcheck": 7})),
            (OTHER, Value::Null),
        ] {
            let given: serde_json::Map<String, Value> = arguments
                .iter()
                .map(|argument| (argument.clone(), value.clone()))
                .collect();
            requests.push(get(intent, &name, Value::Object(given)));
        }
        requests.push(get(OTHER, &name, json!(["mcpcheck"])));
        ask_until_silent(peer, requests).await;
    })
}

fn get(intent: &str, name: &str, arguments: Value) -> Request {
    let params = json!({"name": name, "arguments": arguments});
    Request::new(intent, "prompts/get").params(params)
}

/// Name and arguments of a prompt that has some.
fn arguments(prompt: &Value) -> Option<(String, Vec<String>)> {
    let arguments = prompt["arguments"].as_array()?.iter();
    let names: Vec<String> = arguments
        .filter_map(|argument| Some(argument["name"].as_str()?.to_owned()))
        .collect();
    let name = prompt["name"].as_str()?.to_owned();
    (!names.is_empty()).then_some((name, names))
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for intent in [NUMBER, OTHER] {
        for exchange in view.exchanges_meant(intent) {
            judge_answer(ruling, view, &exchange);
        }
    }
    evidence_first(ruling);
    ruling.not_applicable("no prompt with arguments was listed");
    verdicts
}

fn judge_answer(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let name = exchange
        .params()
        .map_or("", |it| it["name"].as_str().unwrap_or_default());
    let subject = format!("prompt:{name}");
    let what = format!("arguments of {name} that are no strings");
    if judge_unanswered(ruling, exchange, &subject, &what) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    match exchange.reply() {
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "prompts/get") => {
            ruling.inconclusive("prompts/get does not exist");
        }
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        // Some servers read a number as text, which loses nothing.
        Reply::Result(..) if exchange.intent() == Some(NUMBER) => {}
        _ => {
            let text = format!("{name} is given for arguments that are no strings.");
            ruling.broken(Problem::new(subject, text).exchange(exchange));
        }
    }
}
