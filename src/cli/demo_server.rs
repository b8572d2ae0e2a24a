//! `demo-server`: the servers behind `run demo`.

use super::args::DemoServerArgs;
use super::exit::ExitCode;
use crate::errors::Error;
use crate::mock;

/// Plays a demonstration server on standard input and output, and ends the process as it does.
///
/// # Errors
/// There is no server of this name, or its streams broke.
pub fn play(args: &DemoServerArgs) -> Result<ExitCode, Error> {
    let script = mock::demo_script(&args.name).ok_or_else(|| {
        let name = &args.name;
        Error::usage(format!(
            "{name:?} is no demonstration server; known are correct and broken"
        ))
    })?;
    let played = mock::play::stdio(mock::Server::new(script));
    match played.map_err(|error| Error::usage(format!("standard input or output: {error}")))? {
        0 => Ok(ExitCode::Clean),
        _ => Ok(ExitCode::Findings),
    }
}
