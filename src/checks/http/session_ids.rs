//! Session ids are visible ASCII and cannot be guessed from each other.
//!
//! The id goes back in a header of every request, so blanks and other characters outside visible
//! ASCII get lost or are refused on the way. Whoever guesses an id can act in a stranger's session:
//! a counter, a clock or one id for all invites that. Use a random UUID or 16 bytes from the
//! operating system, in hexadecimal or base64. Random ids can be told from bad ones, not from
//! predictable ones, so a pass here is no proof.
//!
//! ```mcp passes
//! transport http
//! > initialize
//! < default
//! ```
//!
//! ```mcp fails http.session.id-visible-ascii
//! transport http
//! >1 initialize
//! < header mcp-session-id: 4c2b 99e1 0f7a 63d8 b5aa 0c11 27fe 9a40
//! < default
//! ```
//!
//! ```mcp fails http.session.id-unguessable sec.http.session-id-weak
//! transport http
//! >1 initialize
//! < header mcp-session-id: session-41
//! < default
//! >2 initialize
//! < header mcp-session-id: session-42
//! < default
//! >3 initialize
//! < header mcp-session-id: session-43
//! < default
//! >4 initialize
//! < header mcp-session-id: session-44
//! < default
//! ```
//!
//! ```mcp fails http.session.id-unguessable sec.http.session-id-weak
//! transport http
//! > initialize
//! < header mcp-session-id: 0b0cf0b2a1d84d0fa1c6e3f0a9a7c95e
//! < default
//! ```

use std::collections::BTreeSet;

use crate::check::common::session_ids::{is_time_based, likeness};
use crate::check::prelude::*;

const ASCII: &str = "http.session.id-visible-ascii";
const UNGUESSABLE: &str = "http.session.id-unguessable";
const WEAK: &str = "sec.http.session-id-weak";

pub(crate) const CHECK: Check = Check {
    covers: &[ASCII, UNGUESSABLE, WEAK],
    transports: Transports::Http,
    needs: &[Need::SessionId],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

/// Sessions that are opened besides the main one.
const SESSIONS: usize = 3;
/// Characters of an id that can be guessed by trying, given time.
const SHORTEST: usize = 12;
/// Ids that are compared at least.
const FEWEST: usize = 3;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for _ in 0..SESSIONS {
            if let Some(mut fresh) = peer.open(Opening::Ready).await {
                fresh.close().await;
            }
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut ids: Vec<(&str, &Event)> = Vec::new();
    for conversation in view.conversations() {
        let (Some(id), Some(at)) = (&conversation.session.session_id, answer(conversation)) else {
            continue;
        };
        judge_ascii(verdicts.on(ASCII), id, at);
        ids.push((id, at));
    }
    judge_unguessable(verdicts.on(UNGUESSABLE), &ids);
    // One cause, seen as a rule and as a weakness.
    let weak = verdicts.on(UNGUESSABLE).clone();
    *verdicts.on(WEAK) = weak;
    if verdicts.on(WEAK).problems.is_empty()
        && let Some(problem) = ids.iter().find_map(|(id, at)| poor(id, at))
    {
        verdicts.on(WEAK).broken(problem);
    }
    verdicts
}

/// The HTTP response that gave the session its id.
fn answer(conversation: &Conversation) -> Option<&Event> {
    let established = conversation.session.established.as_ref()?;
    let channel = conversation.event(established.seq)?.channel;
    conversation
        .on_channel(channel)
        .find(|event| matches!(event.body, Body::HttpResponse(_)))
}

fn judge_ascii(ruling: &mut Ruling, id: &str, at: &Event) {
    let is_visible = id.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if is_visible && !id.is_empty() {
        ruling.held(at.reference());
        return;
    }
    let text = match id.is_empty() {
        true => "The session id is empty.",
        false => "The session id has characters other than visible ASCII.",
    };
    ruling.broken(Problem::new("session id", text).event(at, format!("Mcp-Session-Id: {id:?}")));
}

/// What is wrong with one id by itself.
fn poor(id: &str, at: &Event) -> Option<Problem> {
    let what = if id.len() < SHORTEST {
        format!("has {} characters", id.len())
    } else if is_time_based(id) {
        "is a UUID of version 1, which tells time and machine".to_owned()
    } else {
        return None;
    };
    let problem = Problem::new("session id", format!("A session id {what}."));
    let problem = problem.event(at, format!("Mcp-Session-Id: {id}"));
    Some(
        problem
            .severity(Severity::Medium)
            .confidence(Confidence::Firm),
    )
}

fn judge_unguessable(ruling: &mut Ruling, ids: &[(&str, &Event)]) {
    let distinct: BTreeSet<&str> = ids.iter().map(|(id, _)| *id).collect();
    let text = if distinct.len() < ids.len() {
        "Two sessions got the same id.".to_owned()
    } else if ids.len() < FEWEST {
        ruling.inconclusive("too few sessions could be opened to compare their ids");
        return;
    } else if let Some(how) = likeness(&distinct) {
        format!("Session ids can be guessed from each other: {how}.")
    } else {
        for (_, at) in ids {
            ruling.held(at.reference());
        }
        return;
    };
    let mut problem = Problem::new("session id", text);
    for (id, at) in ids.iter().take(4) {
        problem = problem.event(at, format!("Mcp-Session-Id: {id}"));
    }
    ruling.broken(problem.hint("Use a random UUID from a secure source."));
}
