//! `diff`: two files in, what changed out.

use std::fs;
use std::path::Path;

use super::args::DiffArgs;
use super::exit::ExitCode;
use super::judge::judge_file;
use super::output::{create, print, print_page};
use crate::diff::{Diff, Side, page};
use crate::engine::Settings;
use crate::errors::Error;
use crate::report::paint::Look;

/// Compares two transcripts or reports.
///
/// # Errors
/// A file cannot be read or written, or holds no server that was tested.
pub fn diff(args: &DiffArgs) -> Result<ExitCode, Error> {
    let (old, new) = (sides(&args.old)?, sides(&args.new)?);
    let diff = Diff::between(&old, &new);
    let to_stdout = args.json.as_deref() == Some(Path::new("-"));
    match &args.json {
        Some(_) if to_stdout => print(diff.to_json().as_bytes()),
        Some(path) => {
            create(path)?;
            fs::write(path, diff.to_json()).map_err(|error| Error::unwritable(path, error))?;
        }
        None => {}
    }
    let look = Look {
        ascii: args.ascii,
        quiet: args.quiet,
        ..Look::default()
    };
    print_page(&page::render(&diff, look), to_stdout, args.color);
    Ok(match diff.is_empty() {
        true => ExitCode::Clean,
        false => ExitCode::Findings,
    })
}

/// The servers in a file: a report when it is one JSON document, else a transcript.
fn sides(path: &Path) -> Result<Vec<Side>, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::unreadable(path, error))?;
    let is_report = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    let sides = match is_report && text.contains(crate::report::model::FORMAT) {
        true => Side::of_report(&text).map_err(|what| Error::unreadable(path, what))?,
        false => vec![Side::of_run(&judge_file(path, &Settings::default())?.run)],
    };
    match sides.iter().find_map(Side::was_not_tested) {
        Some(why) => Err(Error::unreadable(
            path,
            format!("it holds a server that could not be tested: {why}"),
        )),
        None => Ok(sides),
    }
}
