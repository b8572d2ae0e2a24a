//! A result is an object; an error is an object with an integer code and a string message.
//!
//! Clients read `result` and `error` by their members: `"result": null` for "done", or an error
//! that is just a text, makes them fail where they should go on. Answer with `{}` when there is
//! nothing to say, and give every error a numeric code of its own.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! > tools/list
//! < error -32603 "Out of order" data ["anything"]
//! ```
//!
//! ```mcp fails jsonrpc.result-is-object
//! > ping
//! < result null
//! ```
//!
//! ```mcp fails jsonrpc.error-object
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"error":{"code":"E_FAIL","message":"Failed"}}
//! ```
//!
//! ```mcp fails jsonrpc.error-object
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"error":{"code":-32603}}
//! ```
//!
//! ```mcp fails jsonrpc.error-object
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"error":"Failed"}
//! ```

use crate::check::common::{answered_methods, is_rpc};
use crate::check::prelude::*;
use crate::rpc::Malformation;

const RESULT: &str = "jsonrpc.result-is-object";
const ERROR: &str = "jsonrpc.error-object";

pub(crate) const CHECK: Check = Check {
    covers: &[RESULT, ERROR],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        let methods = answered_methods(conversation);
        for message in conversation.received() {
            if !is_rpc(conversation, message) {
                continue;
            }
            match &message.parsed.message {
                Message::Result { result, .. } => {
                    let place = (message.at.seq, message.pointer.as_str());
                    let method = methods.get(&place).copied();
                    judge_result(verdicts.on(RESULT), message, result, method);
                }
                _ => judge_error(verdicts.on(ERROR), message),
            }
        }
    }
    verdicts
}

fn judge_result(ruling: &mut Ruling, message: &WireMessage, result: &Value, method: Option<&str>) {
    if result.is_object() {
        ruling.held(message.at.clone());
        return;
    }
    let subject = method.map_or("response".to_owned(), |method| format!("method:{method}"));
    let text = match method {
        Some(method) => format!("The result of {method} is not an object."),
        None => "A result is not an object.".to_owned(),
    };
    let hint = "Answer with {} where there is nothing to say.";
    let problem = Problem::new(subject, text)
        .at_pointer(message, "/result")
        .hint(hint);
    ruling.broken(problem);
}

fn judge_error(ruling: &mut Ruling, message: &WireMessage) {
    let has_error = || {
        let value = message.parsed.envelope.as_ref();
        value.is_some_and(|value| value.get("error").is_some())
    };
    let what = match &message.parsed.message {
        Message::Error { code: None, .. } => "has no code that is an integer",
        Message::Error { message: None, .. } => "has no message that is a string",
        Message::Error { .. } => {
            ruling.held(message.at.clone());
            return;
        }
        Message::Malformed(Malformation::BadMember(_)) if has_error() => "is not an object",
        _ => return,
    };
    let text = format!("The error of an error response {what}.");
    let problem = Problem::new("error response", text).at_pointer(message, "/error");
    ruling.broken(problem);
}
