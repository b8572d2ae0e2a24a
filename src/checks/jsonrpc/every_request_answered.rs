//! Every request is answered, by a result or by an error.
//!
//! A client that gets no answer waits until its own time-out and then cannot tell whether the
//! request was served. Usually an exception is lost between the handler and the place where
//! answers are written: turn it into an error with code -32603.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails jsonrpc.every-request-answered
//! > tools/list
//! < silence
//! ```
//!
//! ```mcp inconclusive
//! > tools/call {"name":"echo"}
//! < silence
//! ```

use crate::check::common::{is_ordinary, is_plain_request, misaddressed, revision_of};
use crate::check::prelude::*;
use crate::transcript::view::BARRIER;

const RULE: &str = "jsonrpc.every-request-answered";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Methods that no server has a reason to be slow about.
const PROMPT: [&str; 7] = [
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges().filter(is_judged) {
        let method = exchange.method();
        match exchange.reply() {
            Reply::Result(message, _) | Reply::Error(message, _) | Reply::Malformed(message) => {
                ruling.held(message.at.clone());
            }
            // The answer came, under an id that is wrong.
            _ if misaddressed(&exchange).is_some() => {}
            Reply::Silence { .. } | Reply::HttpOnly(..) if !PROMPT.contains(&method) => {
                ruling.inconclusive(format!("{method} was not answered, but may just be slow"));
            }
            Reply::Silence { alive: true } => {
                let text = format!("A {method} request was never answered; later ones were.");
                ruling.broken(Problem::new(format!("method:{method}"), text).exchange(&exchange));
            }
            Reply::HttpOnly(event, http) if is_empty_stream(view, &exchange) => {
                let text = format!("The event stream for a {method} request held no answer.");
                let problem = Problem::new(format!("method:{method}"), text)
                    .exchange(&exchange)
                    .event(
                        event,
                        format!("HTTP {}, {}", http.status, http.media_type()),
                    );
                ruling.broken(problem);
            }
            Reply::HttpOnly(_, http) => {
                let status = http.status;
                ruling.inconclusive(format!("{method} was answered by HTTP {status} alone"));
            }
            Reply::Gone(_) | Reply::Silence { alive: false } => {
                let why = format!("the server ended or got stuck, so {method} was not answered");
                ruling.inconclusive(why);
            }
        }
    }
    verdicts
}

/// A barrier is judged only where nothing unusual was sent before it: what broken input does to
/// the requests behind it is the business of the check that sent it.
fn is_judged(exchange: &Exchange<'_>) -> bool {
    if exchange.intent() != Some(BARRIER) {
        return is_ordinary(exchange);
    }
    let messages = exchange.conversation.messages.iter();
    let mut before = messages
        .filter(|message| !message.is_received())
        .take_while(|message| message.at.seq < exchange.request.at.seq);
    before.all(|message| {
        is_plain_request(message) || message.parsed.method() == Some("notifications/initialized")
    })
}

/// Earlier revisions let a client resume a stream that ended too soon, and have a rule for it.
fn is_empty_stream(view: &View, exchange: &Exchange<'_>) -> bool {
    let is_modern =
        revision_of(view, exchange.conversation).is_some_and(|it| it.era() == Era::Modern);
    let is_stream = exchange.http().is_some_and(|(_, http)| {
        (200..300).contains(&http.status) && http.media_type() == "text/event-stream"
    });
    is_modern && is_stream
}
