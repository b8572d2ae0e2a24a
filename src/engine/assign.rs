//! Which connections of a transcript belong to the suite of which revision.
//!
//! Live runs and recorded transcripts go through the same rule: a revision was tested when a main
//! connection established it; connections whose label begins with the revision belong to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::common::generated::SHRINKING;
use crate::spec::{Era, Revision, TransportKind};
use crate::transcript::{Body, Conversation, Event, Opened, Process, View};

pub use crate::transcript::event::MAIN;

/// The remark on the connection on which a suite begins.
pub const DRIVEN: &str = "the suite of this revision begins";

/// The connections of one revision, not read yet.
pub struct Suite {
    /// Revision under test.
    pub revision: Revision,
    /// Transport under test.
    pub transport: TransportKind,
    connections: Vec<Vec<Event>>,
}

impl Suite {
    /// Reads the connections. What is read takes several times the memory of the events, so that
    /// it is best dropped before the next suite is read.
    pub fn read(self) -> View {
        let conversations = self
            .connections
            .into_iter()
            .filter_map(Conversation::new)
            .collect();
        View::of(self.revision, self.transport, conversations)
    }
}

/// The suites in a transcript, oldest revision first, all read.
pub fn suites(events: Vec<Event>) -> Vec<View> {
    split(events).into_iter().map(Suite::read).collect()
}

/// The suites in a transcript, oldest revision first.
pub fn split(events: Vec<Event>) -> Vec<Suite> {
    let mut connections: BTreeMap<Arc<str>, Vec<Event>> = BTreeMap::new();
    for event in events {
        let label = Arc::clone(&event.connection);
        connections.entry(label).or_default().push(event);
    }
    // The search for smaller failing calls is no evidence: what it found was sent again.
    connections.retain(|_, events| opened(events).is_some_and(|it| it.purpose != SHRINKING));
    // Traffic that mcp-check did not drive itself has no marks.
    let any_driven = connections.values().any(|events| was_driven(events));
    let mut mains: BTreeMap<Revision, Arc<str>> = BTreeMap::new();
    let mut transports = BTreeMap::new();
    for (label, events) in &connections {
        if let Some((revision, transport)) = main_of(events) {
            transports.insert(revision, transport);
            if was_driven(events) || !any_driven {
                mains.entry(revision).or_insert(Arc::clone(label));
            }
        }
    }
    let mut suites: BTreeMap<Revision, Vec<Vec<Event>>> = BTreeMap::new();
    for (label, events) in connections {
        if let Some(revision) = suite_of(&label, &mains) {
            suites.entry(revision).or_default().push(events);
        }
    }
    suites
        .into_iter()
        .filter_map(|(revision, connections)| {
            Some(Suite {
                revision,
                transport: *transports.get(&revision)?,
                connections,
            })
        })
        .collect()
}

/// Revision and transport of a main connection that established one.
fn main_of(events: &[Event]) -> Option<(Revision, TransportKind)> {
    let opened = opened(events).filter(|it| it.purpose == MAIN)?;
    // The first messages tell; a connection is read as a whole only when they do not.
    let revision_in = |events: &[Event]| established(&Conversation::new(events.to_vec())?);
    let head = events.len().min(HEAD);
    let revision = revision_in(&events[..head]).or_else(|| revision_in(events))?;
    Some((revision, opened.transport))
}

fn opened(events: &[Event]) -> Option<&Opened> {
    match &events.first()?.body {
        Body::Opened(opened) => Some(opened),
        _ => None,
    }
}

/// Events within which nearly every connection is established.
const HEAD: usize = 40;

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
fn was_driven(events: &[Event]) -> bool {
    let is_mark = |event: &Event| matches!(&event.body, Body::Note(text) if text == DRIVEN);
    events.iter().any(is_mark)
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
