//! Every message of the server is one request, notification, result or error, in its proper form.
//!
//! Clients tell the kinds of messages apart by their members. An object with `method` and `result`
//! or with `result` and `error` is dropped by one client and misread by the next. Let one place in
//! the code write messages, and leave out members that do not belong to the kind instead of
//! setting them to null.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! > tools/list
//! < error -32603 "Out of order"
//! ```
//!
//! ```mcp fails jsonrpc.message-shape
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"method":"ping","result":{}}
//! ```
//!
//! ```mcp fails jsonrpc.message-shape
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"result":{},"took":3}
//! ```
//!
//! ```mcp fails jsonrpc.message-shape
//! transport http
//! > ping
//! < body application/json pong
//! ```
//!
//! ```mcp fails jsonrpc.result-xor-error
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id,"result":{},"error":null}
//! ```
//!
//! ```mcp fails jsonrpc.result-xor-error
//! > ping
//! < raw {"jsonrpc":"2.0","id":$id}
//! ```

use crate::check::common::{is_no_message, is_rpc, sse_of, status_of};
use crate::check::prelude::*;
use crate::rpc::Malformation;

const SHAPE: &str = "jsonrpc.message-shape";
const XOR: &str = "jsonrpc.result-xor-error";

pub(crate) const CHECK: Check = Check {
    covers: &[SHAPE, XOR],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (conversation, message) in view.received() {
        if !is_judged_here(conversation, message) {
            continue;
        }
        match &message.parsed.message {
            Message::Malformed(malformation) => malformed(&mut verdicts, message, malformation),
            _ => well_formed(&mut verdicts, message),
        }
    }
    verdicts
}

/// Lines of standard output and server-sent events that are no JSON-RPC at all break rules of
/// their transports. What is left is judged here.
fn is_judged_here(conversation: &Conversation, message: &WireMessage) -> bool {
    if !is_no_message(message) {
        return is_rpc(conversation, message);
    }
    let is_body = message.channel != Channel::Stdio && sse_of(conversation, message).is_none();
    let is_success = message.channel == Channel::Stream
        || status_of(conversation, message.channel).is_some_and(|status| status < 300);
    is_body && is_success && is_rpc(conversation, message)
}

fn malformed(verdicts: &mut Verdicts, message: &WireMessage, malformation: &Malformation) {
    let has = |name: &str| {
        let value = message.parsed.envelope.as_ref();
        value.is_some_and(|value| value.get(name).is_some())
    };
    let about = |subject: &str, text: String| Problem::new(subject, text).message(message);
    match malformation {
        Malformation::TwoKinds if !has("method") => {
            let text = "A response has both result and error.".to_owned();
            let hint = "Leave out the member that does not apply; null counts as present.";
            verdicts.on(XOR).broken(about("response", text).hint(hint));
        }
        Malformation::NoKind if message.parsed.id.is_some() => {
            let text = "A response has neither result nor error.".to_owned();
            verdicts.on(XOR).broken(about("response", text));
        }
        // What is inside `error` is judged by jsonrpc/response-content.
        Malformation::BadMember(_) if has("error") => {}
        other => {
            let text = format!("A message of the server is of no kind: {other}.");
            verdicts.on(SHAPE).broken(about("message", text));
        }
    }
}

fn well_formed(verdicts: &mut Verdicts, message: &WireMessage) {
    let own: &[&str] = match &message.parsed.message {
        Message::Result { .. } => &["id", "result"],
        Message::Error { .. } => &["id", "error"],
        _ => &["id", "method", "params"],
    };
    if message.is_response() {
        verdicts.on(XOR).held(message.at.clone());
    }
    let ruling = verdicts.on(SHAPE);
    let Some(object) = message
        .parsed
        .envelope
        .as_deref()
        .and_then(Value::as_object)
    else {
        return;
    };
    if object
        .get("params")
        .is_some_and(|params| !params.is_object())
        && own.contains(&"params")
    {
        let method = message.parsed.method().unwrap_or_default();
        let text = format!("The params of a {method} message are not an object.");
        let problem = Problem::new(format!("method:{method}"), text);
        ruling.broken(problem.at_pointer(message, "/params"));
        return;
    }
    let mut names = object.keys().filter(|name| *name != "jsonrpc");
    match names.find(|name| !own.contains(&name.as_str())) {
        None => ruling.held(message.at.clone()),
        Some(name) => {
            let text = format!("A message has the member {name:?}, which its kind does not have.");
            ruling.odd(Problem::new(format!("member:{name}"), text).message(message))
        }
    };
}
