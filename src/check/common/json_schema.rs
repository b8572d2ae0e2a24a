//! JSON Schemas that servers wrote: their dialect, and instances validated against them.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ReferencingError, Validator};
use serde_json::{Map, Value};

use crate::spec::Revision;

/// The dialects that a schema may be read in; `None` when it names one that is not known here.
///
/// From 2025-11-25 on a schema without `$schema` is 2020-12 (basic/index#schema-dialect). Before
/// that no dialect was fixed, so that draft-07 is as good.
pub fn dialects(schema: &Value, revision: Revision) -> Option<Vec<Draft>> {
    match schema.get("$schema") {
        Some(Value::String(name)) => known(name).map(|draft| vec![draft]),
        _ if revision >= Revision::V2025_11_25 => Some(vec![Draft::Draft202012]),
        _ => Some(vec![Draft::Draft7, Draft::Draft202012]),
    }
}

fn known(name: &str) -> Option<Draft> {
    let bare = name.strip_suffix('#').unwrap_or(name);
    let place = bare
        .strip_prefix("https://")
        .or(bare.strip_prefix("http://"))?;
    Some(match place.trim_end_matches('/') {
        "json-schema.org/draft/2020-12/schema" => Draft::Draft202012,
        "json-schema.org/draft/2019-09/schema" => Draft::Draft201909,
        "json-schema.org/draft-07/schema" => Draft::Draft7,
        "json-schema.org/draft-06/schema" => Draft::Draft6,
        "json-schema.org/draft-04/schema" => Draft::Draft4,
        _ => return None,
    })
}

/// A validator that fetches nothing and takes `format` as an annotation. `None` when the schema
/// cannot be compiled.
pub fn validator(schema: &Value, draft: Draft) -> Option<Validator> {
    build(schema, draft).ok()
}

fn build(schema: &Value, draft: Draft) -> Result<Validator, jsonschema::ValidationError<'static>> {
    jsonschema::options()
        .with_draft(draft)
        .offline()
        .should_validate_formats(false)
        .build(schema)
}

/// What is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It breaks its dialect.
    Broken(Place),
    /// A pattern that only other kinds of regular expressions allow.
    Foreign(Place),
    /// It cannot be told without fetching, or the validator gave up.
    Unclear(String),
}

/// Where and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// JSON pointer into the schema.
    pub pointer: String,
    /// What is wrong there, without a full stop.
    pub what: String,
}

/// The first fault of a schema in a dialect; places that `skip` accepts are left to others.
pub fn fault(schema: &Value, draft: Draft, skip: &dyn Fn(&str) -> bool) -> Option<Fault> {
    let mut taken = Stripped::default();
    let mut plain = schema.clone();
    taken.strip(&mut plain, "", 0);
    // Patterns were taken out: the regular expressions of the validator are not ECMA-262.
    if let Some(place) = against_dialect(&plain, draft, skip) {
        return Some(Fault::Broken(place));
    }
    let unclear = match build(&plain, draft).err().map(|error| reference(&error)) {
        Some(Fault::Unclear(why)) => Some(Fault::Unclear(why)),
        Some(broken) => return Some(broken),
        None => None,
    };
    if let Some(place) = duplicate(&taken.anchors) {
        return Some(Fault::Broken(place));
    }
    let faulty = taken.patterns.iter().filter_map(pattern);
    faulty
        .min_by_key(|fault| matches!(fault, Fault::Foreign(_)))
        .or(unclear)
}

fn against_dialect(schema: &Value, draft: Draft, skip: &dyn Fn(&str) -> bool) -> Option<Place> {
    let meta = match draft {
        Draft::Draft4 => jsonschema::draft4::meta::validator(),
        Draft::Draft6 => jsonschema::draft6::meta::validator(),
        Draft::Draft7 => jsonschema::draft7::meta::validator(),
        Draft::Draft201909 => jsonschema::draft201909::meta::validator(),
        _ => jsonschema::draft202012::meta::validator(),
    };
    let faults = meta.iter_errors(schema).filter(|error| {
        let is_annotation = matches!(error.kind(), ValidationErrorKind::Format { .. });
        !is_annotation && !skip(error.instance_path().as_str())
    });
    faults
        .map(|error| Place {
            pointer: error.instance_path().as_str().to_owned(),
            what: error.to_string(),
        })
        .next()
}

