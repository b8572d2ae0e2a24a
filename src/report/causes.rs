//! Findings joined by cause: what one repair in the server would make go away.

use std::collections::BTreeSet;

use crate::engine::outcome::{Confidence, Finding, FindingKind, FindingStatus, Severity};
use crate::spec::{Level, Revision};

/// Findings of one check about the same requirements.
#[derive(Clone, Debug)]
pub struct Cause<'r> {
    /// The check that found them.
    pub check: &'r str,
    /// Catalogue ids that are broken.
    pub requirements: &'r [String],
    /// Level of the requirements.
    pub level: Option<Level>,
    /// Conformance, robustness or security.
    pub kind: FindingKind,
    /// How much they matter. Findings of a security check may differ in it.
    pub severity: Severity,
    /// How sure they are.
    pub confidence: Confidence,
    /// Revisions where any of them was seen.
    pub revisions: BTreeSet<Revision>,
    /// The findings, each with a message of its own.
    pub findings: Vec<&'r Finding>,
}

impl<'r> Cause<'r> {
    fn new(finding: &'r Finding) -> Self {
        Self {
            check: &finding.check,
            requirements: &finding.requirements,
            level: finding.level,
            kind: finding.kind,
            severity: finding.severity,
            confidence: finding.confidence,
            revisions: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    fn is_of(&self, finding: &Finding) -> bool {
        self.check == finding.check
            && self.requirements == finding.requirements
            && self.kind == finding.kind
            && (self.kind != FindingKind::Security
                || (self.severity, self.confidence) == (finding.severity, finding.confidence))
    }

    /// The first advice that any of the findings has.
    pub fn hint(&self) -> Option<&'r str> {
        self.findings.iter().find_map(|it| it.hint.as_deref())
    }
}

/// The causes of the findings of one status, in the order of their first findings.
pub fn causes(findings: &[Finding], status: FindingStatus) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.status == status) {
        let at = causes.iter().position(|cause| cause.is_of(finding));
        let at = at.unwrap_or_else(|| {
            causes.push(Cause::new(finding));
            causes.len() - 1
        });
        causes[at].revisions.extend(&finding.revisions);
        causes[at].findings.push(finding);
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn findings_of_one_check_and_requirement_are_one_cause() {
        let mut first = fixture::finding("a.x", FindingStatus::Failed, "tool:one");
        first.revisions = BTreeSet::from([Revision::V2025_06_18]);
        let mut second = fixture::finding("a.x", FindingStatus::Failed, "tool:two");
        second.hint = Some("mend it".into());
        let other = fixture::finding("a.y", FindingStatus::Failed, "tool:one");
        let soft = fixture::finding("a.x", FindingStatus::Warned, "tool:one");
        let findings = [first, second, other, soft];
        let causes = causes(&findings, FindingStatus::Failed);
        let ids: Vec<&str> = causes
            .iter()
            .map(|it| it.requirements[0].as_str())
            .collect();
        assert_eq!(ids, ["a.x", "a.y"]);
        assert_eq!(causes[0].findings.len(), 2);
        assert_eq!(causes[0].revisions.len(), 2);
        assert_eq!(causes[0].hint(), Some("mend it"));
    }
}
