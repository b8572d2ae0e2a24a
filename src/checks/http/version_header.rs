//! The version header is honoured after the handshake, refused when invalid, and can be missing.
//!
//! Since 2025-06-18 clients name the agreed revision in `MCP-Protocol-Version` with every request
//! but initialize, so that a server behind several instances knows it without looking it up. A
//! server that takes any value will misread a request some day; one that demands the header shuts
//! out older clients. Compare the value with the supported revisions, answer 400 for others, and
//! fall back to what the handshake agreed on.
//!
//! ```mcp passes
//! transport http
//! > ping
//! when mcp-protocol-version: 1900-01-01
//! < http 400
//! ```
//!
//! ```mcp fails http.version-header.invalid-400
//! transport http
//! > ping
//! when mcp-protocol-version: not-a-version
//! < serve
//! ```
//!
//! ```mcp fails http.version-header.absent
//! transport http
//! > ping
//! when mcp-protocol-version absent
//! < http 400
//! ```
//!
//! ```mcp fails http.version-header.accepted
//! transport http
//! > any *
//! when mcp-protocol-version: 2025-11-25
//! < http 400
//! ```

use crate::check::common::http::{
    VERSION_HEADER, harmless, is_beside_the_point, sent_header, status, with_headers,
};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

const ACCEPTED: &str = "http.version-header.accepted";
const INVALID: &str = "http.version-header.invalid-400";
const ABSENT: &str = "http.version-header.absent";

pub(crate) const CHECK: Check = Check {
    covers: &[ACCEPTED, INVALID, ABSENT],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const WRONG: &str = "version-header-wrong";
const NO_HEADER: &str = "version-header-absent";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let revision = peer.revision();
        let method = harmless(revision);
        for wrong in ["1900-01-01", "not-a-version"] {
            peer.request(Request::new(WRONG, method).header(VERSION_HEADER, wrong))
                .await;
        }
        peer.request(Request::new(NO_HEADER, method).without_header(VERSION_HEADER))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(WRONG) {
        judge_wrong(verdicts.on(INVALID), &exchange);
    }
    for exchange in view.exchanges_meant(NO_HEADER) {
        judge_absent(verdicts.on(ABSENT), &exchange, view);
    }
    judge_accepted(verdicts.on(ACCEPTED), view);
    verdicts
}

fn judge_wrong(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    match exchange.http() {
        Some((at, response)) if response.status == 400 => {
            ruling.held(at);
        }
        Some((_, response)) if is_beside_the_point(response.status) => {
            ruling.inconclusive(format!("HTTP {} came first", response.status));
        }
        Some((_, response)) => {
            let channel = exchange.request.channel;
            let value = sent_header(exchange.conversation, channel, VERSION_HEADER);
            let text = format!(
                "MCP-Protocol-Version: {} is answered by HTTP {}, not 400.",
                value.unwrap_or_default(),
                response.status
            );
            ruling.broken(with_headers(
                Problem::new("invalid version", text),
                exchange,
                &[VERSION_HEADER],
            ));
        }
        None => {
            ruling.inconclusive("a request with an invalid version was not answered");
        }
    }
}

fn judge_absent(ruling: &mut Ruling, exchange: &Exchange<'_>, view: &View) {
    match exchange.http() {
        Some((at, response)) if matches!(response.status, 200..300) => {
            ruling.held(at);
        }
        Some((_, response)) if is_beside_the_point(response.status) => {
            ruling.inconclusive(format!("HTTP {} came first", response.status));
        }
        Some((_, response)) if response.status == 400 && view.session().session_id.is_none() => {
            let why = "without a session the server has to take such a request for 2025-03-26, \
                       which it may not support";
            ruling.inconclusive(why);
        }
        Some((_, response)) => {
            let status = response.status;
            let text =
                format!("A request without MCP-Protocol-Version is refused by HTTP {status}.");
            ruling.broken(with_headers(
                Problem::new("no version", text),
                exchange,
                &[VERSION_HEADER],
            ));
        }
        None => {
            ruling.inconclusive("a request without the header was not answered");
        }
    }
}

fn judge_accepted(ruling: &mut Ruling, view: &View) {
    let is_named = |exchange: &Exchange<'_>| {
        let channel = exchange.request.channel;
        let value = sent_header(exchange.conversation, channel, VERSION_HEADER);
        is_ordinary(exchange) && value == Some(view.revision.as_str())
    };
    let mut refused = None;
    for exchange in view.exchanges().filter(is_named) {
        match exchange.http() {
            Some((at, response)) if matches!(response.status, 200..300) => {
                ruling.held(at);
            }
            Some((_, response)) if response.status == 400 => refused = Some(exchange),
            _ => {}
        }
    }
    let is_served = |exchange: Exchange<'_>| matches!(status(&exchange), Some(200..300));
    let served_without = view.exchanges_meant(NO_HEADER).any(is_served);
    if let (true, true, Some(exchange)) = (ruling.held.is_empty(), served_without, refused) {
        let text = "Requests that name the agreed revision are refused, and served without it.";
        ruling.broken(with_headers(
            Problem::new("agreed version", text),
            &exchange,
            &[VERSION_HEADER],
        ));
    }
}
