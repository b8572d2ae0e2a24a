//! JSON-RPC 2.0 messages: raw bytes to classified messages, and our own messages to bytes.
//!
//! Nothing here knows MCP methods. Reading never fails: what a peer does wrong is part of the value.

pub mod code;
mod encode;
mod id;
mod message;
mod part;

pub use encode::{error, notification, request, result};
pub use id::Id;
pub use message::{Malformation, Message, Parsed, VersionField, parse, parse_shared};
pub use part::Part;
