//! Argument words to exit code; everything else is in the library.

use std::panic::catch_unwind;
use std::process::ExitCode;

use mcp_check::cli;

fn main() -> ExitCode {
    cli::announce_panics();
    let ended = catch_unwind(|| cli::main(std::env::args_os()));
    ended.unwrap_or(cli::exit::ExitCode::Defect).into()
}
