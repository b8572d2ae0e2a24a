//! What a probe can do: the client side of a conversation, as far as a check needs it.
//!
//! The implementation lives above this module. Every wait in it has a named deadline, every byte
//! goes through the transcript, and requests of the server are answered while a probe waits.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Value, json};

use crate::rpc::{Id, Part};
use crate::spec::{Revision, TransportKind};
use crate::transcript::Session;

/// A future of a probe. It stays on one thread.
pub type Pending<'p, T> = Pin<Box<dyn Future<Output = T> + 'p>>;

/// The client side of one connection.
pub trait Peer {
    /// Revision under test.
    fn revision(&self) -> Revision;

    /// Transport in use.
    fn transport(&self) -> TransportKind;

    /// What the main connection established.
    fn session(&self) -> &Session;

    /// What the server listed on the main connection.
    fn surface(&self) -> &Surface;

    /// True when the user gave a bearer token to be sent with every HTTP request.
    fn is_authorized(&self) -> bool;

    /// Sends a well-formed request and waits for its answer. `None` when none came.
    fn request<'p>(&'p mut self, request: Request) -> Pending<'p, Option<Answer>>;

    /// Sends several requests without waiting in between, then waits for all answers.
    fn requests<'p>(&'p mut self, requests: Vec<Request>) -> Pending<'p, Vec<Option<Answer>>>;

    /// Sends a notification.
    fn notify<'p>(
        &'p mut self,
        intent: &str,
        method: &str,
        params: Option<Value>,
    ) -> Pending<'p, ()>;

    /// Sends bytes as they are, as one frame, and does not wait for an answer over stdio; over
    /// HTTP waits for the response of the POST.
    fn raw<'p>(&'p mut self, raw: Raw) -> Pending<'p, ()>;

    /// Sends a harmless request and waits for its answer, so that everything sent before was read;
    /// then waits a short quiet time for late messages. False when no answer came.
    fn settle<'p>(&'p mut self) -> Pending<'p, bool>;

    /// Sends one HTTP request as described and waits for its response. `None` over stdio, or when
    /// no response came.
    fn http<'p>(&'p mut self, call: HttpCall) -> Pending<'p, Option<HttpAnswer>>;

    /// Opens another connection: a new process, or a new HTTP client without the session.
    /// `None` when it cannot be opened.
    fn open<'p>(&'p mut self, opening: Opening) -> Pending<'p, Option<Box<dyn Peer>>>;

    /// Ends the connection as a client does: closes standard input and waits for the process to
    /// exit, or deletes the session.
    fn close<'p>(&'p mut self) -> Pending<'p, ()>;
}

/// A well-formed request. In 2026-07-28 the peer adds `_meta` and, over HTTP, the headers that
/// mirror the body, unless told otherwise.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is meant to be; judges find it by this.
    pub intent: String,
    /// Method name.
    pub method: String,
    /// Parameters, without the `_meta` that the peer adds.
    pub params: Option<Value>,
    /// Id; the peer chooses the next free integer when `None`.
    pub id: Option<Id>,
    /// Changes to `_meta` of 2026-07-28: key to value, `None` removes the key.
    pub meta: Vec<(String, Option<Value>)>,
    /// Send no `_meta` at all, in 2026-07-28.
    pub bare: bool,
    /// Changes to HTTP headers: name to value, `None` removes the header.
    pub headers: Vec<(String, Option<String>)>,
    /// How long to wait; the configured request deadline when `None`.
    pub deadline: Option<Duration>,
}

impl Request {
    /// A request without parameters.
    pub fn new(intent: &str, method: &str) -> Self {
        Self {
            intent: intent.to_owned(),
            method: method.to_owned(),
            params: None,
            id: None,
            meta: Vec::new(),
            bare: false,
            headers: Vec::new(),
            deadline: None,
        }
    }

    /// With parameters.
    pub fn params(mut self, params: Value) -> Self {
        self.params = Some(params);
        self
    }

