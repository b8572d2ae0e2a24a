//! A server that declares resources answers resources/list and resources/templates/list.
//!
//! Clients fetch both lists when they connect. A server that has only templates still answers
//! `resources/list`, with an empty array; one without templates should answer
//! `resources/templates/list` the same way instead of calling the method unknown.
//!
//! ```mcp passes
//! > resources/list
//! < result {"resources":[]}
//! ```
//!
//! ```mcp fails resources.list.answered-when-declared
//! > resources/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails resources.templates.list.answered
//! > resources/templates/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails resources.templates.list.answered
//! > resources/templates/list
//! < silence
//! ```

use crate::check::common::answers::{evidence_first, judge_declared};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "resources.list.answered-when-declared",
        "resources.templates.list.answered",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let has_cursor = |exchange: &Exchange<'_>| {
        exchange
            .params()
            .is_some_and(|params| params.get("cursor").is_some())
    };
    let plain = view
        .exchanges()
        .filter(|exchange| is_ordinary(exchange) && !has_cursor(exchange));
    for exchange in plain {
        let (id, member) = match exchange.method() {
            "resources/list" => ("resources.list.answered-when-declared", "resources"),
            "resources/templates/list" => {
                ("resources.templates.list.answered", "resourceTemplates")
            }
            _ => continue,
        };
        let ruling = verdicts.on(id);
        judge_declared(ruling, &exchange, member);
        evidence_first(ruling);
    }
    verdicts
}
