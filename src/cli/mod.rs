//! Words in, exit code out.

pub mod args;
pub mod demo_server;
pub mod diff;
pub mod exit;
pub mod explain;
pub mod judge;
pub mod list;
pub mod mock;
pub mod nearest;
pub mod output;
pub mod run;
pub mod snapshot;
mod targets;

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;

use crate::errors::Error;
use args::{Cli, Command};
use exit::ExitCode;

/// Runs the program with these words, of which the first is its name.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(told) => {
            // Help that nobody reads, because `head` went away, is no failure.
            let _ = told.print();
            return if told.use_stderr() {
                ExitCode::Usage
            } else {
                ExitCode::Clean
            };
        }
    };
    let done = match &cli.command {
        Command::Run(args) => run::run(args),
        Command::Judge(args) => judge::judge(args),
        Command::Diff(args) => diff::diff(args),
        Command::Snapshot(args) => snapshot::snapshot(args),
        Command::Mock(args) => mock::mock(args),
        Command::List(args) => list::list(args),
        Command::Explain(args) => explain::explain(args),
        Command::DemoServer(args) => demo_server::play(args),
    };
    done.unwrap_or_else(|error| {
        tell(&error);
        ExitCode::from(&error)
    })
}

fn tell(error: &Error) {
    if matches!(error, Error::Interrupted) {
        return;
    }
    let mut text = format!("mcp-check: {error}\n");
    if let Some(help) = error.help() {
        text.push_str(&format!("  {help}\n"));
    }
    say(&text);
}

/// Writes to standard error. There is nobody to tell that this failed.
pub fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Makes every panic one line that asks for a report, whoever catches it.
pub fn announce_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| {
            format!(" at {}:{}", place.file(), place.line())
        });
        let what = panic.payload_as_str().unwrap_or("no message");
        say(&format!(
            "mcp-check: defect{place}: {what}. Please report this, with the command that led to it.\n"
        ));
    }));
}