    /// With an id of the check's choice.
    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// With a `_meta` entry replaced.
    pub fn meta(mut self, key: &str, value: Value) -> Self {
        self.meta.push((key.to_owned(), Some(value)));
        self
    }

    /// Without a `_meta` entry that the peer would add.
    pub fn without_meta(mut self, key: &str) -> Self {
        self.meta.push((key.to_owned(), None));
        self
    }

    /// Without any `_meta`.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// With an HTTP header replaced or added. No effect over stdio.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Without an HTTP header that the peer would add. No effect over stdio.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.to_owned(), None));
        self
    }
}

/// A frame of any bytes.
#[derive(Clone, Debug)]
pub struct Raw {
    /// What it is meant to be.
    pub intent: String,
    /// The bytes; over stdio the line end is added.
    pub bytes: Vec<u8>,
    /// Changes to HTTP headers: name to value, `None` removes the header.
    pub headers: Vec<(String, Option<String>)>,
}

impl Raw {
    /// Bytes with the usual headers.
    pub fn new(intent: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            intent: intent.to_owned(),
            bytes: bytes.into(),
            headers: Vec::new(),
        }
    }
}

/// One HTTP request to the server's endpoint.
#[derive(Clone, Debug)]
pub struct HttpCall {
    /// What it is meant to be.
    pub intent: String,
    /// `GET`, `POST`, `DELETE`.
    pub method: String,
    /// Changes to the usual headers of the connection: `None` removes one.
    pub headers: Vec<(String, Option<String>)>,
    /// Body, for a POST.
    pub body: Option<Vec<u8>>,
    /// For a stream: return after the response head and this long a wait for events.
    pub listen: Option<Duration>,
}

impl HttpCall {
    /// A request with the usual headers and no body.
    pub fn new(intent: &str, method: &str) -> Self {
        Self {
            intent: intent.to_owned(),
            method: method.to_owned(),
            headers: Vec::new(),
            body: None,
            listen: None,
        }
    }

    /// With a header replaced or added.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Without a header that the connection usually sends.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.to_owned(), None));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }
}

/// What came back over HTTP.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// HTTP status code.
    pub status: u16,
    /// Response headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

/// What came back for a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The result.
    Result(Part),
    /// The error code, when it is an integer.
    Error(Option<i64>),
}

/// How another connection begins.
#[derive(Clone, Debug)]
pub enum Opening {
    /// Nothing is sent: the probe sends the first message.
    Silent,
    /// The usual set-up of the revision: the handshake, or nothing in 2026-07-28.
    Ready,
    /// The handshake as a client with these capabilities, whose features are then answered in the
    /// blandest way. Nothing in 2026-07-28, where each request declares its own.
    Declaring(Value),
}

/// What the server listed on the main connection, over all pages.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Entries of `tools/list`.
    pub tools: Vec<Value>,
    /// Entries of `resources/list`.
    pub resources: Vec<Value>,
    /// Entries of `resources/templates/list`.
    pub templates: Vec<Value>,
    /// Entries of `prompts/list`.
    pub prompts: Vec<Value>,
    /// Tools that the safety policy allows to be called.
    pub callable: Vec<Callable>,
}

/// A tool that may be called.
#[derive(Clone, Debug)]
pub struct Callable {
    /// Its definition as listed.
    pub tool: Value,
    /// Its name.
    pub name: String,
    /// The simplest arguments that its schema accepts.
    pub arguments: Value,
    /// True when it reported progress in the survey.
    pub reports_progress: bool,
}

impl Callable {
    /// A call with the simplest arguments.
    pub fn call(&self, intent: &str) -> Request {
        let params = json!({"name": self.name, "arguments": self.arguments});
        Request::new(intent, "tools/call").params(params)
    }
}

impl Surface {
    /// True when a tool of this name is listed.
    pub fn has_tool(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| tool["name"] == name)
    }
}
