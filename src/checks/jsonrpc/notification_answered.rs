//! The server sends no response to a notification, known or unknown.
//!
//! A notification has no id, so that an answer cannot be told from the answer to something else:
//! some clients drop it, others end the connection. Servers that look up every incoming method and
//! answer "Method not found" run into this with each notification they do not know. Ignore those.
//!
//! ```mcp passes
//! > notifications/x-mcp-check
//! < silence
//! ```
//!
//! ```mcp passes
//! transport http
//! > notifications/x-mcp-check
//! < http 400
//! < raw {"jsonrpc":"2.0","error":{"code":-32600,"message":"Unknown notification"}}
//! ```
//!
//! ```mcp fails jsonrpc.no-response-to-notification
//! > notifications/x-mcp-check
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found"}}
//! ```
//!
//! ```mcp fails jsonrpc.no-response-to-notification
//! > notifications/initialized
//! < raw {"jsonrpc":"2.0","id":"no-id","result":{}}
//! ```
//!
//! ```mcp fails jsonrpc.no-response-to-notification
//! transport http
//! > notifications/x-mcp-check
//! < raw {"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"Method not found"}}
//! ```
//!
//! ```mcp inconclusive
//! > notifications/x-mcp-check
//! < exit 1
//! ```

use crate::check::common::{is_refusal_of_host, provocation, provocation_of_further, status_of};
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.no-response-to-notification";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const UNKNOWN: &str = "unknown-notification";
const BAD_PARAMS: &str = "notification-with-bad-params";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.notify(UNKNOWN, "notifications/x-mcp-check", None)
            .await;
        if !peer.settle().await {
            return;
        }
        let params = json!({"requestId": {"not": "an id"}, "reason": 7});
        peer.notify(BAD_PARAMS, "notifications/cancelled", Some(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for conversation in view.conversations() {
        for response in conversation.unpaired_responses() {
            reaction(
                ruling,
                conversation,
                response,
                provocation(conversation, response),
            );
        }
        for exchange in conversation.exchanges() {
            for further in exchange.responses.iter().skip(1) {
                let cause = provocation_of_further(&exchange, further);
                reaction(ruling, conversation, further, cause);
            }
        }
    }
    for intent in [UNKNOWN, BAD_PARAMS] {
        for sent in view.sent(intent) {
            ignored(ruling, &sent);
        }
    }
    verdicts
}

fn reaction(
    ruling: &mut Ruling,
    conversation: &Conversation,
    response: &WireMessage,
    cause: Option<&WireMessage>,
) {
    // By an HTTP error status a server may refuse a notification, with any body.
    if status_of(conversation, response.channel) >= Some(300) {
        return;
    }
    // What becomes of a whole batch is judged by batch/received.
    let is_notification = |cause: &&WireMessage| {
        cause.pointer.is_empty() && matches!(cause.parsed.message, Message::Notification { .. })
    };
    if let Some(notification) = cause.filter(is_notification) {
        ruling.broken(answered(notification, response));
    }
}

fn answered(notification: &WireMessage, response: &WireMessage) -> Problem {
    let method = notification.parsed.method().unwrap_or_default();
    let what = match &response.parsed.message {
        Message::Result { .. } => "a result",
        Message::Error { .. } => "an error",
        _ => "a response",
    };
    let text = format!("The notification {method} was answered by {what}.");
    let hint = "Never answer a message without an id, whether its method is known or not.";
    Problem::new("notification", text)
        .message(notification)
        .message(response)
        .hint(hint)
}

fn ignored(ruling: &mut Ruling, sent: &Sent<'_>) {
    let http = sent.http_response();
    if let Some((event, response)) = http {
        if is_refusal_of_host(response.status) {
            ruling.inconclusive(format!("a notification met HTTP {}", response.status));
        } else if sent.reactions().is_empty() || response.status >= 400 {
            ruling.held(event.reference());
        }
        return;
    }
    if !sent.answered_later() {
        ruling.inconclusive("the server stopped answering after a notification");
        return;
    }
    // A reaction is reported above. With the barrier answered, silence was the server's choice.
    if sent.reactions().is_empty() {
        ruling.held(sent.event.reference());
    }
}
