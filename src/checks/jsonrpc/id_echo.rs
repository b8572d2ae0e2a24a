//! An answer carries the id of its request, unchanged.
//!
//! The id is all that connects an answer with its question. A server that turns `"7"` into 7 or
//! answers with null leaves the client waiting. Keep the id as the JSON value it was and write it
//! back; only an error about a message whose id could not be read goes without.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! > tools/list
//! < error -32603 "Out of order"
//! ```
//!
//! ```mcp fails jsonrpc.response-id-echo
//! > ping
//! < raw {"jsonrpc":"2.0","id":"$id","result":{}}
//! ```
//!
//! ```mcp fails jsonrpc.response-id-echo
//! transport http
//! > ping
//! < raw {"jsonrpc":"2.0","id":"1","result":{}}
//! ```
//!
//! ```mcp fails jsonrpc.error-id-echo
//! > tools/list
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"Out of order"}}
//! ```

use crate::check::common::broken_message::BROKEN;
use crate::check::common::{is_plain_request, misaddressed, status_of};
use crate::check::prelude::*;
use crate::transcript::view::BARRIER;

const RESPONSE: &str = "jsonrpc.response-id-echo";
const ERROR: &str = "jsonrpc.error-id-echo";

pub(crate) const CHECK: Check = Check {
    covers: &[RESPONSE, ERROR],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// The largest integer that every JSON parser keeps.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges() {
        if is_plain_request(exchange.request) {
            echoed(&mut verdicts, &exchange);
        }
    }
    for conversation in view.conversations() {
        for response in conversation.unpaired_responses() {
            let is_refusal = status_of(conversation, response.channel) >= Some(400);
            if is_refusal && has_made_up_id(conversation, response) {
                verdicts.on(ERROR).odd(made_up(response));
            }
        }
    }
    verdicts
}

fn echoed(verdicts: &mut Verdicts, exchange: &Exchange<'_>) {
    let strayed = misaddressed(exchange);
    let Some(response) = exchange.responses.first().copied().or(strayed) else {
        return;
    };
    let (requirement, subject) = match &response.parsed.message {
        Message::Result { .. } => (RESPONSE, "response"),
        Message::Error { .. } => (ERROR, "error response"),
        _ => return,
    };
    let ruling = verdicts.on(requirement);
    if exchange.exact && strayed.is_none() {
        ruling.held(response.at.clone());
        return;
    }
    let answered = response.response_id().filter(|id| *id != Id::Null);
    if requirement == ERROR {
        let is_refusal = status_of(exchange.conversation, response.channel) >= Some(400);
        match &answered {
            // What is refused before the message is read has no id to repeat.
            None if is_refusal => return,
            // It may be about broken input that was sent just before.
            None if exchange.intent() == Some(BARRIER) => return,
            // A server that reads a whole message at once can tell the id of none that is broken.
            None if exchange.intent() == Some(BROKEN) => return,
            Some(_) if is_refusal && has_made_up_id(exchange.conversation, response) => {
                ruling.odd(made_up(response));
                return;
            }
            _ => {}
        }
    }
    let asked = exchange.id().map(Id::to_string).unwrap_or_default();
    let shown = answered.map_or("no id or null".to_owned(), |id| format!("the id {id}"));
    let text = format!("A request with the id {asked} was answered under {shown}.");
    let mut problem = Problem::new(subject, text).message(exchange.request);
    problem = problem.message(response);
    match is_beyond_exact(exchange.id()) {
        true => ruling.remark(problem),
        false => ruling.broken(problem),
    };
}

/// Broken input may have an id as well.
fn has_made_up_id(conversation: &Conversation, response: &WireMessage) -> bool {
    let Some(id) = response.response_id().filter(|id| *id != Id::Null) else {
        return false;
    };
    let mut sent = conversation.messages.iter().filter(|it| !it.is_received());
    !sent.any(|it| it.channel == response.channel && it.parsed.id.as_ref() == Some(&id))
}

fn made_up(response: &WireMessage) -> Problem {
    let id = response.response_id().unwrap_or(Id::Null);
    let text =
        format!("An HTTP request was refused with a JSON-RPC error under the made-up id {id}.");
    let hint = "Leave the id out. The Python SDK writes \"server-error\" here.";
    Problem::new("HTTP error response", text)
        .message(response)
        .hint(hint)
}

fn is_beyond_exact(id: Option<&Id>) -> bool {
    match id {
        Some(Id::Number(text)) => text.parse::<f64>().is_ok_and(|n| n.abs() > LARGEST_EXACT),
        _ => false,
    }
}
