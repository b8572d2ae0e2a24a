//! A correct initialize request is answered, by the version it asks for where that is supported.
//!
//! Everything else waits for this answer. A server that answers only its first client, or that
//! names another version than it agreed to a moment ago, works in one test and fails in the next.
//! Answer initialize from constants, and let nothing that one client did decide about another.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp passes
//! transport http
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails lifecycle.initialize.answered
//! transport http
//! >2 initialize
//! < error -32600 "Server already initialized"
//! ```
//!
//! ```mcp fails lifecycle.initialize.answered
//! transport http
//! >2 initialize
//! < silence
//! ```
//!
//! ```mcp fails lifecycle.initialize.answered
//! > initialize
//! < merge {"serverInfo":null}
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.supported-version
//! transport http
//! >2 initialize
//! < merge {"protocolVersion":"2024-11-05"}
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! >2 initialize
//! < http 503
//! ```

use crate::check::common::handshake;
use crate::check::prelude::*;

const ANSWERED: &str = "lifecycle.initialize.answered";
const SUPPORTED: &str = "lifecycle.version-negotiation.supported-version";

pub(crate) const CHECK: Check = Check {
    covers: &[ANSWERED, SUPPORTED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AGAIN: &str = "initialize-again";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let version = peer.revision().as_str();
        if let Some(fresh) = peer.open(Opening::Silent).await {
            let params = handshake::initialize_params(version, json!({}));
            let request = Request::new(AGAIN, "initialize").params(params);
            handshake::ask_alone(fresh, request).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges() {
        if exchange.method() != "initialize" {
            continue;
        }
        let is_main = exchange.conversation.opened.purpose == "main";
        if is_main || exchange.intent() == Some(AGAIN) {
            judge_answer(verdicts.on(ANSWERED), &exchange);
        }
        judge_version(verdicts.on(SUPPORTED), view, &exchange);
    }
    verdicts
}

fn judge_answer(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let about = |text: String| Problem::new("initialize", text).exchange(exchange);
    if let Some(why) = handshake::unclear(exchange) {
        ruling.inconclusive(why);
        return;
    }
    match exchange.reply() {
        Reply::Result(message, result) => {
            let is_whole = result["protocolVersion"].is_string()
                && result["capabilities"].is_object()
                && result["serverInfo"].is_object();
            match is_whole {
                true => ruling.held(message.at.clone()),
                false => {
                    let text = "The result of initialize lacks protocolVersion, capabilities or serverInfo.";
                    ruling.broken(about(text.to_owned()))
                }
            };
        }
        Reply::Error(..) if exchange.request.channel.is_shared() => {
            let text = "A fresh process answers the same initialize request by an error.";
            ruling.broken(about(text.to_owned()));
        }
        // A server may have its reasons to serve one client at a time, and no rule forbids it.
        Reply::Error(..) => {
            let text = "A second client's initialize request is refused by an error.";
            let hint = "Keep the state of a session under its id and not in the server, so that \
                        more than one client can connect.";
            ruling.odd(about(text.to_owned()).hint(hint));
        }
        Reply::Silence { .. } => {
            let text = "A fresh connection gets no answer to the same initialize request.";
            ruling.broken(about(text.to_owned()));
        }
        Reply::HttpOnly(_, response) => {
            let status = response.status;
            let text = format!("A second client's initialize request is refused by HTTP {status}.");
            ruling.odd(about(text));
        }
        Reply::Gone(_) => {
            ruling.inconclusive("a second connection ended before it was initialized");
        }
        Reply::Malformed(_) => {}
    }
}

/// A version that the server named in any answer is one that it supports.
fn judge_version(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let Reply::Result(message, result) = exchange.reply() else {
        return;
    };
    let requested = handshake::requested_version(exchange);
    let is_known = requested.parse::<Revision>().is_ok();
    let named = |(_, other): (Exchange<'_>, &Value)| other["protocolVersion"] == requested;
    if !is_known || !view.results_of("initialize").any(named) {
        return;
    }
    match result["protocolVersion"].as_str() {
        Some(answer) if answer == requested => {
            ruling.held(message.at.clone());
        }
        Some(answer) => {
            let text = format!(
                "The server agrees to {requested} or offers it, but answers {answer} to a request \
                 for it."
            );
            ruling.broken(Problem::new("initialize", text).exchange(exchange));
        }
        None => {}
    }
}
