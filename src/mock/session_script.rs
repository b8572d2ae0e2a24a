//! A user's own session: what is sent, and what is expected of the answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::notation;
use super::script::ScriptError;
use crate::spec::Revision;

/// A session as a text describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionScript {
    /// The revision it is meant for; the newest with a handshake that the server speaks when `None`.
    pub revision: Option<Revision>,
    /// What is sent, in order.
    pub steps: Vec<Step>,
}

/// One message, and what is expected of its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Line in the script, from 1.
    pub line: usize,
    /// Method.
    pub method: String,
    /// Parameters; `"$NAME"` stands for a captured value.
    pub params: Option<Value>,
    /// True when no answer is waited for.
    pub is_notification: bool,
    /// Expectations with their lines.
    pub expectations: Vec<(usize, Expectation)>,
}

/// What is expected of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A result that fits the pattern.
    Result(Value),
    /// An error, with this code if one is given.
    Error(Option<i64>),
    /// No answer at all.
    Silence,
    /// A result that has this place; what is there gets a name.
    Capture {
        /// The name, without `$`.
        name: String,
        /// JSON pointer into the result.
        pointer: String,
    },
}

/// Captured values by name.
pub type Captured = BTreeMap<String, Value>;

impl SessionScript {
    /// Reads a session in the notation of `docs/script-notation.md`.
    ///
    /// # Errors
    /// The first place where the text breaks the grammar.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        notation::client::parse(text)
    }
}

/// The value with captured values in place of `"$NAME"`.
pub fn filled(value: &Value, captured: &Captured) -> Value {
    match value {
        Value::String(text) => {
            let known = text.strip_prefix('$').and_then(|name| captured.get(name));
            known.unwrap_or(value).clone()
        }
        Value::Array(items) => items.iter().map(|item| filled(item, captured)).collect(),
        Value::Object(members) => {
            let filled = members
                .iter()
                .map(|(name, value)| (name.clone(), filled(value, captured)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// The first place where a value does not fit a pattern: its JSON pointer and what is wrong.
///
/// Objects may have more members than the pattern. Arrays have to be of equal length, unless the
/// pattern is `{"$has": ITEM}`. `"$any"`, `"$string"` and the other kinds fit by type.
pub fn misfit(pattern: &Value, value: &Value) -> Option<(String, String)> {
    compare("", pattern, Some(value))
}

fn compare(at: &str, pattern: &Value, value: Option<&Value>) -> Option<(String, String)> {
    let wrong = |what: String| Some((at.to_owned(), what));
    let Some(value) = value else {
        return wrong(format!("is absent, expected {pattern}"));
    };
    if let Some(kind) = pattern.as_str().and_then(|text| text.strip_prefix('$')) {
        let fits = match kind {
            "any" => true,
            "string" => value.is_string(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => value == pattern,
        };
        return if fits {
            None
        } else {
            wrong(format!("is {value}, expected {pattern}"))
        };
    }
    match (pattern, value) {
        (Value::Object(members), _) if members.len() == 1 && members.contains_key("$has") => {
            let item = &members["$has"];
            let items = value.as_array().into_iter().flatten();
            let mut fitting = items.filter(|it| compare(at, item, Some(it)).is_none());
            match fitting.next() {
                Some(_) => None,
                None => wrong(format!("has no item that fits {item}")),
            }
        }
        (Value::Object(members), Value::Object(found)) => {
            members.iter().find_map(|(name, part)| {
                let step = name.replace('~', "~0").replace('/', "~1");
                compare(&format!("{at}/{step}"), part, found.get(name))
            })
        }
        (Value::Array(parts), Value::Array(items)) if parts.len() == items.len() => {
            let mut pairs = parts.iter().zip(items).enumerate();
            pairs.find_map(|(index, (part, item))| {
                compare(&format!("{at}/{index}"), part, Some(item))
            })
        }
        (Value::Array(parts), Value::Array(items)) => wrong(format!(
            "has {} items, expected {}",
            items.len(),
            parts.len()
        )),
        (Value::Number(part), Value::Number(number)) if part.as_f64() == number.as_f64() => None,
        _ if pattern == value => None,
        _ => wrong(format!("is {value}, expected {pattern}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_fit_what_has_more() {
        let value = json!({"a": [1, {"b": "x", "c": true}], "d": null});
        for (pattern, at) in [
            (json!({}), None),
            (json!({"a": "$array", "d": "$any"}), None),
            (json!({"a": [1.0, {"b": "$string"}]}), None),
            (json!({"a": {"$has": {"c": "$boolean"}}}), None),
            (json!({"a": {"$has": 2}}), Some("/a")),
            (json!({"a": [1]}), Some("/a")),
            (json!({"a": [1, {"b": "y"}]}), Some("/a/1/b")),
            (json!({"e": "$any"}), Some("/e")),
            (json!({"d": "$string"}), Some("/d")),
        ] {
            let found = misfit(&pattern, &value).map(|(at, _)| at);
            assert_eq!(found.as_deref(), at, "{pattern}");
        }
    }

    #[test]
    fn captured_values_are_filled_in() {
        let captured = Captured::from([("n".to_owned(), json!([1]))]);
        let value = json!({"a": "$n", "b": ["$n", "n", "$any"]});
        assert_eq!(
            filled(&value, &captured),
            json!({"a": [1], "b": [[1], "n", "$any"]})
        );
    }

    #[test]
    fn errors_have_their_place() {
        for (text, place) in [
            ("> a\n< resul", (2, 3)),
            ("< result", (1, 1)),
            ("> a {\"x\": \"$y\"}", (1, 5)),
            ("> notify a\n< result", (2, 1)),
            ("> a\n< capture any /x", (2, 3)),
            ("> a\n< capture b x", (2, 13)),
            ("> a\nrevision 2025-11-25", (2, 1)),
            ("revision 2020-01-01", (1, 10)),
            ("> a [1]", (1, 5)),
        ] {
            let error = SessionScript::parse(text).unwrap_err();
            assert_eq!((error.line, error.column), place, "{text}: {error}");
        }
        let script = "> a\n< capture b /x\n\n# then\n> c {\"d\": \"$b\"}\n< error -1\n";
        let script = SessionScript::parse(script).unwrap();
        assert_eq!(
            (script.steps[1].line, script.steps[1].expectations[0].0),
            (5, 6)
        );
    }
}
