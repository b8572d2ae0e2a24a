//! What is wrong with an answer: the judges themselves say it, over the last few calls.
//!
//! Every check that reads what others sent is an oracle, so that a new one needs no further place.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::common::generated::REPRODUCER;
use crate::check::{Effect, Entry, Method};
use crate::engine::judge;
use crate::engine::outcome::{Finding, FindingStatus};
use crate::spec::{Revision, TransportKind};
use crate::transcript::{Body, Event, View};

/// Label under which judges see a part of a connection.
const PART: &str = "generated-part";

/// The judges, and what they found before anything was generated.
pub(super) struct Oracle {
    revision: Revision,
    transport: TransportKind,
    entries: Vec<Entry>,
    surveyed: Vec<Event>,
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
            revision,
            transport,
            entries: entries.iter().filter(reads_others).copied().collect(),
            surveyed,
            known: BTreeSet::new(),
        };
        let found = oracle.broken(Vec::new());
        oracle.known = found.into_iter().map(|it| it.fingerprint).collect();
        oracle
    }

    /// What is wrong in a part of a connection, apart from what was known before. The part counts
    /// as a fresh connection.
    pub(super) fn broken(&self, part: Vec<Event>) -> Vec<Finding> {
        let part = part.into_iter().map(|mut event| {
            event.connection = Arc::from(PART);
            if let Body::Opened(opened) = &mut event.body {
                REPRODUCER.clone_into(&mut opened.purpose);
            }
            event
        });
        let events = self.surveyed.iter().cloned().chain(part).collect();
        let view = View::new(self.revision, self.transport, events);
        let mut findings = judge::findings(&view, &self.entries);
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

/// True when any of the checks reads generated calls.
pub(super) fn is_wanted(entries: &[Entry]) -> bool {
    let calls = |entry: &Entry| entry.check.effect == Effect::CallsTools;
    entries.iter().any(calls)
}

/// Position of the last event of a part that a finding points at.
pub(super) fn last_evidence(finding: &Finding) -> Option<u32> {
    let positions = finding.evidence.iter().filter_map(|evidence| {
        let (label, seq) = evidence.event.rsplit_once('#')?;
        (label == PART).then(|| seq.parse().ok())?
    });
    positions.max()
}
