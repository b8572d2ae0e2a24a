//! A request that breaks one rule leaves the server running, and able to answer as before.
//!
//! The requests are made from the schema of the revision: one that is in good order, with one member
//! missing or of the wrong type. What a server makes of it is its own business, be it an error or
//! even a result; that one such request ends the process, blocks it, or spoils the answers to later
//! requests is a defect, since any client may have such a bug. Check members before they are used, and
//! turn every exception into an error. A failure is told only when a fresh server showed it again.
//!
//! ```mcp passes
//! > ping
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.broken-request-survived
//! > prompts/get {"name":null}
//! < exit 134
//! ```
//!
//! ```mcp fails jsonrpc.broken-request-survived
//! > invalid
//! < exit 1
//! ```
//!
//! ```mcp fails jsonrpc.broken-request-state-kept
//! >1 logging/setLevel {"level":"error"}
//! < default
//! > logging/setLevel {"level":"error"}
//! < error -32603 "the connection to the database is closed"
//! ```

use crate::check::common::answers::{Unanswered, text_of, turned_away, unanswered};
use crate::check::common::broken_message::{BROKEN, CONTROL, Harm, broken_messages};
use crate::check::common::generated::Sightings;
use crate::check::prelude::*;
use crate::transcript::Exchange;

const SURVIVED: &str = "jsonrpc.broken-request-survived";
const STATE: &str = "jsonrpc.broken-request-state-kept";

pub(crate) const CHECK: Check = Check {
    covers: &[SURVIVED, STATE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    judge_survival(view, verdicts.on(SURVIVED));
    judge_state(view, verdicts.on(STATE));
    for rule in [SURVIVED, STATE] {
        let ruling = verdicts.on(rule);
        if ruling.held.is_empty() {
            ruling.inconclusive("no generated request says anything about it");
        }
    }
    verdicts
}

fn judge_survival(view: &View, ruling: &mut Ruling) {
    let mut sightings = Sightings::default();
    for broken in broken_messages(view) {
        match broken.harm(view.revision) {
            Some(Harm::Fatal(problem) | Harm::Lost(problem)) => {
                sightings.add(broken.conversation, problem);
            }
            Some(Harm::FatalForGood(problem)) => {
                sightings.add_for_good(broken.conversation, problem);
            }
            None => {
                if let Some(answer) = broken.answer() {
                    ruling.held(answer.at.clone());
                }
            }
        }
    }
    sightings.rule(ruling);
}

fn judge_state(view: &View, ruling: &mut Ruling) {
    let mut sightings = Sightings::default();
    for conversation in view.conversations() {
        let controls: Vec<Exchange<'_>> = conversation
            .exchanges()
            .filter(|exchange| exchange.intent() == Some(CONTROL))
            .collect();
        let mut methods: Vec<&str> = controls.iter().map(Exchange::method).collect();
        methods.sort_unstable();
        methods.dedup();
        for method in methods {
            let own: Vec<&Exchange<'_>> = controls
                .iter()
                .filter(|exchange| exchange.method() == method)
                .collect();
            match course(conversation, &own) {
                Course::Alike(last) => {
                    ruling.held(last.request.at.clone());
                }
                Course::Spoilt(problem) => sightings.add(conversation, problem),
                Course::Unclear => {}
            }
        }
    }
    sightings.rule(ruling);
}

/// How the answers to one and the same request went on.
enum Course<'v> {
    Alike(&'v Exchange<'v>),
    Spoilt(Problem),
    Unclear,
}

/// Spoilt is what brought results until something broken was sent, and never did again.
fn course<'v>(conversation: &Conversation, controls: &[&'v Exchange<'v>]) -> Course<'v> {
    let is_well = |exchange: &&Exchange<'_>| exchange.result().is_some();
    let Some(bad) = controls.iter().position(|exchange| !is_well(exchange)) else {
        return match controls.last().filter(|_| controls.len() > 1) {
            Some(last) => Course::Alike(last),
            None => Course::Unclear,
        };
    };
    if bad == 0 || !controls[bad..].iter().all(|exchange| is_bad(exchange)) {
        return Course::Unclear;
    }
    let (before, after) = (controls[bad - 1], controls[bad]);
    let mut between = conversation.messages.iter().filter(|message| {
        let seq = message.at.seq;
        message.intent.as_deref() == Some(BROKEN)
            && before.request.at.seq < seq
            && seq < after.request.at.seq
    });
    let Some(culprit) = between.next_back() else {
        return Course::Unclear;
    };
    let method = after.method();
    let text = format!(
        "A {method} request that brought a result before brings none any more after {} was sent.",
        culprit.excerpt()
    );
    let problem = Problem::new(format!("method:{method}"), text)
        .message(culprit)
        .exchange(after);
    Course::Spoilt(problem.outright())
}

/// An error, or silence while others are answered. A quota is used up by requests of any kind.
fn is_bad(exchange: &Exchange<'_>) -> bool {
    if turned_away(exchange).is_some() {
        return false;
    }
    match exchange.reply() {
        Reply::Error(..) => {
            let text = text_of(exchange);
            let limits = ["quota", "limit", "too many", "throttl", "busy"];
            !limits.iter().any(|word| text.contains(word))
        }
        _ => matches!(unanswered(exchange), Some(Unanswered::Lost)),
    }
}
