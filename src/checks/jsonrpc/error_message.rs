//! An error message is one short sentence.
//!
//! It ends up in a dialog, a log line or the context of a model. Stack traces and dumps there are
//! of no use to the reader and may give away more than they should. Put details into `data`, or
//! into your own log.
//!
//! ```mcp passes
//! > tools/list
//! < error -32603 "The database is not reachable."
//! ```
//!
//! ```mcp fails jsonrpc.error-message-concise
//! > tools/list
//! < error -32603 "Error: no such file\n    at open (/srv/app/index.js:12:7)"
//! ```

use crate::check::prelude::*;

const RULE: &str = "jsonrpc.error-message-concise";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Length in characters beyond which a message is not short any more.
const LONGEST: usize = 500;

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (_, message) in view.received() {
        let Message::Error {
            message: Some(text),
            ..
        } = &message.parsed.message
        else {
            continue;
        };
        let what = if text.contains("Traceback (most recent call last)") {
            "is a stack trace"
        } else if text.trim().contains(['\n', '\r']) {
            "has several lines"
        } else if text.chars().count() > LONGEST {
            "is longer than 500 characters"
        } else {
            ruling.held(message.at.clone());
            continue;
        };
        let problem = Problem::new("error message", format!("The message of an error {what}."));
        ruling.broken(problem.at_pointer(message, "/error/message"));
    }
    verdicts
}
