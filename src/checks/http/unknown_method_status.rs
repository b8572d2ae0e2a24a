//! In 2026-07-28 an unknown method is answered by HTTP 404 together with the JSON-RPC error.
//!
//! Intermediaries and monitoring see the status only, and clients read the error in the body to
//! tell an unknown method from a wrong URL. Send error -32601 as JSON with status 404. Older
//! revisions leave the status open.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > any mcpcheck/*
//! < http 404
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails http.post.unknown-method-404
//! revision 2026-07-28
//! transport http
//! > any mcpcheck/*
//! < http 200
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails http.post.unknown-method-404
//! revision 2026-07-28
//! transport http
//! > any mcpcheck/*
//! < http 404
//! < body text/html <h1>Not Found</h1>
//! ```
//!
//! ```mcp fails http.post.unknown-method-404
//! revision 2026-07-28
//! transport http
//! > any mcpcheck/*
//! < sse
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! transport http
//! > any mcpcheck/*
//! < result {}
//! ```

use crate::check::common::http::{is_beside_the_point, status};
use crate::check::prelude::*;

const ID: &str = "http.post.unknown-method-404";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-method-status";
const SUBJECT: &str = "unknown method";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(INTENT, "mcpcheck/no-such-method"))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for exchange in view.exchanges_meant(INTENT) {
        let about = |text: String| Problem::new(SUBJECT, text).exchange(&exchange);
        let Some(status) = status(&exchange) else {
            ruling.inconclusive("an unknown method was not answered");
            continue;
        };
        if is_beside_the_point(status) {
            ruling.inconclusive(format!("HTTP {status} came first"));
            continue;
        }
        match exchange.reply() {
            // Which error it has to be is judged by jsonrpc/unknown-method.
            Reply::Error(message, _) if status == 404 => {
                ruling.held(message.at.clone());
            }
            Reply::Error(..) => {
                let text = format!("An unknown method is answered by HTTP {status}, not 404.");
                ruling.broken(about(text));
            }
            Reply::HttpOnly(event, _) if status == 404 => {
                let text = "An unknown method is answered by 404 without a JSON-RPC error.";
                ruling.broken(about(text.to_owned()).event(event, "HTTP 404"));
            }
            _ => {
                ruling.inconclusive("an unknown method was not answered by an error");
            }
        }
    }
    verdicts
}