fn reference(error: &jsonschema::ValidationError<'_>) -> Fault {
    let ValidationErrorKind::Referencing(fault) = error.kind() else {
        return Fault::Unclear(format!("the schema cannot be compiled: {error}"));
    };
    let what = match fault {
        ReferencingError::PointerToNowhere { pointer } => {
            format!("the reference {pointer:?} leads nowhere")
        }
        ReferencingError::NoSuchAnchor { anchor } | ReferencingError::InvalidAnchor { anchor } => {
            format!("there is no anchor {anchor:?}")
        }
        _ => return Fault::Unclear("the schema refers to something outside itself".to_owned()),
    };
    Fault::Broken(Place {
        pointer: String::new(),
        what,
    })
}

/// Anchors are unique within a resource; a schema with embedded resources is not judged.
fn duplicate(anchors: &[Place]) -> Option<Place> {
    let is_embedded = |place: &&Place| place.what.starts_with("$id ") && !place.pointer.is_empty();
    if anchors.iter().any(|place| is_embedded(&place)) {
        return None;
    }
    let twice = anchors.iter().enumerate().find(|(index, place)| {
        anchors[..*index]
            .iter()
            .any(|earlier| earlier.what == place.what)
    });
    twice.map(|(_, place)| Place {
        pointer: place.pointer.clone(),
        what: format!("{} is there twice", place.what),
    })
}

/// Asks for ECMA-262 first, with and without the Unicode flag, then for the validator's own kind.
fn pattern(place: &Place) -> Option<Fault> {
    let text = place.what.as_str();
    let is_ecma = ["u", ""]
        .iter()
        .any(|flags| regress::Regex::with_flags(text, *flags).is_ok());
    if is_ecma {
        return None;
    }
    let shown = Place {
        pointer: place.pointer.clone(),
        what: format!("{text:?} is not a regular expression of ECMA-262"),
    };
    let is_foreign = build(&serde_json::json!({"pattern": text}), Draft::Draft202012).is_ok();
    Some(if is_foreign {
        Fault::Foreign(shown)
    } else {
        Fault::Broken(shown)
    })
}

/// Schemas deeper than this are not searched for patterns.
const DEEPEST: usize = 64;

