//! The security checks, compiled into the program.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Every security check, sorted by id. They are read on first use.
pub fn security_checks() -> &'static [SecurityCheck] {
    static CHECKS: LazyLock<Vec<SecurityCheck>> = LazyLock::new(read);
    &CHECKS
}

/// The security check with this id.
pub fn security_check(id: &str) -> Option<&'static SecurityCheck> {
    let checks = security_checks();
    let index = checks.binary_search_by(|check| check.id.as_str().cmp(id));
    index.ok().map(|index| &checks[index])
}

/// How bad the weakness is where it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing to mend; worth knowing.
    Info,
    /// A weakness that helps another one.
    Low,
    /// Harm under further conditions.
    Medium,
    /// Harm to users or data.
    High,
    /// Harm without further conditions.
    Critical,
}

impl Severity {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure a finding is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It may well have an innocent reason.
    Tentative,
    /// Hardly anything else explains it.
    Firm,
    /// The bytes prove it.
    #[default]
    Proven,
}

impl Confidence {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "tentative",
            Self::Firm => "firm",
            Self::Proven => "proven",
        }
    }
}

/// What a check does to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Reads what ordinary listing shows.
    Passive,
    /// Sends probes with no lasting effect outside places made for them.
    Active,
    /// May create or change something: only with the user's leave, on throw-away targets.
    DestructiveRisk,
}

/// A weakness to look for, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityCheck {
    /// Dotted id, begins with `sec.`.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// What looking for it does.
    pub mode: Mode,
    /// Servers or items it concerns.
    pub applies_to: String,
    /// The weakness in one sentence.
    pub idea: String,
    /// What is sent.
    pub payloads: String,
    /// What counts as proof.
    pub oracle: String,
    /// What is not a finding though it looks like one.
    pub false_positives: String,
    /// Weakness lists and published cases.
    pub references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    check: Vec<SecurityCheck>,
}

fn read() -> Vec<SecurityCheck> {
    let source: Source = toml::from_str(include_str!("../../schemas/security/checks.toml"))
        .expect("the embedded security checks are parsed by the tests");
    let mut checks = source.check;
    checks.sort_by(|one, other| one.id.cmp(&other.id));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_are_unique_and_complete() {
        let checks = security_checks();
        assert_eq!(checks.len(), 109);
        assert!(checks.is_sorted_by(|one, other| one.id < other.id));
        for check in checks {
            assert!(check.id.starts_with("sec."), "{}", check.id);
            assert!(!check.references.is_empty(), "{}", check.id);
            assert_ne!(check.applies_to, "as above", "{}", check.id);
        }
    }

    #[test]
    fn a_check_is_found_by_its_id() {
        for check in security_checks() {
            assert_eq!(security_check(&check.id), Some(check));
        }
        assert_eq!(security_check("sec.meta"), None);
    }

    #[test]
    fn severities_are_ordered() {
        assert!(Severity::Critical > Severity::High && Severity::Low > Severity::Info);
    }
}
