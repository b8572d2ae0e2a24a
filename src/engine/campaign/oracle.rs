//! What is wrong with an answer: the judges themselves say it, over the last few calls.
//!
//! Every check that reads what others sent is an oracle, so that a new one needs no further place.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::common::generated::REPRODUCER;
use crate::check::{Effect, Entry, Method};
use crate::engine::judge;
use crate::engine::outcome::{Finding, FindingStatus};
use crate::spec::{Revision, TransportKind};
use crate::transcript::{Body, Conversation, Event, View};

/// What the labels begin with under which judges see parts of connections; a number follows.
const PART: &str = "generated-part-";

/// The judges, and what they found before anything was generated.
pub(super) struct Oracle {
    entries: Vec<Entry>,
    /// What the survey saw, kept read; the parts are added to it and taken away again.
    view: RefCell<View>,
    known: BTreeSet<String>,
}

impl Oracle {
    /// Judges by `entries`; `surveyed` are the events of the main connection up to the end of the
    /// survey.
    pub(super) fn new(
        revision: Revision,
        transport: TransportKind,
        entries: &[Entry],
        surveyed: Vec<Event>,
    ) -> Self {
        let reads_others = |entry: &&Entry| matches!(entry.check.method, Method::Watch(_));
        let mut oracle = Self {
            entries: entries.iter().filter(reads_others).copied().collect(),
            view: RefCell::new(View::new(revision, transport, surveyed)),
            known: BTreeSet::new(),
        };
        let found = oracle.broken(Vec::new());
        oracle.known = found.into_iter().map(|it| it.fingerprint).collect();
        oracle
    }

    /// What is wrong in parts of connections, apart from what was known before. Every part counts
    /// as a fresh connection. All checks look at the survey again each time, so that many parts
    /// are best judged together.
    pub(super) fn broken(&self, parts: Vec<Vec<Event>>) -> Vec<Finding> {
        let labels = (0..).map(|index| Arc::from(format!("{PART}{index}")));
        let parts = parts.into_iter().zip(labels).map(|(mut part, label)| {
            for event in &mut part {
                event.connection = Arc::clone(&label);
                if let Body::Opened(opened) = &mut event.body {
                    REPRODUCER.clone_into(&mut opened.purpose);
                }
            }
            part
        });
        let mut view = self.view.borrow_mut();
        let surveyed = view.conversations().len();
        view.extend(parts.filter_map(Conversation::new));
        let mut findings = judge::findings(&view, &self.entries);
        view.truncate(surveyed);
        findings.retain(|finding| {
            finding.status != FindingStatus::Info && !self.known.contains(&finding.fingerprint)
        });
        findings.sort_by_key(|finding| (finding.status, finding.fingerprint.clone()));
        findings
    }

    /// From here on this is not found any more.
    pub(super) fn learn(&mut self, finding: &Finding) {
        self.known.insert(finding.fingerprint.clone());
    }
}

/// True for what is worth a smaller reproducer: failures, and what counts only when it is seen
/// again.
pub(super) fn is_grave(finding: &Finding) -> bool {
    finding.status == FindingStatus::Failed || finding.fleeting
}

/// What the checks read of all that can be generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    /// Calls of tools.
    pub(super) calls: bool,
    /// Requests of the protocol that break a rule.
    pub(super) messages: bool,
}

impl Wants {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let reads = |entry: &Entry| matches!(entry.check.method, Method::Watch(_));
        let calls = |entry: &Entry| entry.check.effect == Effect::CallsTools;
        let breaks = |entry: &Entry| entry.check.effect == Effect::MayKill && reads(entry);
        Self {
            calls: entries.iter().any(calls),
            messages: entries.iter().any(breaks),
        }
    }
}

/// The first of the judged parts that a finding points into, with the position of the last event
/// there that it points at.
pub(super) fn last_evidence(finding: &Finding) -> Option<(usize, u32)> {
    let places = finding.evidence.iter().filter_map(|evidence| {
        let (label, seq) = evidence.event.strip_prefix(PART)?.rsplit_once('#')?;
        Some((label.parse::<usize>().ok()?, seq.parse::<u32>().ok()?))
    });
    let places: Vec<_> = places.collect();
    let (first, _) = places.iter().min()?;
    places
        .iter()
        .copied()
        .filter(|(part, _)| part == first)
        .max()
}
