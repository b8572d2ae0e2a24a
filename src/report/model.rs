//! The report as data: version 1 of the JSON format that scripts rely on. Its JSON Schema is
//! `schemas/report.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::matrix::{self, Compliance, Matrix};
use crate::engine::campaign::Generated;
use crate::engine::outcome::{Diagnosis, Finding, NotTested, Outcome, ServerRun};
use crate::spec::{Revision, TransportKind};
use crate::surface::Surface;

/// The `format` member.
pub const FORMAT: &str = "mcp-check/report";
/// The `version` member.
pub const VERSION: u64 = 1;

/// Everything that a run found out. All but `timings` is the same for equal transcripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Always [`FORMAT`].
    pub format: &'static str,
    /// Always [`VERSION`].
    pub version: u64,
    /// Who wrote it.
    pub tool: Tool,
    /// The servers in the order they were named.
    pub servers: Vec<Server>,
    /// How long it took.
    pub timings: Timings,
}

/// The program that wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// `mcp-check`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Everything that was found out about one server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Server {
    /// Name, unique in the report.
    pub name: String,
    /// Command or URL, secrets masked.
    pub target: String,
    /// Transport, once known.
    pub transport: Option<TransportKind>,
    /// Revisions that were tested, oldest first.
    pub revisions: Vec<Revision>,
    /// What the server says it is; `null` when it never said.
    pub server_info: Value,
    /// Capabilities at the newest tested revision.
    pub capabilities: Value,
    /// What it offers at each revision.
    pub surface: Surface,
    /// How often it was started, or connected to.
    pub starts: u32,
    /// How many processes outlived the process that started them and had to be ended.
    pub leftover_processes: u32,
    /// What was called with generated arguments, a row a revision.
    pub generated: Vec<Generated>,
    /// Why nothing could be judged, if so.
    pub diagnosis: Option<Diagnosis>,
    /// One per requirement, revision and transport; sorted.
    pub outcomes: Vec<Outcome>,
    /// Grouped over revisions and transports, gravest first.
    pub findings: Vec<Finding>,
    /// A cell for every area.
    pub matrix: Matrix,
    /// The share of MUST-level requirements that hold.
    pub compliance: BTreeMap<Revision, Compliance>,
    /// What was left out, why, and what would change that.
    pub not_tested: Vec<NotTested>,
}

/// The only part of a report that differs between equal runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timings {
    /// Sum over the servers, in milliseconds.
    pub elapsed_ms: u64,
    /// Milliseconds by server name.
    pub servers: BTreeMap<String, u64>,
}

/// The report of these runs.
pub fn build(runs: &[ServerRun]) -> Report {
    Report {
        format: FORMAT,
        version: VERSION,
        tool: Tool {
            name: "mcp-check",
            version: env!("CARGO_PKG_VERSION"),
        },
        servers: runs.iter().map(server).collect(),
        timings: Timings {
            elapsed_ms: runs.iter().map(|run| run.elapsed_ms).sum(),
            servers: runs
                .iter()
                .map(|run| (run.name.clone(), run.elapsed_ms))
                .collect(),
        },
    }
}

fn server(run: &ServerRun) -> Server {
    let mut revisions = run.revisions.clone();
    revisions.sort_unstable();
    revisions.dedup();
    let mut outcomes = run.outcomes.clone();
    outcomes.sort();
    Server {
        name: run.name.clone(),
        target: run.target.clone(),
        transport: run.transport,
        server_info: run.server_info.clone(),
        capabilities: run.capabilities.clone(),
        surface: run.surface.clone(),
        starts: run.starts,
        leftover_processes: run.leftover_processes,
        generated: run.generated.clone(),
        diagnosis: run.diagnosis.clone(),
        findings: run.findings.clone(),
        matrix: matrix::matrix(&outcomes),
        compliance: matrix::compliance(&revisions, &outcomes),
        not_tested: run.not_tested.clone(),
        revisions,
        outcomes,
    }
}
