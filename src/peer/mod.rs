//! Our side of a conversation: ids, deadlines, headers, and answers to what the server asks.

pub mod connection;
pub mod headers;
pub mod probe;

use std::time::Duration;

pub use connection::{Connection, Context};

/// Every wait has one of these deadlines, and a wait that ends by one is recorded under its name.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// First answer of a freshly started server.
    pub start_up: Duration,
    /// Answer to any other request.
    pub request: Duration,
    /// Exit after standard input was closed, and after each signal.
    pub shutdown: Duration,
    /// Wait for messages that nobody asked for, after the last expected one.
    pub quiet: Duration,
    /// Wait for the right answer after one with a foreign id came.
    pub stray: Duration,
    /// Longest wait before an event stream is taken up again, whatever the server asks for.
    pub resume: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            start_up: Duration::from_secs(30),
            request: Duration::from_secs(10),
            shutdown: Duration::from_secs(5),
            quiet: Duration::from_millis(50),
            stray: Duration::from_secs(1),
            resume: Duration::from_secs(2),
        }
    }
}
