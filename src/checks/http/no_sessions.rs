//! 2026-07-28 knows no sessions: no session id is handed out, and GET and DELETE get 405.
//!
//! Requests of this revision stand alone, and a session id in an answer makes clients and load
//! balancers keep to one instance for nothing. A server that serves older clients on the same path
//! may go on with sessions and GET for those; this is judged only where initialize is refused.
//! Ignore the header in requests, leave it out of answers, and route nothing but POST.
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > http GET
//! < http 405
//! ```
//!
//! ```mcp fails http.session.not-minted
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! < header mcp-session-id: 0b0cf0b2a1d84d0fa1c6e3f0a9a7c95e
//! < default
//! ```
//!
//! ```mcp fails http.session.not-minted
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! when mcp-session-id: mcp-check
//! < http 404
//! ```
//!
//! ```mcp fails http.get-delete-405
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > http DELETE
//! < http 200
//! ```

use crate::check::common::handshake::bare_initialize;
use crate::check::common::http::{
    Handshakes, SESSION_HEADER, VERSION_HEADER, handshakes, is_beside_the_point, sent_header,
    status,
};
use crate::check::prelude::*;

const NOT_MINTED: &str = "http.session.not-minted";
const ONLY_POST: &str = "http.get-delete-405";

pub(crate) const CHECK: Check = Check {
    covers: &[NOT_MINTED, ONLY_POST],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const OTHER_ERA: &str = "no-sessions-initialize";
const CLEAN_UP: &str = "no-sessions-clean-up";
const WITH_ID: &str = "no-sessions-discover";
const GET: &str = "no-sessions-get";
const DELETE: &str = "no-sessions-delete";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(mut other) = peer.open(Opening::Silent).await else {
            return;
        };
        let answer = other
            .request(bare_initialize(OTHER_ERA, "2025-03-26"))
            .await;
        let discover = Request::new(WITH_ID, "server/discover");
        peer.request(discover.header(SESSION_HEADER, "mcp-check"))
            .await;
        if let Some(Answer::Result(_)) = answer {
            let delete = HttpCall::new(CLEAN_UP, "DELETE");
            other.http(delete.without_header(VERSION_HEADER)).await;
        } else {
            let mut get = HttpCall::new(GET, "GET");
            get.listen = Some(Duration::ZERO);
            peer.http(get).await;
            peer.http(HttpCall::new(DELETE, "DELETE")).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let era = handshakes(view, OTHER_ERA);
    judge_minted(verdicts.on(NOT_MINTED), view, &era);
    for exchange in view.exchanges_meant(WITH_ID) {
        judge_ignored(verdicts.on(NOT_MINTED), &exchange, &era);
    }
    let ruling = verdicts.on(ONLY_POST);
    match era {
        Handshakes::Served(_) => {
            ruling.not_applicable("the server also serves the handshake revisions");
        }
        Handshakes::Unclear => {
            ruling.inconclusive("it is not known whether the server serves initialize");
        }
        Handshakes::Refused => {
            for intent in [GET, DELETE] {
                view.sent(intent)
                    .for_each(|sent| judge_method(ruling, &sent));
            }
        }
    }
    verdicts
}

/// Judges the answers to all requests that by their headers are of this revision.
fn judge_minted(ruling: &mut Ruling, view: &View, era: &Handshakes) {
    let requests = view
        .exchanges()
        .filter(|exchange| version(exchange) == Some(Revision::V2026_07_28.as_str()));
    for exchange in requests {
        let Some((at, response)) = exchange.http() else {
            continue;
        };
        let Some(id) = response.header(SESSION_HEADER) else {
            ruling.held(at);
            continue;
        };
        let text = format!("An answer of this revision carries the session id {id:?}.");
        let problem = Problem::new(SESSION_HEADER, text).exchange(&exchange);
        match era {
            Handshakes::Refused => ruling.broken(problem),
            _ => ruling.remark(problem),
        };
    }
}

fn version<'c>(exchange: &Exchange<'c>) -> Option<&'c str> {
    sent_header(
        exchange.conversation,
        exchange.request.channel,
        VERSION_HEADER,
    )
}

fn judge_ignored(ruling: &mut Ruling, exchange: &Exchange<'_>, era: &Handshakes) {
    let refusal = match (exchange.reply(), status(exchange)) {
        (Reply::Result(..), _) | (_, None) => return,
        (_, Some(status)) if is_beside_the_point(status) => return,
        (_, Some(status)) => format!("HTTP {status}"),
    };
    let text = format!("A session id, which means nothing in this revision, leads to {refusal}.");
    let problem = Problem::new("session id in a request", text).exchange(exchange);
    match era {
        Handshakes::Refused => ruling.broken(problem),
        _ => ruling.remark(problem),
    };
}

fn judge_method(ruling: &mut Ruling, sent: &Sent<'_>) {
    let method = sent.http_request().map_or("", |request| &request.method);
    match sent.http_response() {
        Some((event, response)) if response.status == 405 => {
            ruling.held(event.reference());
        }
        Some((_, response)) if is_beside_the_point(response.status) => {
            let status = response.status;
            ruling.inconclusive(format!("{method} was answered by HTTP {status}"));
        }
        Some((event, response)) => {
            let text = format!("{method} is answered by HTTP {}, not 405.", response.status);
            let problem = Problem::new(method, text)
                .event(sent.event, method)
                .event(event, format!("HTTP {}", response.status));
            ruling.broken(problem);
        }
        None => {
            ruling.inconclusive(format!("{method} was not answered"));
        }
    }
}
