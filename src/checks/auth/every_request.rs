//! A server that wants a token wants it on every request: POST, GET and DELETE, within a session too.
//!
//! Who knows or guesses a session id must not get further than who knows nothing, so a token that is
//! looked at only when a session begins protects little. Check it before anything else is done with a
//! request. This is tried only where the user gave mcp-check a bearer token.
//!
//! ```mcp passes
//! transport http
//! > http GET
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! > http DELETE
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! > http POST
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer scope="a, b", error="invalid_token"
//! ```
//!
//! ```mcp fails auth.token.every-request
//! transport http
//! > http POST
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```
//!
//! ```mcp fails http.session.not-authentication auth.token.every-request
//! transport http
//! > initialize
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```

use crate::check::common::handshake::initialize_params;
use crate::check::common::http::{EVENT_STREAM, harmless, post};
use crate::check::prelude::*;

const EVERY: &str = "auth.token.every-request";
const SESSION: &str = "http.session.not-authentication";

pub(crate) const CHECK: Check = Check {
    covers: &[EVERY, SESSION],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AUTHORIZATION: &str = "Authorization";
const WITH: &str = "own-token-as-usual";
const WITHOUT: &str = "own-token-absent";
const START: &str = "token-absent-at-start";
const OTHER: &str = "token-absent-elsewhere";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !peer.is_authorized() {
            return;
        }
        let Some(mut own) = peer.open(Opening::Ready).await else {
            return;
        };
        let own = own.as_mut();
        let revision = own.revision();
        let method = harmless(revision);
        own.http(post(WITH, revision, "mcpcheck-token", method))
            .await;
        let without = post(WITHOUT, revision, "mcpcheck-no-token", method);
        let answer = own.http(without.without_header(AUTHORIZATION)).await;
        if answer.is_some_and(|answer| answer.status < 300) {
            start_without(peer).await;
        } else {
            without_everywhere(own).await;
        }
        own.close().await;
    })
}

/// A session is begun without a token, to tell a guard at the door alone from none at all.
async fn start_without(peer: &mut dyn Peer) {
    let revision = peer.revision();
    if revision.era() == Era::Modern {
        return;
    }
    if let Some(mut fresh) = peer.open(Opening::Silent).await {
        let params = initialize_params(revision.as_str(), json!({}));
        let id = Id::from("mcpcheck-no-token-at-start");
        let initialize = rpc::request(&id, "initialize", Some(&params));
        let call = HttpCall::new(START, "POST").body(initialize);
        fresh.http(call.without_header(AUTHORIZATION)).await;
        fresh.close().await;
    }
}

async fn without_everywhere(own: &mut dyn Peer) {
    let revision = own.revision();
    let mut calls = Vec::new();
    if own.session().declares(&["tools"]) {
        calls.push(post(
            OTHER,
            revision,
            "mcpcheck-no-token-list",
            "tools/list",
        ));
    }
    if revision.era() == Era::Handshake {
        let notice = rpc::notification("notifications/roots/list_changed", None);
        calls.push(HttpCall::new(OTHER, "POST").body(notice));
        let mut get = HttpCall::new(OTHER, "GET");
        get.listen = Some(Duration::ZERO);
        calls.push(get);
        if own.session().session_id.is_some() {
            calls.push(HttpCall::new(OTHER, "DELETE"));
        }
    }
    for call in calls {
        own.http(call.without_header(AUTHORIZATION)).await;
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let status = |intent| {
        let (_, response) = view.sent(intent).find_map(|sent| sent.http_response())?;
        Some(response.status)
    };
    match (status(WITH), status(WITHOUT)) {
        (Some(200..300), Some(200..300)) => judge_start(&mut verdicts, view, status(START)),
        (Some(200..300), Some(300..=500)) if status(WITHOUT) != Some(429) => {
            judge_guarded(&mut verdicts, view);
        }
        (None, None) => {
            for id in CHECK.covers {
                verdicts
                    .on(id)
                    .not_applicable("mcp-check was given no bearer token");
            }
        }
        _ => {
            for id in CHECK.covers {
                verdicts.on(id).inconclusive(
                    "a request with the token was not served, or one without not answered",
                );
            }
        }
    }
    verdicts
}

/// A request without the token was served.
fn judge_start(verdicts: &mut Verdicts, view: &View, start: Option<u16>) {
    let served = view.sent(WITHOUT).next();
    let refused = view.sent(START).find_map(|sent| sent.http_response());
    if let (Some(401 | 403), Some(served), Some((event, _))) = (start, served, refused) {
        let text = "A session needs a token to begin, but its later requests are served without.";
        let problem = Problem::new("POST", text)
            .event(event, "initialize without Authorization is refused")
            .event(
                served.event,
                "a request of the session without Authorization",
            );
        verdicts.on(EVERY).broken(problem.clone());
        let in_session = served.http_request().is_some_and(|request| {
            let mut names = request.headers.iter().map(|(name, _)| name);
            names.any(|name| name.eq_ignore_ascii_case("mcp-session-id"))
        });
        match in_session {
            true => verdicts.on(SESSION).broken(problem),
            false => verdicts.on(SESSION).not_applicable("there is no session"),
        };
    }
    for id in CHECK.covers {
        let ruling = verdicts.on(id);
        if ruling.problems.is_empty() {
            ruling.not_applicable("the server serves requests without a token");
        }
    }
}

/// The server demands the token.
fn judge_guarded(verdicts: &mut Verdicts, view: &View) {
    for sent in view.sent(OTHER) {
        judge_other(verdicts.on(EVERY), &sent);
    }
    let ruling = verdicts.on(SESSION);
    for (event, _) in view.sent(WITHOUT).filter_map(|sent| sent.http_response()) {
        if view.session().session_id.is_some() {
            ruling.held(event.reference());
        }
    }
    ruling.not_applicable("there is no session");
}

fn judge_other(ruling: &mut Ruling, sent: &Sent<'_>) {
    let Some((event, response)) = sent.http_response() else {
        return;
    };
    let method = sent.http_request().map_or("", |request| &request.method);
    let is_page = method == "GET" && response.media_type() != EVENT_STREAM;
    match response.status {
        401 | 403 => {
            ruling.held(event.reference());
        }
        status @ 200..300 if !is_page => {
            let text =
                format!("{method} without a token is served, though other requests need one.");
            let problem = Problem::new(method, text)
                .event(sent.event, format!("{method} without Authorization"))
                .event(event, format!("HTTP {status}"));
            ruling.broken(problem);
        }
        _ => {}
    }
}
