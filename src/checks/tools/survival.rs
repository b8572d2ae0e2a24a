//! A call whose arguments fit the tool's schema is answered, and the server lives on.
//!
//! The arguments are generated from the schema: plain ones, boundary values, odd texts. A tool may
//! refuse them, by `isError`; that one of them ends the process or blocks it is a defect, since a
//! model may send it on any day. Turn exceptions and panics of a tool into an `isError` result, and
//! let nothing that waits hold up other requests. A failure is told only when a fresh server showed it
//! again.
//!
//! ```mcp passes
//! > ping
//! < default
//! ```
//!
//! ```mcp fails tools.call.survived
//! > tools/call {"name":"echo","arguments":{"text":""}}
//! < exit 134
//! ```
//!
//! ```mcp fails tools.call.survived
//! > tools/call {"name":"echo","arguments":{"text":"a\u0000b"}}
//! < silence
//! ```

use crate::check::common::generated::{Sightings, add_harm, calls, tools};
use crate::check::prelude::*;

const RULE: &str = "tools.call.survived";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let tools = tools(view);
    let mut sightings = Sightings::default();
    for conversation in view.conversations() {
        for call in calls(&tools, conversation) {
            if !call.class.is_valid() {
                continue;
            }
            if add_harm(&mut sightings, &call) {
                continue;
            }
            if let Some(answer) = call.exchange.responses.first() {
                ruling.held(answer.at.clone());
            }
        }
    }
    sightings.rule(ruling);
    if ruling.held.is_empty() {
        ruling.inconclusive("no tool was called with generated arguments");
    }
    verdicts
}
