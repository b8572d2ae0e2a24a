//! The server answers only what it was asked, and each request once.
//!
//! A client drops the second answer to a request, or takes it for the answer to something else
//! when ids are used again; an answer under an id that nobody used is lost. Twice-answered requests
//! come from error handlers that run after the result was sent, or from retries.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails jsonrpc.no-unsolicited-response
//! > ping
//! < result {}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails jsonrpc.no-unsolicited-response
//! > tools/list
//! < default
//! < raw {"jsonrpc":"2.0","id":"nobody","result":{}}
//! ```

use std::collections::BTreeSet;

use crate::check::common::{
    is_no_message, is_rpc, misaddressed, provocation, provocation_of_further, sse_of, status_of,
};
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.no-unsolicited-response";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for conversation in view.conversations() {
        for exchange in conversation.exchanges() {
            answered_once(ruling, &exchange);
        }
        let strayed: BTreeSet<u32> = conversation
            .exchanges()
            .filter_map(|exchange| misaddressed(&exchange).map(|response| response.at.seq))
            .collect();
        for response in conversation.unpaired_responses() {
            if is_unexplained(conversation, response) && !strayed.contains(&response.at.seq) {
                unasked(ruling, response);
            }
        }
    }
    verdicts
}

fn answered_once(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let has_own_id = exchange.id().is_some_and(Id::is_string_or_integer);
    if !has_own_id || !exchange.exact {
        return;
    }
    let conversation = exchange.conversation;
    let mut replayed = BTreeSet::new();
    let mut answers = exchange.responses.iter().copied().filter(|response| {
        // After a resumption the same server-sent event comes again.
        let id = sse_of(conversation, response).and_then(|sse| sse.id.clone());
        id.is_none_or(|id| replayed.insert(id))
    });
    let is_further = |response: &&WireMessage| provocation_of_further(exchange, response).is_none();
    let (first, second) = (answers.next(), answers.find(is_further));
    match (first, second) {
        (Some(first), Some(second)) => {
            let method = exchange.method();
            let text = format!("A {method} request was answered twice.");
            let problem = Problem::new(format!("method:{method}"), text)
                .message(exchange.request)
                .message(first)
                .message(second);
            ruling.broken(problem);
        }
        (Some(first), None) => {
            ruling.held(first.at.clone());
        }
        _ => {}
    }
}

fn unasked(ruling: &mut Ruling, response: &WireMessage) {
    let shown = match response.response_id() {
        Some(id) => format!("the id {id}, which no request had"),
        None => "no id".to_owned(),
    };
    let text = format!("The server sent a response under {shown}.");
    let problem = Problem::new("response", text).message(response);
    match response.response_id() {
        Some(id) if id != Id::Null => ruling.broken(problem),
        _ => ruling.odd(problem),
    };
}

/// False where something else than a request may have led to the response: broken input, whose
/// answer has no id, a notification, which has a check of its own, or a refusal by HTTP status.
fn is_unexplained(conversation: &Conversation, response: &WireMessage) -> bool {
    if is_no_message(response) || !is_rpc(conversation, response) {
        return false;
    }
    if status_of(conversation, response.channel) >= Some(400) {
        return false;
    }
    let id = response.response_id().filter(|id| *id != Id::Null);
    if id.is_none() && !response.channel.is_shared() {
        return false;
    }
    let Some(cause) = provocation(conversation, response) else {
        return !was_sent(conversation, id.as_ref());
    };
    let is_notification = matches!(cause.parsed.message, Message::Notification { .. });
    !is_notification && id.is_some() && !was_sent(conversation, id.as_ref())
}

/// True when the id stood in something that was sent, even if that was no request in good order.
fn was_sent(conversation: &Conversation, id: Option<&Id>) -> bool {
    let Some(id) = id else { return false };
    let text = id.to_string();
    let mut sent = conversation
        .messages
        .iter()
        .filter(|message| !message.is_received());
    sent.any(|message| {
        let is_no_json = message.parsed.id.is_none() && is_no_message(message);
        message.parsed.id.as_ref() == Some(id)
            || (is_no_json && String::from_utf8_lossy(&message.parsed.bytes).contains(&text))
    })
}
