//! Two judgements of a server: what is newly broken, mended, or not judged any more.

use std::collections::{BTreeMap, BTreeSet};

use super::side::{Finding, Outcome, Side};
use super::{Turn, VerdictChange};
use crate::engine::outcome::{FindingStatus, Status};
use crate::spec::Revision;
use crate::surface::Kind;

/// What turned, at the revisions that both sides were judged at.
///
/// A requirement that could be judged on one side only is no change of the server: a slow machine
/// is enough for that.
pub(super) fn compare(old: &Side, new: &Side) -> Turns {
    let mut turns = Collected::default();
    let (before, after) = (Index::of(old), Index::of(new));
    for (finding, revision) in each(&new.findings) {
        let turn = match finding.status {
            FindingStatus::Failed => Turn::NewFailure,
            FindingStatus::Warned => Turn::NewWarning,
            FindingStatus::Info => continue,
        };
        if before.has(finding, revision) {
            continue;
        }
        match before.status(finding, revision) {
            None => {}
            Some(status) if is_open(status) => {
                turns.not_compared(finding, "was not judged before, and is broken now");
            }
            Some(_) => turns.add(turn, finding, revision),
        }
    }
    for (finding, revision) in each(&old.findings) {
        if finding.status == FindingStatus::Info || after.has(finding, revision) {
            continue;
        }
        match after.status(finding, revision) {
            None => {}
            Some(_) if is_entry_gone(&finding.subject, new, revision) => {}
            Some(Status::Passed | Status::Failed | Status::Warned) => {
                turns.add(Turn::Mended, finding, revision);
            }
            Some(_) => turns.not_compared(finding, "was broken before, and is not judged now"),
        }
    }
    turns.judged_once(&before, &after);
    turns.done()
}

/// Two judgements, compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    /// What turned.
    pub(super) changes: Vec<VerdictChange>,
    /// What one side could not judge.
    pub(super) not_compared: Vec<String>,
}

fn is_open(status: Status) -> bool {
    matches!(status, Status::Inconclusive | Status::Broken)
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

    /// True when this side has the finding, as grave or graver.
    fn has(&self, finding: &Finding, revision: Revision) -> bool {
        let known = self.findings.get(&(finding.fingerprint.as_str(), revision));
        known.is_some_and(|status| *status <= finding.status)
    }
}

type Turned = (Turn, String, String, String);

#[derive(Default)]
struct Collected {
    turned: BTreeMap<Turned, BTreeSet<Revision>>,
    not_compared: BTreeSet<String>,
}

impl Collected {
    fn add(&mut self, turn: Turn, finding: &Finding, revision: Revision) {
        let requirement = finding.requirements.join(" ");
        let subject = finding.subject.clone();
        let key = (turn, requirement, subject, finding.message.clone());
        self.turned.entry(key).or_default().insert(revision);
    }

    fn not_compared(&mut self, finding: &Finding, what: &str) {
        let requirement = finding.requirements.join(" ");
        let text = format!("{requirement} {}: {what}", finding.subject);
        self.not_compared.insert(text);
    }

    /// Requirements that were seen to hold on one side and could not be judged on the other.
    fn judged_once(&mut self, before: &Index<'_>, after: &Index<'_>) {
        for (place, is) in &after.outcomes {
            let once = match before.outcomes.get(place) {
                Some(Status::Passed) if is_open(*is) => "held before, and is not judged now",
                Some(was) if is_open(*was) && *is == Status::Passed => {
                    "was not judged before, and holds now"
                }
                _ => continue,
            };
            self.not_compared.insert(format!("{}: {once}", place.0));
        }
    }

    fn done(self) -> Turns {
        let turned = self.turned.into_iter();
        let changes =
            turned.map(
                |((turn, requirement, subject, message), revisions)| VerdictChange {
                    turn,
                    requirement,
                    subject,
                    message,
                    revisions,
                },
            );
        Turns {
            changes: changes.collect(),
            not_compared: self.not_compared.into_iter().collect(),
        }
    }
}
