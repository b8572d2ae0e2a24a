//! What a run tells while it goes on. Observers never influence it.

use crate::spec::Revision;

/// A step of a run.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'e> {
    /// The server is started, or connected to, for the first time.
    Detecting,
    /// It is known what the server speaks.
    Detected {
        /// Revisions that will be tested.
        revisions: &'e [Revision],
    },
    /// A check's probe begins.
    Check {
        /// Revision under test.
        revision: Revision,
        /// Check id.
        id: &'e str,
        /// Probes done at this revision.
        done: usize,
        /// Probes to do at this revision.
        of: usize,
    },
    /// A revision has been driven to the end.
    SuiteFinished {
        /// Revision under test.
        revision: Revision,
    },
    /// Everything has been driven; judging follows.
    Finished,
}

/// Is told what happens.
pub trait Observer {
    /// Something happened.
    fn event(&self, event: Progress<'_>);
}

/// An observer that looks away.
pub struct Quiet;

impl Observer for Quiet {
    fn event(&self, _event: Progress<'_>) {}
}
