//! mcp-check: a compliance tester for Model Context Protocol servers.
//!
//! Everything that drives a server writes a transcript; one set of judges reads transcripts;
//! reporters print what the judges found. The modules in reading order:
//!
//! ```text
//! json, wire, rpc   bytes to JSON, frames and JSON-RPC messages; pure
//! spec              revisions, requirement catalogue, protocol schemas; pure
//! scan              what text hides and tries; pure
//! transcript        what was sent and received, the view judges read; pure but for the file sink
//! surface           what a server offers at each revision, folded from its listings; pure
//! check, checks     the contract of a check, and the checks themselves; pure
//! generate          arguments from schemas: fitting, only just fitting, wrong in one place; pure
//! mock              the script notation and a correct server that plays it; pure
//! transport         child processes and HTTP: the only place with IO towards a server
//! peer              our side of a conversation: ids, deadlines, answers to server requests
//! engine            detection, drive, judgement: targets in, outcomes out
//! diff              two servers, or one at two times: what changed, and whether it breaks clients
//! report            matrix, findings and the files CI reads
//! cli               argv in, exit code out
//! ```

pub mod check;
pub mod checks;
pub mod cli;
pub mod config;
pub mod diff;
pub mod engine;
pub mod errors;
pub mod fuzzing;
pub mod generate;
pub mod json;
pub mod mock;
pub mod peer;
pub mod report;
pub mod rpc;
pub mod scan;
pub mod spec;
pub mod surface;
pub mod transcript;
pub mod transport;
pub mod wire;
