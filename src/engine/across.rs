//! Judges the servers of one configuration together, after each was judged alone.

use super::outcome::{self, Place, ServerRun};
use super::{Settings, selected};
use crate::check::across::{JudgeAcross, Side};
use crate::check::{Entry, Method, Ruling};
use crate::spec::Rule;

/// Adds what is only seen when the servers of one configuration are looked at together. What is
/// found between two of them is reported once, with the one that comes later.
pub fn judge(runs: &mut [&mut ServerRun], settings: &Settings) {
    let found: Vec<(usize, Side)> = runs
        .iter()
        .enumerate()
        .filter_map(|(index, run)| Some((index, run.side.clone()?)))
        .collect();
    if found.len() < 2 {
        return;
    }
    let (indices, sides): (Vec<usize>, Vec<Side>) = found.into_iter().unzip();
    for entry in selected(settings) {
        let Method::Across(judge) = entry.check.method else {
            continue;
        };
        add(runs, &indices, &sides, &entry, judge);
    }
    for run in runs {
        run.outcomes.sort();
        run.findings = outcome::group(std::mem::take(&mut run.findings));
    }
}

fn add(
    runs: &mut [&mut ServerRun],
    indices: &[usize],
    sides: &[Side],
    entry: &Entry,
    judge: JudgeAcross,
) {
    for ((verdicts, side), index) in judge(sides).into_iter().zip(sides).zip(indices) {
        let run = &mut runs[*index];
        let place = Place {
            revision: side.revision,
            transport: side.transport,
        };
        let rulings = verdicts.into_rulings();
        for rule in entry.check.covers.iter().filter_map(|id| Rule::find(id)) {
            let silent = Ruling::default();
            let ruling = rulings.get(rule.id()).unwrap_or(&silent);
            let (outcome, findings) = outcome::decide(entry.id, rule, place, ruling);
            run.outcomes.push(outcome);
            run.findings.extend(findings);
        }
    }
}
