//! One row of the catalogue: a rule that a server can keep or break.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::area::{Area, area_of};
use super::need::Need;
use super::page;
use super::revision::{Era, Revision, TransportKind};

/// How binding a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Has to be done.
    #[serde(rename = "MUST")]
    Must,
    /// Has to be left undone.
    #[serde(rename = "MUST NOT")]
    MustNot,
    /// Is to be done unless there is a good reason.
    #[serde(rename = "SHOULD")]
    Should,
    /// Is to be left undone unless there is a good reason.
    #[serde(rename = "SHOULD NOT")]
    ShouldNot,
    /// Is allowed: a tolerance, never a finding by itself.
    #[serde(rename = "MAY")]
    May,
}

impl Level {
    /// The key words of the specification.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
        }
    }

    /// True for MUST and MUST NOT.
    pub const fn is_must(self) -> bool {
        matches!(self, Self::Must | Self::MustNot)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What the level of a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// A key word in capitals.
    Keyword,
    /// Descriptive wording, a type or a schema comment.
    Derived,
}

/// How far a rule can be judged from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observable {
    /// Wholly.
    Yes,
    /// In part, or by heuristics.
    Partly,
    /// Not at all.
    No,
}

/// A rule that a server can keep or break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Dotted id, unique and never reused.
    pub id: String,
    /// How binding it is; see [`Requirement::level_in`].
    pub level: Level,
    /// Revisions in which it is more or less binding.
    #[serde(default)]
    pub level_by_revision: BTreeMap<Revision, Level>,
    /// What the level rests on.
    pub strength: Strength,
    /// Revisions in which it exists, oldest first.
    pub revisions: Vec<Revision>,
    /// Revisions in which breaking it is a warning at most, whatever the level.
    #[serde(default)]
    pub at_most_warned_in: Vec<Revision>,
    /// Page and anchor in the newest of `revisions`.
    #[serde(rename = "where")]
    pub page: String,
    /// Page and anchor in single revisions, where the general mapping does not find it.
    #[serde(default, rename = "where_in")]
    pub page_in: BTreeMap<Revision, String>,
    /// Further sources.
    #[serde(default)]
    pub see: Vec<String>,
    /// Transports it speaks about; see [`Requirement::applies`].
    #[serde(default = "every_transport")]
    pub transports: Vec<TransportKind>,
    /// What has to be there before it can be judged.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The needs in more detail, for readers only.
    #[serde(default)]
    pub needs_detail: Option<String>,
    /// The rule in one sentence.
    pub says: String,
    /// How far it can be judged from outside.
    pub observable: Observable,
    /// True when the user has to configure something before it can be judged.
    pub needs_cooperation: bool,
    /// How it is judged, for readers only.
    pub probe: String,
    /// Traps and contradictions, for readers only.
    #[serde(default)]
    pub note: Option<String>,
}

impl Requirement {
    /// How binding it is in `revision`.
    pub fn level_in(&self, revision: Revision) -> Level {
        self.level_by_revision
            .get(&revision)
            .copied()
            .unwrap_or(self.level)
    }

    /// True when it is to be judged in a conversation of `revision` over `transport`.
    ///
    /// A transport of one revision is also met with another revision agreed over it. Rules of
    /// HTTP+SSE alone hold with every handshake revision
    /// (basic/transports/streamable-http#http-sse-transport-2024-11-05), and Streamable HTTP with
    /// 2024-11-05 agreed is judged by the transport rules of 2025-03-26.
    pub fn applies(&self, revision: Revision, transport: TransportKind) -> bool {
        if !self.transports.contains(&transport) {
            return false;
        }
        self.revisions.contains(&revision) || self.follows_transport(revision, transport)
    }

    fn follows_transport(&self, revision: Revision, transport: TransportKind) -> bool {
        match transport {
            TransportKind::HttpSse => {
                self.transports == [TransportKind::HttpSse] && revision.era() == Era::Handshake
            }
            TransportKind::StreamableHttp => {
                revision == Revision::V2024_11_05
                    && self.revisions.contains(&Revision::V2025_03_26)
                    && !self.transports.contains(&TransportKind::Stdio)
                    && area_of(&self.id) == Some(Area::Transport)
            }
            TransportKind::Stdio | TransportKind::WebSocket => false,
        }
    }

    /// Address of the page that states it in `revision`, with the anchor where one is known.
    pub fn page_url(&self, revision: Revision) -> String {
        page::url(self.page_in.get(&revision).unwrap_or(&self.page), revision)
    }
}

fn every_transport() -> Vec<TransportKind> {
    TransportKind::ALL.to_vec()
}
