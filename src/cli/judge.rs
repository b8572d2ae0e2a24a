//! `judge`: transcripts in, report out. Nothing is started and nothing is sent.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::args::{JudgeArgs, SelectionArgs};
use super::exit::ExitCode;
use super::output::{Outputs, Tested};
use crate::checks;
use crate::engine::{Selection, Settings, judge_events};
use crate::errors::Error;
use crate::transcript::{Direction, file};

/// Judges recorded transcripts.
///
/// # Errors
/// A file cannot be read or written, or nothing is selected.
pub fn judge(args: &JudgeArgs) -> Result<ExitCode, Error> {
    let settings = Settings {
        checks: selection(&args.selection)?,
        ..Settings::default()
    };
    let outputs = Outputs::open(&args.report)?;
    let mut tested: Vec<Tested> = Vec::new();
    for path in &args.files {
        let mut one = judge_file(path, &settings)?;
        let taken = |name: &str| tested.iter().any(|known| known.run.name == name);
        one.run.name = free_name(&one.run.name, taken);
        tested.push(one);
    }
    outputs.finish(tested)
}

pub(super) fn judge_file(path: &Path, settings: &Settings) -> Result<Tested, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::unreadable(path, error))?;
    let (header, events) = file::decode(&text).map_err(|error| Error::unreadable(path, error))?;
    let directions: BTreeMap<(String, u32), Direction> = events
        .iter()
        .map(|event| ((event.connection.to_string(), event.seq), event.direction))
        .collect();
    let run = judge_events(&header, events, settings);
    Ok(Tested::new(run, |label, seq| {
        directions.get(&(label.to_owned(), seq)).copied()
    }))
}

/// Which checks are wanted.
///
/// # Errors
/// No check is left.
pub fn selection(args: &SelectionArgs) -> Result<Selection, Error> {
    let selection = Selection {
        only: args.check.clone(),
        skip: args.skip.clone(),
    };
    if checks::all().iter().any(|entry| selection.includes(entry)) {
        return Ok(selection);
    }
    let flags = [("--check", &args.check), ("--skip", &args.skip)];
    let asked: Vec<String> = flags
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(flag, ids)| format!("{flag} {}", ids.join(",")))
        .collect();
    Err(Error::NothingSelected {
        asked: asked.join(" "),
    })
}

/// The name, with a number when it is taken.
pub fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    free
}
