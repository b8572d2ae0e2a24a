//! Framing without IO: bytes go in as they arrive, in pieces of any size; frames and faults come out.

pub mod lines;
pub mod media_type;
pub mod sse;
