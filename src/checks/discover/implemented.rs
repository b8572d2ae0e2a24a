//! server/discover is answered at any time and on any connection, each time in the same way.
//!
//! It is how clients of 2026-07-28 learn what a server speaks and offers. No handshake comes
//! before it and no connection remembers it, so its answer may be cached and reused: it names the
//! version under which it was asked, and does not change with the connection or with what was
//! called before. Answer it from what the server is configured to offer.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > server/discover
//! < default
//! ```
//!
//! ```mcp fails discover.implemented
//! revision 2026-07-28
//! >2 server/discover
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails discover.lists-used-version
//! revision 2026-07-28
//! > server/discover
//! < merge {"supportedVersions":["2027-01-01"]}
//! ```
//!
//! ```mcp fails discover.lists-used-version
//! revision 2026-07-28
//! > server/discover
//! < merge {"supportedVersions":["2026-07-28","2026-07-28"]}
//! ```
//!
//! ```mcp fails discover.capabilities-consistent
//! revision 2026-07-28
//! >2 server/discover
//! < merge {"capabilities":{"prompts":null}}
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! transport http
//! >2 server/discover
//! < http 503
//! ```

use std::collections::BTreeSet;

use crate::check::common::handshake::{ask_alone, unclear};
use crate::check::prelude::*;

const IMPLEMENTED: &str = "discover.implemented";
const LISTS: &str = "discover.lists-used-version";
const CONSISTENT: &str = "discover.capabilities-consistent";

pub(crate) const CHECK: Check = Check {
    covers: &[IMPLEMENTED, LISTS, CONSISTENT],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const METHOD: &str = "server/discover";
const AGAIN: &str = "discover-again";
const ELSEWHERE: &str = "discover-elsewhere";
const SUBJECT: &str = "method:server/discover";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(AGAIN, METHOD)).await;
        peer.settle().await;
        if let Some(fresh) = peer.open(Opening::Silent).await {
            ask_alone(fresh, Request::new(ELSEWHERE, METHOD)).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let exchanges: Vec<Exchange<'_>> = view.exchanges().filter(is_plain).collect();
    for exchange in &exchanges {
        judge_answer(verdicts.on(IMPLEMENTED), exchange);
        if let Reply::Result(message, result) = exchange.reply() {
            judge_versions(verdicts.on(LISTS), view, exchange, message, result);
        }
    }
    judge_sameness(verdicts.on(CONSISTENT), &exchanges);
    verdicts
}

/// The requests that found the server, and those of this check: nothing odd was sent before them.
fn is_plain(exchange: &Exchange<'_>) -> bool {
    let intent = exchange.intent().unwrap_or("detect");
    exchange.method() == METHOD && ["detect", AGAIN, ELSEWHERE].contains(&intent)
}

fn judge_answer(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    if let Some(why) = unclear(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let what = match exchange.reply() {
        Reply::Result(message, _)
        | Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION)) => {
            ruling.held(message.at.clone());
            return;
        }
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => "an unknown method".to_owned(),
        Reply::Error(..) => "answered by an error".to_owned(),
        Reply::HttpOnly(_, response) => {
            format!("answered by HTTP {} without a result", response.status)
        }
        Reply::Silence { alive: true } => "not answered".to_owned(),
        _ => {
            ruling.inconclusive("a further connection ended or stayed silent as a whole");
            return;
        }
    };
    let text = format!("server/discover is {what}, although it was answered before.");
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
}

fn judge_versions(
    ruling: &mut Ruling,
    view: &View,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    result: &Value,
) {
    let Some(versions) = result["supportedVersions"].as_array() else {
        ruling.inconclusive("the result has no list of versions; the schema judges that");
        return;
    };
    let used = view.revision.as_str();
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    let distinct: BTreeSet<String> = versions.iter().map(Value::to_string).collect();
    if !versions.iter().any(|version| version == used) {
        let text =
            format!("The request was accepted under {used}, but supportedVersions lacks it.");
        ruling.broken(about(text));
    } else if distinct.len() < versions.len() {
        ruling.odd(about("supportedVersions names a version twice.".to_owned()));
    } else {
        ruling.held(message.at.clone());
    }
}

fn judge_sameness(ruling: &mut Ruling, exchanges: &[Exchange<'_>]) {
    let mut results = exchanges
        .iter()
        .filter_map(|exchange| match exchange.reply() {
            Reply::Result(message, result) => Some((exchange, message, result)),
            _ => None,
        });
    let Some((first, _, expected)) = results.next() else {
        return;
    };
    for (exchange, message, result) in results {
        let member = if versions(result) != versions(expected) {
            "supportedVersions"
        } else if result["capabilities"] != expected["capabilities"] {
            "capabilities"
        } else {
            ruling.held(message.at.clone());
            continue;
        };
        let text = format!("Two server/discover answers differ in {member}.");
        ruling.broken(
            Problem::new(SUBJECT, text)
                .exchange(first)
                .exchange(exchange),
        );
    }
}

fn versions(result: &Value) -> BTreeSet<String> {
    let list = result["supportedVersions"].as_array().into_iter().flatten();
    list.map(Value::to_string).collect()
}
