//! What a check may decide: a requirement of the specification or a security check.

use super::{Requirement, SecurityCheck, catalogue, security_check};

/// A row that a check gives a verdict for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The specification asks for it.
    Requirement(&'static Requirement),
    /// A weakness that the specification may not speak of.
    Security(&'static SecurityCheck),
}

impl Rule {
    /// The row with this id, of either family.
    pub fn find(id: &str) -> Option<Self> {
        let requirement = || catalogue().get(id).map(Self::Requirement);
        security_check(id).map(Self::Security).or_else(requirement)
    }

    /// The dotted id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Requirement(row) => &row.id,
            Self::Security(row) => &row.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_are_found() {
        for id in ["jsonrpc.version-field", "sec.meta.ansi-escapes"] {
            assert_eq!(Rule::find(id).map(|rule| rule.id()), Some(id));
        }
        assert_eq!(Rule::find("sec.meta"), None);
    }
}
