//! A server that offers resources declares the resources capability.
//!
//! Clients look at the capabilities and never ask for resources that were not announced. Declare
//! `resources` in the capabilities, or answer `resources/list` and `resources/templates/list` with
//! -32601 when there are none. Empty lists are harmless and only warned about.
//!
//! ```mcp passes
//! capabilities {}
//! > resources/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails resources.capability.declared
//! capabilities {}
//! > resources/list
//! < result {"resources":[{"uri":"memo://a","name":"a"}]}
//! ```
//!
//! ```mcp fails resources.capability.declared
//! capabilities {}
//! > resources/templates/list
//! < result {"resourceTemplates":[]}
//! ```

use crate::check::common::answers::{evidence_first, judge_undeclared};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["resources.capability.declared"],
    transports: Transports::All,
    needs: &[Need::LacksCapability(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const RESOURCES: &str = "resources-undeclared";
const TEMPLATES: &str = "templates-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        peer.request(Request::new(RESOURCES, "resources/list"))
            .await;
        peer.request(Request::new(TEMPLATES, "resources/templates/list"))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("resources.capability.declared");
    for (intent, member) in [(RESOURCES, "/resources"), (TEMPLATES, "/resourceTemplates")] {
        for exchange in view.exchanges_meant(intent) {
            judge_undeclared(ruling, &exchange, "resources", member);
        }
    }
    evidence_first(ruling);
    verdicts
}
