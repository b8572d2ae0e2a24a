//! What a deviation counts for: the level of a requirement, or the severity of a security check,
//! and what the judge said about this case.

use super::outcome::{Confidence, FindingKind, FindingStatus, Place, Severity};
use crate::check::Problem;
use crate::spec::{Level, Requirement, Revision, Rule, SecurityCheck, Strength, TransportKind};

/// What a finding counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Its family.
    pub kind: FindingKind,
    /// Whether it fails a run.
    pub status: FindingStatus,
    /// Level of the requirement; none for a security check.
    pub level: Option<Level>,
    /// How much it matters.
    pub severity: Severity,
}

impl Weight {
    /// Of a problem.
    pub fn of(rule: Rule, place: Place, problem: &Problem) -> Self {
        match rule {
            Rule::Requirement(row) => Self::of_requirement(row, place, problem),
            Rule::Security(row) => Self::of_security(row, problem),
        }
    }

    fn of_requirement(row: &Requirement, place: Place, problem: &Problem) -> Self {
        let status = verdict(limit(row, place).0, problem);
        let level = row.level_in(place.revision);
        let kind = match problem.hard && !level.is_must() {
            true => FindingKind::Robustness,
            false => FindingKind::Conformance,
        };
        let severity = match (status, kind) {
            (FindingStatus::Failed, FindingKind::Robustness) => Severity::Medium,
            (FindingStatus::Failed, _) => Severity::High,
            (FindingStatus::Warned, _) => Severity::Low,
            (FindingStatus::Info, _) => Severity::Info,
        };
        Self {
            kind,
            status,
            level: Some(level),
            severity,
        }
    }

    /// A weakness fails a run when it is grave and there is hardly a doubt about it.
    fn of_security(row: &SecurityCheck, problem: &Problem) -> Self {
        let severity = problem.severity.unwrap_or(row.severity);
        let is_grave = severity >= Severity::High && problem.confidence >= Confidence::Firm;
        let status = match severity {
            Severity::Info => FindingStatus::Info,
            _ if is_grave && !problem.soft => FindingStatus::Failed,
            _ => FindingStatus::Warned,
        };
        Self {
            kind: FindingKind::Security,
            status,
            level: None,
            severity,
        }
    }

    /// Of a remark, which breaks nothing.
    pub fn of_remark(rule: Rule, place: Place) -> Self {
        let (kind, level) = match rule {
            Rule::Requirement(row) => {
                (FindingKind::Conformance, Some(row.level_in(place.revision)))
            }
            Rule::Security(_) => (FindingKind::Security, None),
        };
        Self {
            kind,
            status: FindingStatus::Info,
            level,
            severity: Severity::Info,
        }
    }
}

/// Why a requirement is at most warned about at a place, if so.
pub fn limit_reason(rule: Rule, place: Place) -> Option<String> {
    match rule {
        Rule::Requirement(row) => limit(row, place).1,
        Rule::Security(_) => None,
    }
}

/// The worst verdict that a requirement can lead to at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Failed,
    Warned,
    WarnedUnlessOutright,
    Info,
}

/// The limit, and why it is lower than usual, if so.
fn limit(requirement: &Requirement, place: Place) -> (Limit, Option<String>) {
    let level = requirement.level_in(place.revision);
    if requirement.at_most_warned_in.contains(&place.revision)
        || older_than_its_transport(requirement, place)
    {
        let why = format!("at most a warning at {}", place.revision);
        return (Limit::Warned, Some(why));
    }
    match (level, requirement.strength) {
        (Level::Must | Level::MustNot, Strength::Keyword) => (Limit::Failed, None),
        (Level::May, _) => (Limit::Info, None),
        _ => (Limit::WarnedUnlessOutright, None),
    }
}

/// Streamable HTTP with 2024-11-05 agreed: a revision that never had that transport.
pub fn older_than_its_transport(requirement: &Requirement, place: Place) -> bool {
    place.revision == Revision::V2024_11_05
        && place.transport == TransportKind::StreamableHttp
        && !requirement.revisions.contains(&Revision::V2024_11_05)
}

fn verdict(limit: Limit, problem: &Problem) -> FindingStatus {
    match limit {
        Limit::Info if problem.hard => FindingStatus::Failed,
        Limit::Info => FindingStatus::Info,
        _ if problem.soft => FindingStatus::Warned,
        Limit::Failed => FindingStatus::Failed,
        Limit::WarnedUnlessOutright if problem.hard => FindingStatus::Failed,
        Limit::Warned | Limit::WarnedUnlessOutright => FindingStatus::Warned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{TransportKind, security_check};

    fn place() -> Place {
        Place {
            revision: Revision::V2025_11_25,
            transport: TransportKind::Stdio,
        }
    }

    fn of_security(id: &str, problem: &Problem) -> (FindingStatus, Severity) {
        let rule = Rule::Security(security_check(id).unwrap());
        let weight = Weight::of(rule, place(), problem);
        assert_eq!((weight.kind, weight.level), (FindingKind::Security, None));
        (weight.status, weight.severity)
    }

    #[test]
    fn only_grave_and_sure_weaknesses_fail_a_run() {
        let problem = || Problem::new("x", "x.");
        let id = "sec.meta.hidden-unicode";
        let failed = (FindingStatus::Failed, Severity::High);
        let warned = (FindingStatus::Warned, Severity::High);
        assert_eq!(of_security(id, &problem()), failed);
        let firm = problem().confidence(Confidence::Firm);
        assert_eq!(of_security(id, &firm), failed);
        let unsure = problem().confidence(Confidence::Tentative);
        assert_eq!(of_security(id, &unsure), warned);
        assert_eq!(of_security(id, &problem().at_most_warned()), warned);
        let medium = problem().severity(Severity::Medium);
        let warned = (FindingStatus::Warned, Severity::Medium);
        assert_eq!(of_security(id, &medium), warned);
        let info = problem().severity(Severity::Info);
        assert_eq!(of_security(id, &info).0, FindingStatus::Info);
        let low = (FindingStatus::Warned, Severity::Low);
        assert_eq!(of_security("sec.error.stack-trace", &problem()), low);
    }
}
