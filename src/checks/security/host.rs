//! A server on this machine does not answer to a foreign host name.
//!
//! A web page can have its own name resolve to 127.0.0.1 (DNS rebinding). The browser then takes
//! the server for the page's own: the request carries the page's name in `Host` and in `Origin`, and
//! the page may read the answer. A server that refuses either is safe; comparing `Origin` with `Host`
//! is no protection, since both are the page's. Sent are a ping as usual, one with a foreign `Host`
//! and one as the rebound page would send it, which is the one that counts. Only servers on this
//! machine are judged; on others many names can be right. To fix it, compare `Host` with the names that
//! the server is reached by, and answer 403 or 421 for others.
//!
//! ```mcp passes
//! transport http
//! > ping
//! when host: mcpcheck.invalid
//! < http 403
//! ```
//!
//! ```mcp passes
//! transport http
//! > ping
//! when host: mcpcheck.invalid
//! when origin absent
//! < serve
//! ```
//!
//! ```mcp fails sec.http.host-not-validated
//! transport http
//! > ping
//! when host: mcpcheck.invalid
//! < serve
//! ```

use crate::check::common::http::{harmless, is_local_target, post, status, with_headers};
use crate::check::prelude::*;

const HOST: &str = "sec.http.host-not-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[HOST],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FOREIGN: &str = "mcpcheck.invalid";
const FOREIGN_ORIGIN: &str = "http://mcpcheck.invalid";
const USUAL: &str = "host-usual";
const OTHER: &str = "host-foreign";
const REBOUND: &str = "host-rebound";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        match peer.open(Opening::Ready).await {
            Some(mut own) => {
                ask(own.as_mut()).await;
                own.close().await;
            }
            // Some servers have one session at a time.
            None => ask(peer).await,
        }
    })
}

async fn ask(peer: &mut dyn Peer) {
    let revision = peer.revision();
    let method = harmless(revision);
    let usual = post(USUAL, revision, "mcpcheck-usual-host", method);
    peer.http(usual.without_header("Origin")).await;
    let other = post(OTHER, revision, "mcpcheck-foreign-host", method);
    peer.http(other.without_header("Origin").header("Host", FOREIGN))
        .await;
    let rebound = post(REBOUND, revision, "mcpcheck-rebound", method);
    let rebound = rebound
        .header("Host", FOREIGN)
        .header("Origin", FOREIGN_ORIGIN);
    peer.http(rebound).await;
    peer.settle().await;
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(HOST);
    let asked = |intent| view.exchanges_meant(intent).next();
    let (Some(usual), Some(other), Some(rebound)) = (asked(USUAL), asked(OTHER), asked(REBOUND))
    else {
        return verdicts;
    };
    if !is_local_target(rebound.conversation) {
        ruling.not_applicable("the server is not on this machine");
        return verdicts;
    }
    let Some(as_usual) = kind_of_answer(&usual) else {
        ruling.inconclusive("the request is not served with the usual Host either");
        return verdicts;
    };
    if kind_of_answer(&rebound) == Some(as_usual) {
        let text = format!("A request of a rebound web page is served: its Host is {FOREIGN}.");
        let problem = with_headers(Problem::new("POST", text), &rebound, &["host", "origin"]);
        let hint =
            "Compare Host with the names the server is reached by and answer 403 for others.";
        ruling.broken(problem.hint(hint));
        return verdicts;
    }
    let Some((at, response)) = rebound.http() else {
        ruling.inconclusive("a request with a foreign Host was not answered");
        return verdicts;
    };
    if response.status >= 500 || response.status == 429 {
        ruling.inconclusive(format!(
            "HTTP {} need not be about the Host",
            response.status
        ));
        return verdicts;
    }
    ruling.held(at);
    if kind_of_answer(&other) == Some(as_usual) {
        let text = "Host is not checked; what protects from rebound web pages is the Origin.";
        ruling.remark(with_headers(Problem::new("POST", text), &other, &["host"]));
    }
    verdicts
}

/// Whether a request was served by a result or, by servers that do not know it, by an error; none
/// when HTTP turned it away.
fn kind_of_answer(exchange: &Exchange<'_>) -> Option<bool> {
    match (status(exchange), exchange.reply()) {
        (Some(200..300), Reply::Result(..)) => Some(true),
        (Some(200..300), Reply::Error(..)) => Some(false),
        _ => None,
    }
}
