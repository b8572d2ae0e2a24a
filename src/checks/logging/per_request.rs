//! No log message is sent for a request that did not ask for one by its log level.
//!
//! In 2026-07-28 the level travels with each request, so that a client gets the log it wants and no
//! other. A server that logs without being asked, or that keeps the level of an earlier request,
//! sends messages to clients that never wanted any. Read
//! `io.modelcontextprotocol/logLevel` of the request at hand, and send nothing when it is absent.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"debug"}}
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.per-request.opt-in
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":null}}
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.per-request.opt-in
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":null}}
//! < sse
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::prelude::*;

const ID: &str = "logging.per-request.opt-in";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const LEVEL_KEY: &str = "io.modelcontextprotocol/logLevel";

/// One request with a level, then all of them without, to see whether the level sticks.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut methods = list_methods(peer.session());
        methods.push("server/discover");
        if let Some(first) = methods.first() {
            let request = Request::new("with-log-level", first).meta(LEVEL_KEY, json!("debug"));
            peer.request(request).await;
        }
        for method in methods {
            peer.request(Request::new("without-log-level", method))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for conversation in view.conversations() {
        let exchanges: Vec<Exchange<'_>> = conversation.exchanges().collect();
        // A dual-era server speaks a handshake revision where it is sent initialize.
        if exchanges
            .iter()
            .any(|exchange| exchange.method() == "initialize")
        {
            continue;
        }
        let mut is_quiet = true;
        for message in conversation.received() {
            if message.parsed.method() != Some("notifications/message") {
                continue;
            }
            if let Some(request) = unasked(&exchanges, message) {
                is_quiet = false;
                let method = request.method();
                let text = format!("A log message comes with {method}, which has no log level.");
                let problem = Problem::new("method:notifications/message", text);
                ruling.broken(problem.message(request.request).message(message));
            }
        }
        let answered = exchanges.iter().filter(|exchange| !has_level(exchange));
        let answer = answered
            .filter_map(|exchange| exchange.responses.first())
            .next();
        if let (true, Some(answer)) = (is_quiet, answer) {
            ruling.held(answer.at.clone());
        }
    }
    verdicts
}

fn has_level(exchange: &Exchange<'_>) -> bool {
    let meta = exchange.params().and_then(|params| params.get("_meta"));
    meta.is_some_and(|meta| meta.get(LEVEL_KEY).is_some())
}

/// The request without a log level that a log message can only belong to. Over HTTP that is the
/// one whose answer carries it. Over stdio messages name no request: it is the last one sent, when
/// none before it had a level.
fn unasked<'e, 'c>(
    exchanges: &'e [Exchange<'c>],
    message: &WireMessage,
) -> Option<&'e Exchange<'c>> {
    if let Channel::Http(_) = message.channel {
        return exchanges
            .iter()
            .find(|exchange| exchange.request.channel == message.channel)
            .filter(|exchange| !has_level(exchange));
    }
    let before = || {
        exchanges
            .iter()
            .filter(|exchange| exchange.request.at.seq < message.at.seq)
    };
    // A message that comes late for its request breaks another rule.
    if before().any(|exchange| has_level(exchange)) {
        return None;
    }
    before().next_back().filter(|exchange| !has_level(exchange))
}
