//! A request with a foreign `Origin` is refused by 403; one without `Origin` is served.
//!
//! A web page can make its own host name resolve to 127.0.0.1 and then talk to every server that
//! listens there, as if it were one of the user's programs (DNS rebinding). The browser tells the
//! page's origin in this header, so comparing it with a list of allowed origins stops that. Clients
//! that are no browsers send none. Which origins are allowed is the server's choice, and on a
//! public host all may be, so acceptance is only a warning there.
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
//! ```mcp fails http.origin.absent-accepted http.origin.validated
//! transport http
//! > ping
//! when origin absent
//! < http 403
//! > ping
//! < serve
//! ```
//!
//! ```mcp passes
//! revision 2025-03-26
//! transport http
//! > http POST
//! when origin: http://mcpcheck.invalid
//! < http 400
//! ```

use crate::check::common::http::{
    EVENT_STREAM, harmless, host, is_private, post, sent_header, status,
};
use crate::check::prelude::*;

const VALIDATED: &str = "http.origin.validated";
const STATUS: &str = "http.origin.invalid-403";
const ABSENT: &str = "http.origin.absent-accepted";

pub(crate) const CHECK: Check = Check {
    covers: &[VALIDATED, STATUS, ABSENT],
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

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let without = view.exchanges_meant(WITHOUT).next();
    let with = view.exchanges_meant(WITH).next();
    let (Some(without), Some(with)) = (without, with) else {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .inconclusive("no connection could be opened");
        }
        return verdicts;
    };
    judge_absent(verdicts.on(ABSENT), view, &without, &with);
    let is_control = is_served(&without) || status(&without) == Some(403);
    if !is_control && !is_alike(&without, &with) {
        let why = "the request is not served without an Origin either";
        verdicts.on(VALIDATED).inconclusive(why);
        verdicts.on(STATUS).inconclusive(why);
        return verdicts;
    }
    judge_validated(verdicts.on(VALIDATED), view, &without, &with);
    judge_status(verdicts.on(STATUS), &without, &with);
    verdicts
}

fn is_served(exchange: &Exchange<'_>) -> bool {
    matches!(status(exchange), Some(200..300)) && matches!(exchange.reply(), Reply::Result(..))
}

/// True when both were processed and ended in the same error.
fn is_alike(without: &Exchange<'_>, with: &Exchange<'_>) -> bool {
    let code = |exchange: &Exchange<'_>| match (exchange.reply(), status(exchange)) {
        (Reply::Error(_, code), Some(200..300)) => code,
        _ => None,
    };
    code(without).is_some() && code(without) == code(with)
}

fn is_accepted(without: &Exchange<'_>, with: &Exchange<'_>) -> bool {
    is_served(with) || is_alike(without, with)
}

fn judge_validated(ruling: &mut Ruling, view: &View, without: &Exchange<'_>, with: &Exchange<'_>) {
    let what = format!("with Origin: {FOREIGN} is served.");
    if is_accepted(without, with) {
        let problem = Problem::new("POST", format!("A request {what}")).exchange(with);
        return accepted(ruling, with.conversation, problem);
    }
    match status(with) {
        Some(400 | 402..=428 | 430..500) => {}
        Some(status) => {
            let why = format!("a request with a foreign Origin was answered by HTTP {status}");
            ruling.inconclusive(why);
            return;
        }
        None => {
            ruling.inconclusive("a request with a foreign Origin was not answered");
            return;
        }
    }
    let mut any = false;
    for sent in view.sent(OTHER_METHOD) {
        let Some((event, response)) = sent.http_response() else {
            continue;
        };
        let method = sent.http_request().map_or("", |request| &request.method);
        let is_stream = response.media_type() == EVENT_STREAM;
        if matches!(response.status, 200..300) && (is_stream || method == "DELETE") {
            any = true;
            let problem = Problem::new(method, format!("{method} {what}"))
                .event(sent.event, format!("{method} with Origin: {FOREIGN}"))
                .event(event, format!("HTTP {}", response.status));
            accepted(ruling, sent.conversation, problem);
        }
    }
    if let (false, Some((at, _))) = (any, with.http()) {
        ruling.held(at);
    }
}

fn accepted(ruling: &mut Ruling, conversation: &Conversation, problem: Problem) {
    let url = conversation
        .events
        .iter()
        .find_map(|event| match &event.body {
            Body::HttpRequest(request) => Some(request.url.as_str()),
            _ => None,
        });
    let hint = "Compare Origin with a list of allowed origins and answer 403 for others; checking \
                Host alone is another protection.";
    let problem = problem.hint(hint);
    match is_private(host(url.unwrap_or_default())) {
        true => ruling.broken(problem),
        false => ruling.odd(problem),
    };
}

fn judge_status(ruling: &mut Ruling, without: &Exchange<'_>, with: &Exchange<'_>) {
    if is_accepted(without, with) {
        ruling.not_applicable("the foreign Origin was not refused");
        return;
    }
    match with.http() {
        Some((at, response)) if response.status == 403 => {
            ruling.held(at);
        }
        Some((_, response)) if matches!(response.status, 400 | 402..=428 | 430..=500) => {
            let status = response.status;
            let text = format!("A foreign Origin is refused by HTTP {status}, not 403.");
            ruling.broken(Problem::new("POST", text).exchange(with));
        }
        Some((_, response)) => {
            let why = format!("HTTP {} need not be about the Origin", response.status);
            ruling.inconclusive(why);
        }
        None => {
            ruling.inconclusive("a request with a foreign Origin was not answered");
        }
    }
}

fn judge_absent(ruling: &mut Ruling, view: &View, without: &Exchange<'_>, with: &Exchange<'_>) {
    let Some((at, response)) = without.http() else {
        ruling.inconclusive("a request without Origin was not answered");
        return;
    };
    if matches!(response.status, 200..300) {
        ruling.held(at);
        return;
    }
    // The user may have configured an origin that the server knows.
    let usual = view.exchanges().find(|exchange| {
        let origin = sent_header(exchange.conversation, exchange.request.channel, ORIGIN);
        origin.is_some_and(|origin| origin != FOREIGN) && is_served(exchange)
    });
    let served = if is_served(with) {
        Some(with)
    } else {
        usual.as_ref()
    };
    match served {
        Some(served) if response.status == 403 => {
            let text = "A request is refused for having no Origin.";
            let problem = Problem::new("no Origin", text).exchange(without);
            ruling.odd(problem.exchange(served));
        }
        _ => {
            let why = format!(
                "a request without Origin was answered by HTTP {}",
                response.status
            );
            ruling.inconclusive(why);
        }
    }
}
