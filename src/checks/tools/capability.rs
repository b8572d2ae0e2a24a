//! A server that offers tools declares the tools capability.
//!
//! Clients look at the capabilities and never ask for tools that were not announced, so the tools
//! of such a server stay unseen. Declare `tools` in the capabilities, or answer `tools/list` with
//! -32601 when there are none. An empty list is harmless and only warned about: some SDKs register
//! the handler by default.
//!
//! ```mcp passes
//! capabilities {}
//! > tools/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails tools.capability.declared
//! capabilities {}
//! > tools/list
//! < result {"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}
//! ```
//!
//! ```mcp fails tools.capability.declared
//! capabilities {"logging":{}}
//! > tools/list
//! < result {"tools":[]}
//! ```

use crate::check::common::answers::judge_undeclared;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["tools.capability.declared"],
    transports: Transports::All,
    needs: &[Need::LacksCapability(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "tools-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(INTENT, "tools/list")).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("tools.capability.declared");
    for exchange in view.exchanges_meant(INTENT) {
        judge_undeclared(ruling, &exchange, "tools", "/tools");
    }
    verdicts
}
