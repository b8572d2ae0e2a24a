//! Each request is served on its own: nothing has to come before it, and nothing is remembered.
//!
//! Version and capabilities travel with every request of 2026-07-28, so that requests can go to any
//! process or any replica in any order. A server that wants another request first, or that fills in
//! missing fields from an earlier request, works on a developer's machine and fails behind a load
//! balancer. Read `_meta` of the request at hand and keep nothing of it.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < serve
//! ```
//!
//! ```mcp fails stateless.no-prior-requests-needed
//! revision 2026-07-28
//! transport http
//! >3 tools/list
//! < error -32600 "Call server/discover first"
//! ```
//!
//! ```mcp fails stateless.version-not-remembered
//! revision 2026-07-28
//! transport http
//! >4 tools/list
//! < serve
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! transport http
//! >3 tools/list
//! < http 503
//! ```

use crate::check::common::handshake::{START_UP, ask_alone, list_methods, unclear};
use crate::check::prelude::*;

const PRIOR: &str = "stateless.no-prior-requests-needed";
const MEMORY: &str = "stateless.version-not-remembered";

pub(crate) const CHECK: Check = Check {
    covers: &[PRIOR, MEMORY],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FIRST: &str = "list-as-first-request";
const INCOMPLETE_LATER: &str = "list-without-capabilities-after-complete-one";
const INCOMPLETE_FIRST: &str = "list-without-capabilities-as-first-request";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(list) = list_methods(peer.session()).first().copied() else {
            return;
        };
        let incomplete = |intent: &str| Request::new(intent, list).without_meta(CAPABILITIES_KEY);
        let Some(mut fresh) = peer.open(Opening::Silent).await else {
            return;
        };
        let mut first = Request::new(FIRST, list);
        first.deadline = Some(START_UP);
        fresh.request(first).await;
        let later = fresh.request(incomplete(INCOMPLETE_LATER)).await;
        fresh.settle().await;
        fresh.close().await;
        // Who serves it after a complete request may serve it always, which is another fault.
        let is_served = matches!(later, Some(Answer::Result(_)));
        let second = match is_served {
            true => peer.open(Opening::Silent).await,
            false => None,
        };
        if let Some(fresh) = second {
            ask_alone(fresh, incomplete(INCOMPLETE_FIRST)).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if list_methods(&view.session()).is_empty() {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .not_applicable("the server declares nothing that can be listed");
        }
        return verdicts;
    }
    for exchange in view.exchanges_meant(FIRST) {
        judge_first(verdicts.on(PRIOR), view, &exchange);
    }
    for exchange in view.exchanges_meant(INCOMPLETE_LATER) {
        judge_memory(verdicts.on(MEMORY), view, &exchange);
    }
    verdicts
}

fn judge_first(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let method = exchange.method();
    let on_main =
        |(served, _): (Exchange<'_>, &Value)| served.conversation.opened.purpose == "main";
    let is_served_later = view.results_of(method).any(on_main);
    if let Some(why) = unclear(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let what = match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
            return;
        }
        _ if !is_served_later => {
            ruling.inconclusive(format!(
                "{method} is not served after server/discover either"
            ));
            return;
        }
        Reply::Gone(_) => {
            ruling.inconclusive("a further connection ended");
            return;
        }
        Reply::Error(..) => "is refused by an error".to_owned(),
        Reply::HttpOnly(_, response) => format!("is refused by HTTP {}", response.status),
        Reply::Silence { .. } | Reply::Malformed(_) => "is not answered".to_owned(),
    };
    let text = format!("{method} {what} as the first request, but served after server/discover.");
    ruling.broken(Problem::new("first request", text).exchange(exchange));
}

fn judge_memory(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    match exchange.reply() {
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Result(..) => {
            let refused_at_first = view
                .exchanges_meant(INCOMPLETE_FIRST)
                .any(|first| matches!(first.reply(), Reply::Error(..)));
            if !refused_at_first {
                let why = "the server does not ask for client capabilities at all, so it need not \
                           remember them";
                ruling.not_applicable(why);
                return;
            }
            let text = "A request without client capabilities is refused as the first one, but \
                        served after a complete request on the same connection.";
            ruling.broken(Problem::new("client capabilities", text).exchange(exchange));
        }
        _ => {
            ruling.inconclusive("the incomplete request was not answered");
        }
    }
}
