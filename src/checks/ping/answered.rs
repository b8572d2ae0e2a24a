//! ping is answered by an empty result, with and without params.
//!
//! It is how a client finds out whether a server is still there; one that gets an error or nothing
//! ends the connection. The result is an empty object, since there is nothing to say. Most SDKs
//! answer ping by themselves; do not switch that off, and answer it while tools are running.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp passes
//! > ping
//! < result {"_meta":{"com.example/load":0.5}}
//! ```
//!
//! ```mcp fails ping.answered
//! > ping
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails ping.answered
//! > ping
//! < silence
//! ```
//!
//! ```mcp fails ping.answered
//! transport http
//! >2 ping
//! < http 202
//! ```
//!
//! ```mcp fails ping.empty-result
//! > ping
//! < result {"status":"ok"}
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::handshake::unclear;
use crate::check::prelude::*;

const ANSWERED: &str = "ping.answered";
const EMPTY: &str = "ping.empty-result";

pub(crate) const CHECK: Check = Check {
    covers: &[ANSWERED, EMPTY],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const PLAIN: &str = "ping-without-params";
const WITH_PARAMS: &str = "ping-with-empty-params";
const SUBJECT: &str = "method:ping";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(PLAIN, "ping")).await;
        peer.request(Request::new(WITH_PARAMS, "ping").params(json!({})))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let intents = ["survey", PLAIN, WITH_PARAMS];
    let pings = view.exchanges().filter(|exchange| {
        exchange.method() == "ping" && exchange.intent().is_some_and(|it| intents.contains(&it))
    });
    for exchange in pings {
        if let Reply::Result(message, result) = exchange.reply() {
            verdicts.on(ANSWERED).held(message.at.clone());
            judge_result(verdicts.on(EMPTY), &exchange, message, result);
        } else {
            judge_failure(verdicts.on(ANSWERED), &exchange);
        }
    }
    verdicts
}

/// A result that is no object breaks the form of messages, which is judged there.
fn judge_result(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    result: &Value,
) {
    let Some(members) = result.as_object() else {
        return;
    };
    match members.keys().find(|name| *name != "_meta") {
        None => ruling.held(message.at.clone()),
        Some(name) => {
            let text = format!("The result of ping has a member {name:?}.");
            ruling.odd(Problem::new(SUBJECT, text).exchange(exchange))
        }
    };
}

fn judge_failure(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    if let Some(why) = unclear(exchange) {
        ruling.inconclusive(why);
        return;
    }
    if !matches!(exchange.reply(), Reply::Error(..)) && nothing_is_answered(exchange.conversation) {
        ruling.inconclusive("no request on the connection was answered, not just ping");
        return;
    }
    let what = match exchange.reply() {
        Reply::Error(_, Some(code)) => format!("is answered by error {code}"),
        Reply::Error(_, None) => "is answered by an error".to_owned(),
        Reply::HttpOnly(_, response) => {
            format!("is answered by HTTP {} without a result", response.status)
        }
        Reply::Gone(_) => end_by(exchange).to_owned(),
        _ => "is not answered".to_owned(),
    };
    let text = format!("ping {what}.");
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
}

/// True when other requests than ping were sent after the handshake, and none was answered.
fn nothing_is_answered(conversation: &Conversation) -> bool {
    let mut others = conversation
        .exchanges()
        .filter(|exchange| !["initialize", "ping"].contains(&exchange.method()))
        .peekable();
    others.peek().is_some() && others.all(|exchange| exchange.responses.is_empty())
}
