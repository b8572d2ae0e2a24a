//! `Mcp-Name` has to repeat the name or URI of the body, in characters that headers may have.
//!
//! By this header a proxy knows which tool, resource or prompt a request is about. A server that
//! does not compare it with the body lets a forbidden tool pass under the name of an allowed one.
//! Answer HTTP 400 with error -32020 when it is missing, differs, or holds characters outside
//! visible ASCII, blank and tab, which different programs read differently.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > resources/read
//! < default
//! ```
//!
//! ```mcp fails http.headers.name-missing
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name absent
//! < serve
//! ```
//!
//! ```mcp fails http.headers.name-mismatch
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name: mcpcheck-other
//! < http 200
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails http.headers.invalid-characters
//! revision 2026-07-28
//! transport http
//! > tools/call {"name": "mcpcheck-näme"}
//! < error -32602 "Unknown tool"
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! transport http
//! capabilities {"tools":{}}
//! > tools/call
//! < error -32602 "Unknown tool"
//! ```

use crate::check::common::answers::{UNKNOWN_NAME, shown};
use crate::check::common::http::{
    NamedRequest, is_beside_the_point, judge_header_refusal, status, with_headers,
};
use crate::check::prelude::*;

const MISSING: &str = "http.headers.name-missing";
const MISMATCH: &str = "http.headers.name-mismatch";
const CHARACTERS: &str = "http.headers.invalid-characters";

pub(crate) const CHECK: Check = Check {
    covers: &[MISSING, MISMATCH, CHARACTERS],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const HEADER: &str = "Mcp-Name";
const OTHER_NAME: &str = "mcpcheck-other";
const FOREIGN_NAME: &str = "mcpcheck-näme";
const WITHOUT: &str = "name-header-missing";
const OTHER: &str = "name-header-other";
const FOREIGN: &str = "name-header-not-ascii";
const MADE_UP: &str = "name-header-other-made-up";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if let Some(named) = NamedRequest::choose(peer.session(), peer.surface()) {
            peer.request(named.request(WITHOUT).without_header(HEADER))
                .await;
            peer.request(named.request(OTHER).header(HEADER, OTHER_NAME))
                .await;
        }
        if let Some(foreign) = NamedRequest::made_up(peer.session(), FOREIGN_NAME) {
            let raw = foreign.name.clone();
            peer.request(foreign.request(FOREIGN).header(HEADER, &raw))
                .await;
        }
        if let Some(made_up) = NamedRequest::made_up(peer.session(), UNKNOWN_NAME) {
            peer.request(made_up.request(MADE_UP).header(HEADER, OTHER_NAME))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let refusals = [
        (WITHOUT, MISSING, "A request without Mcp-Name"),
        (OTHER, MISMATCH, "A request with another name in Mcp-Name"),
    ];
    for (intent, id, what) in refusals {
        for exchange in view.exchanges_meant(intent) {
            judge_refusal(verdicts.on(id), &exchange, what);
        }
    }
    for exchange in view.exchanges_meant(FOREIGN) {
        judge_foreign(verdicts.on(CHARACTERS), &exchange, view);
    }
    let session = view.session();
    if !["tools", "resources", "prompts"]
        .iter()
        .any(|feature| session.declares(&[*feature]))
    {
        for id in CHECK.covers {
            let why = "the server declares neither tools nor resources nor prompts";
            verdicts.on(id).not_applicable(why);
        }
    }
    verdicts
}

fn judge_refusal(ruling: &mut Ruling, exchange: &Exchange<'_>, what: &str) {
    let is_mismatch = matches!(
        exchange.reply(),
        Reply::Error(_, Some(code::HEADER_MISMATCH))
    );
    if exchange.method() == "tools/call" && !is_mismatch {
        ruling.inconclusive("the server may look for the tool, which does not exist, first");
        return;
    }
    judge_header_refusal(ruling, exchange, HEADER, what);
}

/// Body and header hold the same bytes, so that only their kind can be at fault.
fn judge_foreign(ruling: &mut Ruling, exchange: &Exchange<'_>, view: &View) {
    let code = match (exchange.reply(), exchange.http()) {
        (_, Some((_, response))) if is_beside_the_point(response.status) => {
            ruling.inconclusive(format!("HTTP {} came first", response.status));
            return;
        }
        (Reply::Error(_, code), Some(_)) if code != Some(code::HEADER_MISMATCH) => shown(code),
        (Reply::Result(..), _) => "a result".to_owned(),
        // HTTP software below the server often refuses such a header by itself.
        (_, Some((at, response))) if response.status == 400 => {
            ruling.held(at);
            return;
        }
        _ => {
            ruling.inconclusive("the request was neither served nor refused by HTTP 400");
            return;
        }
    };
    if !headers_come_first(view) {
        ruling.inconclusive("the server may look for the name, which does not exist, first");
        return;
    }
    let text = format!("A request with bytes outside ASCII in Mcp-Name is processed: {code}.");
    ruling.broken(with_headers(
        Problem::new(HEADER, text),
        exchange,
        &[HEADER],
    ));
}

/// True when a name that does not exist is still compared with the header.
fn headers_come_first(view: &View) -> bool {
    view.exchanges_meant(MADE_UP).any(|exchange| {
        status(&exchange) == Some(400)
            && matches!(
                exchange.reply(),
                Reply::Error(_, Some(code::HEADER_MISMATCH))
            )
    })
}
