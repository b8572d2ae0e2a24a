//! `Mcp-Method` has to repeat the method of the body exactly, but for blanks around it.
//!
//! Proxies route, limit and log by this header without reading the body. If the server does not
//! hold both together, a request can be let through as one thing and executed as another. Compare
//! them with regard to case, answer HTTP 400 with error -32020 when they differ or the header is
//! missing, and leave headers alone that you do not know.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < default
//! ```
//!
//! ```mcp fails http.headers.method-missing
//! revision 2026-07-28
//! transport http
//! > server/discover
//! when mcp-method absent
//! < serve
//! ```
//!
//! ```mcp fails http.headers.method-mismatch
//! revision 2026-07-28
//! transport http
//! > server/discover
//! when mcp-method: prompts/list
//! < error -32001 "Header mismatch"
//! ```
//!
//! ```mcp fails http.headers.values-case-sensitive
//! revision 2026-07-28
//! transport http
//! > server/discover
//! when mcp-method: SERVER/DISCOVER
//! < serve
//! ```
//!
//! ```mcp fails http.headers.surrounding-whitespace
//! revision 2026-07-28
//! transport http
//! >5 server/discover
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails http.headers.unknown-param-ignored
//! revision 2026-07-28
//! transport http
//! > tools/list
//! when mcp-param-mcpcheck: 1
//! < error -32020 "Header mismatch"
//! ```

use crate::check::common::http::{is_beside_the_point, judge_header_refusal, status, with_headers};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

const MISSING: &str = "http.headers.method-missing";
const MISMATCH: &str = "http.headers.method-mismatch";
const CASE: &str = "http.headers.values-case-sensitive";
const BLANKS: &str = "http.headers.surrounding-whitespace";
const UNKNOWN: &str = "http.headers.unknown-param-ignored";

pub(crate) const CHECK: Check = Check {
    covers: &[MISSING, MISMATCH, CASE, BLANKS, UNKNOWN],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const HEADER: &str = "Mcp-Method";
const WITHOUT: &str = "method-header-missing";
const OTHER: &str = "method-header-other";
const UPPER_CASE: &str = "method-header-upper-case";
const PADDED: &str = "method-header-padded";
const EXTRA: &str = "param-header-unknown";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let discover = |intent: &str| Request::new(intent, "server/discover");
        peer.request(discover(WITHOUT).without_header(HEADER)).await;
        peer.request(discover(OTHER).header(HEADER, "prompts/list"))
            .await;
        peer.request(discover(UPPER_CASE).header(HEADER, "SERVER/DISCOVER"))
            .await;
        peer.request(discover(PADDED).header(HEADER, "   server/discover  "))
            .await;
        let method = listing(peer.session());
        peer.request(Request::new(EXTRA, method).header("Mcp-Param-McpCheck", "1"))
            .await;
        peer.settle().await;
    })
}

/// A list request, where the server has anything to list.
fn listing(session: &Session) -> &'static str {
    let lists = [
        ("tools", "tools/list"),
        ("resources", "resources/list"),
        ("prompts", "prompts/list"),
    ];
    let declared = lists
        .iter()
        .find(|(capability, _)| session.declares(&[*capability]));
    declared.map_or("server/discover", |(_, method)| method)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let refusals = [
        (WITHOUT, MISSING, "A request without Mcp-Method"),
        (
            OTHER,
            MISMATCH,
            "A request with another method in Mcp-Method",
        ),
        (
            UPPER_CASE,
            CASE,
            "A request with its method in upper case in Mcp-Method",
        ),
    ];
    for (intent, id, what) in refusals {
        for exchange in view.exchanges_meant(intent) {
            judge_header_refusal(verdicts.on(id), &exchange, HEADER, what);
        }
    }
    for exchange in view.exchanges_meant(PADDED) {
        judge_padded(verdicts.on(BLANKS), &exchange);
    }
    for exchange in view.exchanges_meant(EXTRA) {
        judge_extra(verdicts.on(UNKNOWN), &exchange, view);
    }
    verdicts
}

fn judge_padded(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::HEADER_MISMATCH)) => {
            let text = "Blanks around the value of Mcp-Method are taken for a part of it.";
            let hint = "HTTP does not count blanks around a header value (RFC 9110, section 5.5).";
            ruling.broken(with_headers(Problem::new(HEADER, text), exchange, &[HEADER]).hint(hint));
        }
        _ => {
            ruling.inconclusive("blanks around a header value led to something else than -32020");
        }
    }
}

fn judge_extra(ruling: &mut Ruling, exchange: &Exchange<'_>, view: &View) {
    if let Reply::Result(message, _) = exchange.reply() {
        ruling.held(message.at.clone());
        return;
    }
    let is_usually_served = view
        .results_of(exchange.method())
        .any(|(usual, _)| is_ordinary(&usual));
    match status(exchange) {
        Some(status) if is_usually_served && !is_beside_the_point(status) => {
            let text = format!("An Mcp-Param header of no known parameter leads to HTTP {status}.");
            ruling.broken(Problem::new("Mcp-Param", text).exchange(exchange));
        }
        _ => {
            ruling.inconclusive("the request is not known to be served without the header");
        }
    }
}
