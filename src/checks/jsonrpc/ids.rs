//! Any string and any integer is a good request id.
//!
//! Clients choose ids as they like: one counts from 0, the next sends UUIDs. A server that takes 0
//! for "no id", or wants numbers only, refuses to talk to some of them. Treat the id as a JSON
//! value to be given back; do not parse it, compare it or test it for truth.
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
//! ```mcp fails jsonrpc.accept-string-and-integer-ids
//! > ping id string
//! < error -32600 "Ids have to be numbers"
//! ```
//!
//! ```mcp fails jsonrpc.accept-string-and-integer-ids
//! > ping id 0
//! < silence
//! ```
//!
//! ```mcp inconclusive
//! > ping
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::{is_refusal_of_host, misaddressed};
use crate::check::prelude::*;

const ACCEPT: &str = "jsonrpc.accept-string-and-integer-ids";

pub(crate) const CHECK: Check = Check {
    covers: &[ACCEPT],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FORMS: &str = "id-forms";
/// Integers that the peer's own counter does not reach. No id is ever used twice.
const INTEGERS: [i64; 3] = [0, -7, 2_147_483_648];
const STRINGS: [&str; 5] = [
    "a",
    "7000007",
    "größe-名前-😀",
    "3f2b8c1e-7a64-4d0b-9c55-1e2d3c4b5a69",
    "",
];
/// An id written with escapes, which are the same JSON string.
const ESCAPED: &str = r#"{"jsonrpc":"2.0","id":"\u00e9\u540d\ud83d\ude00","method":"ping"}"#;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let method = harmless(peer.revision());
        let integers = INTEGERS.into_iter().map(Id::from);
        let strings = STRINGS.into_iter().map(Id::from);
        let long = Id::from("mcpcheck".repeat(16));
        for id in integers.chain(strings).chain([long]) {
            let answer = peer.request(Request::new(FORMS, method).id(id)).await;
            if answer.is_none() && !peer.settle().await {
                return;
            }
        }
        if peer.revision().era() == Era::Handshake {
            peer.raw(Raw::new(FORMS, ESCAPED)).await;
        }
        peer.settle().await;
    })
}

fn harmless(revision: Revision) -> &'static str {
    match revision.era() {
        Era::Handshake => "ping",
        Era::Modern => "server/discover",
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ACCEPT);
    let method = harmless(view.revision);
    let works = view
        .results_of(method)
        .any(|(exchange, _)| exchange.intent() != Some(FORMS));
    if !works {
        ruling.inconclusive(format!("{method} brings no result, whatever the id"));
        return verdicts;
    }
    for exchange in view.exchanges_meant(FORMS) {
        let Some(id) = exchange.id() else { continue };
        let what = match exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
                continue;
            }
            _ if misaddressed(&exchange).is_some() => continue,
            Reply::Error(..) => "was answered by an error".to_owned(),
            Reply::HttpOnly(_, http) if is_refusal_of_host(http.status) => {
                ruling.inconclusive(format!("a request was refused with HTTP {}", http.status));
                continue;
            }
            Reply::HttpOnly(_, http) => format!("was answered by HTTP {} alone", http.status),
            Reply::Gone(_) => end_by(&exchange).to_owned(),
            Reply::Silence { alive: true } => "was never answered".to_owned(),
            Reply::Silence { alive: false } => {
                ruling.inconclusive("the server stopped answering altogether");
                continue;
            }
            Reply::Malformed(_) => continue,
        };
        let subject = match id {
            Id::String(text) if text.is_empty() => "empty string id",
            Id::String(_) => "string id",
            _ => "integer id",
        };
        let text = format!("A {method} request with the id {id} {what}; with other ids it works.");
        let problem = Problem::new(subject, text).exchange(&exchange);
        match subject {
            "empty string id" => ruling.odd(problem),
            _ => ruling.broken(problem),
        };
    }
    verdicts
}
