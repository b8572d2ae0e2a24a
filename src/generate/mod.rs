//! Arguments from JSON Schemas: fitting, only just fitting, and wrong in exactly one place; and requests
//! of the protocol that are wrong in exactly one place.
//!
//! Pure: no clock, no input or output. A seed gives the same cases, byte for byte. The strategies may
//! be wrong about a schema; a case counts only when a validator of somebody else agrees.

mod message;
mod model;
mod mutation;
pub mod plan;
mod proof;
mod strategy;

pub use message::{BrokenRequest, broken_requests};
pub use plan::{Case, Limits, Plan, plan};
