//! Outcomes and findings: the one funnel from rulings to what is reported.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::campaign::Generated;
use super::weight::{Weight, limit_reason};
use crate::check::across::Side;
use crate::check::{Problem, Ruling};
pub use crate::spec::{Confidence, Severity};
use crate::spec::{Level, Revision, Rule, TransportKind};
use crate::surface::Surface;

/// What became of one requirement at one revision over one transport.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Outcome {
    /// Id of the requirement or security check.
    pub requirement: String,
    /// Check that decided it.
    pub check: String,
    /// Revision under test.
    pub revision: Revision,
    /// Transport under test.
    pub transport: TransportKind,
    /// The verdict.
    pub status: Status,
    /// Why, for the verdicts that need a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Transcript events that the verdict rests on; a pass always has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The rule was broken, and it is a MUST or the server failed outright.
    Failed,
    /// A SHOULD, or a rule that rests on descriptive wording, was broken.
    Warned,
    /// The rule was seen to hold.
    Passed,
    /// The rule does not apply to this server, revision or transport.
    NotApplicable,
    /// It could not be told.
    Inconclusive,
    /// mcp-check failed to judge it.
    Broken,
}

/// One deviation, seen at one or more revisions and transports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Check that found it.
    pub check: String,
    /// Ids of the requirements that are broken, or of the security check that found something.
    pub requirements: Vec<String>,
    /// `conformance`, `robustness` when a SHOULD was broken by a crash, hang or nonsense, or
    /// `security`.
    pub kind: FindingKind,
    /// `failed`, `warned` or `info`.
    pub status: FindingStatus,
    /// Level of the requirement in the specification; none for a security check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Revisions where it was seen.
    pub revisions: BTreeSet<Revision>,
    /// Transports where it was seen.
    pub transports: BTreeSet<TransportKind>,
    /// What it is about.
    pub subject: String,
    /// How often it was seen.
    pub count: usize,
    /// One sentence.
    pub message: String,
    /// Bytes that prove it.
    pub evidence: Vec<FindingEvidence>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The smallest messages that show it on a fresh connection, in the script notation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reproducer: Option<String>,
    /// Same for the same deviation in every run.
    pub fingerprint: String,
    /// It was to be seen again on a fresh connection before it counts.
    #[serde(skip)]
    pub fleeting: bool,
}

/// Bytes that prove a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingEvidence {
    /// `connection#seq` in the transcript.
    pub event: String,
    /// JSON pointer into the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The bytes as text, shortened.
    pub excerpt: String,
}

/// Family of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A requirement of the specification.
    Conformance,
    /// A crash, hang or nonsense answer.
    Robustness,
    /// A weakness that can be used against the server's users.
    Security,
}

/// How a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingStatus {
    /// Fails the run by default.
    Failed,
    /// Fails the run with `--fail-on should`.
    Warned,
    /// Never fails a run.
    Info,
}

/// Where a ruling was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Revision under test.
    pub revision: Revision,
    /// Transport under test.
    pub transport: TransportKind,
}

/// Turns one ruling into an outcome and its findings. This is the only place where the level of a
/// requirement, or the severity of a security check, meets what a judge saw.
pub fn decide(check: &str, rule: Rule, place: Place, ruling: &Ruling) -> (Outcome, Vec<Finding>) {
    let mut status = None;
    let mut findings = Vec::new();
    for problem in &ruling.problems {
        let weight = Weight::of(rule, place, problem);
        let verdict = weight.status;
        status = Some(status.map_or(verdict, |worst: FindingStatus| worst.min(verdict)));
        findings.push(finding(check, rule, place, problem, weight));
    }
    for remark in &ruling.remarks {
        let weight = Weight::of_remark(rule, place);
        findings.push(finding(check, rule, place, remark, weight));
    }
    let (status, reason) = match status {
        Some(FindingStatus::Failed) => (Status::Failed, first_message(ruling)),
        Some(FindingStatus::Warned) => (
            Status::Warned,
            first_message(ruling).or_else(|| limit_reason(rule, place)),
        ),
        Some(FindingStatus::Info) | None => without_problem(ruling),
    };
    let evidence = match status {
        Status::Passed => ruling
            .held
            .iter()
            .take(3)
            .map(ToString::to_string)
            .collect(),
        _ => Vec::new(),
    };
    let outcome = Outcome {
        requirement: rule.id().to_owned(),
        check: check.to_owned(),
        revision: place.revision,
        transport: place.transport,
        status,
        reason,
        evidence,
    };
    (outcome, findings)
}

fn first_message(ruling: &Ruling) -> Option<String> {
    ruling
        .problems
        .first()
        .map(|problem| problem.message.clone())
}

fn without_problem(ruling: &Ruling) -> (Status, Option<String>) {
    if let Some(why) = &ruling.inconclusive {
        return (Status::Inconclusive, Some(why.clone()));
    }
    if !ruling.held.is_empty() {
        return (Status::Passed, None);
    }
    if let Some(why) = &ruling.not_applicable {
        return (Status::NotApplicable, Some(why.clone()));
    }
    let why = "nothing was seen that this requirement speaks about";
    (Status::Inconclusive, Some(why.to_owned()))
}

