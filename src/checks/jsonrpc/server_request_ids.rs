//! Requests of the server have an id that is a string or an integer, and that was not used before.
//!
//! The client's answer carries nothing but the id. Null, a fraction or an id that is used twice
//! makes it impossible to say which request was answered. Count up, or use random strings.
//!
//! ```mcp passes
//! >1 tools/call
//! < request 1 ping
//! < request "1" ping
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.server-request-id-valid
//! > tools/call
//! < request null ping
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.server-request-id-valid
//! > tools/call
//! < notify roots/list
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.server-request-id-unique
//! > tools/call
//! < request 7 ping
//! < request 7.0 ping
//! < default
//! ```

use std::collections::BTreeMap;

use crate::check::common::sse_of;
use crate::check::prelude::*;
use crate::spec::methods;

const VALID: &str = "jsonrpc.server-request-id-valid";
const UNIQUE: &str = "jsonrpc.server-request-id-unique";

pub(crate) const CHECK: Check = Check {
    covers: &[VALID, UNIQUE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    verdicts
        .on(VALID)
        .not_applicable("the server sent no request");
    let few = "the server sent fewer than two requests on a connection";
    verdicts.on(UNIQUE).not_applicable(few);
    for conversation in view.conversations() {
        let mut used: BTreeMap<&Id, &WireMessage> = BTreeMap::new();
        for message in conversation.received() {
            match &message.parsed.message {
                Message::Request { id, method, .. } if !method.starts_with("notifications/") => {
                    judge_id(verdicts.on(VALID), message, id, method);
                    if let Some(first) = used.insert(id, message) {
                        repeated(verdicts.on(UNIQUE), conversation, first, message);
                    } else if used.len() > 1 {
                        verdicts.on(UNIQUE).held(message.at.clone());
                    }
                }
                Message::Notification { method, .. } if is_request_only(method) => {
                    let text = format!("The request {method} has no id.");
                    let problem = Problem::new(format!("method:{method}"), text);
                    verdicts.on(VALID).broken(problem.message(message));
                }
                _ => {}
            }
        }
    }
    verdicts
}

fn judge_id(ruling: &mut Ruling, message: &WireMessage, id: &Id, method: &str) {
    if id.is_string_or_integer() {
        ruling.held(message.at.clone());
        return;
    }
    let text = format!("The request {method} has the id {id}, neither string nor integer.");
    let problem = Problem::new(format!("method:{method}"), text);
    ruling.broken(problem.at_pointer(message, "/id"));
}

fn repeated(
    ruling: &mut Ruling,
    conversation: &Conversation,
    first: &WireMessage,
    second: &WireMessage,
) {
    let event = |message| sse_of(conversation, message).and_then(|sse| sse.id.as_ref());
    // After a resumption the same server-sent event comes again.
    if event(second).is_some() && event(first) == event(second) {
        return;
    }
    // An id that is not allowed at all is reported as such.
    let Some(id) = second
        .parsed
        .id
        .as_ref()
        .filter(|id| id.is_string_or_integer())
    else {
        return;
    };
    let text = format!("The server used the request id {id} twice.");
    let problem = Problem::new("server request", text);
    ruling.broken(problem.message(first).message(second));
}

fn is_request_only(method: &str) -> bool {
    Revision::ALL
        .into_iter()
        .any(|revision| methods::server_request_definition(revision, method).is_some())
}
