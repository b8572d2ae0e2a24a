//! A request without a token, or with one that nobody issued, is refused by 401 with a challenge.
//!
//! Clients begin to authorize when they see 401 and read from `WWW-Authenticate` how; any other
//! refusal looks like a broken server to them. A made-up token that is served means that tokens are
//! not looked at. This is tried only where the user gave mcp-check a bearer token. Answer
//! 401 before anything else is done, with the scheme Bearer.
//!
//! ```mcp passes
//! transport http
//! > http POST
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer scope="a, b", error="invalid_token"
//! > http POST
//! when authorization: Bearer bWNwLWNoZWNrIG1hZGUgdGhpcyB0b2tlbiB1cCB0b2RheQ
//! < http 401
//! < header WWW-Authenticate: Basic realm="x", bearer
//! > http POST
//! when authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.bm90IGEgc2lnbmF0dXJl
//! < http 401
//! < header WWW-Authenticate: DPoP
//! ```
//!
//! ```mcp fails auth.www-authenticate.present
//! transport http
//! > http POST
//! when authorization absent
//! < http 401
//! > http POST
//! when authorization: Bearer bWNwLWNoZWNrIG1hZGUgdGhpcyB0b2tlbiB1cCB0b2RheQ
//! < http 401
//! < header WWW-Authenticate: Bearer
//! > http POST
//! when authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.bm90IGEgc2lnbmF0dXJl
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```
//!
//! ```mcp fails auth.unauthenticated.401
//! transport http
//! > http POST
//! when authorization absent
//! < http 403
//! < header WWW-Authenticate: Bearer
//! > http POST
//! when authorization: Bearer bWNwLWNoZWNrIG1hZGUgdGhpcyB0b2tlbiB1cCB0b2RheQ
//! < http 401
//! < header WWW-Authenticate: Bearer
//! > http POST
//! when authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.bm90IGEgc2lnbmF0dXJl
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```
//!
//! ```mcp fails auth.token.invalid-401
//! transport http
//! > http POST
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! > http POST
//! when authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.bm90IGEgc2lnbmF0dXJl
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```

use crate::check::common::http::{harmless, post};
use crate::check::prelude::*;

const UNAUTHENTICATED: &str = "auth.unauthenticated.401";
const CHALLENGE: &str = "auth.www-authenticate.present";
const INVALID: &str = "auth.token.invalid-401";

pub(crate) const CHECK: Check = Check {
    covers: &[UNAUTHENTICATED, CHALLENGE, INVALID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AUTHORIZATION: &str = "Authorization";
/// Words in base64, as opaque as any token.
const OPAQUE: &str = "Bearer bWNwLWNoZWNrIG1hZGUgdGhpcyB0b2tlbiB1cCB0b2RheQ";
/// A JSON Web Token for nobody that lasts until 2100, with words in place of a signature.
const UNSIGNED: &str = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.bm90IGEgc2lnbmF0dXJl";

const WITH: &str = "token-as-usual";
const WITHOUT: &str = "token-absent";
const MADE_UP: &str = "token-made-up";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !peer.is_authorized() {
            return;
        }
        let revision = peer.revision();
        let call = |intent, id| post(intent, revision, id, harmless(revision));
        peer.http(call(WITH, "mcpcheck-token")).await;
        let without = call(WITHOUT, "mcpcheck-no-token");
        let answer = peer.http(without.without_header(AUTHORIZATION)).await;
        if answer.is_none_or(|answer| answer.status < 300) {
            return;
        }
        for (id, token) in [("mcpcheck-opaque", OPAQUE), ("mcpcheck-jwt", UNSIGNED)] {
            let made_up = call(MADE_UP, id);
            peer.http(made_up.header(AUTHORIZATION, token)).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let status = |intent| {
        let (_, response) = view.sent(intent).find_map(|sent| sent.http_response())?;
        Some(response.status)
    };
    let was_given = view.sent(WITH).next().is_some();
    match (status(WITH), status(WITHOUT)) {
        (Some(200..300), Some(300..)) => {
            for sent in view.sent(WITHOUT) {
                judge_refusal(&mut verdicts, UNAUTHENTICATED, &sent, "no token");
            }
            for sent in view.sent(MADE_UP) {
                judge_refusal(&mut verdicts, INVALID, &sent, "a made-up token");
            }
        }
        (Some(200..300), Some(_)) => {
            for id in CHECK.covers {
                let why = "the server serves requests without a token";
                verdicts.on(id).not_applicable(why);
            }
        }
        _ if was_given => {
            for id in CHECK.covers {
                let why = "the request was not served with the token, or not answered without";
                verdicts.on(id).inconclusive(why);
            }
        }
        _ => {}
    }
    for id in CHECK.covers {
        verdicts.on(id).not_applicable(match was_given {
            true => "nothing was refused by 401",
            false => "mcp-check was given no bearer token",
        });
    }
    verdicts
}

fn judge_refusal(verdicts: &mut Verdicts, rule: &'static str, sent: &Sent<'_>, what: &str) {
    let Some((event, response)) = sent.http_response() else {
        let why = format!("a request with {what} was not answered");
        verdicts.on(rule).inconclusive(why);
        return;
    };
    let status = response.status;
    let about = |text: String| {
        Problem::new(what, text)
            .event(sent.event, format!("a request with {what}"))
            .event(event, format!("HTTP {status}"))
    };
    match status {
        401 => {
            verdicts.on(rule).held(event.reference());
            if has_challenge(&response.headers) {
                verdicts.on(CHALLENGE).held(event.reference());
                return;
            }
            let text = "HTTP 401 has no WWW-Authenticate header with the scheme Bearer.";
            let mut problem = about(text.to_owned());
            problem.subject = "HTTP 401".to_owned();
            verdicts.on(CHALLENGE).broken(problem);
        }
        429 | 502..=504 => {
            let why = format!("a request with {what} met HTTP {status}");
            verdicts.on(rule).inconclusive(why);
        }
        200..300 => {
            let text = format!("A request with {what} is answered by HTTP {status}.");
            verdicts.on(rule).broken(about(text).outright());
        }
        _ => {
            let text = format!("A request with {what} is refused by HTTP {status}, not 401.");
            verdicts.on(rule).broken(about(text));
        }
    }
}

/// True when one of the challenges is for bearer or DPoP tokens.
fn has_challenge(headers: &[(String, String)]) -> bool {
    let values = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
    values
        .flat_map(|(_, value)| value.split(','))
        .filter_map(|part| part.split_whitespace().next())
        .any(|word| word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("dpop"))
}