fn finding(check: &str, rule: Rule, place: Place, problem: &Problem, weight: Weight) -> Finding {
    Finding {
        check: check.to_owned(),
        requirements: vec![rule.id().to_owned()],
        kind: weight.kind,
        status: weight.status,
        level: weight.level,
        severity: weight.severity,
        confidence: problem.confidence,
        revisions: BTreeSet::from([place.revision]),
        transports: BTreeSet::from([place.transport]),
        subject: problem.subject.clone(),
        count: 1,
        message: problem.message.clone(),
        evidence: problem
            .evidence
            .iter()
            .map(|evidence| FindingEvidence {
                event: evidence.event.to_string(),
                pointer: evidence.pointer.clone(),
                excerpt: evidence.excerpt.clone(),
            })
            .collect(),
        hint: problem.hint.clone(),
        reproducer: None,
        fingerprint: fingerprint(check, rule.id(), &problem.subject),
        fleeting: problem.fleeting,
    }
}

/// Hash of check, requirement and subject: no times, ports, ids or message text.
pub fn fingerprint(check: &str, requirement: &str, subject: &str) -> String {
    let digest = Sha256::digest(format!("{check}\0{requirement}\0{subject}"));
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Joins findings with one fingerprint and status: one finding with all revisions, transports and
/// a count, in a stable order with the gravest first.
pub fn group(findings: Vec<Finding>) -> Vec<Finding> {
    let mut grouped: BTreeMap<(FindingStatus, String), Finding> = BTreeMap::new();
    for finding in findings {
        let key = (finding.status, finding.fingerprint.clone());
        match grouped.get_mut(&key) {
            Some(known) => {
                known.revisions.extend(finding.revisions);
                known.transports.extend(finding.transports);
                known.count += finding.count;
                if known.reproducer.is_none() && finding.reproducer.is_some() {
                    known.message = finding.message;
                    known.evidence = finding.evidence;
                    known.reproducer = finding.reproducer;
                }
            }
            None => {
                grouped.insert(key, finding);
            }
        }
    }
    let mut findings: Vec<Finding> = grouped.into_values().collect();
    findings.sort_by(|a, b| {
        let key = |f: &Finding| {
            (
                f.status,
                Reverse(f.severity),
                f.requirements.clone(),
                f.subject.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    findings
}

/// Everything that was found out about one server.
#[derive(Clone, Debug, Default)]
pub struct ServerRun {
    /// Name in the report.
    pub name: String,
    /// The target, secrets masked.
    pub target: String,
    /// Transport, once known.
    pub transport: Option<TransportKind>,
    /// Revisions the server speaks and that were tested.
    pub revisions: Vec<Revision>,
    /// `serverInfo` of the server.
    pub server_info: Value,
    /// Capabilities of the server, at the newest tested revision.
    pub capabilities: Value,
    /// Why nothing could be judged, if so.
    pub diagnosis: Option<Diagnosis>,
    /// One per requirement, revision and transport; sorted.
    pub outcomes: Vec<Outcome>,
    /// Grouped and sorted.
    pub findings: Vec<Finding>,
    /// What was not tested, why, and what would change that.
    pub not_tested: Vec<NotTested>,
    /// What the server offers.
    pub surface: Surface,
    /// What the other servers of its configuration are compared with; none before it was judged.
    pub side: Option<Side>,
    /// What was called with generated arguments, a row a revision.
    pub generated: Vec<Generated>,
    /// How often the server was started, or connected to over HTTP.
    pub starts: u32,
    /// How many processes outlived the process that started them; mcp-check ended them.
    pub leftover_processes: u32,
    /// Length of the run in milliseconds. Never part of stable output.
    pub elapsed_ms: u64,
}

/// One cause for having no verdicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Machine-readable cause.
    pub kind: DiagnosisKind,
    /// What was seen, in one paragraph.
    pub message: String,
    /// The next thing to do.
    pub next: String,
}

/// Causes for having no verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosisKind {
    /// The command cannot be started.
    CannotStart,
    /// The process ended before it answered.
    Exited,
    /// It runs, or accepts connections, and never answers.
    Silent,
    /// It answers, but not in JSON-RPC or not as MCP.
    NotMcp,
    /// It answers initialize by an error.
    Refused,
    /// It wants credentials.
    NeedsCredentials,
    /// It does not speak the revision that was asked for.
    RevisionNotSpoken,
    /// Nothing listens at the address.
    Unreachable,
    /// TLS failed.
    TlsFailure,
    /// The server answers, but not at this path.
    WrongPath,
    /// The address speaks another transport than the one that was asked for.
    OtherTransport,
}

/// Something that was not tested.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotTested {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// What would change that.
    pub how_to: String,
}
