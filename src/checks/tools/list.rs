//! A server that declares tools answers tools/list.
//!
//! The list is how a client learns what it can call; without it the capability is a promise that is
//! not kept. Register a handler for `tools/list`, and answer with an empty array when there are no
//! tools at the moment.
//!
//! ```mcp passes
//! > tools/list
//! < result {"tools":[]}
//! ```
//!
//! ```mcp fails tools.list.answered-when-declared
//! > tools/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails tools.list.answered-when-declared
//! > tools/list
//! < silence
//! ```
//!
//! ```mcp inconclusive
//! > tools/list
//! < error -32603 "database is down"
//! ```

use crate::check::common::answers::{evidence_first, judge_declared};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["tools.list.answered-when-declared"],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("tools.list.answered-when-declared");
    let has_cursor = |exchange: &Exchange<'_>| {
        exchange
            .params()
            .is_some_and(|params| params.get("cursor").is_some())
    };
    let plain = view
        .exchanges()
        .filter(|exchange| exchange.method() == "tools/list" && is_ordinary(exchange));
    for exchange in plain.filter(|exchange| !has_cursor(exchange)) {
        judge_declared(ruling, &exchange, "tools");
    }
    evidence_first(ruling);
    verdicts
}
