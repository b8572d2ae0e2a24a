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
use crate::check::common::logs::{Belongs, LEVEL_KEY, belongs, logs, requested_level};
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
        if exchanges.iter().any(|it| it.method() == "initialize") {
            continue;
        }
        let mut is_quiet = true;
        for log in logs(conversation) {
            // What came right after a request with a level may be late: another rule's matter.
            let at = match belongs(&exchanges, log) {
                Belongs::To(at) | Belongs::Late(at) => at,
                Belongs::Unclear(_) | Belongs::Unknown => continue,
            };
            let exchange = &exchanges[at];
            if requested_level(exchange).is_some() {
                continue;
            }
            is_quiet = false;
            let method = exchange.method();
            let text = format!("A log message comes with {method}, which has no log level.");
            let problem = Problem::new("method:notifications/message", text);
            ruling.broken(problem.message(exchange.request).message(log));
        }
        let mut unasked = exchanges.iter().filter(|it| requested_level(it).is_none());
        let answer = unasked.find_map(|exchange| exchange.responses.first());
        if let (true, Some(answer)) = (is_quiet, answer) {
            ruling.held(answer.at.clone());
        }
    }
    verdicts
}
