//! A correct initialize request is answered, by the version it asks for, and ping works at once.
//!
//! A server that answers only its first client, or that names another version than it agreed to a
//! moment ago, works in one test and fails in the next. Until the initialized notification arrives,
//! ping is what a client may send to see whether a slow server is alive. Answer initialize from
//! constants, and register ping before anything that needs the session.
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
//! > initialize {"capabilities":{"roots":{"listChanged":true}}}
//! < error -32600 "Invalid request"
//! ```
//!
//! ```mcp fails lifecycle.initialize.answered
//! transport http
//! >2 initialize
//! < error -32600 "Server already initialized"
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.supported-version
//! > initialize {"capabilities":{"roots":{"listChanged":true}}}
//! < merge {"protocolVersion":"2024-11-05"}
//! ```
//!
//! ```mcp fails lifecycle.ping-before-initialized
//! transport http
//! >2 ping
//! < error -32600 "Not initialized"
//! ```
//!
//! ```mcp inconclusive
//! > ping
//! < error -32601 "Method not found"
//! ```

use crate::check::common::{self, handshake};
use crate::check::prelude::*;

const ANSWERED: &str = "lifecycle.initialize.answered";
const SUPPORTED: &str = "lifecycle.version-negotiation.supported-version";
const PING: &str = "lifecycle.ping-before-initialized";

pub(crate) const CHECK: Check = Check {
    covers: &[ANSWERED, SUPPORTED, PING],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AGAIN: &str = "initialize-again";
const EARLY_PING: &str = "ping-before-initialized";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let version = peer.revision().as_str();
        let Some(mut fresh) = peer.open(Opening::Silent).await else {
            return;
        };
        // All capabilities are declared, so that a server which cannot wait for the initialized
        // notification shows it.
        let roots = json!({"listChanged": true});
        let capabilities = json!({"roots": roots, "sampling": {}, "elicitation": {}});
        let params = handshake::initialize_params(version, capabilities);
        let mut request = Request::new(AGAIN, "initialize").params(params);
        request.deadline = Some(handshake::START_UP);
        if let Some(Answer::Result(result)) = fresh.request(request).await {
            let mut ping = Request::new(EARLY_PING, "ping");
            let agreed = result["protocolVersion"].as_str().unwrap_or_default();
            if agreed >= Revision::V2025_06_18.as_str() {
                ping = ping.header("MCP-Protocol-Version", agreed);
            }
            fresh.request(ping).await;
            fresh.settle().await;
        }
        fresh.close().await;
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
    judge_ping(verdicts.on(PING), view);
    verdicts
}

fn judge_answer(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let about = |text: String| Problem::new("initialize", text).exchange(exchange);
    match exchange.reply() {
        _ if common::misaddressed(exchange).is_some() => {}
        Reply::Result(message, result) => {
            let is_whole = result["protocolVersion"].is_string()
                && result["capabilities"].is_object()
                && result["serverInfo"].is_object();
            match is_whole {
                true => ruling.held(message.at.clone()),
                false => ruling.inconclusive("the result lacks members; the schema judges it"),
            };
        }
        Reply::Error(..) if exchange.request.channel == Channel::Stdio => {
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
        Reply::HttpOnly(_, response) if !common::is_refusal_of_host(response.status) => {
            let status = response.status;
            let text = format!("A second client's initialize request is refused by HTTP {status}.");
            ruling.odd(about(text));
        }
        Reply::HttpOnly(_, response) => {
            ruling.inconclusive(format!("a client was refused by HTTP {}", response.status));
        }
        Reply::Gone(_) => {
            ruling.inconclusive("a second connection ended before it was initialized");
        }
        Reply::Malformed(_) => {}
    }
}

fn judge_version(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let Reply::Result(message, result) = exchange.reply() else {
        return;
    };
    let version = view.revision.as_str();
    if handshake::requested_version(exchange) != version {
        return;
    }
    match result["protocolVersion"].as_str() {
        Some(answer) if answer == version => {
            ruling.held(message.at.clone());
        }
        Some(answer) => {
            let text = format!(
                "The server agrees to {version} once and answers {answer} to it elsewhere."
            );
            ruling.broken(Problem::new("initialize", text).exchange(exchange));
        }
        None => {}
    }
}

fn judge_ping(ruling: &mut Ruling, view: &View) {
    let works_later = view
        .results_of("ping")
        .any(|(exchange, _)| exchange.conversation.opened.purpose == "main");
    for exchange in view.exchanges_meant(EARLY_PING) {
        let text = match exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
                continue;
            }
            Reply::Malformed(_) => continue,
            _ if common::misaddressed(&exchange).is_some() => continue,
            Reply::HttpOnly(_, response) if common::is_refusal_of_host(response.status) => continue,
            _ if !works_later => {
                ruling.inconclusive("ping does not work after the initialized notification either");
                continue;
            }
            Reply::Error(..) => "is refused by an error",
            Reply::HttpOnly(..) => "is refused without a JSON-RPC answer",
            Reply::Gone(_) => "ends the server",
            Reply::Silence { .. } => "is not answered",
        };
        let text = format!("ping {text} between the initialize answer and initialized.");
        ruling.broken(Problem::new("method:ping", text).exchange(&exchange));
    }
}
