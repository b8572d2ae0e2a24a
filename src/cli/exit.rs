//! Exit codes. Scripts rely on them, so a number never changes its meaning.

use std::process;

use crate::errors::Error;
use crate::report::Standing;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Nothing was found that fails the run.
    Clean = 0,
    /// Something was.
    Findings = 1,
    /// The command line or a configuration is wrong, or a file cannot be read or written.
    Usage = 2,
    /// A server could not be tested.
    NotTested = 3,
    /// Nothing matches what was asked for.
    NothingSelected = 4,
    /// A defect of mcp-check.
    Defect = 70,
    /// Ended by Ctrl-C or a signal.
    Interrupted = 130,
}

impl From<Standing> for ExitCode {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Defect => Self::Defect,
            Standing::NotTested => Self::NotTested,
            Standing::Failing => Self::Findings,
            Standing::Clean => Self::Clean,
        }
    }
}

impl From<&Error> for ExitCode {
    fn from(error: &Error) -> Self {
        match error {
            Error::Usage { .. }
            | Error::Config { .. }
            | Error::Unreadable { .. }
            | Error::Unwritable { .. } => Self::Usage,
            Error::NothingSelected { .. } => Self::NothingSelected,
            Error::Interrupted => Self::Interrupted,
            Error::Internal(_) => Self::Defect,
        }
    }
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_line_and_the_process_agree_on_the_code() {
        for standing in [
            Standing::Defect,
            Standing::NotTested,
            Standing::Failing,
            Standing::Clean,
        ] {
            assert_eq!(ExitCode::from(standing) as u8, standing.exit_code());
        }
    }
}
