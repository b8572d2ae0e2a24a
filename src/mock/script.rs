//! A parsed script: what the server supports, and the rules that replace its answers.

use std::fmt;
use std::net::IpAddr;

use serde_json::Value;

use super::notation;
use crate::rpc::Id;
use crate::spec::{Revision, TransportKind};

/// A server as a text describes it. The default is the correct server of all revisions.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    pub(super) revision: Revision,
    pub(super) supported: Vec<Revision>,
    pub(super) transport: TransportKind,
    pub(super) listening: Vec<IpAddr>,
    pub(super) capabilities: Option<Value>,
    pub(super) rules: Vec<Rule>,
}

/// Where and why a text is not a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
}

impl Script {
    /// Reads a script in the notation of `docs/script-notation.md`.
    ///
    /// # Errors
    /// The first place where the text breaks the grammar, or asks for something that its transport
    /// cannot do.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        notation::parse(text)
    }

    /// The revision under test.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The revisions that the server speaks, oldest first.
    pub fn supported(&self) -> &[Revision] {
        &self.supported
    }

    /// Addresses on which the server is taken to wait for connections.
    pub fn listening(&self) -> &[IpAddr] {
        &self.listening
    }

    /// The transport it is meant for.
    pub fn transport(&self) -> TransportKind {
        self.transport
    }
}

impl Default for Script {
    fn default() -> Self {
        Self {
            revision: Revision::NEWEST_HANDSHAKE,
            supported: Revision::ALL.to_vec(),
            transport: TransportKind::Stdio,
            listening: Vec::new(),
            capabilities: None,
            rules: Vec::new(),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "line {}, column {}: {}",
            self.line, self.column, self.what
        )
    }
}

impl std::error::Error for ScriptError {}

/// Replaces the built-in answer to the inputs it selects.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) selector: Selector,
    /// Only this match, from 1; every match when `None`.
    pub(super) nth: Option<u32>,
    pub(super) conditions: Vec<HeaderCondition>,
    pub(super) reactions: Vec<Reaction>,
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selector {
    Start,
    EndOfInput,
    Terminate,
    Malformed,
    Invalid,
    Batch,
    /// A response of the client.
    Response,
    /// The HTTP method.
    Http(String),
    /// Requests and notifications whose method begins so.
    Prefix(String),
    /// Requests and notifications of one method.
    Method {
        method: String,
        params: Option<Value>,
        id: Option<IdPattern>,
    },
}

/// Which ids a rule is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum IdPattern {
    String,
    Number,
    Exactly(Id),
}

/// What an HTTP header has to be for a rule to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderCondition {
    pub(super) name: String,
    /// `None` when it has to be absent.
    pub(super) value: Option<String>,
}

/// One `<` line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reaction {
    Frame(Frame),
    /// Bytes on standard output without a line end.
    Bytes(Text),
    Stderr(Text),
    Silence,
    Exit(i32),
    Status(u16),
    /// `None` removes the header.
    Header(String, Option<String>),
    /// Frames go out as server-sent events.
    Sse,
    SseEvent(Event),
    Body {
        media_type: String,
        text: Text,
    },
    /// The stream does not end.
    Open,
}

/// One JSON-RPC frame of a reaction.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Frame {
    /// The built-in answer, with these patches applied to its result.
    Default {
        /// False to leave out the built-in checks of headers, session and `_meta`.
        checked: bool,
        patches: Vec<Patch>,
    },
    Result(Value),
    /// A result with what its revision adds to every result.
    Complete(Value),
    Error {
        code: i64,
        message: String,
        data: Option<Value>,
    },
    Notify {
        method: String,
        params: Option<Value>,
    },
    Request {
        id: Id,
        method: String,
        params: Option<Value>,
    },
    Raw(Text),
}

/// A JSON merge patch (RFC 7396) at a place. What is not an object replaces what is there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Patch {
    /// JSON pointer into the result; empty for the whole.
    pub(super) at: String,
    pub(super) value: Value,
}

/// Text of a script with its escapes resolved; ids are filled in when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Vec<Piece>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// `$id`: the id of the request that is answered.
    Id,
}

/// A server-sent event that is not made from a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) event: Option<String>,
    pub(super) id: Option<String>,
    pub(super) retry: Option<u64>,
    pub(super) comment: Option<String>,
    pub(super) data: Option<Text>,
}
