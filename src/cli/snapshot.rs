//! `snapshot`: a server against the text that was committed about it.

use std::fs;
use std::io;
use std::path::Path;

use super::args::SnapshotArgs;
use super::exit::ExitCode;
use super::run::drive;
use crate::diff::{Side, snapshot as text};
use crate::engine::ServerRun;
use crate::errors::Error;

/// Tests the servers and compares them with the snapshot, or writes it.
///
/// # Errors
/// As `run`; the snapshot cannot be read or written.
pub fn snapshot(args: &SnapshotArgs) -> Result<ExitCode, Error> {
    let committed = match args.accept {
        true => None,
        false => Some(read(&args.file)?),
    };
    let (outputs, tested) = drive(&args.run)?;
    if tested.iter().any(|one| one.run.diagnosis.is_some()) {
        // There is nothing to compare, and the report says why.
        return outputs.finish(tested);
    }
    let runs: Vec<ServerRun> = tested.into_iter().map(|one| one.run).collect();
    let sides: Vec<Side> = runs.iter().map(Side::of_run).collect();
    let now = text::render(&sides);
    let file = args.file.display();
    let (page, code) = match committed {
        None => {
            fs::write(&args.file, &now).map_err(|error| Error::unwritable(&args.file, error))?;
            (format!("Wrote {file} (exit 0).\n"), ExitCode::Clean)
        }
        Some(committed) => match text::difference(&committed, &now) {
            None => (format!("Unchanged: {file} (exit 0).\n"), ExitCode::Clean),
            Some(lines) => {
                let next = "look at each line, then run this again with --accept";
                let page = format!("{lines}\nDiffers from {file} (exit 1): {next}.\n");
                (page, ExitCode::Findings)
            }
        },
    };
    outputs.show(&page);
    outputs.write(&runs)?;
    Ok(code)
}

fn read(path: &Path) -> Result<String, Error> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::usage_with(
            format!("there is no snapshot {} yet", path.display()),
            "--accept writes it",
        )),
        read => read.map_err(|error| Error::unreadable(path, error)),
    }
}
