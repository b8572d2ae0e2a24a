//! Which tools may be called, and the simplest arguments their schema accepts.

use serde_json::{Map, Value, json};

use super::Settings;
use crate::generate::Limits;

/// What the policy lets mcp-check do with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// It is not called.
    Never,
    /// It only reads, but reaches the world outside: a few calls.
    Few,
    /// Calls with fitting and with broken arguments.
    Freely,
}

/// Calls with generated arguments of a tool that reaches the world outside.
const FEW: usize = 4;
/// Calls with generated arguments of any other tool, of either kind.
const MANY: usize = 20;

impl Permission {
    /// How many generated calls are allowed.
    pub fn limits(self) -> Limits {
        let most = match self {
            Self::Never => 0,
            Self::Few => FEW,
            Self::Freely => MANY,
        };
        Limits {
            valid: most,
            invalid: most,
        }
    }
}

/// True when the survey may call a tool: [`Permission::Freely`].
pub fn is_safe(tool: &Value, settings: &Settings) -> bool {
    permission(tool, settings) == Permission::Freely
}

/// What the policy allows: the user's lists first, then the annotations, and no parameter that takes
/// code or commands.
pub fn permission(tool: &Value, settings: &Settings) -> Permission {
    let Some(name) = tool["name"].as_str() else {
        return Permission::Never;
    };
    let listed = |list: &[String]| list.iter().any(|known| known == name);
    if listed(&settings.deny_tools) {
        return Permission::Never;
    }
    if listed(&settings.allow_tools) {
        return Permission::Freely;
    }
    let annotations = &tool["annotations"];
    let stays_inside = annotations["openWorldHint"] == false;
    let only_reads = annotations["readOnlyHint"] == true;
    let only_adds = settings.allow_writes && annotations["destructiveHint"] == false;
    if takes_code(&tool["inputSchema"]) {
        return Permission::Never;
    }
    match (only_reads, only_adds, stays_inside) {
        (true, _, true) | (false, true, true) => Permission::Freely,
        (true, _, false) => Permission::Few,
        (false, _, _) => Permission::Never,
    }
}

fn takes_code(schema: &Value) -> bool {
    const WORDS: [&str; 8] = [
        "command", "cmd", "code", "script", "sql", "query", "shell", "eval",
    ];
    let Some(properties) = schema["properties"].as_object() else {
        return false;
    };
    properties
        .keys()
        .any(|name| WORDS.contains(&name.to_ascii_lowercase().as_str()))
}

/// Arguments with the required properties only and the blandest values. `None` when no such
/// value was found that a validator accepts.
pub fn simplest(tool: &Value) -> Option<Value> {
    let schema = &tool["inputSchema"];
    let arguments = value(schema, "", 0)?;
    let validator = jsonschema::validator_for(schema).ok()?;
    (arguments.is_object() && validator.is_valid(&arguments)).then_some(arguments)
}

const DEEPEST: usize = 6;

fn value(schema: &Value, name: &str, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    if let Some(constant) = schema.get("const").or_else(|| schema.get("default")) {
        return Some(constant.clone());
    }
    for list in ["examples", "enum"] {
        if let Some(first) = schema[list].as_array().and_then(|all| all.first()) {
            return Some(first.clone());
        }
    }
    for list in ["anyOf", "oneOf"] {
        if let Some(first) = schema[list].as_array().and_then(|all| all.first()) {
            return value(first, name, depth + 1);
        }
    }
    match kind(schema)? {
        "object" => object(schema, depth),
        "array" => array(schema, name, depth),
        "string" => Some(json!(text(schema, name))),
        "integer" | "number" => Some(number(schema)),
        "boolean" => Some(json!(false)),
        "null" => Some(Value::Null),
        _ => None,
    }
}

fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.first()?.as_str(),
        _ if schema.get("properties").is_some() => Some("object"),
        _ => Some("string"),
    }
}

fn object(schema: &Value, depth: usize) -> Option<Value> {
    let mut members = Map::new();
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str()?;
        let member = value(&schema["properties"][name], name, depth + 1)?;
        members.insert(name.to_owned(), member);
    }
    Some(Value::Object(members))
}

fn array(schema: &Value, name: &str, depth: usize) -> Option<Value> {
    let least = schema["minItems"].as_u64().unwrap_or(0).min(8);
    let items = (0..least)
        .map(|_| value(&schema["items"], name, depth + 1))
        .collect::<Option<Vec<_>>>()?;
    Some(Value::Array(items))
}

