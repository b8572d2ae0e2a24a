//! A request without an `Origin` header is served.
//!
//! Browsers send the header, other clients do not, and the rule against foreign origins is about
//! those that are sent. A server that refuses requests without one shuts out nearly every client.
//! Check the header only where there is one.
//!
//! ```mcp passes
//! transport http
//! > ping
//! when origin absent
//! < default
//! ```
//!
//! ```mcp fails http.origin.absent-accepted
//! transport http
//! > ping
//! when origin absent
//! < http 403
//! > ping
//! < serve
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! > ping
//! < http 403
//! ```

use crate::check::common::http::{harmless, sent_header, status};
use crate::check::prelude::*;

const ID: &str = "http.origin.absent-accepted";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ORIGIN: &str = "Origin";
/// Not on any list, but enough to see that a request is refused for having none.
const ANY: &str = "http://mcpcheck.invalid";
const WITHOUT: &str = "origin-left-out";
const WITH: &str = "origin-given";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let method = harmless(peer.revision());
        let without = Request::new(WITHOUT, method).without_header(ORIGIN);
        if !matches!(peer.request(without).await, Some(Answer::Result(_))) {
            peer.request(Request::new(WITH, method).header(ORIGIN, ANY))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for exchange in view.exchanges_meant(WITHOUT) {
        match exchange.http() {
            None => {
                ruling.inconclusive("a request without Origin was not answered");
            }
            Some((at, response)) if matches!(response.status, 200..=299) => {
                ruling.held(at);
            }
            Some((_, response)) => judge_refused(ruling, view, &exchange, response.status),
        }
    }
    verdicts
}

fn judge_refused(ruling: &mut Ruling, view: &View, without: &Exchange<'_>, refusal: u16) {
    // The user may have configured an origin that the server knows.
    let served = view.exchanges().find(|exchange| {
        let origin = sent_header(exchange.conversation, exchange.request.channel, ORIGIN);
        origin.is_some()
            && exchange.method() == without.method()
            && matches!(status(exchange), Some(200..=299))
    });
    match served {
        Some(served) if refusal == 403 => {
            let text = "A request is refused for having no Origin.";
            let problem = Problem::new("no Origin", text).exchange(without);
            ruling.odd(problem.exchange(&served));
        }
        _ => {
            ruling.inconclusive(format!("the request was answered by HTTP {refusal}"));
        }
    }
}
