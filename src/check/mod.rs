//! The contract of a check: what one file under `src/checks` has to say.
//!
//! A check is a constant named `CHECK`. Its id is `area/slug` after its file, its explain page is
//! the `//!` text of that file, and the scripts in that text are executed as tests. A `Watch` reads
//! the whole transcript and sends nothing; a `Probe` drives a short exchange of its own and then
//! judges the transcript as a `Watch` does. Judges never talk and drivers never decide.

pub mod across;
pub mod common;
pub mod explain;
pub mod peer;
pub mod prelude;
pub mod verdict;

pub use peer::{Callable, HttpCall, Opening, Peer, Pending, Raw, Request, Surface};
pub use verdict::{Evidence, Problem, Ruling, Verdicts};

use crate::spec::TransportKind;
use crate::transcript::View;

/// What one file under `src/checks` declares.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Ids of requirements and security checks that it gives a verdict for. Level or severity,
    /// revisions and page come from there.
    pub covers: &'static [&'static str],
    /// Transports on which it can be judged.
    pub transports: Transports,
    /// What has to be there before a probe is driven. Unmet needs make the verdicts
    /// not applicable, or inconclusive where the means are missing.
    pub needs: &'static [Need],
    /// What the probe may do to the server: decides order and consent.
    pub effect: Effect,
    /// How often it is driven.
    pub scope: Scope,
    /// First version of mcp-check that had it.
    pub since: &'static str,
    /// How it works.
    pub method: Method,
}

/// Transports on which a check can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transports {
    /// Every transport.
    All,
    /// Child processes only.
    Stdio,
    /// Streamable HTTP only.
    Http,
    /// Servers behind a URL, of whatever kind.
    Network,
}

impl Transports {
    /// True when the check can be judged on `transport`.
    pub fn include(self, transport: TransportKind) -> bool {
        match self {
            Self::All => true,
            Self::Stdio => transport == TransportKind::Stdio,
            Self::Http => transport == TransportKind::StreamableHttp,
            Self::Network => transport != TransportKind::Stdio,
        }
    }
}

/// What has to be there before a probe is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The server declared the capability at this path, else not applicable.
    Declares(&'static [&'static str]),
    /// The server did not declare the capability at this path, else not applicable.
    LacksCapability(&'static [&'static str]),
    /// The server issued a session id, else not applicable.
    SessionId,
    /// mcp-check started the server as a child process, else not applicable.
    OwnChild,
}

/// What a probe may do to the server. Probes run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Asks only what any client asks.
    Harmless,
    /// Calls tools that the safety policy allows.
    CallsTools,
    /// Sends broken input that a weak server may not survive.
    MayKill,
}

/// How often a probe is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the suite of each revision.
    EachRevision,
    /// Once for all handshake revisions, since it concerns behaviour before a revision is agreed.
    /// In 2026-07-28 this is the same as [`Scope::EachRevision`].
    OncePerEra,
}

/// Drives a probe. What it learns stays in the transcript; nothing is returned.
pub type Drive = for<'p> fn(&'p mut dyn Peer) -> Pending<'p, ()>;

/// Judges a transcript.
pub type Judge = fn(&View) -> Verdicts;

/// How a check works.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Reads what everybody else sent and received.
    Watch(Judge),
    /// Sends something of its own, then reads.
    Probe {
        /// Sends frames marked with intents.
        drive: Drive,
        /// Finds the frames again by their intents.
        judge: Judge,
    },
    /// Compares the servers of one configuration, when there are several.
    Across(across::JudgeAcross),
}

impl Method {
    /// The judge of one server; it says nothing where several are compared.
    pub fn judge(&self) -> Judge {
        match self {
            Self::Watch(judge) | Self::Probe { judge, .. } => *judge,
            Self::Across(_) => |_| Verdicts::new(),
        }
    }

    /// The drive of a probe.
    pub fn drive(&self) -> Option<Drive> {
        match self {
            Self::Watch(_) | Self::Across(_) => None,
            Self::Probe { drive, .. } => Some(*drive),
        }
    }
}

/// A check with what its file name and text say. The generated lists hold these.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `area/slug`.
    pub id: &'static str,
    /// The source file, for its `//!` text.
    pub source: &'static str,
    /// The declaration.
    pub check: &'static Check,
}
