//! Whoever reaches the server needs more than its address to list and call its tools.
//!
//! A server that can be reached over a network, and asks for no credentials, works for everybody on that
//! network. The tools are listed without a token; where that is refused, once more with tokens that
//! nobody issued, between two without, because a server that wants a token but takes any has no protection
//! either; that needs a token of the user's. It counts
//! as reachable when the operating system's table of sockets shows that it listens on every interface;
//! a public server elsewhere may be meant for everybody, which is only remarked. To fix it, bind to a
//! loopback address, or answer 401 to requests without a valid token.
//!
//! ```mcp passes
//! transport http
//! > http POST
//! when authorization: Bearer script
//! < serve
//! > http POST
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```
//!
//! ```mcp passes
//! transport http
//! listening 127.0.0.1
//! ```
//!
//! ```mcp fails sec.http.auth-missing
//! transport http
//! listening 0.0.0.0
//! ```
//!
//! ```mcp fails sec.http.auth-missing
//! transport http
//! > http POST
//! when authorization absent
//! < http 401
//! < header WWW-Authenticate: Bearer
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! >1 http POST
//! when authorization absent
//! < http 403
//! ```

use crate::check::common::http::{is_local_target, post, with_headers};
use crate::check::common::listening;
use crate::check::prelude::*;

const RULE: &str = "sec.http.auth-missing";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Http,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const METHOD: &str = "tools/list";
const AUTHORIZATION: &str = "Authorization";
/// Neither was issued by anybody: one opaque, one a JSON Web Token without a signature.
const MADE_UP: [&str; 2] = [
    "Bearer bWNwLWNoZWNrIGd1ZXNzZWQgdGhpcyBvbmUgYXQgcmFuZG9t",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtY3BjaGVjayIsImV4cCI6NDEwMjQ0NDgwMH0.",
];
const WITHOUT: &str = "credentials-absent";
const GUESSED: &str = "credentials-guessed";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let revision = peer.revision();
        let without = post(WITHOUT, revision, "mcpcheck-no-credentials", METHOD);
        let answer = peer.http(without.without_header(AUTHORIZATION)).await;
        // Without a token of the user's there is no telling a guard from a whim.
        let is_refused =
            peer.is_authorized() && answer.is_some_and(|answer| matches!(answer.status, 401 | 403));
        for (number, token) in MADE_UP.iter().enumerate().filter(|_| is_refused) {
            let id = format!("mcpcheck-guessed-{number}");
            let guessed = post(GUESSED, revision, &id, METHOD);
            peer.http(guessed.header(AUTHORIZATION, token)).await;
        }
        if is_refused {
            let again = post(WITHOUT, revision, "mcpcheck-no-credentials-again", METHOD);
            peer.http(again.without_header(AUTHORIZATION)).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let Some(without) = view.exchanges_meant(WITHOUT).next() else {
        return verdicts;
    };
    if has_other_credentials(&without) {
        ruling.not_applicable("a header or the URL that mcp-check was given may be a credential");
        return verdicts;
    }
    match without.http().map(|(at, response)| (at, response.status)) {
        Some((at, 401 | 403)) => judge_guesses(ruling, view, &at),
        _ => judge_open(ruling, view, &without),
    }
    verdicts
}

/// A request without a token was refused. One with any is to be refused as well.
fn judge_guesses(ruling: &mut Ruling, view: &View, refused: &EventRef) {
    let status = |asked: &Exchange<'_>| asked.http().map(|(_, response)| response.status);
    let mut without = view.exchanges_meant(WITHOUT);
    if !without.all(|asked| matches!(status(&asked), Some(401 | 403))) {
        ruling.inconclusive("requests without a token are refused at times only");
        return;
    }
    let guesses: Vec<Exchange<'_>> = view.exchanges_meant(GUESSED).collect();
    if let Some(taken) = guesses.iter().find(|guess| lists_tools(guess).is_some()) {
        let text =
            "The tools are listed for a token that nobody issued, though not without a token.";
        let problem = Problem::new("made-up token", text.to_owned()).severity(Severity::Critical);
        let problem = with_headers(problem, taken, &["authorization"]);
        ruling.broken(problem.hint("Verify the token, not only that there is one."));
        return;
    }
    match guesses
        .iter()
        .all(|guess| matches!(status(guess), Some(400..=403)))
    {
        true if !guesses.is_empty() => ruling.held(refused.clone()),
        _ => ruling.inconclusive("what the server makes of a made-up token cannot be told"),
    };
}

fn judge_open(ruling: &mut Ruling, view: &View, without: &Exchange<'_>) {
    let Some(count) = lists_tools(without) else {
        ruling.inconclusive("a request without credentials was neither served nor refused");
        return;
    };
    let tools = match count {
        1 => "One tool is listed".to_owned(),
        count => format!("{count} tools are listed"),
    };
    for (event, addresses) in listening::known(view) {
        let Some(address) = addresses.iter().find(|address| address.is_unspecified()) else {
            ruling.held(event.reference());
            continue;
        };
        let text = format!("{tools} without credentials, and the server listens on {address}.");
        let problem = Problem::new("open to the network", text);
        let problem = problem.event(event, format!("listening on {address}"));
        let problem = with_headers(problem, without, &["authorization"]);
        let hint = "Bind to 127.0.0.1 or ::1, or answer 401 to requests without a valid token.";
        // Whether the network is one of strangers cannot be seen from here.
        ruling.broken(problem.severity(Severity::Medium).hint(hint));
    }
    if is_local_target(without.conversation) {
        ruling.not_applicable("where the server listens is not known");
        return;
    }
    let text = format!("{tools} without credentials; a public server may mean it so.");
    let problem = Problem::new("open to the network", text);
    ruling.remark(with_headers(problem, without, &["authorization"]));
    ruling.not_applicable("a server elsewhere may be meant for everybody");
}

/// The number of tools in the answer.
fn lists_tools(exchange: &Exchange<'_>) -> Option<usize> {
    let tools = exchange.result()?["tools"].as_array()?;
    (!tools.is_empty()).then_some(tools.len())
}

/// Headers that mcp-check sends of its own accord, or that say nothing about who asks.
const NO_CREDENTIALS: [&str; 9] = [
    "accept",
    "content-type",
    "content-length",
    "host",
    "origin",
    "user-agent",
    "connection",
    "accept-encoding",
    "cache-control",
];

/// True when the user gave something else that may tell the server who asks.
fn has_other_credentials(exchange: &Exchange<'_>) -> bool {
    let channel = exchange.request.channel;
    let events = exchange.conversation.events.iter();
    let mut requests = events.filter_map(|event| match &event.body {
        Body::HttpRequest(request) if event.channel == channel => Some(request),
        _ => None,
    });
    requests.any(|request| {
        let is_known = |name: &str| name.starts_with("mcp-") || NO_CREDENTIALS.contains(&name);
        let authority = request.url.split('/').nth(2).unwrap_or_default();
        request.url.contains('?')
            || authority.contains('@')
            || request
                .headers
                .iter()
                .any(|(name, _)| !is_known(&name.to_ascii_lowercase()))
    })
}
