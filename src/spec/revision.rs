//! The protocol revisions this tool knows, and the transports a server is reached over.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A published revision of the protocol, ordered by date.
///
/// What a server *answers* as its version is free text and never has this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Revision {
    /// The first published revision: HTTP with a separate event stream.
    #[serde(rename = "2024-11-05")]
    V2024_11_05,
    /// Streamable HTTP, batches, authorization.
    #[serde(rename = "2025-03-26")]
    V2025_03_26,
    /// No batches, elicitation, structured tool output.
    #[serde(rename = "2025-06-18")]
    V2025_06_18,
    /// Tasks, icons, URL elicitation.
    #[serde(rename = "2025-11-25")]
    V2025_11_25,
    /// Stateless: no handshake, no sessions, every request names its revision.
    #[serde(rename = "2026-07-28")]
    V2026_07_28,
}

impl Revision {
    /// Every revision, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
        Self::V2026_07_28,
    ];

    /// The revisions that begin with `initialize`, oldest first.
    pub const HANDSHAKE: [Self; 4] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
    ];

    /// The revision to offer in `initialize`.
    pub const NEWEST_HANDSHAKE: Self = Self::V2025_11_25;

    /// The date by which the protocol names the revision.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The way a conversation of this revision begins.
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Modern,
            _ => Era::Handshake,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Revision {
    type Err = UnknownRevision;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|revision| revision.as_str() == text)
            .ok_or_else(|| UnknownRevision(text.to_owned()))
    }
}

/// A text that is not one of the five revisions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a protocol revision; known are 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25 and 2026-07-28"
)]
pub struct UnknownRevision(
    /// The text as it was given.
    pub String,
);

/// How a conversation begins and what its requests carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Era {
    /// `initialize` agrees on a revision once: 2024-11-05 to 2025-11-25.
    Handshake,
    /// Each request names its revision in `_meta`: 2026-07-28.
    Modern,
}

impl fmt::Display for Era {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Handshake => "handshake",
            Self::Modern => "modern",
        })
    }
}

/// A way to carry messages between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TransportKind {
    /// A child process, one message per line.
    #[serde(rename = "stdio")]
    Stdio,
    /// One HTTP endpoint, answers as JSON or as an event stream.
    #[serde(rename = "http")]
    StreamableHttp,
    /// The transport of 2024-11-05: an event stream beside a POST endpoint.
    #[serde(rename = "sse")]
    HttpSse,
    /// WebSocket text messages; a custom transport in every revision.
    #[serde(rename = "ws")]
    WebSocket,
}

impl TransportKind {
    /// Every transport, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Stdio,
        Self::StreamableHttp,
        Self::HttpSse,
        Self::WebSocket,
    ];

    /// The short name used in reports and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::StreamableHttp => "http",
            Self::HttpSse => "sse",
            Self::WebSocket => "ws",
        }
    }
}

impl fmt::Display for TransportKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_ordered_by_date() {
        let dates: Vec<&str> = Revision::ALL.iter().map(|it| it.as_str()).collect();
        let mut sorted = dates.clone();
        sorted.sort_unstable();
        assert_eq!(dates, sorted);
        assert!(Revision::ALL.is_sorted());
    }

    #[test]
    fn every_revision_survives_text_and_json() {
        for revision in Revision::ALL {
            assert_eq!(revision.as_str().parse(), Ok(revision));
            let json = serde_json::to_string(&revision).unwrap();
            assert_eq!(json, format!("\"{revision}\""));
            assert_eq!(serde_json::from_str::<Revision>(&json).unwrap(), revision);
        }
    }

    #[test]
    fn an_unknown_revision_is_refused_with_the_known_ones() {
        let message = "2025-01-01".parse::<Revision>().unwrap_err().to_string();
        assert!(message.contains("\"2025-01-01\""));
        for revision in Revision::ALL {
            assert!(message.contains(revision.as_str()), "{message}");
        }
    }

    #[test]
    fn only_the_newest_revision_is_modern() {
        for revision in Revision::HANDSHAKE {
            assert_eq!(revision.era(), Era::Handshake);
        }
        assert_eq!(Revision::V2026_07_28.era(), Era::Modern);
        assert_eq!(
            Revision::HANDSHAKE.iter().max(),
            Some(&Revision::NEWEST_HANDSHAKE)
        );
    }

    #[test]
    fn a_transport_is_written_the_same_in_text_and_json() {
        for transport in TransportKind::ALL {
            let json = serde_json::to_string(&transport).unwrap();
            assert_eq!(json, format!("\"{transport}\""));
        }
    }
}
