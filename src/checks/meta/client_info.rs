//! The server does the same for every client, whatever name the client gives itself.
//!
//! `clientInfo` is what a client says of itself: anybody can write anything into it. A server that
//! offers more or less to some names locks out the clients it does not know, and its behaviour
//! cannot be reproduced with another one. Use the name for logs, and capabilities for decisions.
//!
//! ```mcp passes
//! revision 2026-07-28
//! ```
//!
//! ```mcp fails meta.client-info-no-behaviour
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"claude-ai"}}}
//! < merge {"tools":[],"nextCursor":null}
//! ```
//!
//! ```mcp fails meta.client-info-no-behaviour
//! revision 2026-07-28
//! > server/discover {"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"claude-ai"}}}
//! < merge {"capabilities":{"tools":{"listChanged":true}}}
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::common::listing::{LISTS, walk_with};
use crate::check::prelude::*;

const RULE: &str = "meta.client-info-no-behaviour";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AS_OURSELVES: &str = "list-as-mcp-check";
const AS_KNOWN: &str = "list-as-well-known-client";
const DISCOVER: &str = "server/discover";
const INFO_KEY: &str = "io.modelcontextprotocol/clientInfo";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut methods = vec![DISCOVER];
        methods.extend(list_methods(peer.session()));
        for method in methods {
            // Twice, so that what changes anyway is not taken for a matter of the name.
            let first = ask(peer, method).await;
            if first.0 != first.1 {
                ask(peer, method).await;
            }
        }
        peer.settle().await;
    })
}

/// What the two clients see, without what differs from answer to answer.
async fn ask(peer: &mut dyn Peer, method: &str) -> (Vec<Value>, Vec<Value>) {
    let ours = |request: Request| request;
    let known = |request: Request| {
        let info = json!({"name": "claude-ai", "version": "1.0.0"});
        request.meta(INFO_KEY, info)
    };
    let one = walk_with(peer, AS_OURSELVES, method, &ours).await;
    let other = walk_with(peer, AS_KNOWN, method, &known).await;
    let seen = |pages: Vec<rpc::Part>| pages.iter().map(|page| essence(method, page)).collect();
    (seen(one), seen(other))
}

/// The part of a result that must not depend on the client's name.
fn essence(method: &str, result: &Value) -> Value {
    let list = LISTS.iter().find(|(list, _, _)| *list == method);
    match list {
        Some((_, member, key)) => {
            // The order is a matter of another rule.
            let entries = result[member].as_array().into_iter().flatten();
            let mut names: Vec<String> = entries.map(|entry| entry[key].to_string()).collect();
            names.sort();
            json!(names)
        }
        None => json!([result["supportedVersions"], result["capabilities"]]),
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let mut methods = vec![DISCOVER];
    methods.extend(LISTS.map(|(method, _, _)| method));
    for method in methods {
        judge_method(ruling, view, method);
    }
    verdicts
}

fn judge_method(ruling: &mut Ruling, view: &View, method: &str) {
    let (ours, known) = (
        walks(view, AS_OURSELVES, method),
        walks(view, AS_KNOWN, method),
    );
    let (Some(one), Some(other)) = (ours.first(), known.first()) else {
        return;
    };
    let is_steady = |walks: &[Seen<'_>]| walks.iter().all(|seen| seen.content == walks[0].content);
    if one.content == other.content {
        ruling.held(other.first.request.at.clone());
    } else if ours.len() > 1 && known.len() > 1 && is_steady(&ours) && is_steady(&known) {
        let text = format!("{method} offers something else to a client of another name.");
        let problem = Problem::new(format!("method:{method}"), text);
        ruling.broken(problem.exchange(&one.first).exchange(&other.first));
    } else {
        ruling.inconclusive(format!("{method} changes by itself"));
    }
}

/// One walk over a list: its first request, and what all its pages hold.
struct Seen<'v> {
    first: Exchange<'v>,
    content: Vec<Value>,
}

fn walks<'v>(view: &'v View, intent: &'v str, method: &str) -> Vec<Seen<'v>> {
    let mut walks: Vec<Seen<'v>> = Vec::new();
    for exchange in view.exchanges_meant(intent) {
        let Some(result) = exchange.result().filter(|_| exchange.method() == method) else {
            continue;
        };
        let content = essence(method, result);
        let is_later_page = exchange
            .params()
            .is_some_and(|params| params.get("cursor").is_some());
        match walks.last_mut().filter(|_| is_later_page) {
            Some(walk) => walk.content.push(content),
            None => walks.push(Seen {
                first: exchange,
                content: vec![content],
            }),
        }
    }
    walks
}
