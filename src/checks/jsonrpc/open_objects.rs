//! Members and `_meta` keys that a server does not know do not make a request fail.
//!
//! All parameters are open: newer clients send members of later revisions, and extensions put keys
//! of their own into `_meta`. A server with a closed schema for parameters refuses such clients.
//! Ignore what is not known.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > server/discover
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.open-objects-accepted
//! > ping {"xMcpCheck":true}
//! < error -32602 "Unknown parameter"
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.open-objects-accepted";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "open-objects";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let harmless = match peer.revision().era() {
            Era::Handshake => "ping",
            Era::Modern => "server/discover",
        };
        let list = list_methods(peer.session()).first().copied();
        for method in [harmless].into_iter().chain(list) {
            let params = json!({"xMcpCheck": true, "_meta": {"com.example.mcp-check/x": 1}});
            peer.request(Request::new(INTENT, method).params(params))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        let method = exchange.method();
        let works = view
            .results_of(method)
            .any(|(other, _)| other.intent() != Some(INTENT));
        match exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::Error(_, code) if works => {
                let shown = code.map(|code| format!(" {code}")).unwrap_or_default();
                let text = format!(
                    "A {method} request with members nobody defines is refused by error{shown}."
                );
                let problem = Problem::new("unknown members", text);
                ruling.broken(problem.exchange(&exchange));
            }
            _ => {
                ruling.inconclusive(format!("{method} brought no result to compare"));
            }
        }
    }
    verdicts
}