fn text(schema: &Value, name: &str) -> String {
    match schema["format"].as_str() {
        Some("uri") => return "http://example.invalid/".into(),
        Some("email") => return "mcpcheck@example.invalid".into(),
        Some("date-time") => return "2020-01-01T00:00:00Z".into(),
        Some("date") => return "2020-01-01".into(),
        Some("uuid") => return "00000000-0000-4000-8000-000000000000".into(),
        _ => {}
    }
    let name = name.to_ascii_lowercase();
    let bland = if ["path", "file", "dir"]
        .iter()
        .any(|word| name.contains(word))
    {
        "/nonexistent/mcpcheck"
    } else {
        "mcpcheck"
    };
    let longest = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    let least = schema["minLength"].as_u64().unwrap_or(0).min(1000);
    let mut text: String = bland
        .chars()
        .take(usize::try_from(longest).unwrap_or(usize::MAX))
        .collect();
    while (text.chars().count() as u64) < least {
        text.push('x');
    }
    text
}

fn number(schema: &Value) -> Value {
    let exclusive = schema["exclusiveMinimum"].as_i64().map(|least| least + 1);
    let least = schema["minimum"].as_i64().or(exclusive);
    let most = schema["maximum"].as_i64();
    let chosen = match (least, most) {
        (Some(least), _) => least.max(1),
        (None, Some(most)) => most.min(1),
        (None, None) => 1,
    };
    let step = schema["multipleOf"].as_i64().filter(|step| *step > 0);
    json!(step.map_or(chosen, |step| (chosen + step - 1) / step * step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(schema: Value) -> Value {
        json!({"name": "t", "inputSchema": schema})
    }

    #[test]
    fn required_properties_get_bland_valid_values() {
        let schema = json!({"type": "object", "required": ["n", "s", "e", "p"], "properties": {
            "n": {"type": "integer", "minimum": 3, "multipleOf": 2},
            "s": {"type": "string", "minLength": 10},
            "e": {"enum": ["b", "c"]},
            "p": {"type": "array", "minItems": 1, "items": {"type": "boolean"}},
            "unused": {"type": "string"}
        }});
        let expected = json!({"n": 4, "s": "mcpcheckxx", "e": "b", "p": [false]});
        assert_eq!(simplest(&tool(schema)), Some(expected));
    }

    #[test]
    fn what_the_validator_refuses_is_not_used() {
        let schema = json!({"type": "object", "required": ["s"], "properties": {
            "s": {"type": "string", "pattern": "^[0-9]+$"}
        }});
        assert_eq!(simplest(&tool(schema)), None);
    }

    #[test]
    fn only_closed_read_only_tools_are_safe() {
        let settings = Settings {
            allow_tools: vec!["yes".into()],
            deny_tools: vec!["no".into()],
            ..Settings::default()
        };
        let annotated = |name: &str, open: bool, parameter: &str| {
            json!({"name": name, "annotations": {"readOnlyHint": true, "openWorldHint": open},
                "inputSchema": {"type": "object", "properties": {parameter: {"type": "string"}}}})
        };
        assert!(is_safe(&annotated("a", false, "text"), &settings));
        assert!(!is_safe(&annotated("a", true, "text"), &settings));
        assert!(!is_safe(&annotated("a", false, "Command"), &settings));
        assert!(!is_safe(&annotated("no", false, "text"), &settings));
        assert!(is_safe(&json!({"name": "yes"}), &settings));
        assert!(!is_safe(&json!({"name": "plain"}), &settings));
        let open = annotated("a", true, "text");
        assert_eq!(permission(&open, &settings), Permission::Few);
    }

    #[test]
    fn writing_tools_need_a_word_of_the_user_and_must_not_destroy() {
        let tool = |destroys: bool, open: bool| {
            json!({"name": "a", "inputSchema": {"type": "object"}, "annotations":
                {"readOnlyHint": false, "destructiveHint": destroys, "openWorldHint": open}})
        };
        let allowing = Settings {
            allow_writes: true,
            ..Settings::default()
        };
        assert!(is_safe(&tool(false, false), &allowing));
        for (destroys, open) in [(true, false), (false, true)] {
            let tool = tool(destroys, open);
            assert_eq!(permission(&tool, &allowing), Permission::Never);
        }
        assert!(!is_safe(&tool(false, false), &Settings::default()));
    }
}
