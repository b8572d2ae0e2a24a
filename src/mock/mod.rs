//! The script notation and a correct server that plays it.
//!
//! [`Server`] is a small MCP server as a value: bytes in, [`Act`]s out, no IO. Without a script it
//! keeps every rule of the revisions it speaks; the rules of a [`Script`] replace single answers,
//! so that one script shows one violation. The grammar is in `docs/script-notation.md`.
//!
//! ```text
//! script, notation    text to rules; where each error is
//! matching            which rule an input selects
//! offer               the tools, resources and prompts of the built-in server, by revision
//! methods, modern     a request to its built-in answer
//! gate                what Streamable HTTP demands before a message counts
//! react               the reactions of a rule to acts
//! session             what the handshakes agreed on
//! server              the state of one process or endpoint, input to acts
//! recorded            a server that says again what a recorded one said
//! play, http          a server over real standard input and output, or over HTTP; the only IO
//! ```

mod answer;
mod gate;
pub mod http;
mod matching;
mod methods;
mod modern;
mod notation;
mod offer;
pub mod play;
mod react;
mod recorded;
pub mod script;
mod server;
mod session;
pub mod session_script;
#[cfg(test)]
mod tests;

pub use recorded::Recorded;
pub use script::{Script, ScriptError};
pub use server::Server;

use crate::transcript::HttpRequest;

/// A server that is played: what it does about each input.
pub trait Played: Send {
    /// What the process does before it reads anything.
    fn start(&mut self) -> Vec<Act>;

    /// What it does about an input.
    fn receive(&mut self, input: Input<'_>) -> Vec<Act>;
}

impl Played for Server {
    fn start(&mut self) -> Vec<Act> {
        Self::start(self)
    }

    fn receive(&mut self, input: Input<'_>) -> Vec<Act> {
        Self::receive(self, input)
    }
}

/// Something that reaches a server.
#[derive(Clone, Copy, Debug)]
pub enum Input<'i> {
    /// One line of standard input, without the line end.
    Line(&'i [u8]),
    /// One HTTP request with its whole body.
    Http {
        /// Request line and headers.
        request: &'i HttpRequest,
        /// The body; empty when there is none.
        body: &'i [u8],
    },
    /// Standard input was closed.
    EndOfInput,
    /// The process was asked to end by a signal.
    Terminate,
}

/// Something that a server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Writes a line to standard output; the player adds the line feed.
    Line(Vec<u8>),
    /// Writes bytes to standard output as they are.
    Bytes(Vec<u8>),
    /// Writes bytes to standard error as they are.
    Stderr(Vec<u8>),
    /// Ends the process with this code. Over HTTP the connection breaks without an answer.
    Exit(i32),
    /// Answers the HTTP request.
    Http(HttpReply),
}

/// The answer to one HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpReply {
    /// HTTP status code.
    pub status: u16,
    /// Headers in order; names in lower case unless a script wrote them otherwise.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: HttpBody,
    /// False when the stream stays open after what `body` holds.
    pub ends: bool,
}

/// The body of an HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpBody {
    /// No bytes.
    Empty,
    /// These bytes.
    Whole(Vec<u8>),
    /// Server-sent events, not yet written out.
    Sse(Vec<SseOut>),
}

/// One server-sent event or comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseOut {
    /// The `event` field.
    pub event: Option<String>,
    /// The `id` field.
    pub id: Option<String>,
    /// The `retry` field in milliseconds.
    pub retry: Option<u64>,
    /// A comment line before the event.
    pub comment: Option<String>,
    /// The data; `None` writes no `data` field at all, an empty one writes `data:`.
    pub data: Option<Vec<u8>>,
}

/// The scripts of the demonstration servers: `correct` and `broken`.
pub fn demo_script(name: &str) -> Option<Script> {
    match name {
        "correct" => Some(Script::default()),
        "broken" => Script::parse(include_str!("demo/broken.mcp")).ok(),
        _ => None,
    }
}
