//! The compliance matrix: one cell per server and area, and the share of MUST-level requirements
//! that hold per revision.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::engine::outcome::{Outcome, Status};
use crate::spec::{Area, Revision, area_of, catalogue};

/// The cells of one server in the order of the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix(pub Vec<(Area, Cell)>);

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(area, cell)| (area.key(), cell)))
    }
}

/// What is known of one area. Counts are of requirements, each by its worst verdict over all
/// revisions and transports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The verdict on the area.
    pub mark: Mark,
    /// Requirements that were seen to hold, everywhere they were judged.
    pub held: usize,
    /// Requirements that were broken somewhere, MUST or SHOULD.
    pub broken: usize,
    /// Requirements that apply and could be judged nowhere.
    pub not_judged: usize,
}

/// The verdict on an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Nothing was judged.
    #[default]
    None,
    /// Every judged requirement holds.
    Full,
    /// Nothing worse than a warning.
    Partial,
    /// A requirement failed.
    NonCompliant,
}

/// How many MUST-level requirements of a revision hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Compliance {
    /// MUST-level requirements that were judged and not broken. A warning does not break one.
    pub held: usize,
    /// MUST-level requirements that were judged.
    pub judged: usize,
    /// MUST-level requirements that apply and could not be judged.
    pub not_judged: usize,
    /// `held / judged` in percent, rounded down to a tenth, so that only all is 100. `None` when
    /// nothing was judged.
    pub percent: Option<f64>,
}

/// The cells of all areas.
pub fn matrix(outcomes: &[Outcome]) -> Matrix {
    let mut worst: BTreeMap<&str, Status> = BTreeMap::new();
    for outcome in outcomes {
        let known = worst.entry(&outcome.requirement).or_insert(outcome.status);
        if weight(outcome.status) > weight(*known) {
            *known = outcome.status;
        }
    }
    let mut cells: Vec<(Area, Cell)> = Area::ALL
        .into_iter()
        .map(|area| (area, Cell::default()))
        .collect();
    for (requirement, status) in worst {
        let area = area_of(requirement);
        if let Some((_, cell)) = cells.iter_mut().find(|(known, _)| Some(*known) == area) {
            cell.count(status);
        }
    }
    Matrix(cells)
}

/// The worst of several verdicts on one requirement has the greatest weight.
fn weight(status: Status) -> u8 {
    match status {
        Status::NotApplicable => 0,
        Status::Broken => 1,
        Status::Inconclusive => 2,
        Status::Passed => 3,
        Status::Warned => 4,
        Status::Failed => 5,
    }
}

impl Cell {
    fn count(&mut self, status: Status) {
        let mark = match status {
            Status::NotApplicable => return,
            Status::Broken | Status::Inconclusive => {
                self.not_judged += 1;
                return;
            }
            Status::Passed => {
                self.held += 1;
                Mark::Full
            }
            Status::Warned => {
                self.broken += 1;
                Mark::Partial
            }
            Status::Failed => {
                self.broken += 1;
                Mark::NonCompliant
            }
        };
        self.mark = self.mark.max(mark);
    }
}

/// The share of MUST-level requirements that hold, for each of the revisions.
pub fn compliance(revisions: &[Revision], outcomes: &[Outcome]) -> BTreeMap<Revision, Compliance> {
    revisions
        .iter()
        .map(|revision| (*revision, compliance_at(*revision, outcomes)))
        .collect()
}

fn compliance_at(revision: Revision, outcomes: &[Outcome]) -> Compliance {
    let mut worst: BTreeMap<&str, Status> = BTreeMap::new();
    for outcome in outcomes {
        if outcome.revision != revision || !is_must(&outcome.requirement, revision) {
            continue;
        }
        let known = worst.entry(&outcome.requirement).or_insert(outcome.status);
        if weight(outcome.status) > weight(*known) {
            *known = outcome.status;
        }
    }
    let count = |wanted: &[Status]| worst.values().filter(|it| wanted.contains(it)).count();
    let held = count(&[Status::Passed, Status::Warned]);
    let judged = held + count(&[Status::Failed]);
    Compliance {
        held,
        judged,
        not_judged: count(&[Status::Inconclusive, Status::Broken]),
        percent: percent(held, judged),
    }
}

