//! The server sends no requests that only a later revision than the agreed one defines.
//!
//! The client agreed to one revision and knows the requests of that one. It answers others by
//! "Method not found" at best, and the feature that needed them fails without a reason the user can
//! see. Ask for input with `elicitation/create` from 2025-06-18 on and use tasks in 2025-11-25,
//! and do without them when an older revision was agreed.
//!
//! ```mcp passes
//! > tools/list
//! < request "p1" ping
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2024-11-05
//! ```
//!
//! ```mcp fails lifecycle.respect-negotiated-version.must
//! revision 2025-06-18
//! > tools/list
//! < request "t1" tasks/list
//! < default
//! ```
//!
//! ```mcp fails lifecycle.respect-negotiated-version.should
//! revision 2025-03-26
//! > tools/list
//! < request "e1" elicitation/create {"message":"Who?","requestedSchema":{"type":"object"}}
//! < default
//! ```

use crate::check::common;
use crate::check::prelude::*;
use crate::spec::methods;

const MUST: &str = "lifecycle.respect-negotiated-version.must";
const SHOULD: &str = "lifecycle.respect-negotiated-version.should";

pub(crate) const CHECK: Check = Check {
    covers: &[MUST, SHOULD],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(match view.revision {
        Revision::V2024_11_05 | Revision::V2025_03_26 => SHOULD,
        _ => MUST,
    });
    for conversation in view.conversations() {
        let Some(established) = &conversation.session.established else {
            continue;
        };
        if common::revision_of(view, conversation) != Some(view.revision) {
            continue;
        }
        let mut keeps = true;
        for message in conversation.received() {
            let Message::Request { method, .. } = &message.parsed.message else {
                continue;
            };
            let others = methods::revisions_of_server_method(method);
            let Some(since) = others.first().filter(|_| !others.contains(&view.revision)) else {
                continue;
            };
            keeps = false;
            let text = format!(
                "The server sends {method}, which exists since {since}, although {} is agreed.",
                view.revision
            );
            ruling.broken(Problem::new(format!("method:{method}"), text).message(message));
        }
        if keeps {
            ruling.held(established.clone());
        }
    }
    verdicts
}
