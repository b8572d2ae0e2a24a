//! A request with a foreign `Origin` is refused, since 2025-11-25 by 403.
//!
//! A web page can make its own host name resolve to 127.0.0.1 and then talk to every server that
//! listens there, as if it were one of the user's programs (DNS rebinding). The browser tells the
//! page's origin in this header, so comparing it with a list of allowed origins stops that. Which
//! origins are allowed is the server's choice, and on a public host all may be, so acceptance is
//! only a warning there.
//!
//! ```mcp passes
//! transport http
//! > http POST
//! when origin: http://mcpcheck.invalid
//! < http 403
//! ```
//!
//! ```mcp fails http.origin.validated
//! transport http
//! > ping
//! when origin: http://mcpcheck.invalid
//! < serve
//! ```
//!
//! ```mcp fails http.origin.validated
//! transport http
//! > http GET
//! when origin: http://mcpcheck.invalid
//! < sse
//! < open
//! < sse-event comment=ready
//! ```
//!
//! ```mcp fails http.origin.invalid-403
//! transport http
//! > http POST
//! when origin: http://mcpcheck.invalid
//! < http 400
//! ```
//!
//! ```mcp passes
//! transport http
//! > ping
//! when origin absent
//! < error -32601 "Method not found"
//! ```

use crate::check::common::http::{
    EVENT_STREAM, harmless, is_private_target, post, status, with_headers,
};
use crate::check::prelude::*;

const VALIDATED: &str = "http.origin.validated";
const STATUS: &str = "http.origin.invalid-403";

pub(crate) const CHECK: Check = Check {
    covers: &[VALIDATED, STATUS],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ORIGIN: &str = "Origin";
const FOREIGN: &str = "http://mcpcheck.invalid";
const WITHOUT: &str = "origin-absent";
const WITH: &str = "origin-foreign";
/// GET and DELETE with the foreign origin, where POST was refused.
const OTHER_METHOD: &str = "origin-foreign-other-method";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        match peer.open(Opening::Ready).await {
            Some(mut own) => {
                ask(own.as_mut(), true).await;
                own.close().await;
            }
            // Some servers have one session at a time.
            None => ask(peer, false).await,
        }
    })
}

async fn ask(peer: &mut dyn Peer, is_own_session: bool) {
    let revision = peer.revision();
    let method = harmless(revision);
    let without = post(WITHOUT, revision, "mcpcheck-no-origin", method);
    peer.http(without.without_header(ORIGIN)).await;
    let with = post(WITH, revision, "mcpcheck-foreign-origin", method);
    let answer = peer.http(with.header(ORIGIN, FOREIGN)).await;
    let is_refused = answer.is_some_and(|answer| matches!(answer.status, 400..500));
    if is_refused && is_own_session && revision.era() == Era::Handshake {
        for method in ["GET", "DELETE"] {
            let mut call = HttpCall::new(OTHER_METHOD, method).header(ORIGIN, FOREIGN);
            call.listen = Some(Duration::ZERO);
            peer.http(call).await;
        }
    }
    peer.settle().await;
}

/// How a request with a foreign origin was taken.
enum Foreign {
    Served,
    Refused(u16),
    Unclear(String),
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let without = view.exchanges_meant(WITHOUT).next();
    let with = view.exchanges_meant(WITH).next();
    let (Some(without), Some(with)) = (without, with) else {
        return verdicts;
    };
    match outcome(&without, &with) {
        Foreign::Served => {
            let text = format!("A request with Origin: {FOREIGN} is served.");
            let problem = with_headers(Problem::new("POST", text), &with, &[ORIGIN]);
            accepted(verdicts.on(VALIDATED), with.conversation, problem);
            verdicts
                .on(STATUS)
                .not_applicable("the origin was not refused");
        }
        Foreign::Refused(status) => {
            judge_status(verdicts.on(STATUS), &with, status);
            judge_refused(verdicts.on(VALIDATED), view, &with, status);
        }
        Foreign::Unclear(why) => {
            verdicts.on(VALIDATED).inconclusive(why.clone());
            verdicts.on(STATUS).inconclusive(why);
        }
    }
    verdicts
}

fn outcome(without: &Exchange<'_>, with: &Exchange<'_>) -> Foreign {
    let is_result = |exchange: &Exchange<'_>| match (status(exchange), exchange.reply()) {
        (Some(200..300), Reply::Result(..)) => Some(true),
        (Some(200..300), Reply::Error(..)) => Some(false),
        _ => None,
    };
    match (is_result(without), is_result(with)) {
        // Some servers do not know ping; then both lead to the same error.
        (_, Some(true)) | (Some(false), Some(false)) => return Foreign::Served,
        (None, _) if status(without) != Some(403) => {
            return Foreign::Unclear("the request is not served without an Origin either".into());
        }
        _ => {}
    }
    match status(with) {
        Some(status @ (400 | 402..=428 | 430..=500)) => Foreign::Refused(status),
        Some(status) => Foreign::Unclear(format!("HTTP {status} need not be about the Origin")),
        None => Foreign::Unclear("a request with a foreign Origin was not answered".into()),
    }
}

fn judge_status(ruling: &mut Ruling, with: &Exchange<'_>, status: u16) {
    if let (403, Some((at, _))) = (status, with.http()) {
        ruling.held(at);
        return;
    }
    let text = format!("A foreign Origin is refused by HTTP {status}, not 403.");
    ruling.broken(with_headers(Problem::new("POST", text), with, &[ORIGIN]));
}

/// POST was refused; GET and DELETE have to be as well.
fn judge_refused(ruling: &mut Ruling, view: &View, with: &Exchange<'_>, status: u16) {
    let mut all_refused = true;
    for sent in view.sent(OTHER_METHOD) {
        let Some((event, response)) = sent.http_response() else {
            continue;
        };
        let method = sent.http_request().map_or("", |request| &request.method);
        let is_stream = response.media_type() == EVENT_STREAM;
        if matches!(response.status, 200..300) && (is_stream || method == "DELETE") {
            all_refused = false;
            let text = format!("{method} with Origin: {FOREIGN} is served, though POST is not.");
            let problem = Problem::new(method, text)
                .event(sent.event, format!("{method} with Origin: {FOREIGN}"))
                .event(event, format!("HTTP {}", response.status));
            accepted(ruling, sent.conversation, problem);
        }
    }
    match with.http() {
        Some((at, _)) if all_refused && status < 500 => {
            ruling.held(at);
        }
        _ => {
            ruling.inconclusive(format!("HTTP {status} may be a failure of its own"));
        }
    }
}

fn accepted(ruling: &mut Ruling, conversation: &Conversation, problem: Problem) {
    let hint = "Compare Origin with a list of allowed origins and answer 403 for others; checking \
                Host alone is another protection.";
    match is_private_target(conversation) {
        true => ruling.broken(problem.hint(hint)),
        false => ruling.odd(problem.hint(hint)),
    };
}
