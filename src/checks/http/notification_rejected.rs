//! A body that the server does not accept leads to an HTTP error, and the handshake is accepted.
//!
//! Clients look at the status of a notification and at nothing else. An error behind a status of
//! success is lost, and a refusal of `notifications/initialized` ends the conversation before it has
//! begun. Answer 4xx when the body is no message, and 202 when it is taken.
//!
//! ```mcp passes
//! transport http
//! > invalid
//! < http 400
//! ```
//!
//! ```mcp fails http.post.notification-rejected
//! transport http
//! > invalid
//! < http 200
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}}
//! ```
//!
//! ```mcp fails http.post.notification-rejected
//! transport http
//! > notifications/initialized
//! < http 400
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! > invalid
//! < http 503
//! ```

use crate::check::common::http::is_beside_the_point;
use crate::check::prelude::*;

const RULE: &str = "http.post.notification-rejected";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "notification-without-method";
const BODY: &str = r#"{"jsonrpc":"2.0","params":{"mcpcheck":true}}"#;
const INITIALIZED: &str = "notifications/initialized";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.raw(Raw::new(INTENT, BODY)).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for sent in view.sent(INTENT) {
        judge_invalid(ruling, &sent);
    }
    for conversation in view.conversations() {
        judge_initialized(ruling, conversation);
    }
    verdicts
}

fn judge_invalid(ruling: &mut Ruling, sent: &Sent<'_>) {
    let Some((event, response)) = sent.http_response() else {
        ruling.inconclusive("a body without a method was not answered");
        return;
    };
    let status = response.status;
    let has_error = sent
        .reactions()
        .iter()
        .any(|message| matches!(message.parsed.message, Message::Error { .. }));
    let about = |text: String| {
        let problem = Problem::new("invalid notification", text);
        problem
            .event(sent.event, BODY)
            .event(event, format!("HTTP {status}"))
    };
    match status {
        500 => {
            ruling.odd(about("A body without a method leads to HTTP 500.".into()));
        }
        status if is_beside_the_point(status) => {
            ruling.inconclusive(format!("a body without a method got HTTP {status}"));
        }
        200..300 if has_error => {
            let text = format!("A body without a method gets an error under HTTP {status}.");
            ruling.broken(about(text));
        }
        202 | 400..500 => {
            ruling.held(event.reference());
        }
        _ => {
            ruling.inconclusive(format!("a body without a method got HTTP {status}"));
        }
    }
}

/// The notification that ends a handshake which the server has agreed to.
fn judge_initialized(ruling: &mut Ruling, conversation: &Conversation) {
    let agreed = conversation.session.established.as_ref();
    let Some(agreed) = agreed.filter(|_| conversation.session.agreed.is_some()) else {
        return;
    };
    let sent = conversation.messages.iter().find(|message| {
        !message.is_received()
            && message.at.seq > agreed.seq
            && message
                .intent
                .as_deref()
                .is_none_or(|intent| ["set-up", "detect"].contains(&intent))
            && message.parsed.method() == Some(INITIALIZED)
    });
    let answer = sent.and_then(|sent| Some((sent, conversation.http_response(sent.channel)?)));
    let Some((sent, (at, response))) = answer else {
        return;
    };
    match response.status {
        200..300 => {
            ruling.held(at);
        }
        status @ 400..500 if !is_beside_the_point(status) => {
            let text = format!("{INITIALIZED} after a handshake is refused by HTTP {status}.");
            let problem = Problem::new(format!("method:{INITIALIZED}"), text);
            ruling.broken(problem.message(sent));
        }
        _ => {}
    }
}
