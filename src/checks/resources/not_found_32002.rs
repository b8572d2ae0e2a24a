//! Up to 2025-11-25, reading a resource that does not exist is answered by an error with code -32002.
//!
//! The code tells a client to drop a stale URI instead of trying again. Answer with -32002 "Resource
//! not found"; 2026-07-28 uses -32602 for it, so that a server of several revisions picks the code
//! by the revision that was agreed on.
//!
//! ```mcp passes
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32002
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < error -32602 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32002
//! > resources/read {"uri":"memo://mcpcheck-5f1d0c9a7b3e2468"}
//! < silence
//! ```

use crate::check::common::answers::{
    evidence_first, is_missing, judge_unanswered, shown, turned_away,
};
use crate::check::common::missing_resource::{ask, asked, is_empty, is_templated};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["resources.read.not-found-code-32002"],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const SUBJECT: &str = "missing resource";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    ask(peer)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("resources.read.not-found-code-32002");
    for exchange in asked(view) {
        judge_read(ruling, view, &exchange);
    }
    evidence_first(ruling);
    verdicts
}

fn judge_read(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        "a read of a resource that does not exist",
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::RESOURCE_NOT_FOUND)) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "resources/read") => {
            ruling.inconclusive("resources/read does not exist");
        }
        Reply::Error(_, code) => {
            let text = format!(
                "A missing resource is answered with {} instead of -32002.",
                shown(code)
            );
            ruling.broken(about(text));
        }
        Reply::Result(_, result) if !is_empty(result) && is_templated(view, exchange) => {
            ruling.inconclusive("a template of the server covers the URI that was tried");
        }
        _ => {
            ruling.broken(about(
                "A missing resource is answered by a result.".to_owned(),
            ));
        }
    }
}
