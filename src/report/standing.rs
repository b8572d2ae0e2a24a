//! What a report means for the exit code.

use super::model::{Report, Server};
use crate::engine::outcome::{FindingStatus, Status};

/// Which findings fail a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Failed ones.
    #[default]
    Must,
    /// Failed ones and warnings.
    Should,
    /// None.
    Never,
}

impl FailOn {
    /// True when a finding of this status fails a run.
    pub fn includes(self, status: FindingStatus) -> bool {
        match self {
            Self::Must => status == FindingStatus::Failed,
            Self::Should => status != FindingStatus::Info,
            Self::Never => false,
        }
    }
}

/// How a server, or a whole run, came out; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// mcp-check itself failed to judge something.
    Defect,
    /// The server could not be tested.
    NotTested,
    /// There are findings that fail the run.
    Failing,
    /// Nothing that fails the run.
    Clean,
}

impl Standing {
    /// The exit code that stands for it.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Defect => 70,
            Self::NotTested => 3,
            Self::Failing => 1,
            Self::Clean => 0,
        }
    }

    /// How one server came out.
    pub fn of_server(server: &Server, fail_on: FailOn) -> Self {
        let fails = |status| fail_on.includes(status);
        if server.outcomes.iter().any(|it| it.status == Status::Broken) {
            return Self::Defect;
        }
        if server.diagnosis.is_some() {
            return Self::NotTested;
        }
        if server.findings.iter().any(|it| fails(it.status)) {
            return Self::Failing;
        }
        Self::Clean
    }

    /// How a run came out: as its gravest server.
    pub fn of_report(report: &Report, fail_on: FailOn) -> Self {
        let servers = report.servers.iter();
        servers
            .map(|server| Self::of_server(server, fail_on))
            .min()
            .unwrap_or(Self::Clean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::model::build;

    #[test]
    fn the_gravest_server_decides() {
        let standing = |runs: &[crate::engine::ServerRun], fail_on| {
            Standing::of_report(&build(runs), fail_on).exit_code()
        };
        let (clean, soft, broken, dead, bug) = (
            fixture::clean(),
            fixture::soft(),
            fixture::broken(),
            fixture::dead(),
            fixture::bug(),
        );
        let one = std::slice::from_ref;
        assert_eq!(standing(one(&clean), FailOn::Should), 0);
        assert_eq!(standing(one(&soft), FailOn::Must), 0);
        assert_eq!(standing(one(&soft), FailOn::Should), 1);
        assert_eq!(standing(one(&fixture::weak()), FailOn::Must), 1);
        assert_eq!(standing(one(&fixture::weak()), FailOn::Never), 0);
        assert_eq!(standing(one(&broken), FailOn::Must), 1);
        assert_eq!(standing(one(&broken), FailOn::Never), 0);
        assert_eq!(standing(one(&dead), FailOn::Never), 3);
        assert_eq!(standing(&[broken.clone(), dead.clone()], FailOn::Must), 3);
        assert_eq!(standing(&[bug, dead, broken, clean], FailOn::Must), 70);
    }
}
