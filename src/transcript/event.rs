//! One thing that happened on a connection, recorded before anybody interprets it.

use core::net::IpAddr;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::rpc::{self, Parsed};
use crate::spec::{Revision, TransportKind};

/// Names one event for evidence: connection label and position, written `label#7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventRef {
    /// Label of the connection, for example `2025-11-25/main`.
    pub connection: Arc<str>,
    /// Position on that connection, from 0.
    pub seq: u32,
}

impl fmt::Display for EventRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.connection, self.seq)
    }
}

/// One transcript event.
///
/// `seq` counts per connection, so that work going on elsewhere cannot renumber evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Label of the connection.
    pub connection: Arc<str>,
    /// Position on the connection, from 0.
    pub seq: u32,
    /// Milliseconds since the run started. Never part of stable output.
    pub at_ms: u64,
    /// Who caused it.
    pub direction: Direction,
    /// Stream within the connection.
    pub channel: Channel,
    /// Id of the check whose probe was driving, if any.
    pub probe: Option<Arc<str>>,
    /// What a sent frame was meant to be, for example `unknown-method`; judges select by it.
    pub intent: Option<Arc<str>>,
    /// What happened.
    pub body: Body,
}

impl Event {
    /// The name of this event for evidence.
    pub fn reference(&self) -> EventRef {
        EventRef {
            connection: Arc::clone(&self.connection),
            seq: self.seq,
        }
    }

    /// Lets go of what a frame was read as.
    pub(super) fn forget(&mut self) {
        if let Body::Frame(frame) = &mut self.body {
            frame.read = Read::default();
        }
    }
}

/// Who caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// mcp-check sent it.
    Sent,
    /// The server, or its process, caused it.
    Received,
    /// mcp-check noted it.
    Noted,
}

/// Stream within a connection: the pipe pair of a child, the messages of HTTP+SSE or of a
/// WebSocket, or one HTTP exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Standard input and output of a child process.
    Stdio,
    /// Messages where one connection carries all of them both ways: HTTP+SSE and WebSocket.
    Stream,
    /// One HTTP request and its answer, numbered from 1 within the connection.
    Http(u32),
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdio => f.write_str("stdio"),
            Self::Stream => f.write_str("stream"),
            Self::Http(number) => write!(f, "http-{number}"),
        }
    }
}

impl Channel {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "stdio" => Some(Self::Stdio),
            "stream" => Some(Self::Stream),
            _ => text.strip_prefix("http-")?.parse().ok().map(Self::Http),
        }
    }

    /// True when all messages of the connection share this channel, requests and answers alike.
    pub fn is_shared(self) -> bool {
        !matches!(self, Self::Http(_))
    }
}

/// Purpose of the connection on which a suite does its listing.
pub const MAIN: &str = "main";

/// Name of the short wait for the exit of a process whose input has ended, where another process of the
/// same server had stayed behind.
pub const INPUT_ENDED_AGAIN: &str = "exit-after-end-of-input-again";

/// How a [`Body::Fault`] begins that says that nothing listens, or nobody can be reached.
pub const FAULT_CONNECT: &str = "connect: ";

/// What an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A connection was opened.
    Opened(Opened),
    /// One JSON-RPC frame as bytes: a line, an HTTP body, or the data of one SSE event.
    Frame(Frame),
    /// Request line and headers of an HTTP request; its body follows as a frame.
    HttpRequest(HttpRequest),
    /// Status and headers of an HTTP response; its body follows on the same channel.
    HttpResponse(HttpResponse),
    /// A body that is not announced as JSON or SSE.
    HttpBody(Vec<u8>),
    /// An SSE event or comment that carries no data.
    Sse(SseMeta),
    /// The stream of this channel ended: end of an HTTP body or of standard output.
    StreamEnd,
    /// Bytes the child wrote to standard error.
    Stderr(Vec<u8>),
    /// Something happened to the child process.
    Process(Process),
    /// The pipe, connection or framing broke in the given way.
    Fault(String),
    /// Nothing came before the named deadline.
    Silence {
        /// Name of the deadline that passed.
        deadline: String,
        /// Length of the wait in milliseconds.
        waited_ms: u64,
    },
    /// Local addresses on which a server behind a URL of this machine waits for connections.
    Listening(Vec<IpAddr>),
    /// A remark of the driver.
    Note(String),
}

/// Facts about a connection, known when it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Revision this connection is meant to speak.
    pub revision: Revision,
    /// Transport in use.
    pub transport: TransportKind,
    /// What the connection is for, for example `main` or a check id.
    pub purpose: String,
}

/// One JSON-RPC frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: Arc<[u8]>,
    read: Read,
    /// False when the stream ended before the line end came.
    pub terminated: bool,
    /// Fields of the SSE event that carried the frame.
    pub sse: Option<SseMeta>,
}

impl Frame {
    /// A complete frame that did not come over SSE.
    pub fn line(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(bytes, true, None)
    }

    /// A frame of which all is known.
    pub fn new(bytes: impl Into<Arc<[u8]>>, terminated: bool, sse: Option<SseMeta>) -> Self {
        Self {
            bytes: bytes.into(),
            read: Read::default(),
            terminated,
            sse,
        }
    }

    /// The bytes, without the line end.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The frame as a message. It is read once, by whoever asks first.
    pub fn parsed(&self) -> &Arc<Parsed> {
        let read = || Arc::new(rpc::parse_shared(&self.bytes));
        self.read.0.get_or_init(read)
    }
}

/// What a frame was read as, for all its copies. It follows from the bytes, and says nothing about
/// equality.
#[derive(Clone, Debug, Default)]
struct Read(Arc<OnceLock<Arc<Parsed>>>);

impl PartialEq for Read {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Read {}

/// The fields of an SSE event besides its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SseMeta {
    /// The `event` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The `id` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The `retry` field in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<u64>,
    /// Text of a comment line, when this is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Request line and headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `POST`, `GET`, `DELETE`.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers in the order sent.
    pub headers: Vec<(String, String)>,
}

/// Status and headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// HTTP status code.
    pub status: u16,
    /// Headers as received, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl HttpResponse {
    /// First value of a header; the name is compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Media type without parameters, in lower case; empty when the header is absent.
    pub fn media_type(&self) -> String {
        self.header("content-type")
            .map(crate::wire::media_type::essence)
            .unwrap_or_default()
    }
}

/// First value of a header; the name is compared without case.
pub fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Something that happened to the child process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Process {
    /// It was started.
    Spawned,
    /// Its standard input was closed by mcp-check.
    InputClosed,
    /// mcp-check sent it the named signal.
    Signalled {
        /// `TERM` or `KILL`.
        signal: String,
    },
    /// It ended.
    Exited {
        /// Exit code, when it ended by itself.
        code: Option<i32>,
        /// Signal number, when a signal ended it.
        signal: Option<i32>,
    },
    /// Processes it had started outlived it.
    Leftover {
        /// How many.
        count: u32,
    },
}
