//! From 2026-07-28 on the server sends no requests at all.
//!
//! What a server wants from its client goes into an `input_required` result; even `ping` is gone. A
//! client of this revision has no way to answer a request, and over HTTP there is no stream on which
//! it would expect one. Return `inputRequests` instead of sending them.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < notify notifications/message {"level":"info","data":"working"}
//! < default
//! ```
//!
//! ```mcp fails mrtr.no-server-requests
//! revision 2026-07-28
//! > tools/call
//! < request "p1" ping
//! < default
//! ```

use crate::check::prelude::*;

const RULE: &str = "mrtr.no-server-requests";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for conversation in view.conversations() {
        // A server of both eras may treat such a connection as one of the older kind.
        let mut exchanges = conversation.exchanges();
        if exchanges.any(|exchange| exchange.method() == "initialize") {
            continue;
        }
        let mut is_clean = true;
        for message in conversation.received() {
            if let Message::Request { method, .. } = &message.parsed.message {
                is_clean = false;
                let text = format!("The server sends the request {method}.");
                let hint = "Ask for input in an input_required result.";
                let subject = format!("method:{method}");
                ruling.broken(Problem::new(subject, text).message(message).hint(hint));
            }
        }
        if let (true, Some(established)) = (is_clean, &conversation.session.established) {
            ruling.held(established.clone());
        }
    }
    verdicts
}
