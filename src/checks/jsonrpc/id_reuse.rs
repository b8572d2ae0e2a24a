//! In 2026-07-28 a request id may be used again once its request was answered.
//!
//! Clients of this revision keep no list of the ids they used, and many clients may share one
//! server. A server that remembers ids refuses requests that are in order. Forget an id with its
//! answer.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > server/discover
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.id-reuse-after-response
//! revision 2026-07-28
//! >2 server/discover id "mcpcheck-reuse"
//! < error -32600 "Duplicate id"
//! ```
//!
//! ```mcp fails jsonrpc.id-reuse-after-response
//! revision 2026-07-28
//! transport http
//! >2 server/discover id "mcpcheck-reuse"
//! < http 400
//! ```

use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.id-reuse-after-response";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "id-reuse";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for _ in 0..2 {
            let request = Request::new(INTENT, "server/discover");
            peer.request(request.id(Id::from("mcpcheck-reuse"))).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let exchanges: Vec<Exchange<'_>> = view.exchanges_meant(INTENT).collect();
    let [first, second] = exchanges.as_slice() else {
        return verdicts;
    };
    if first.result().is_none() {
        ruling.inconclusive("server/discover brought no result the first time");
        return verdicts;
    }
    let what = match second.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
            return verdicts;
        }
        Reply::Error(..) => "is refused by an error",
        Reply::HttpOnly(_, response) if !is_refusal_of_host(response.status) => {
            "is refused by an HTTP status"
        }
        Reply::Silence { alive: true } => "is not answered",
        _ => {
            ruling.inconclusive("the second request brought nothing that can be judged");
            return verdicts;
        }
    };
    let text = format!("A second request with the id of one that was answered before {what}.");
    let problem = Problem::new("request id", text).exchange(first);
    ruling.broken(problem.exchange(second));
    verdicts
}
