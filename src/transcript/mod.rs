//! What was sent and received, in order, as bytes; and the view of it that judges read.

pub mod conversation;
pub mod event;
pub mod file;
mod pairing;
pub mod recorder;
pub mod redact;
pub mod session;
pub mod view;

pub use conversation::{Conversation, Exchange, Reply, WireMessage};
pub use event::{
    Body, Channel, Direction, Event, EventRef, Frame, HttpRequest, HttpResponse, Opened, Process,
    SseMeta,
};
pub use recorder::{Recorder, Tape};
pub use redact::Secrets;
pub use session::Session;
pub use view::{Sent, View};

#[cfg(test)]
mod conversation_tests;
