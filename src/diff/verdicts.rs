//! Two judgements of a server: what is newly broken, mended, or not judged any more.

use std::collections::{BTreeMap, BTreeSet};

use super::side::{Finding, Outcome, Side};
use super::{Turn, VerdictChange};
use crate::engine::outcome::{FindingStatus, Status};
use crate::spec::Revision;
use crate::surface::Kind;

/// What turned, at the revisions and over the transports that both sides were judged at.
pub(super) fn compare(old: &Side, new: &Side) -> Vec<VerdictChange> {
    let mut turns = Turns::default();
    let (before, after) = (Index::of(old), Index::of(new));
    for (finding, revision) in each(&new.findings) {
        let place = (finding.fingerprint.as_str(), revision);
        let is_known = before
            .findings
            .get(&place)
            .is_some_and(|known| *known <= finding.status);
        if is_known || !before.judged(finding, revision) {
            continue;
        }
        let turn = match finding.status {
            FindingStatus::Failed => Turn::NewFailure,
            FindingStatus::Warned => Turn::NewWarning,
            FindingStatus::Info => continue,
        };
        turns.add(turn, finding, revision);
    }
    for (finding, revision) in each(&old.findings) {
        let place = (finding.fingerprint.as_str(), revision);
        let is_gone = after
            .findings
            .get(&place)
            .is_none_or(|status| *status > finding.status);
        if !is_gone || finding.status == FindingStatus::Info || !after.judged(finding, revision) {
            continue;
        }
        let turn = match after.status(finding, revision) {
            _ if is_entry_gone(&finding.subject, new, revision) => Turn::NoLongerSeen,
            Some(Status::Passed | Status::Failed | Status::Warned) => Turn::Mended,
            _ => Turn::NoLongerSeen,
        };
        turns.add(turn, finding, revision);
    }
    turns.outcomes(&before, &after);
    turns.done()
}

fn each(findings: &[Finding]) -> impl Iterator<Item = (&Finding, Revision)> {
    findings
        .iter()
        .flat_map(|finding| finding.revisions.iter().map(move |at| (finding, *at)))
}

/// True for a finding about a tool or prompt that is not offered any more.
fn is_entry_gone(subject: &str, new: &Side, revision: Revision) -> bool {
    let kinds = [("tool:", Kind::Tool), ("prompt:", Kind::Prompt)];
    kinds.into_iter().any(|(prefix, kind)| {
        let name = subject.strip_prefix(prefix);
        let offer = new.surface.at(revision);
        let entries = offer.and_then(|offer| offer.entries(kind));
        name.zip(entries)
            .is_some_and(|(name, entries)| !entries.contains_key(name))
    })
}

type Place<'s> = (&'s str, &'s str, Revision);

struct Index<'s> {
    /// The gravest status of a finding at a revision.
    findings: BTreeMap<(&'s str, Revision), FindingStatus>,
    /// By requirement, check and revision.
    outcomes: BTreeMap<Place<'s>, Status>,
}

impl<'s> Index<'s> {
    fn of(side: &'s Side) -> Self {
        let mut findings: BTreeMap<(&str, Revision), FindingStatus> = BTreeMap::new();
        for (finding, revision) in each(&side.findings) {
            let place = (finding.fingerprint.as_str(), revision);
            let known = findings.entry(place).or_insert(finding.status);
            *known = (*known).min(finding.status);
        }
        let place = |outcome: &'s Outcome| {
            let Outcome {
                requirement, check, ..
            } = outcome;
            (
                (requirement.as_str(), check.as_str(), outcome.revision),
                outcome.status,
            )
        };
        Self {
            findings,
            outcomes: side.outcomes.iter().map(place).collect(),
        }
    }

    fn status(&self, finding: &Finding, revision: Revision) -> Option<Status> {
        let mut statuses = finding.requirements.iter().filter_map(|requirement| {
            let place = (requirement.as_str(), finding.check.as_str(), revision);
            self.outcomes.get(&place).copied()
        });
        statuses.next()
    }

    /// True when this side says anything about the requirement at the revision.
    fn judged(&self, finding: &Finding, revision: Revision) -> bool {
        self.status(finding, revision).is_some()
    }
}

#[derive(Default)]
struct Turns(BTreeMap<(Turn, String, String, String), BTreeSet<Revision>>);

impl Turns {
    fn add(&mut self, turn: Turn, finding: &Finding, revision: Revision) {
        let requirement = finding.requirements.join(" ");
        let key = (
            turn,
            requirement,
            finding.subject.clone(),
            finding.message.clone(),
        );
        self.0.entry(key).or_default().insert(revision);
    }

    /// Requirements that came to be judged, or that are not any more, without a finding.
    fn outcomes(&mut self, before: &Index<'_>, after: &Index<'_>) {
        let is_open = |status: Status| matches!(status, Status::Inconclusive | Status::Broken);
        for ((requirement, check, revision), is) in &after.outcomes {
            let Some(was) = before.outcomes.get(&(*requirement, *check, *revision)) else {
                continue;
            };
            let turn = match (was, is) {
                (Status::Passed, status) if is_open(*status) => Turn::NoLongerJudged,
                (status, Status::Passed) if is_open(*status) => Turn::NewlyJudged,
                _ => continue,
            };
            let key = (
                turn,
                (*requirement).to_owned(),
                String::new(),
                String::new(),
            );
            self.0.entry(key).or_default().insert(*revision);
        }
    }

    fn done(self) -> Vec<VerdictChange> {
        let turned = self.0.into_iter();
        turned
            .map(
                |((turn, requirement, subject, message), revisions)| VerdictChange {
                    turn,
                    requirement,
                    subject,
                    message,
                    revisions,
                },
            )
            .collect()
    }
}
