//! An unknown method is answered by an error, with code -32601.
//!
//! Clients probe for newer methods and rely on the error to fall back. A result makes them believe
//! that the method exists; silence makes them wait until their own time-out. Answer every request
//! whose method is not known with -32601 "Method not found".
//!
//! ```mcp passes
//! > mcpcheck/*
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-error
//! > mcpcheck/*
//! < result {}
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-error
//! > mcpcheck/*
//! < silence
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-code
//! > mcpcheck/*
//! < error -32603 "Internal error"
//! ```

use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["jsonrpc.unknown-method-error", "jsonrpc.unknown-method-code"],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-method";
const SUBJECT: &str = "unknown method";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(INTENT, "mcpcheck/unknown-method")).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        let about = |text: &str| Problem::new(SUBJECT, text).exchange(&exchange);
        let error = verdicts.on("jsonrpc.unknown-method-error");
        match exchange.reply() {
            Reply::Error(message, code) => {
                error.held(message.at.clone());
                judge_code(&mut verdicts, message, code, &exchange);
            }
            Reply::Result(..) => {
                error.broken(about("An unknown method was answered by a result."));
            }
            Reply::Malformed(_) => {
                error.broken(about("An unknown method was answered by a message that is neither result nor error."));
            }
            Reply::HttpOnly(event, response) => {
                let text = format!(
                    "An unknown method was answered by HTTP {} without a JSON-RPC error.",
                    response.status
                );
                error.broken(about(&text).event(event, format!("HTTP {}", response.status)));
            }
            Reply::Gone(event) => {
                let text = "The server ended when it was sent an unknown method.";
                error.broken(about(text).event(event, "connection ended").outright());
            }
            Reply::Silence { alive: true } => {
                error.broken(about("An unknown method was never answered."));
            }
            Reply::Silence { alive: false } => {
                error.broken(
                    about("The server stopped answering after an unknown method.").outright(),
                );
            }
        }
    }
    verdicts
}

fn judge_code(
    verdicts: &mut Verdicts,
    message: &WireMessage,
    code: Option<i64>,
    exchange: &Exchange<'_>,
) {
    let ruling = verdicts.on("jsonrpc.unknown-method-code");
    if code == Some(code::METHOD_NOT_FOUND) {
        ruling.held(message.at.clone());
        return;
    }
    let shown = code.map_or("no integer code".to_owned(), |code| format!("code {code}"));
    let text = format!("An unknown method was answered with {shown} instead of -32601.");
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
}
