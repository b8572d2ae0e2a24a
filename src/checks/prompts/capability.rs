//! A server that offers prompts declares the prompts capability.
//!
//! Clients look at the capabilities and never ask for prompts that were not announced. Declare
//! `prompts` in the capabilities, or answer `prompts/list` with -32601 when there are none. An
//! empty list is harmless and only warned about.
//!
//! ```mcp passes
//! capabilities {}
//! > prompts/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails prompts.capability.declared
//! capabilities {}
//! > prompts/list
//! < result {"prompts":[{"name":"greet"}]}
//! ```
//!
//! ```mcp fails prompts.capability.declared
//! capabilities {}
//! > prompts/list
//! < result {"prompts":[]}
//! ```

use crate::check::common::answers::judge_undeclared;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["prompts.capability.declared"],
    transports: Transports::All,
    needs: &[Need::LacksCapability(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "prompts-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(INTENT, "prompts/list")).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("prompts.capability.declared");
    for exchange in view.exchanges_meant(INTENT) {
        judge_undeclared(ruling, &exchange, "prompts", "/prompts");
    }
    verdicts
}