/// Keywords whose value maps names to schemas.
const MAPS: [&str; 6] = [
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// Keywords whose value is a schema, or a list of schemas.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// What was taken out of a schema, or noted.
#[derive(Default)]
struct Stripped {
    patterns: Vec<Place>,
    anchors: Vec<Place>,
}

impl Stripped {
    /// Takes the patterns out of a schema and notes them and all anchors.
    fn strip(&mut self, schema: &mut Value, at: &str, depth: usize) {
        let Value::Object(members) = schema else {
            return;
        };
        if depth > DEEPEST {
            return;
        }
        self.note(members, at);
        for name in MAPS {
            let inner = members.get_mut(name).and_then(Value::as_object_mut);
            for (key, value) in inner.into_iter().flatten() {
                self.strip(value, &format!("{at}/{name}/{key}"), depth + 1);
            }
        }
        for name in SCHEMAS {
            match members.get_mut(name) {
                Some(Value::Array(items)) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.strip(item, &format!("{at}/{name}/{index}"), depth + 1);
                    }
                }
                Some(inner) => self.strip(inner, &format!("{at}/{name}"), depth + 1),
                None => {}
            }
        }
    }

    fn note(&mut self, members: &mut Map<String, Value>, at: &str) {
        let place = |name: &str, what: String| Place {
            pointer: format!("{at}/{name}"),
            what,
        };
        if let Some(Value::String(text)) = members.get("pattern") {
            self.patterns.push(place("pattern", text.clone()));
            members.shift_remove("pattern");
        }
        if let Some(Value::Object(keyed)) = members.get_mut("patternProperties") {
            for (index, (key, value)) in std::mem::take(keyed).into_iter().enumerate() {
                self.patterns.push(place("patternProperties", key));
                keyed.insert(format!("p{index}"), value);
            }
        }
        for name in ["$id", "$anchor", "$dynamicAnchor"] {
            if let Some(Value::String(text)) = members.get(name) {
                self.anchors.push(Place {
                    pointer: at.to_owned(),
                    what: format!("{name} {text:?}"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn broken(schema: &Value, draft: Draft) -> Option<String> {
        match fault(schema, draft, &|_| false) {
            Some(Fault::Broken(place)) => Some(place.pointer),
            Some(other) => panic!("{other:?}"),
            None => None,
        }
    }

    #[test]
    fn dialects_are_known_by_name_and_by_revision() {
        let named = |name: &str| dialects(&json!({"$schema": name}), Revision::V2025_11_25);
        assert_eq!(
            named("http://json-schema.org/draft-07/schema#"),
            Some(vec![Draft::Draft7])
        );
        assert_eq!(
            named("https://json-schema.org/draft/2020-12/schema"),
            Some(vec![Draft::Draft202012])
        );
        assert_eq!(named("https://example.com/mine"), None);
        assert_eq!(
            dialects(&json!({}), Revision::V2026_07_28),
            Some(vec![Draft::Draft202012])
        );
        assert_eq!(
            dialects(&json!({}), Revision::V2025_06_18).map(|all| all.len()),
            Some(2)
        );
    }

    #[test]
    fn what_breaks_the_dialect_is_found_where_it_is() {
        let old = json!({"properties": {"a": {"items": [{}], "exclusiveMinimum": 1}}});
        assert_eq!(
            broken(&old, Draft::Draft202012).as_deref(),
            Some("/properties/a/items")
        );
        assert_eq!(broken(&old, Draft::Draft7), None);
        let any = json!({"properties": {"a": {"type": "any"}}});
        assert_eq!(
            broken(&any, Draft::Draft7).as_deref(),
            Some("/properties/a/type")
        );
        let nowhere = json!({"properties": {"a": {"$ref": "#/$defs/b"}}});
        assert!(broken(&nowhere, Draft::Draft202012).is_some());
        let definitions =
            json!({"definitions": {"b": {}}, "properties": {"a": {"$ref": "#/definitions/b"}}});
        assert_eq!(broken(&definitions, Draft::Draft202012), None);
        let twice = json!({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}});
        assert_eq!(
            broken(&twice, Draft::Draft202012).as_deref(),
            Some("/$defs/b")
        );
    }

    #[test]
    fn properties_may_be_called_like_keywords() {
        let schema = json!({"properties": {
            "pattern": {"type": "string"}, "$ref": {"type": "string"}, "properties": {"type": "object"},
        }, "default": {"pattern": "("}});
        assert_eq!(broken(&schema, Draft::Draft202012), None);
    }

    #[test]
    fn patterns_are_judged_as_ecma_262() {
        let of = |pattern: &str| {
            let schema = json!({"properties": {"a": {"items": {"pattern": pattern}}}});
            fault(&schema, Draft::Draft7, &|_| false)
        };
        for fine in [
            r"^[\w\-]+$",
            r"\p{L}",
            r"(?<year>\d{4})",
            r"^(?!x)\cJ",
            r"[^\u0000-\u001f]",
        ] {
            assert_eq!(of(fine), None, "{fine}");
        }
        assert!(
            matches!(of("(?i)abc"), Some(Fault::Foreign(_))),
            "{:?}",
            of("(?i)abc")
        );
        assert!(matches!(of("("), Some(Fault::Broken(_))));
        let keyed = json!({"patternProperties": {"[": {}}});
        assert!(matches!(
            fault(&keyed, Draft::Draft202012, &|_| false),
            Some(Fault::Broken(_))
        ));
    }

    #[test]
    fn nothing_is_fetched() {
        let outside = json!({"$ref": "https://example.com/schema.json"});
        assert!(matches!(
            fault(&outside, Draft::Draft202012, &|_| false),
            Some(Fault::Unclear(_))
        ));
        assert!(validator(&outside, Draft::Draft202012).is_none());
    }
}
