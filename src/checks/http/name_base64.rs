//! `Mcp-Name` in the form `=?base64?...?=` is decoded, in exactly this form.
//!
//! Names and URIs with characters that headers cannot have travel in base64 between these markers.
//! A server that compares the undecoded text refuses every client that uses such a name. One that
//! is lax about the markers or the base64 takes for equal what a proxy in front of it takes for
//! different. Decode strictly, and refuse what cannot be decoded by HTTP 400 with error -32020.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > resources/read
//! < default
//! ```
//!
//! ```mcp fails http.headers.name-base64
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name: =?base64?bWVtbzovL3dlbGNvbWU=?=
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails http.headers.base64-marker-exact
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name: =?BASE64?bWVtbzovL3dlbGNvbWU=?=
//! < serve
//! ```
//!
//! ```mcp fails http.headers.base64-undecodable
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name: =?base64?SGVs!!!bG8=?=
//! < serve
//! ```
//!
//! ```mcp fails http.headers.base64-undecodable
//! revision 2026-07-28
//! transport http
//! > resources/read
//! when mcp-name: =?base64?bWVtbzovL3dlbGNvbWU?=
//! < serve
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::check::common::http::{NamedRequest, judge_header_refusal, with_headers};
use crate::check::prelude::*;

const DECODED: &str = "http.headers.name-base64";
const MARKER: &str = "http.headers.base64-marker-exact";
const UNDECODABLE: &str = "http.headers.base64-undecodable";

pub(crate) const CHECK: Check = Check {
    covers: &[DECODED, MARKER, UNDECODABLE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const HEADER: &str = "Mcp-Name";
const PLAIN: &str = "name-plain";
const ENCODED: &str = "name-base64";
const UPPER_CASE: &str = "name-base64-upper-case";
const GARBAGE: &str = "name-base64-garbage";
const UNPADDED: &str = "name-base64-unpadded";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(named) = NamedRequest::choose(peer.session(), peer.surface()) else {
            return;
        };
        let encoded = STANDARD.encode(&named.name);
        let unpadded = encoded.trim_end_matches('=');
        peer.request(named.request(PLAIN)).await;
        let variants = [
            (ENCODED, format!("=?base64?{encoded}?=")),
            (UPPER_CASE, format!("=?BASE64?{encoded}?=")),
            (GARBAGE, "=?base64?SGVs!!!bG8=?=".to_owned()),
            (UNPADDED, format!("=?base64?{unpadded}?=")),
        ];
        for (intent, value) in &variants {
            if *intent != UNPADDED || unpadded != encoded {
                peer.request(named.request(intent).header(HEADER, value))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let Some(plain) = view.exchanges_meant(PLAIN).next() else {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .not_applicable("the server has nothing that is named in a request");
        }
        return verdicts;
    };
    for exchange in view.exchanges_meant(ENCODED) {
        judge_decoded(verdicts.on(DECODED), &exchange, &plain);
    }
    let refusals = [
        (UPPER_CASE, MARKER, "A request with =?BASE64? in Mcp-Name"),
        (
            GARBAGE,
            UNDECODABLE,
            "A request with undecodable base64 in Mcp-Name",
        ),
    ];
    for (intent, id, what) in refusals {
        for exchange in view.exchanges_meant(intent) {
            judge_refusal(verdicts.on(id), &exchange, what);
        }
    }
    for exchange in view.exchanges_meant(UNPADDED) {
        if is_like(&exchange, &plain) {
            let text = "Base64 without its padding is taken as well.";
            let problem = with_headers(Problem::new("padding", text), &exchange, &[HEADER]);
            verdicts.on(UNDECODABLE).odd(problem);
        }
    }
    verdicts
}

fn is_mismatch(exchange: &Exchange<'_>) -> bool {
    matches!(
        exchange.reply(),
        Reply::Error(_, Some(code::HEADER_MISMATCH))
    )
}

/// True when both were served, or led to the same error behind the check of the headers.
fn is_like(exchange: &Exchange<'_>, plain: &Exchange<'_>) -> bool {
    match (exchange.reply(), plain.reply()) {
        (Reply::Result(..), Reply::Result(..)) => true,
        (Reply::Error(_, code), Reply::Error(_, expected)) => {
            code == expected && !is_mismatch(exchange)
        }
        _ => false,
    }
}

fn judge_decoded(ruling: &mut Ruling, exchange: &Exchange<'_>, plain: &Exchange<'_>) {
    if is_mismatch(plain) {
        ruling.inconclusive("the request is refused with its name in plain text, too");
    } else if is_mismatch(exchange) {
        let text = "A name in base64 is not decoded before it is compared with the body.";
        ruling.broken(with_headers(
            Problem::new(HEADER, text),
            exchange,
            &[HEADER],
        ));
    } else if let (true, Some((at, _))) = (is_like(exchange, plain), exchange.http()) {
        ruling.held(at);
    } else {
        ruling.inconclusive("the answer is neither that to the plain name nor a refusal");
    }
}

fn judge_refusal(ruling: &mut Ruling, exchange: &Exchange<'_>, what: &str) {
    if exchange.method() == "tools/call" && !is_mismatch(exchange) {
        ruling.inconclusive("the server may look for the tool, which does not exist, first");
        return;
    }
    judge_header_refusal(ruling, exchange, HEADER, what);
}
