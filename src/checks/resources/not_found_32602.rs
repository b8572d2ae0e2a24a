//! In 2026-07-28, reading a resource that does not exist is answered by an error with code -32602.
//!
//! The error tells a client to drop a stale URI. Empty `contents` look like an empty file, and
//! made-up contents like the real thing; -32002, the code of older revisions, is not to be used any
//! more. A server of several revisions picks the code by the revision of the request.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < error -32602 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32602
//! revision 2026-07-28
//! > resources/read {"uri":"memo://mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-no-empty-contents
//! revision 2026-07-28
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < complete {"contents":[]}
//! ```
//!
//! ```mcp fails resources.read.not-found-is-error
//! revision 2026-07-28
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < complete {"contents":[{"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468","text":"made up"}]}
//! ```

use crate::check::common::answers::{
    evidence_first, is_missing, judge_unanswered, shown, turned_away,
};
use crate::check::common::missing_resource::{FOREIGN, ask, asked, is_empty, is_templated};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[CODE, IS_ERROR, NOT_EMPTY],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const SUBJECT: &str = "missing resource";
const CODE: &str = "resources.read.not-found-code-32602";
const IS_ERROR: &str = "resources.read.not-found-is-error";
const NOT_EMPTY: &str = "resources.read.not-found-no-empty-contents";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    ask(peer)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in asked(view) {
        judge_read(&mut verdicts, view, &exchange);
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
    }
    verdicts
}

fn judge_read(verdicts: &mut Verdicts, view: &View, exchange: &Exchange<'_>) {
    let ruling = verdicts.on(IS_ERROR);
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
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "resources/read") => {
            ruling.inconclusive("resources/read does not exist");
        }
        Reply::Error(message, code) => {
            ruling.held(message.at.clone());
            verdicts.on(NOT_EMPTY).held(message.at.clone());
            judge_code(verdicts.on(CODE), exchange, message, code);
        }
        Reply::Result(_, result) if is_empty(result) => {
            ruling.inconclusive("the result is empty, which is reported as such");
            let text = "A missing resource is answered by an empty contents array.";
            verdicts.on(NOT_EMPTY).broken(about(text.to_owned()));
        }
        _ if is_templated(view, exchange) => {
            ruling.inconclusive("a template of the server covers the URI that was tried");
        }
        _ => {
            ruling.broken(about(
                "A missing resource is answered by contents.".to_owned(),
            ));
        }
    }
}

/// A server may see a foreign scheme as something it does not support, or as a failure.
fn judge_code(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    code: Option<i64>,
) {
    let is_foreign = exchange.intent() == Some(FOREIGN);
    let excused = [Some(code::METHOD_NOT_FOUND), Some(code::INTERNAL_ERROR)];
    let text = format!(
        "A missing resource is answered with {} instead of -32602.",
        shown(code)
    );
    let problem = Problem::new(SUBJECT, text).exchange(exchange);
    if code == Some(code::INVALID_PARAMS) {
        ruling.held(message.at.clone());
    } else if !ruling.problems.is_empty() {
        // The other URI was answered wrongly as well: one cause.
    } else if is_foreign && excused.contains(&code) {
        ruling.odd(problem);
    } else {
        ruling.broken(problem);
    }
}
