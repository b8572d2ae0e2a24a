//! A cursor that is used again gives the same page again.
//!
//! Clients ask for a page again when an answer got lost or a view is opened anew. A cursor that is
//! used up, or that moves on with every use, makes them lose entries. Encode the position in the
//! cursor instead of keeping it on the server.
//!
//! ```mcp passes
//! > tools/list {"cursor":"page-2"}
//! < default
//! ```
//!
//! ```mcp fails pagination.stable-cursors
//! >3 tools/list {"cursor":"page-2"}
//! < merge {"tools":[]}
//! ```
//!
//! ```mcp fails pagination.stable-cursors
//! >3 tools/list {"cursor":"page-2"}
//! < error -32602 "Cursor was used"
//! ```
//!
//! ```mcp inconclusive
//! # The list has changed.
//! >2 tools/list {"cursor":"page-2"}
//! < merge {"tools":[{"name":"old","inputSchema":{"type":"object"}}]}
//! ```

use std::collections::BTreeSet;

use crate::check::common::answers::turned_away;
use crate::check::common::listing::LISTS;
use crate::check::prelude::*;

const RULE: &str = "pagination.stable-cursors";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FIRST_PAGE: &str = "first-page-for-its-cursor";
const USED: &str = "cursor-used";
const AGAIN: &str = "cursor-used-again";
const CONTROL: &str = "cursor-used-for-comparison";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for (method, _, _) in LISTS {
            let feature = method.split('/').next().unwrap_or_default();
            if !peer.session().declares(&[feature]) {
                continue;
            }
            let Some(cursor) = first_cursor(peer, method).await else {
                continue;
            };
            let with = |intent: &str, cursor: &Value| {
                Request::new(intent, method).params(json!({"cursor": cursor}))
            };
            peer.request(with(USED, &cursor)).await;
            peer.request(with(AGAIN, &cursor)).await;
            // A cursor of now shows whether the list has changed meanwhile.
            if let Some(fresh) = first_cursor(peer, method).await {
                peer.request(with(CONTROL, &fresh)).await;
            }
        }
        peer.settle().await;
    })
}

async fn first_cursor(peer: &mut dyn Peer, method: &str) -> Option<Value> {
    match peer.request(Request::new(FIRST_PAGE, method)).await {
        Some(Answer::Result(result)) => {
            let cursor = result.get("nextCursor")?;
            cursor.is_string().then(|| cursor.clone())
        }
        _ => None,
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (method, member, key) in LISTS {
        let find = |intent: &'static str| {
            view.exchanges_meant(intent)
                .find(|exchange| exchange.method() == method)
        };
        let entries = |exchange: &Exchange<'_>| -> Option<BTreeSet<String>> {
            let entries = exchange.result()?[member].as_array()?;
            Some(entries.iter().map(|entry| entry[key].to_string()).collect())
        };
        let (Some(used), Some(again)) = (find(USED), find(AGAIN)) else {
            continue;
        };
        let Some(before) = entries(&used) else {
            ruling.inconclusive(format!("{method} did not give its second page"));
            continue;
        };
        let after = entries(&again);
        if let (Some(answer), true) = (again.responses.first(), after.as_ref() == Some(&before)) {
            ruling.held(answer.at.clone());
            continue;
        }
        let is_unchanged = find(CONTROL).and_then(|it| entries(&it)) == Some(before);
        let is_refused = matches!(again.reply(), Reply::Error(..));
        let text = match (after, turned_away(&again)) {
            (Some(_), None) if is_unchanged => "A cursor gives another page when it is used again.",
            (None, None) if is_refused => "A cursor is refused when it is used again.",
            _ => {
                ruling.inconclusive(format!("{method} was changing or was not answered"));
                continue;
            }
        };
        let problem = Problem::new(format!("method:{method}"), text);
        ruling.broken(problem.exchange(&used).exchange(&again));
    }
    if view.exchanges_meant(USED).next().is_none() {
        ruling.not_applicable("no list has more than one page");
    }
    verdicts
}
