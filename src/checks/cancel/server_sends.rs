//! The server cancels only what is its own to cancel.
//!
//! With a handshake, that is a request which the server itself sent and which is still open. In
//! 2026-07-28 servers send no requests, and the notification has one use left: to end a
//! subscription. A client that gets another id may drop a request of its own that is still being
//! worked on. To refuse a request of the client, answer it by an error.
//!
//! ```mcp passes
//! > tools/list
//! < request "s1" ping
//! < notify notifications/cancelled {"requestId":"s1"}
//! < default
//! ```
//!
//! ```mcp fails cancel.sender-references-own-requests
//! > tools/list
//! < notify notifications/cancelled {"requestId":"$id","reason":"busy"}
//! < default
//! ```
//!
//! ```mcp fails cancel.server-only-for-subscriptions
//! revision 2026-07-28
//! > tools/list
//! < notify notifications/cancelled {"requestId":"$id","reason":"busy"}
//! < default
//! ```

use crate::check::prelude::*;

const OWN: &str = "cancel.sender-references-own-requests";
const SUBSCRIPTIONS: &str = "cancel.server-only-for-subscriptions";

pub(crate) const CHECK: Check = Check {
    covers: &[OWN, SUBSCRIPTIONS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// A cancellation may cross with an answer that is at most this old, in milliseconds.
const CROSSING_MS: u64 = 1000;

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let era = view.revision.era();
    let ruling = verdicts.on(match era {
        Era::Handshake => OWN,
        Era::Modern => SUBSCRIPTIONS,
    });
    ruling.not_applicable("the server sent no notifications/cancelled");
    for conversation in view.conversations() {
        for message in conversation.received() {
            // A missing id is a matter of the message's shape.
            let Some(id) = cancelled_id(message) else {
                continue;
            };
            let fault = match era {
                Era::Handshake => not_its_own(conversation, message, &id),
                Era::Modern => not_a_subscription(conversation, message, &id),
            };
            match fault {
                None => ruling.held(message.at.clone()),
                Some(text) => {
                    let subject = "method:notifications/cancelled";
                    ruling.broken(Problem::new(subject, text).message(message))
                }
            };
        }
    }
    verdicts
}

fn cancelled_id(message: &WireMessage) -> Option<Id> {
    match &message.parsed.message {
        Message::Notification { method, params } if method == "notifications/cancelled" => {
            params.as_ref()?.get("requestId").map(Id::from_value)
        }
        _ => None,
    }
}

fn not_its_own(conversation: &Conversation, message: &WireMessage, id: &Id) -> Option<String> {
    let before = |other: &&WireMessage| other.at.seq < message.at.seq;
    let asked = conversation.received().filter(before).any(
        |other| matches!(&other.parsed.message, Message::Request { id: asked, .. } if asked == id),
    );
    if !asked {
        let text = format!("The server cancels {id}, which is no request that it sent.");
        return Some(text);
    }
    let sent = conversation
        .messages
        .iter()
        .filter(|other| !other.is_received());
    let answer = sent
        .filter(before)
        .find(|other| other.response_id().as_ref() == Some(id))?;
    let time = |seq: u32| conversation.event(seq).map_or(0, |event| event.at_ms);
    let age = time(message.at.seq).saturating_sub(time(answer.at.seq));
    (age > CROSSING_MS)
        .then(|| format!("The server cancels its request {id}, which was answered long before."))
}

fn not_a_subscription(
    conversation: &Conversation,
    message: &WireMessage,
    id: &Id,
) -> Option<String> {
    let is_open = conversation
        .exchanges()
        .filter(|exchange| exchange.method() == "subscriptions/listen")
        .filter(|exchange| exchange.id() == Some(id))
        .any(|exchange| {
            let answered = exchange.responses.first().map(|answer| answer.at.seq);
            exchange.request.at.seq < message.at.seq
                && answered.is_none_or(|answered| answered > message.at.seq)
        });
    (!is_open).then(|| {
        format!("The server cancels {id}, which is no subscriptions/listen request that is open.")
    })
}
