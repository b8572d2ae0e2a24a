//! IO towards a server, and nothing else: bytes out, recorded facts in.
//!
//! A transport never interprets JSON-RPC. Whatever the server does wrong arrives as a value.

pub mod child;
mod dial;
pub mod leftovers;
mod listening;
pub mod memory;
pub mod streamable_http;
pub mod tls;
pub mod websocket;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, HttpRequest};

/// A wait for something from the server. It stays on one thread and may be dropped at any point
/// without losing anything.
pub type Wait<'t, T> = Pin<Box<dyn Future<Output = T> + 't>>;

/// Something to send.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// Where it belongs; over HTTP a fresh number for each request.
    pub channel: Channel,
    /// Request line and headers, over HTTP.
    pub request: Option<HttpRequest>,
    /// The frame, or the HTTP body. Over stdio the line end is added here.
    pub bytes: Vec<u8>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// Where.
    pub channel: Channel,
    /// What.
    pub body: Body,
}

/// A signal to a child process and its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Asks it to end.
    Terminate,
    /// Ends it.
    Kill,
}

/// One connection to a server.
pub trait Transport {
    /// Queues something to send. Never waits; a broken pipe arrives as a fault.
    fn send(&mut self, outbound: Outbound);

    /// The next thing that happens. `None` when nothing can happen any more.
    fn receive(&mut self) -> Wait<'_, Option<Inbound>>;

    /// Closes standard input of a child, or a WebSocket. No effect over HTTP.
    fn close_input(&mut self);

    /// Signals the child's process group. No effect over HTTP.
    fn signal(&mut self, signal: Signal);

    /// Drops an HTTP exchange, as a client that loses interest does. No effect over stdio.
    fn cancel(&mut self, channel: Channel);

    /// Ends processes that outlived the child and says how many there were.
    fn end_leftovers(&mut self) -> u32;
}

/// Opens connections to one target.
pub trait Connector {
    /// Transport of the connections.
    fn kind(&self) -> TransportKind;

    /// URL of the endpoint over HTTP, empty over stdio.
    fn url(&self) -> &str;

    /// Headers that the user wants on every HTTP request.
    fn headers(&self) -> &[(String, String)];

    /// Addresses of this machine on which the server waits for connections. Empty for a process,
    /// for a server elsewhere, and where the operating system does not tell.
    fn listening(&self) -> Vec<IpAddr> {
        listening::behind(self.url())
    }

    /// Starts a process, or prepares an HTTP client.
    ///
    /// # Errors
    /// The command cannot be started.
    fn connect(&self) -> Result<Box<dyn Transport>, ConnectError>;
}

/// Why no connection could be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The command cannot be started.
    #[error("{program} cannot be started: {why}")]
    CannotStart {
        /// The program as given.
        program: String,
        /// What the operating system says.
        why: String,
    },
    /// The HTTP client or the URL is unusable.
    #[error("{0}")]
    Unusable(String),
}
