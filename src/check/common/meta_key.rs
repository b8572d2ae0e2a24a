//! Where `_meta` is, and the naming rules for its keys (basic/index#meta).

use serde_json::{Map, Value};

use crate::rpc::{Message, Parsed};
use crate::spec::Revision;

/// Members that hold data of others, in which a member named `_meta` means something else.
const FOREIGN: [&str; 8] = [
    "structuredContent",
    "inputSchema",
    "outputSchema",
    "requestedSchema",
    "data",
    "arguments",
    "input",
    "experimental",
];

/// Every `_meta` object in a message, with a JSON pointer to it.
pub fn metas(message: &Parsed) -> Vec<(String, &Map<String, Value>)> {
    let mut found = Vec::new();
    if let Some(envelope) = &message.envelope {
        collect(envelope, "", &mut found);
    }
    if let Message::Result { result, .. } = &message.message
        && !message.unrepresentable
    {
        collect(result, "/result", &mut found);
    }
    found
}

fn collect<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v Map<String, Value>)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, inner) in members {
                let place = || format!("{pointer}/{name}");
                match inner.as_object() {
                    Some(meta) if name == "_meta" => found.push((place(), meta)),
                    _ if FOREIGN.contains(&name.as_str()) => {}
                    _ => collect(inner, &place(), found),
                }
            }
        }
        _ => {}
    }
}

/// True when a key follows the grammar: an optional prefix of dotted labels that ends in a slash,
/// then a name, which may be empty.
pub fn is_well_formed(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => prefix.split('.').all(is_label) && is_name(name),
        None => is_name(key),
    }
}

/// The labels of a key's prefix; none without a prefix.
pub fn labels(key: &str) -> Vec<&str> {
    match key.split_once('/') {
        Some((prefix, _)) => prefix.split('.').collect(),
        None => Vec::new(),
    }
}

/// True when a prefix of these labels is reserved for MCP: in 2025-06-18 when any label but the
/// last is one of MCP's, later when the second is.
pub fn is_reserved(labels: &[&str], revision: Revision) -> bool {
    let is_ours = |label: &&str| matches!(*label, "modelcontextprotocol" | "mcp");
    match revision {
        Revision::V2025_06_18 => labels
            .split_last()
            .is_some_and(|(_, rest)| rest.iter().any(is_ours)),
        _ => labels.get(1).is_some_and(is_ours),
    }
}

fn is_label(label: &str) -> bool {
    let starts_well = label.starts_with(|first: char| first.is_ascii_alphabetic());
    starts_well
        && label.ends_with(|last: char| last.is_ascii_alphanumeric())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_name(name: &str) -> bool {
    let is_edge = |edge: char| edge.is_ascii_alphanumeric();
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.is_empty()
        || (name.starts_with(is_edge) && name.ends_with(is_edge) && name.bytes().all(is_inside))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rpc;

    #[test]
    fn metadata_is_found_everywhere_but_in_the_data_of_others() {
        let message = json!({
            "jsonrpc": "2.0", "id": 1, "_meta": {"e": 5},
            "result": {
                "_meta": {"a": 1},
                "tools": [{"_meta": {"b": 2}, "inputSchema": {"properties": {"_meta": {"c": 3}}}}],
                "structuredContent": {"_meta": {"d": 4}},
            },
        });
        let places: Vec<String> = metas(&rpc::parse(message.to_string().as_bytes()))
            .into_iter()
            .map(|(place, _)| place)
            .collect();
        assert_eq!(places, ["/_meta", "/result/_meta", "/result/tools/0/_meta"]);
    }

    #[test]
    fn keys_are_judged_by_the_grammar() {
        for good in [
            "",
            "a",
            "progressToken",
            "a_b-c.d",
            "com.example/",
            "com.example/x",
            "a1-b.c/9",
        ] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in [
            "_mine",
            "a-",
            "a b",
            "/x",
            "1com/x",
            "com..example/x",
            "com.-x/y",
            "com.example-/y",
            "com.example/x/y",
            "größe",
            "com_x/y",
        ] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_reserved_changed_with_2025_11_25() {
        let reserved = |key: &str, revision| is_reserved(&labels(key), revision);
        let (old, new) = (Revision::V2025_06_18, Revision::V2025_11_25);
        for (key, in_old, in_new) in [
            ("modelcontextprotocol.io/x", true, false),
            ("tools.mcp.com/x", true, true),
            ("io.modelcontextprotocol/x", false, true),
            ("dev.mcp/x", false, true),
            ("mcp/x", false, false),
            ("com.example.mcp/x", false, false),
            ("com.example/mcp", false, false),
            ("plain", false, false),
        ] {
            assert_eq!(reserved(key, old), in_old, "{key}");
            assert_eq!(reserved(key, new), in_new, "{key}");
        }
    }
}
