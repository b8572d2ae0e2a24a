//! A transcript or a report as one side of a comparison.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::engine::outcome::{FindingStatus, ServerRun, Status};
use crate::report::model;
use crate::spec::Revision;
use crate::surface::Surface;

/// What a comparison needs to know of one server.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Side {
    /// Name in the report.
    pub name: String,
    /// What it offers.
    pub surface: Surface,
    /// Verdicts.
    pub(super) outcomes: Vec<Outcome>,
    /// Deviations.
    pub(super) findings: Vec<Finding>,
    /// The one cause for which nothing was judged, if so.
    #[serde(default)]
    pub(super) diagnosis: Value,
}

/// The part of an outcome that is compared.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Outcome {
    pub(super) requirement: String,
    pub(super) check: String,
    pub(super) revision: Revision,
    pub(super) status: Status,
}

/// The part of a finding that is compared.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Finding {
    pub(super) check: String,
    pub(super) requirements: Vec<String>,
    pub(super) status: FindingStatus,
    pub(super) revisions: BTreeSet<Revision>,
    pub(super) subject: String,
    pub(super) message: String,
    pub(super) fingerprint: String,
}

#[derive(Deserialize)]
struct File {
    format: String,
    version: u64,
    servers: Vec<Side>,
}

impl Side {
    /// A run as one side.
    pub fn of_run(run: &ServerRun) -> Self {
        let outcomes = run.outcomes.iter().map(|outcome| Outcome {
            requirement: outcome.requirement.clone(),
            check: outcome.check.clone(),
            revision: outcome.revision,
            status: outcome.status,
        });
        let findings = run.findings.iter().map(|finding| Finding {
            check: finding.check.clone(),
            requirements: finding.requirements.clone(),
            status: finding.status,
            revisions: finding.revisions.clone(),
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
        });
        Self {
            name: run.name.clone(),
            surface: run.surface.clone(),
            outcomes: outcomes.collect(),
            findings: findings.collect(),
            diagnosis: serde_json::to_value(&run.diagnosis).unwrap_or_default(),
        }
    }

    /// The servers of a JSON report.
    ///
    /// # Errors
    /// It is no report of this version, or one from before reports held what servers offer.
    pub fn of_report(text: &str) -> Result<Vec<Self>, String> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            let report = serde_json::from_str::<Value>(text).unwrap_or_default();
            match report["servers"][0].get("surface") {
                None if report["format"] == model::FORMAT => {
                    "this report does not say what the server offers; write it again with this \
                     version of mcp-check, or compare transcripts"
                        .to_owned()
                }
                _ => format!("it is no report: {error}"),
            }
        })?;
        if file.format != model::FORMAT || file.version != model::VERSION {
            return Err("it is no report that this version can read".to_owned());
        }
        Ok(file.servers)
    }

    /// Why there is nothing to compare, if so.
    pub fn was_not_tested(&self) -> Option<String> {
        let message = self.diagnosis["message"].as_str()?;
        Some(message.to_owned())
    }

    /// Name and version by which the server introduces itself at the newest revision.
    pub fn identity(&self) -> String {
        let newest = self.surface.revisions().last().copied();
        let offer = newest.and_then(|revision| self.surface.at(revision));
        let info = offer.map(|offer| &offer.server_info);
        let text = |name: &str| {
            info.and_then(|info| info[name].as_str())
                .unwrap_or_default()
        };
        let identity = format!("{} {}", text("name"), text("version"));
        match identity.trim() {
            "" => self.name.clone(),
            identity => identity.to_owned(),
        }
    }
}
