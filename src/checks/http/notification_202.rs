//! A POST with a notification or a response is answered by 202 Accepted without a body.
//!
//! The status tells the client that nothing more will come for this POST. Another success status
//! or a body makes clients wait for an answer that does not exist or fail to parse one; `null`,
//! `{}` and a line feed are bodies too. Return 202 with an empty body for notifications and
//! responses. Refusing one by an error status is a different matter.
//!
//! ```mcp passes
//! transport http
//! > notifications/initialized
//! < http 202
//! ```
//!
//! ```mcp fails http.post.notification-202
//! transport http
//! > notifications/initialized
//! < http 204
//! ```
//!
//! ```mcp fails http.post.notification-202
//! transport http
//! > notifications/initialized
//! < http 202
//! < body text/plain null
//! ```
//!
//! ```mcp fails http.post.notification-202
//! revision 2026-07-28
//! transport http
//! > notifications/cancelled
//! < http 200
//! ```
//!
//! ```mcp passes
//! transport http
//! > ping
//! < sse
//! < request 7 roots/list
//! < default
//! ```
//!
//! ```mcp fails http.post.response-202
//! transport http
//! > ping
//! < sse
//! < request 7 roots/list
//! < default
//! > response
//! < http 200
//! ```
//!
//! ```mcp fails http.post.response-202
//! transport http
//! > ping
//! < sse
//! < request "a" ping
//! < default
//! > response
//! < http 202
//! < body application/json {}
//! ```

use crate::check::prelude::*;
use crate::rpc::VersionField;

const NOTIFICATION: &str = "http.post.notification-202";
const RESPONSE: &str = "http.post.response-202";

pub(crate) const CHECK: Check = Check {
    covers: &[NOTIFICATION, RESPONSE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "notification-202";
/// Intent of the answers to requests of the server.
const ANSWER: &str = "answer-to-server";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let params = json!({"requestId": "mcpcheck-never-sent", "reason": "test"});
        peer.notify(INTENT, "notifications/cancelled", Some(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut answered_server = false;
    for conversation in view.conversations() {
        let sent = conversation.messages.iter().filter(|message| {
            !message.is_received()
                && message.pointer.is_empty()
                && message.parsed.version == VersionField::Ok
        });
        for message in sent {
            if is_notification(message) {
                let ruling = verdicts.on(NOTIFICATION);
                judge_one(ruling, view, conversation, message, "notification");
            } else if is_answer(message) {
                answered_server = true;
                judge_one(
                    verdicts.on(RESPONSE),
                    view,
                    conversation,
                    message,
                    "response",
                );
            }
        }
    }
    if !answered_server {
        verdicts
            .on(RESPONSE)
            .not_applicable("the server sent no request");
    }
    verdicts
}

fn is_notification(message: &WireMessage) -> bool {
    match &message.parsed.message {
        Message::Notification { method, params } => {
            method.starts_with("notifications/") && params.as_deref().is_none_or(Value::is_object)
        }
        _ => false,
    }
}

/// An answer that somebody waits for; answers to nothing may be refused.
fn is_answer(message: &WireMessage) -> bool {
    message.is_response()
        && message
            .intent
            .as_deref()
            .is_none_or(|intent| intent == ANSWER)
}

fn judge_one(
    ruling: &mut Ruling,
    view: &View,
    conversation: &Conversation,
    message: &WireMessage,
    kind: &str,
) {
    let Some((at, response)) = conversation.http_response(message.channel) else {
        return;
    };
    let status = response.status;
    let body = conversation
        .on_channel(message.channel)
        .find_map(|event| match &event.body {
            Body::Frame(frame) => Some((event, excerpt(frame.bytes()))),
            Body::HttpBody(bytes) => Some((event, excerpt(bytes))),
            _ => None,
        });
    let about = |text: String| Problem::new(kind, text).message(message);
    match (status, body) {
        (202, None) => {
            ruling.held(at);
        }
        (202, Some((event, shown))) => {
            let text = format!("The 202 answer to a {kind} has a body.");
            ruling.broken(about(text).event(event, shown));
        }
        (200..300, body) => {
            let text = format!("A {kind} was answered by HTTP {status}, not 202.");
            let problem = about(text);
            ruling.broken(match body {
                Some((event, shown)) => problem.event(event, shown),
                None => problem,
            });
        }
        // 2026-07-28 leaves open which headers a notification needs.
        (400..500, _) if view.revision.era() == Era::Modern => {
            ruling.held(at);
        }
        _ => {}
    }
}
