//! A server that declares prompts answers prompts/list.
//!
//! Users pick prompts from this list; without it the capability is a promise that is not kept.
//! Register a handler for `prompts/list`, and answer with an empty array when there are no prompts
//! at the moment.
//!
//! ```mcp passes
//! > prompts/list
//! < result {"prompts":[]}
//! ```
//!
//! ```mcp fails prompts.list.answered-when-declared
//! > prompts/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp inconclusive
//! > prompts/list
//! < error -32603 "database is down"
//! ```

use crate::check::common::answers::{evidence_first, judge_declared};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["prompts.list.answered-when-declared"],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("prompts.list.answered-when-declared");
    let has_cursor = |exchange: &Exchange<'_>| {
        exchange
            .params()
            .is_some_and(|params| params.get("cursor").is_some())
    };
    let plain = view
        .exchanges()
        .filter(|exchange| exchange.method() == "prompts/list" && is_ordinary(exchange));
    for exchange in plain.filter(|exchange| !has_cursor(exchange)) {
        judge_declared(ruling, &exchange, "prompts");
    }
    evidence_first(ruling);
    verdicts
}
