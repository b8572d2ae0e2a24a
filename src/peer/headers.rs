//! HTTP headers that a client of Streamable HTTP sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::check::common::header_params::annotations;
use crate::spec::{Era, Revision};

/// Headers in order; a name occurs once.
pub type Headers = Vec<(String, String)>;

/// Headers of every POST: what any revision wants, and what the user wants.
pub fn base(user: &[(String, String)]) -> Headers {
    let mut headers: Headers = vec![
        ("Content-Type".into(), "application/json".into()),
        (
            "Accept".into(),
            "application/json, text/event-stream".into(),
        ),
    ];
    for (name, value) in user {
        set(&mut headers, name, Some(value));
    }
    headers
}

/// Replaces, adds or (with `None`) removes a header; the name is compared without case.
pub fn set(headers: &mut Headers, name: &str, value: Option<&str>) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    if let Some(value) = value {
        headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Applies changes as a check describes them.
pub fn change(headers: &mut Headers, changes: &[(String, Option<String>)]) {
    for (name, value) in changes {
        set(headers, name, value.as_deref());
    }
}

/// Adds the headers that mirror the body in 2026-07-28 (basic/transports/streamable-http), or the
/// version header of 2025-06-18 and 2025-11-25 once a revision is agreed.
pub fn mirror(
    headers: &mut Headers,
    revision: Revision,
    agreed: bool,
    method: &str,
    params: Option<&Value>,
) {
    if revision.era() == Era::Modern {
        set(headers, "MCP-Protocol-Version", Some(revision.as_str()));
        set(headers, "Mcp-Method", Some(method));
        if let Some(name) = name_of(method, params) {
            set(headers, "Mcp-Name", Some(&encode(name)));
        }
    } else if agreed && revision >= Revision::V2025_06_18 {
        set(headers, "MCP-Protocol-Version", Some(revision.as_str()));
    }
}

/// Adds a header for each argument whose schema asks for one by `x-mcp-header`
/// (basic/transports/streamable-http#schema-extension). Annotations that are not allowed are
/// passed over.
pub fn mirror_arguments(headers: &mut Headers, schema: &Value, arguments: &Value) {
    for annotation in annotations(schema) {
        let Some((name, value)) = annotation.mirrored(arguments) else {
            continue;
        };
        set(headers, &name, Some(&encode(&value)));
    }
}

/// What `Mcp-Name` mirrors: the tool or prompt name, or the resource URI.
fn name_of<'p>(method: &str, params: Option<&'p Value>) -> Option<&'p str> {
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return None,
    };
    params?.get(member)?.as_str()
}

/// A header value as it stands when it is plain, else in the `=?base64?...?=` form.
pub fn encode(value: &str) -> String {
    let visible = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let padded = value.starts_with(' ') || value.ends_with(' ');
    if visible && !padded && !value.starts_with("=?base64?") {
        value.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn modern_requests_mirror_method_and_name() {
        let mut headers = base(&[]);
        let params = json!({"name": "größe"});
        mirror(
            &mut headers,
            Revision::V2026_07_28,
            true,
            "tools/call",
            Some(&params),
        );
        let get = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(get("Mcp-Method"), Some("tools/call"));
        assert_eq!(get("Mcp-Name"), Some("=?base64?Z3LDtsOfZQ==?="));
        assert_eq!(get("MCP-Protocol-Version"), Some("2026-07-28"));
    }

    #[test]
    fn the_version_header_waits_for_the_handshake_and_for_2025_06_18() {
        for (revision, agreed, expected) in [
            (Revision::V2025_03_26, true, false),
            (Revision::V2025_06_18, false, false),
            (Revision::V2025_06_18, true, true),
        ] {
            let mut headers = base(&[]);
            mirror(&mut headers, revision, agreed, "ping", None);
            let there = headers
                .iter()
                .any(|(name, _)| name == "MCP-Protocol-Version");
            assert_eq!(there, expected, "{revision}");
        }
    }

    #[test]
    fn arguments_are_mirrored_as_their_schema_asks() {
        let mut headers = Headers::new();
        let schema = json!({"properties": {
            "key": {"type": "string", "x-mcp-header": "Key"},
            "limit": {"type": "integer", "x-mcp-header": "Limit"},
            "odd": {"type": "string", "x-mcp-header": "Not a token"},
        }});
        let arguments = json!({"key": "größe", "odd": "x"});
        mirror_arguments(&mut headers, &schema, &arguments);
        let expected = (
            "Mcp-Param-Key".to_owned(),
            "=?base64?Z3LDtsOfZQ==?=".to_owned(),
        );
        assert_eq!(headers, [expected]);
    }

    #[test]
    fn user_headers_replace_ours() {
        let headers = base(&[("accept".into(), "text/plain".into())]);
        assert_eq!(headers.len(), 2);
        assert!(headers.contains(&("accept".into(), "text/plain".into())));
    }
}
