//! A request whose version header is missing, or differs from its `_meta`, is refused.
//!
//! Proxies and firewalls decide by the header what the server decides by the body, so one that
//! serves a request in which both differ can be led around them. The refusal is HTTP 400 with error
//! -32020. A server that also speaks revisions before 2025-06-18 may take a request without the
//! header for one of those.
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! when mcp-protocol-version: 2099-01-01
//! < error -32022 "Unsupported protocol version" data {"supported":["2026-07-28"],"requested":"2099-01-01"}
//! ```
//!
//! ```mcp fails http.version-header.mismatch
//! revision 2026-07-28
//! transport http
//! > server/discover
//! when mcp-protocol-version: 2099-01-01
//! < serve
//! ```
//!
//! ```mcp fails http.version-header.mismatch
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! when mcp-protocol-version: 2025-11-25
//! < error -32022 "Unsupported protocol version" data {"supported":["2026-07-28"],"requested":"2025-11-25"}
//! ```
//!
//! ```mcp fails http.version-header.missing
//! revision 2026-07-28
//! revisions 2025-11-25 2026-07-28
//! transport http
//! > server/discover
//! when mcp-protocol-version absent
//! < serve
//! ```

use crate::check::common::handshake::bare_initialize;
use crate::check::common::http::{
    Handshakes, VERSION_HEADER, handshakes, is_beside_the_point, judge_header_refusal, sent_header,
    status, with_headers,
};
use crate::check::prelude::*;

const MISMATCH: &str = "http.version-header.mismatch";
const MISSING: &str = "http.version-header.missing";

pub(crate) const CHECK: Check = Check {
    covers: &[MISMATCH, MISSING],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const OTHER_ERA: &str = "version-mismatch-initialize";
const CLEAN_UP: &str = "version-mismatch-clean-up";
const DIFFERENT: &str = "version-mismatch";
const NO_HEADER: &str = "version-header-missing";
const OLD: &str = "2025-11-25";
const FUTURE: &str = "2099-01-01";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let discover = |intent: &str| Request::new(intent, "server/discover");
        for version in [OLD, FUTURE] {
            peer.request(discover(DIFFERENT).header(VERSION_HEADER, version))
                .await;
        }
        peer.request(discover(NO_HEADER).without_header(VERSION_HEADER))
            .await;
        peer.settle().await;
        let Some(mut other) = peer.open(Opening::Silent).await else {
            return;
        };
        if let Some(Answer::Result(_)) = other
            .request(bare_initialize(OTHER_ERA, "2025-03-26"))
            .await
        {
            let delete = HttpCall::new(CLEAN_UP, "DELETE");
            other.http(delete.without_header(VERSION_HEADER)).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let era = handshakes(view, OTHER_ERA);
    for exchange in view.exchanges_meant(DIFFERENT) {
        judge_different(verdicts.on(MISMATCH), &exchange, &era);
    }
    let ruling = verdicts.on(MISSING);
    match era {
        Handshakes::Unclear => {
            let why = "it is not known which handshake revisions the server serves";
            ruling.inconclusive(why);
        }
        Handshakes::Served(version) if version.as_str() < Revision::V2025_06_18.as_str() => {
            ruling.not_applicable("the server also serves revisions that have no such header");
        }
        Handshakes::Served(_) | Handshakes::Refused => {
            for exchange in view.exchanges_meant(NO_HEADER) {
                let what = "A request without MCP-Protocol-Version";
                judge_header_refusal(ruling, &exchange, VERSION_HEADER, what);
            }
        }
    }
    verdicts
}

fn judge_different(ruling: &mut Ruling, exchange: &Exchange<'_>, era: &Handshakes) {
    let channel = exchange.request.channel;
    let version = sent_header(exchange.conversation, channel, VERSION_HEADER).unwrap_or_default();
    let is_refused = status(exchange)
        .is_some_and(|status| matches!(status, 400..500) && !is_beside_the_point(status));
    match exchange.reply() {
        // Both rules are broken at once, and nothing says which comes first.
        Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION))
            if version == FUTURE && status(exchange) == Some(400) =>
        {
            ruling.held(message.at.clone());
        }
        Reply::Result(..) | Reply::Error(_, Some(code::HEADER_MISMATCH)) => {
            judge_plainly(ruling, exchange, version);
        }
        // By its header the request belongs to the other era, and is refused by the rules of that.
        _ if is_refused && version == OLD && *era != Handshakes::Refused => {
            let text = format!(
                "A request with MCP-Protocol-Version {version} and another version in its body is \
                 refused, but not with code -32020."
            );
            ruling.odd(with_headers(
                Problem::new(VERSION_HEADER, text),
                exchange,
                &[VERSION_HEADER],
            ));
        }
        _ => judge_plainly(ruling, exchange, version),
    }
}

fn judge_plainly(ruling: &mut Ruling, exchange: &Exchange<'_>, version: &str) {
    let what = format!("A request with MCP-Protocol-Version {version} and another in its body");
    judge_header_refusal(ruling, exchange, VERSION_HEADER, &what);
}
