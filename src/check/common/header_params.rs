//! The `x-mcp-header` annotations of an input schema.

use serde_json::Value;

use crate::json::pointer::escape;

/// The member that asks for an argument to be repeated in a header.
pub const MEMBER: &str = "x-mcp-header";

/// One annotation.
#[derive(Clone, Debug)]
pub struct Annotation<'s> {
    /// JSON pointer from the input schema to the schema that carries it.
    pub pointer: String,
    /// Names of the properties that lead from the root to it; `None` when the way passes anything
    /// else than `properties`, or when the root itself carries it.
    pub path: Option<Vec<&'s str>>,
    /// The schema that carries it.
    pub schema: &'s Value,
    /// What the annotation says.
    pub value: &'s Value,
}

impl Annotation<'_> {
    /// Name of the parameter, or the pointer where there is none.
    pub fn parameter(&self) -> String {
        match &self.path {
            Some(path) => path.join("."),
            None => self.pointer.clone(),
        }
    }

    /// Name of the header; `None` when the annotation is no token.
    pub fn header(&self) -> Option<String> {
        let token = self.value.as_str().filter(|text| is_token(text))?;
        Some(format!("Mcp-Param-{token}"))
    }

    /// The argument that the annotation is about; `None` when it is absent or null.
    pub fn argument<'a>(&self, arguments: &'a Value) -> Option<&'a Value> {
        let path = self.path.as_ref()?;
        let found = path
            .iter()
            .try_fold(arguments, |value, name| value.get(name))?;
        (!found.is_null()).then_some(found)
    }

    /// Header name and plain text of the value for these arguments; `None` when there is nothing to
    /// mirror.
    pub fn mirrored(&self, arguments: &Value) -> Option<(String, String)> {
        let text = match self.argument(arguments)? {
            Value::String(text) => text.clone(),
            Value::Bool(truth) => truth.to_string(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some((self.header()?, text))
    }
}

/// True for a header name as HTTP has it (RFC 9110, section 5.6.2).
pub fn is_token(text: &str) -> bool {
    let is_mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

/// All annotations in a schema, in the order of the text.
pub fn annotations(schema: &Value) -> Vec<Annotation<'_>> {
    let mut found = Vec::new();
    walk(schema, String::new(), Some(Vec::new()), 0, &mut found);
    found
}

/// Deeper schemas are not looked at.
const DEEPEST: usize = 32;

fn walk<'s>(
    schema: &'s Value,
    pointer: String,
    path: Option<Vec<&'s str>>,
    depth: usize,
    found: &mut Vec<Annotation<'s>>,
) {
    let Some(members) = schema.as_object().filter(|_| depth < DEEPEST) else {
        return;
    };
    if let Some(value) = members.get(MEMBER) {
        found.push(Annotation {
            pointer: pointer.clone(),
            path: path.clone().filter(|path| !path.is_empty()),
            schema,
            value,
        });
    }
    for (keyword, inner) in members {
        let place = format!("{pointer}/{}", escape(keyword));
        match (keyword.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    let mut path = path.clone();
                    if let Some(path) = &mut path {
                        path.push(name);
                    }
                    let place = format!("{place}/{}", escape(name));
                    walk(property, place, path, depth + 1, found);
                }
            }
            ("$defs" | "definitions" | "patternProperties" | "dependentSchemas", inner) => {
                for (name, schema) in inner.as_object().into_iter().flatten() {
                    let place = format!("{place}/{}", escape(name));
                    walk(schema, place, None, depth + 1, found);
                }
            }
            // Values, not schemas.
            ("default" | "const" | "enum" | "examples", _) => {}
            (_, Value::Array(schemas)) => {
                for (index, schema) in schemas.iter().enumerate() {
                    walk(schema, format!("{place}/{index}"), None, depth + 1, found);
                }
            }
            (_, inner) => walk(inner, place, None, depth + 1, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn annotations_are_found_wherever_a_schema_stands() {
        let schema = json!({
            "properties": {
                "a": {"type": "string", "x-mcp-header": "A"},
                "b": {"type": "object", "properties": {"c": {"x-mcp-header": "C"}}},
                "d": {"type": "array", "items": {"x-mcp-header": "D"}},
                "x-mcp-header": {"type": "string"},
                "e": {"default": {"x-mcp-header": "no"}},
            },
            "anyOf": [{"properties": {"f": {"x-mcp-header": "F"}}}],
        });
        let found: Vec<(String, bool)> = annotations(&schema)
            .iter()
            .map(|found| (found.parameter(), found.path.is_some()))
            .collect();
        let expected = [
            ("a", true),
            ("b.c", true),
            ("/properties/d/items", false),
            ("/anyOf/0/properties/f", false),
        ];
        assert_eq!(
            found,
            expected.map(|(name, reachable)| (name.to_owned(), reachable))
        );
    }

    #[test]
    fn absent_and_null_arguments_are_not_mirrored() {
        let schema = json!({"properties": {"n": {"type": "integer", "x-mcp-header": "N"}}});
        let annotation = &annotations(&schema)[0];
        let mirrored = |arguments| annotation.mirrored(&arguments);
        assert_eq!(mirrored(json!({})), None);
        assert_eq!(mirrored(json!({"n": null})), None);
        assert_eq!(
            mirrored(json!({"n": 4})),
            Some(("Mcp-Param-N".into(), "4".into()))
        );
    }
}
