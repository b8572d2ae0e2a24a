//! Which connections of a transcript belong to the suite of which revision.
//!
//! Live runs and recorded transcripts go through the same rule: a revision was tested when a main
//! connection established it; connections whose label begins with the revision belong to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::common::generated::SHRINKING;
use crate::spec::{Era, Revision};
use crate::transcript::{Body, Conversation, Event, Process, View};

/// Purpose of the connection on which a suite does its listing.
pub const MAIN: &str = "main";

/// The remark on the connection on which a suite begins.
pub const DRIVEN: &str = "the suite of this revision begins";

/// The suites in a transcript, oldest revision first.
pub fn suites(events: Vec<Event>) -> Vec<View> {
    let mut connections: BTreeMap<Arc<str>, Vec<Event>> = BTreeMap::new();
    for event in events {
        let label = Arc::clone(&event.connection);
        connections.entry(label).or_default().push(event);
    }
    // Each connection is read once and moved to its suite, which keeps memory low.
    // The search for smaller failing calls is no evidence: what it found was sent again.
    let conversations: Vec<Conversation> = connections
        .into_values()
        .filter_map(Conversation::new)
        .filter(|conversation| conversation.opened.purpose != SHRINKING)
        .collect();
    // Traffic that mcp-check did not drive itself has no marks.
    let any_driven = conversations.iter().any(was_driven);
    let mut mains: BTreeMap<Revision, Arc<str>> = BTreeMap::new();
    let mut transports = BTreeMap::new();
    for conversation in &conversations {
        if conversation.opened.purpose != MAIN {
            continue;
        }
        if let Some(revision) = established(conversation) {
            transports.insert(revision, conversation.opened.transport);
            let label = Arc::clone(&conversation.label);
            if was_driven(conversation) || !any_driven {
                mains.entry(revision).or_insert(label);
            }
        }
    }
    let mut suites: BTreeMap<Revision, Vec<Conversation>> = BTreeMap::new();
    for conversation in conversations {
        if let Some(revision) = suite_of(&conversation.label, &mains) {
            suites.entry(revision).or_default().push(conversation);
        }
    }
    suites
        .into_iter()
        .filter_map(|(revision, conversations)| {
            let transport = *transports.get(&revision)?;
            Some(View::of(revision, transport, conversations))
        })
        .collect()
}

/// The suite a connection belongs to: as its main connection, or by its label.
fn suite_of(label: &Arc<str>, mains: &BTreeMap<Revision, Arc<str>>) -> Option<Revision> {
    let as_main = mains.iter().find(|(_, main)| *main == label);
    let by_label = || {
        mains
            .keys()
            .find(|revision| label.starts_with(&format!("{revision}/")))
    };
    as_main
        .map(|(revision, _)| revision)
        .or_else(by_label)
        .copied()
}

/// True when a suite was driven on a connection. A server that answers every initialize with one
/// version establishes it several times, and the suite belongs to one of them only.
fn was_driven(conversation: &Conversation) -> bool {
    let is_mark = |event: &Event| matches!(&event.body, Body::Note(text) if text == DRIVEN);
    conversation.events.iter().any(is_mark)
}

/// The revision that a main connection established.
pub fn established(conversation: &Conversation) -> Option<Revision> {
    let session = &conversation.session;
    session.established.as_ref()?;
    if conversation.opened.revision.era() == Era::Modern {
        return Some(Revision::V2026_07_28);
    }
    match &session.agreed {
        Some(_) => session.revision(),
        None => Some(conversation.opened.revision),
    }
}

/// How many processes were started, or HTTP connections prepared.
pub fn starts(events: &[Event]) -> u32 {
    let spawned = events
        .iter()
        .filter(|event| event.body == Body::Process(Process::Spawned))
        .count();
    u32::try_from(spawned).unwrap_or(u32::MAX)
}

/// How many processes a server left behind when it had ended, over all its starts.
pub fn leftover_processes(events: &[Event]) -> u32 {
    let counts = events.iter().map(|event| match event.body {
        Body::Process(Process::Leftover { count }) => count,
        _ => 0,
    });
    counts.fold(0, u32::saturating_add)
}
