//! The columns of the compliance matrix, and the one table that maps ids to them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A column of the compliance matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Handshake, version negotiation, discovery, ping.
    Initialize,
    /// Tools, their schemas and tasks.
    Tools,
    /// Resources and templates.
    Resources,
    /// Prompts and completion.
    Prompts,
    /// Everything a server sends unasked.
    Notifications,
    /// Errors: when, with which code, in which form.
    ErrorHandling,
    /// Framing, HTTP, sessions, batches.
    Transport,
    /// Shapes of messages.
    Schema,
    /// Authorization, exposure, and the security checks.
    Security,
}

impl Area {
    /// Every area, in the order of the columns.
    pub const ALL: [Self; 9] = [
        Self::Initialize,
        Self::Tools,
        Self::Resources,
        Self::Prompts,
        Self::Notifications,
        Self::ErrorHandling,
        Self::Transport,
        Self::Schema,
        Self::Security,
    ];

    /// The heading of the column.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Initialize => "Initialize",
            Self::Tools => "Tools",
            Self::Resources => "Resources",
            Self::Prompts => "Prompts",
            Self::Notifications => "Notifications",
            Self::ErrorHandling => "Error handling",
            Self::Transport => "Transport",
            Self::Schema => "Schema",
            Self::Security => "Security",
        }
    }

    /// The key of the column in the JSON report.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Initialize => "initialize",
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Prompts => "prompts",
            Self::Notifications => "notifications",
            Self::ErrorHandling => "error-handling",
            Self::Transport => "transport",
            Self::Schema => "schema",
            Self::Security => "security",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.heading())
    }
}

/// The column of a requirement or security check; `None` for an id of neither family, which only a
/// report of another version can hold.
pub fn area_of(id: &str) -> Option<Area> {
    AREAS
        .iter()
        .filter(|(prefix, _)| is_prefix(prefix, id))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, area)| *area)
}

/// Prefixes end at a dot of the id, or after a hyphen they spell out.
fn is_prefix(prefix: &str, id: &str) -> bool {
    let Some(rest) = id.strip_prefix(prefix) else {
        return false;
    };
    rest.is_empty() || rest.starts_with('.') || prefix.ends_with('-')
}

/// The longest prefix of an id decides.
const AREAS: &[(&str, Area)] = &[
    ("annotations", Area::Schema),
    ("auth", Area::Security),
    ("batch", Area::Transport),
    ("caching", Area::Schema),
    ("cancel", Area::Notifications),
    ("client-features", Area::Notifications),
    (
        "client-features.missing-capability-error",
        Area::ErrorHandling,
    ),
    ("completion", Area::Prompts),
    (
        "completion.unsupported-method-not-found",
        Area::ErrorHandling,
    ),
    ("content", Area::Schema),
    ("deprecated", Area::Transport),
    ("discover", Area::Initialize),
    ("elicitation", Area::Notifications),
    ("elicitation.required-error", Area::ErrorHandling),
    ("errors", Area::ErrorHandling),
    ("ext-tasks", Area::Tools),
    ("http", Area::Transport),
    ("icons", Area::Schema),
    ("json-schema", Area::Schema),
    ("jsonrpc", Area::Schema),
    ("jsonrpc.error-", Area::ErrorHandling),
    ("jsonrpc.invalid-", Area::ErrorHandling),
    ("jsonrpc.no-response-to-notification", Area::Notifications),
    ("jsonrpc.not-a-request-survives", Area::ErrorHandling),
    ("jsonrpc.notification-without-id", Area::Notifications),
    ("jsonrpc.null-id-request", Area::ErrorHandling),
    ("jsonrpc.params-array", Area::ErrorHandling),
    ("jsonrpc.parse-error-code", Area::ErrorHandling),
    ("jsonrpc.unknown-method-", Area::ErrorHandling),
    ("legacy-methods", Area::Initialize),
    ("lifecycle", Area::Initialize),
    ("logging", Area::Notifications),
    ("meta", Area::Schema),
    ("meta.client-capabilities", Area::ErrorHandling),
    ("meta.malformed-fields-rejected", Area::ErrorHandling),
    ("meta.required-fields-", Area::ErrorHandling),
    ("mrtr", Area::Tools),
    ("notifications", Area::Notifications),
    ("pagination", Area::Schema),
    ("pagination.invalid-cursor", Area::ErrorHandling),
    ("pagination.invalid-cursor-graceful", Area::ErrorHandling),
    ("ping", Area::Initialize),
    ("progress", Area::Notifications),
    ("prompts", Area::Prompts),
    ("resources", Area::Resources),
    ("result", Area::Schema),
    ("roots", Area::Notifications),
    ("sampling", Area::Notifications),
    ("schema", Area::Schema),
    ("schema.error-shapes", Area::ErrorHandling),
    ("schema.server-notifications", Area::Notifications),
    ("sec", Area::Security),
    ("sse-transport", Area::Transport),
    ("stateless", Area::Initialize),
    ("stdio", Area::Transport),
    ("subscriptions", Area::Notifications),
    ("tasks", Area::Tools),
    ("tools", Area::Tools),
    ("transport", Area::Transport),
    ("transport-security", Area::Security),
    ("versioning", Area::Initialize),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{catalogue, security_checks};

    #[test]
    fn every_requirement_and_security_check_has_a_column() {
        for row in catalogue().iter() {
            assert!(area_of(&row.id).is_some(), "{} has no area", row.id);
        }
        for check in security_checks() {
            assert_eq!(area_of(&check.id), Some(Area::Security), "{}", check.id);
        }
    }

    #[test]
    fn every_prefix_is_used_and_every_column_has_rows() {
        for (prefix, _) in AREAS {
            let mut ids = catalogue().iter().map(|row| row.id.as_str());
            let used = *prefix == "sec" || ids.any(|id| is_prefix(prefix, id));
            assert!(used, "{prefix} maps nothing");
        }
        for area in Area::ALL {
            let some = catalogue().iter().any(|row| area_of(&row.id) == Some(area));
            assert!(some, "{area} has no requirement");
        }
    }

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(area_of("jsonrpc.result-xor-error"), Some(Area::Schema));
        assert_eq!(area_of("jsonrpc.error-object"), Some(Area::ErrorHandling));
        assert_eq!(
            area_of("jsonrpc.unknown-method-code"),
            Some(Area::ErrorHandling)
        );
        assert_eq!(
            area_of("jsonrpc.no-response-to-notification"),
            Some(Area::Notifications)
        );
        assert_eq!(
            area_of("transport-security.bind-loopback"),
            Some(Area::Security)
        );
        assert_eq!(
            area_of("transport.custom-preserves-format"),
            Some(Area::Transport)
        );
    }

    #[test]
    fn a_foreign_id_has_no_column() {
        assert_eq!(area_of("toolset.list"), None);
        assert_eq!(area_of(""), None);
    }

    #[test]
    fn the_key_is_the_serialised_name() {
        for area in Area::ALL {
            let json = serde_json::to_string(&area).unwrap();
            assert_eq!(json, format!("\"{}\"", area.key()));
        }
    }
}
