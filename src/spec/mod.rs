//! What the protocol says: revisions, the requirement catalogue, message schemas and method tables.
//!
//! Everything here is data compiled into the program; nothing is read, fetched or sent.

pub mod area;
pub mod catalogue;
mod fault;
pub mod methods;
pub mod need;
mod page;
pub mod requirement;
pub mod revision;
pub mod rule;
pub mod schema;
pub mod security;

pub use area::{Area, area_of};
pub use catalogue::{Catalogue, catalogue};
pub use need::Need;
pub use requirement::{Level, Observable, Requirement, Strength};
pub use revision::{Era, Revision, TransportKind, UnknownRevision};
pub use rule::Rule;
pub use schema::SchemaFault;
pub use security::{Confidence, SecurityCheck, Severity, security_check, security_checks};
