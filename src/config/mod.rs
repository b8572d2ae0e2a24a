//! What is tested: targets from the command line and from the configuration files of clients.

pub mod clients;
pub mod expand;
pub mod launch;
pub mod resolve;
pub mod secrets;
pub mod target;
