//! No call spoils the answers to later ones.
//!
//! Between generated calls the plainest call of the tool is repeated. When it was answered well twice
//! and is refused after some other call, and that happens again on a fresh server, then the other
//! call left something broken behind: a closed file, a poisoned lock, a session half torn down. Let a
//! tool undo what it began before it refuses.
//!
//! ```mcp passes
//! > ping
//! < default
//! ```
//!
//! ```mcp fails tools.call.state-kept
//! >1 tools/call {"name":"echo","arguments":{"text":"mcpcheck"},"_meta":null}
//! < default
//! >2 tools/call {"name":"echo","arguments":{"text":"mcpcheck"},"_meta":null}
//! < default
//! > tools/call {"name":"echo","arguments":{"text":"mcpcheck"},"_meta":null}
//! < result {"content":[{"type":"text","text":"database is closed"}],"isError":true}
//! ```
//!
//! ```mcp inconclusive
//! # It is the plain call alone that does not last.
//! >1 tools/call {"_meta":null}
//! < default
//! > tools/call {"_meta":null}
//! < result {"content":[{"type":"text","text":"once only"}],"isError":true}
//! ```

use crate::check::common::answers::text_of;
use crate::check::common::generated::{Call, Class, Sightings, calls, tools};
use crate::check::prelude::*;

const RULE: &str = "tools.call.state-kept";

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
        let calls = calls(&tools, conversation);
        for name in tools.keys() {
            let controls: Vec<usize> = (0..calls.len())
                .filter(|&at| calls[at].name == *name && calls[at].class == Class::Control)
                .collect();
            match spoilt(&calls, &controls) {
                Course::Spoilt { culprit, after } => {
                    sightings.add(conversation, problem(&calls[culprit], &calls[after]));
                }
                Course::Alike(last) => {
                    ruling.held(calls[last].exchange.request.at.clone());
                }
                Course::Unclear => {}
            }
        }
    }
    sightings.rule(ruling);
    if ruling.held.is_empty() {
        ruling.inconclusive("no tool answers its plainest call well");
    }
    verdicts
}

/// How the answers to one and the same call went on.
enum Course {
    Alike(usize),
    Spoilt { culprit: usize, after: usize },
    Unclear,
}

/// Spoilt is what was well until something else was called, and never well again. That a call alone
/// changes from one time to the next says nothing about others.
fn spoilt(calls: &[Call<'_>], controls: &[usize]) -> Course {
    let is_well = |at: &usize| calls[*at].succeeded();
    let (Some(first), Some(last)) = (controls.first(), controls.last()) else {
        return Course::Unclear;
    };
    if !is_well(first) || first == last {
        return Course::Unclear;
    }
    let Some(bad) = controls.iter().position(|at| !is_well(at)) else {
        return Course::Alike(*last);
    };
    let (before, after) = (controls[bad - 1], controls[bad]);
    let is_for_good = controls[bad..].iter().all(|at| calls[*at].was_refused());
    if after == before + 1 || !is_for_good || speaks_of_limits(&calls[after]) {
        return Course::Unclear;
    }
    Course::Spoilt {
        culprit: after - 1,
        after,
    }
}

/// A quota is used up by calls of any kind.
fn speaks_of_limits(call: &Call<'_>) -> bool {
    let text = text_of(&call.exchange);
    ["quota", "limit", "too many", "throttl", "busy"]
        .iter()
        .any(|word| text.contains(word))
}

fn problem(culprit: &Call<'_>, after: &Call<'_>) -> Problem {
    let text = format!(
        "A call of the tool {} that was answered before is refused after {} was called with {}.",
        after.name,
        culprit.name,
        culprit.arguments()
    );
    Problem::new(format!("tool:{}", after.name), text)
        .exchange(&culprit.exchange)
        .exchange(&after.exchange)
        .outright()
}
