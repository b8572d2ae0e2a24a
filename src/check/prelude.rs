//! What a check file needs, in one `use`.

pub use std::time::Duration;

pub use serde_json::{Value, json};

pub use super::peer::{Answer, Callable, HttpCall, Opening, Peer, Pending, Raw, Request, Surface};
pub use super::verdict::{Evidence, Problem, Ruling, Verdicts};
pub use super::{Check, Effect, Method, Need, Scope, Transports};
pub use crate::rpc::{self, Id, Message, Parsed, code};
pub use crate::spec::{Confidence, Era, Revision, Severity, TransportKind};
pub use crate::transcript::conversation::excerpt;
pub use crate::transcript::{
    Body, Channel, Conversation, Direction, Event, EventRef, Exchange, Process, Reply, Sent,
    Session, View, WireMessage,
};
