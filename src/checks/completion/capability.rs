//! A server that completes arguments declares the completions capability.
//!
//! Clients look at the capabilities and do not ask for completions that were not announced, so the
//! suggestions of such a server stay unseen. Declare `completions`, or answer
//! `completion/complete` with -32601. An empty answer is harmless and only warned about. 2024-11-05
//! has no such capability.
//!
//! ```mcp passes
//! capabilities {"prompts":{}}
//! > completion/complete
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails completion.capability.declared
//! capabilities {"prompts":{}}
//! > completion/complete
//! < result {"completion":{"values":["Ada"]}}
//! ```
//!
//! ```mcp fails completion.capability.declared
//! capabilities {}
//! > completion/complete
//! < result {"completion":{"values":[]}}
//! ```

use crate::check::common::answers::{UNKNOWN_NAME, judge_undeclared};
use crate::check::common::completable::completable;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["completion.capability.declared"],
    transports: Transports::All,
    needs: &[Need::LacksCapability(&["completions"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "completion-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let first = completable(peer.surface()).into_iter().next();
        let (reference, argument) = first.unwrap_or_else(|| {
            let unknown = json!({"type": "ref/prompt", "name": UNKNOWN_NAME});
            (unknown, "mcpcheck".to_owned())
        });
        let params = json!({"ref": reference, "argument": {"name": argument, "value": ""}});
        peer.request(Request::new(INTENT, "completion/complete").params(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("completion.capability.declared");
    for exchange in view.exchanges_meant(INTENT) {
        judge_undeclared(ruling, &exchange, "completions", "/completion/values");
    }
    verdicts
}
