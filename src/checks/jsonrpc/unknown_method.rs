//! An unknown method is answered by an error, with code -32601.
//!
//! Clients probe for newer methods and rely on the error to fall back. A result makes them believe
//! that the method exists; silence makes them wait until their own time-out. Answer every request
//! whose method is not known with -32601 "Method not found".
//!
//! ```mcp passes
//! > any mcpcheck/*
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-error
//! > any mcpcheck/*
//! < result {}
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-error
//! > any mcpcheck/*
//! < silence
//! ```
//!
//! ```mcp fails jsonrpc.unknown-method-code
//! > any mcpcheck/*
//! < error -32603 "Internal error"
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::handshake::is_alive_at_all;
use crate::check::common::http::is_beside_the_point;
use crate::check::common::misaddressed;
use crate::check::prelude::*;

const ERROR: &str = "jsonrpc.unknown-method-error";
const CODE: &str = "jsonrpc.unknown-method-code";

pub(crate) const CHECK: Check = Check {
    covers: &[ERROR, CODE],
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
        peer.request(Request::new(INTENT, "mcpcheck/unknown-method"))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        if let Reply::Error(message, code) = exchange.reply() {
            verdicts.on(ERROR).held(message.at.clone());
            judge_code(verdicts.on(CODE), view.revision, message, code, &exchange);
        } else {
            judge_other(verdicts.on(ERROR), view, &exchange);
        }
    }
    verdicts
}

fn judge_other(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let about = |text: &str| Problem::new(SUBJECT, text).exchange(exchange);
    let problem = match exchange.reply() {
        _ if misaddressed(exchange).is_some() => return,
        Reply::Error(..) => return,
        Reply::Result(..) => about("An unknown method was answered by a result."),
        Reply::Malformed(_) => {
            ruling.inconclusive("the answer is neither a result nor an error");
            return;
        }
        Reply::HttpOnly(event, response) => {
            let status = response.status;
            // In 2026-07-28 the status and body of this refusal have a rule of their own.
            let is_elsewhere = view.revision.era() == Era::Modern && status >= 400;
            if is_beside_the_point(status) || is_elsewhere {
                ruling.inconclusive(format!("an unknown method met HTTP {status} alone"));
                return;
            }
            let text = format!(
                "An unknown method was answered by HTTP {status} without a JSON-RPC error."
            );
            let problem = about(&text).event(event, format!("HTTP {status}"));
            match status >= 400 {
                // A refusal all the same, but not in the form that clients read.
                true => problem.at_most_warned(),
                false => problem,
            }
        }
        Reply::Gone(event) => {
            let text = format!("An unknown method {}.", end_by(exchange));
            about(&text).event(event, "connection ended").outright()
        }
        Reply::Silence { alive: true } => about("An unknown method was never answered."),
        Reply::Silence { alive: false } if !is_alive_at_all(view) => {
            ruling.inconclusive("the server answers no ping, so that it may have ended before");
            return;
        }
        Reply::Silence { alive: false } => {
            about("The server stopped answering after an unknown method.").outright()
        }
    };
    ruling.broken(problem);
}

fn judge_code(
    ruling: &mut Ruling,
    revision: Revision,
    message: &WireMessage,
    code: Option<i64>,
    exchange: &Exchange<'_>,
) {
    if code == Some(code::METHOD_NOT_FOUND) {
        ruling.held(message.at.clone());
        return;
    }
    // An error without a code is no error object, which is judged as that.
    let Some(code) = code else { return };
    let text = format!("An unknown method was answered with code {code} instead of -32601.");
    let problem = Problem::new(SUBJECT, text).exchange(exchange);
    ruling.broken(match revision.era() {
        // The code has a MUST of its own there (basic/transports/streamable-http).
        Era::Modern => problem.outright(),
        Era::Handshake => problem,
    });
}
