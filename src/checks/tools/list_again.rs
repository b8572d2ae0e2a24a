//! The list of tools stays as it is and in its order, whatever else is asked on the connection.
//!
//! A list in the same order lets clients and models reuse what they have cached of it. One that
//! changes by what was asked before cannot be served by another replica, and holds surprises for a
//! client that lists only once. Sort by a fixed key, and let nothing but real changes of the offer
//! change the list.
//!
//! ```mcp passes
//! revision 2026-07-28
//! ```
//!
//! ```mcp fails tools.list.deterministic-order
//! revision 2026-07-28
//! >3 tools/list {"cursor":null}
//! < merge {"tools":[{"name":"b","inputSchema":{"type":"object"}},
//! | {"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! > tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}},
//! | {"name":"b","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.list.no-side-effect-of-requests
//! revision 2026-07-28
//! transport http
//! # A server of one process, which knows connections apart by what they have asked.
//! >2 tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! >3 tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! >4 tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! # The fifth and sixth are those of another client.
//! >7 tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```

use std::collections::BTreeSet;

use crate::check::common::answers::UNKNOWN_NAME;
use crate::check::common::handshake::list_methods;
use crate::check::common::listing::{WALK, Walk, walk_all, walks_on};
use crate::check::prelude::*;

const ORDER: &str = "tools.list.deterministic-order";
const EFFECTS: &str = "tools.list.no-side-effect-of-requests";

pub(crate) const CHECK: Check = Check {
    covers: &[ORDER, EFFECTS],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const BUSY: &str = "something-between-lists";
const LIST: &str = "tools/list";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for method in list_methods(peer.session()) {
            if method != LIST {
                peer.request(Request::new(BUSY, method)).await;
            }
        }
        let params = json!({"name": UNKNOWN_NAME, "arguments": {}});
        peer.request(Request::new(BUSY, "tools/call").params(params))
            .await;
        let before = names(&peer.surface().tools);
        let mut differs = false;
        for _ in 0..3 {
            let tools = walk_all(peer, WALK, LIST, "tools").await;
            differs |= tools.is_some_and(|tools| names(&tools) != before);
        }
        // What others see is only of interest when something has changed.
        if differs && let Some(mut other) = peer.open(Opening::Ready).await {
            for _ in 0..2 {
                walk_all(other.as_mut(), WALK, LIST, "tools").await;
            }
            other.close().await;
        }
        peer.settle().await;
    })
}

fn names(tools: &[Value]) -> BTreeSet<String> {
    tools.iter().map(|tool| tool["name"].to_string()).collect()
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut walks: Vec<Walk<'_>> = Vec::new();
    for conversation in view.conversations() {
        let mut found = walks_on(conversation, LIST);
        found.retain(|walk| walk.is_complete() && walk.repeats("tools").is_none());
        judge_effects(verdicts.on(EFFECTS), view, conversation, &found);
        walks.extend(found);
    }
    judge_order(verdicts.on(ORDER), &walks);
    verdicts
}

/// The names in the order of the list.
fn sequence(walk: &Walk<'_>) -> Vec<String> {
    let entries = walk.entries("tools").into_iter();
    entries
        .map(|entry| entry.value["name"].to_string())
        .collect()
}

fn set(walk: &Walk<'_>) -> BTreeSet<String> {
    sequence(walk).into_iter().collect()
}

fn problem(text: &str, one: &Walk<'_>, other: &Walk<'_>) -> Problem {
    Problem::new(format!("method:{LIST}"), text)
        .exchange(&one.pages[0].exchange)
        .exchange(&other.pages[0].exchange)
}

fn judge_order(ruling: &mut Ruling, walks: &[Walk<'_>]) {
    let [first, rest @ ..] = walks else {
        ruling.inconclusive("the list was not walked to its end");
        return;
    };
    let same_set: Vec<&Walk<'_>> = rest.iter().filter(|walk| set(walk) == set(first)).collect();
    let moved = same_set
        .iter()
        .find(|walk| sequence(walk) != sequence(first));
    match (moved, same_set.last()) {
        (Some(walk), _) => {
            let text = "The same tools are listed in another order.";
            ruling.broken(problem(text, first, walk))
        }
        (None, Some(walk)) => ruling.held(walk.pages[0].exchange.request.at.clone()),
        (None, None) => ruling.inconclusive("the list was never the same twice"),
    };
}

fn judge_effects(
    ruling: &mut Ruling,
    view: &View,
    conversation: &Conversation,
    walks: &[Walk<'_>],
) {
    let (Some(first), Some(last)) = (walks.first(), walks.last()) else {
        return;
    };
    if walks.len() < 2 || conversation.opened.purpose != "main" {
        return;
    }
    if walks.iter().all(|walk| set(walk) == set(first)) {
        ruling.held(last.pages[0].exchange.request.at.clone());
        return;
    }
    let settled = walks[walks.len() - 2..]
        .iter()
        .all(|walk| set(walk) == set(last));
    let others: Vec<Walk<'_>> = view
        .conversations()
        .iter()
        .filter(|other| other.opened.purpose == "tools/list-again")
        .flat_map(|other| walks_on(other, LIST))
        .collect();
    let unchanged = others.len() > 1 && others.iter().all(|walk| set(walk) == set(first));
    if settled && unchanged && set(last) != set(first) {
        let text = "Other requests on the connection changed which tools are listed on it.";
        ruling.broken(problem(text, first, last));
    } else {
        ruling.inconclusive("the list changed, on other connections as well");
    }
}