fn is_must(requirement: &str, revision: Revision) -> bool {
    catalogue()
        .get(requirement)
        .is_some_and(|requirement| requirement.level_in(revision).is_must())
}

fn percent(held: usize, judged: usize) -> Option<f64> {
    if judged == 0 {
        return None;
    }
    let tenths = u32::try_from(held * 1000 / judged).unwrap_or_default();
    Some(f64::from(tenths) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::outcome;
    use crate::spec::Level;

    #[test]
    fn a_cell_is_full_only_when_something_was_judged() {
        let at = Revision::V2025_06_18;
        let outcomes = [
            outcome("stdio.stdout-only-messages", at, Status::Passed),
            outcome(
                "tools.list.answered-when-declared",
                at,
                Status::Inconclusive,
            ),
            outcome("prompts.capability.declared", at, Status::NotApplicable),
        ];
        let Matrix(cells) = matrix(&outcomes);
        let cell = |area: Area| cells.iter().find(|(known, _)| *known == area).unwrap().1;
        assert_eq!(cells.len(), Area::ALL.len());
        assert_eq!(
            cell(Area::Transport),
            Cell {
                mark: Mark::Full,
                held: 1,
                ..Cell::default()
            }
        );
        assert_eq!(
            cell(Area::Tools),
            Cell {
                not_judged: 1,
                ..Cell::default()
            }
        );
        assert_eq!(cell(Area::Prompts), Cell::default());
    }

    #[test]
    fn the_worst_verdict_over_the_revisions_counts_once() {
        let id = "tools.list.answered-when-declared";
        let two = |first: Status, second: Status| {
            let outcomes = [
                outcome(id, Revision::V2025_06_18, first),
                outcome(id, Revision::V2025_11_25, second),
            ];
            let Matrix(cells) = matrix(&outcomes);
            let tools = cells.iter().find(|(area, _)| *area == Area::Tools);
            tools.unwrap().1
        };
        let cell = two(Status::Passed, Status::Failed);
        assert_eq!(
            (cell.mark, cell.held, cell.broken),
            (Mark::NonCompliant, 0, 1)
        );
        let cell = two(Status::Warned, Status::Passed);
        assert_eq!((cell.mark, cell.held, cell.broken), (Mark::Partial, 0, 1));
        let cell = two(Status::Inconclusive, Status::Passed);
        assert_eq!((cell.mark, cell.held, cell.not_judged), (Mark::Full, 1, 0));
    }

    #[test]
    fn the_share_counts_must_level_requirements_only_and_never_rounds_up() {
        let at = Revision::V2025_11_25;
        let mut outcomes = vec![
            outcome("jsonrpc.version-field", at, Status::Passed),
            outcome("jsonrpc.message-shape", at, Status::Failed),
            outcome("jsonrpc.response-id-echo", at, Status::Inconclusive),
            outcome(
                "tools.capability.declared",
                Revision::V2025_06_18,
                Status::Failed,
            ),
        ];
        let should = catalogue()
            .iter()
            .find(|requirement| requirement.level_in(at) == Level::Should)
            .unwrap();
        outcomes.push(outcome(&should.id, at, Status::Failed));
        let shares = compliance(&[at], &outcomes);
        assert_eq!(
            shares[&at],
            Compliance {
                held: 1,
                judged: 2,
                not_judged: 1,
                percent: Some(50.0),
            }
        );
        assert_eq!(percent(1999, 2000), Some(99.9));
        assert_eq!(percent(3, 3), Some(100.0));
        assert_eq!(percent(0, 0), None);
    }
}
