//! A request without a session id gets 400, one with an unknown session id gets 404.
//!
//! By 404 a client learns that its session has ended and begins a new one; with any other status it
//! goes on failing until somebody restarts it. 400 says that the id is missing. Look sessions up by
//! the header first, and answer 404 for an id that is not there. A server that serves requests
//! without an id does not need one, which is fine.
//!
//! ```mcp passes
//! transport http
//! > ping
//! when mcp-session-id absent
//! < http 400
//! ```
//!
//! ```mcp fails http.session.missing-id-400
//! transport http
//! > ping
//! when mcp-session-id absent
//! < http 404
//! ```
//!
//! ```mcp fails http.session.missing-id-400
//! transport http
//! > ping
//! when mcp-session-id absent
//! < http 500
//! ```
//!
//! ```mcp fails http.session.unknown-id
//! transport http
//! >3 ping
//! < http 400
//! ```
//!
//! ```mcp passes
//! transport http
//! > ping
//! < serve
//! ```

use crate::check::common::http::{
    SESSION_HEADER, harmless, is_beside_the_point, status, with_headers,
};
use crate::check::common::session_ids::unlike;
use crate::check::prelude::*;

const MISSING: &str = "http.session.missing-id-400";
const UNKNOWN: &str = "http.session.unknown-id";

pub(crate) const CHECK: Check = Check {
    covers: &[MISSING, UNKNOWN],
    transports: Transports::Http,
    needs: &[Need::SessionId],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const WITHOUT: &str = "session-id-missing";
const WRONG: &str = "session-id-unknown";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let method = harmless(peer.revision());
        peer.request(Request::new(WITHOUT, method).without_header(SESSION_HEADER))
            .await;
        let known = peer.session().session_id.clone().unwrap_or_default();
        if let Some(unknown) = unlike(&known) {
            peer.request(Request::new(WRONG, method).header(SESSION_HEADER, &unknown))
                .await;
        }
        peer.settle().await;
    })
}

/// How a server takes requests without session id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    Served,
    Refused,
    Unclear,
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut without = Without::Unclear;
    for exchange in view.exchanges_meant(WITHOUT) {
        without = judge_missing(verdicts.on(MISSING), &exchange);
    }
    let ruling = verdicts.on(UNKNOWN);
    for exchange in view.exchanges_meant(WRONG) {
        judge_unknown(ruling, &exchange, without);
    }
    let was_driven = view.exchanges_meant(WITHOUT).next().is_some();
    if was_driven && view.exchanges_meant(WRONG).next().is_none() {
        ruling.inconclusive("session ids are too short to make up one that is surely unknown");
    }
    verdicts
}

fn judge_missing(ruling: &mut Ruling, exchange: &Exchange<'_>) -> Without {
    let about = |text: String| {
        with_headers(
            Problem::new("no session id", text),
            exchange,
            &[SESSION_HEADER],
        )
    };
    let status = status(exchange);
    match (status, exchange.reply()) {
        (Some(400), _) => {
            ruling.held(response(exchange));
            Without::Refused
        }
        (Some(200..300), Reply::Result(message, _)) => {
            ruling.held(message.at.clone());
            Without::Served
        }
        (Some(status @ (200..300 | 400..500)), reply) => {
            if let Reply::Error(_, Some(code::METHOD_NOT_FOUND)) = reply {
                ruling.inconclusive("the server does not know the method");
                return Without::Unclear;
            }
            if status == 429 {
                ruling.inconclusive("the server limits the rate of requests");
                return Without::Unclear;
            }
            let text =
                format!("A request without session id is refused by HTTP {status}, not 400.");
            ruling.broken(about(text));
            Without::Refused
        }
        (Some(status @ 500..), _) => {
            let text = format!("A request without session id is answered by HTTP {status}.");
            ruling.broken(about(text).outright());
            Without::Refused
        }
        _ => {
            ruling.inconclusive("a request without session id was not answered");
            Without::Unclear
        }
    }
}

fn judge_unknown(ruling: &mut Ruling, exchange: &Exchange<'_>, without: Without) {
    let about = |text: String| {
        with_headers(
            Problem::new("unknown session id", text),
            exchange,
            &[SESSION_HEADER],
        )
    };
    match (status(exchange), exchange.reply()) {
        (Some(404), _) => {
            ruling.held(response(exchange));
        }
        (Some(200..300), Reply::Result(..)) => match without {
            Without::Refused => {
                let text = "A session id that was never given out is served like a valid one.";
                ruling.odd(about(text.to_owned()));
            }
            Without::Served => {
                ruling.not_applicable("the server serves requests without a session id");
            }
            Without::Unclear => {
                ruling.inconclusive("it is not known whether the server needs session ids");
            }
        },
        (Some(status), _) if is_beside_the_point(status) && !matches!(status, 401 | 403) => {
            ruling.inconclusive(format!("HTTP {status} came first"));
        }
        (Some(status), _) => {
            let text = format!("An unknown session id is refused by HTTP {status}, not 404.");
            let hint = "Clients begin a new session only on 404.";
            ruling.odd(about(text).hint(hint));
        }
        (None, _) => {
            ruling.inconclusive("a request with an unknown session id was not answered");
        }
    }
}

fn response(exchange: &Exchange<'_>) -> EventRef {
    exchange
        .http()
        .map_or_else(|| exchange.request.at.clone(), |(at, _)| at)
}
