//! What the keywords of one schema say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Effect;

/// Schemas are compared this deep.
pub(super) const DEEPEST: usize = 60;

/// Keywords that accept or refuse nothing.
pub(super) const TEXTS: [&str; 8] = [
    "title",
    "description",
    "examples",
    "$schema",
    "$id",
    "$comment",
    "deprecated",
    "x-order",
];

/// Keywords beside which a difference proves nothing, because they judge the same value again.
pub(super) const COMBINATORS: [&str; 12] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "$ref",
    "$dynamicRef",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "patternProperties",
    "propertyNames",
];

/// Keywords that hold a list of schemas.
pub(super) const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords that hold one schema.
pub(super) const PARTS: [&str; 8] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
];

pub(super) const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// Keywords that the other functions compare.
pub(super) const HANDLED: [&str; 19] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minLength",
    "minItems",
    "minProperties",
    "maxLength",
    "maxItems",
    "maxProperties",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "$defs",
    "definitions",
];

pub(super) type Members = Map<String, Value>;

/// Follows a reference within the document. Any other reference stays as it is.
pub(super) fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        let is_alone = schema.as_object().is_some_and(|members| {
            let judges = |name: &&String| {
                let name = name.as_str();
                !TEXTS.contains(&name) && !["$defs", "definitions"].contains(&name)
            };
            members.keys().filter(judges).count() == 1
        });
        let reference = schema
            .get("$ref")
            .and_then(Value::as_str)
            .filter(|_| is_alone);
        match reference.and_then(|reference| target(root, reference)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

pub(super) fn target<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(reference.strip_prefix('#')?)
}

pub(super) fn relation<T: Ord>(old: &BTreeSet<T>, new: &BTreeSet<T>) -> Effect {
    match (old.is_subset(new), new.is_subset(old)) {
        (true, true) => Effect::Wording,
        (true, false) => Effect::Wider,
        (false, true) => Effect::Narrower,
        (false, false) => Effect::Apart,
    }
}

/// The types that a schema admits. Every integer is a number.
pub(super) fn types(schema: &Members) -> BTreeSet<&str> {
    let mut types: BTreeSet<&str> = match schema.get("type") {
        Some(Value::String(name)) => BTreeSet::from([name.as_str()]),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => TYPES.into_iter().collect(),
    };
    if types.contains("number") {
        types.insert("integer");
    }
    types
}

/// The values that a schema lists, as JSON.
pub(super) fn values(schema: &Members) -> Option<BTreeSet<String>> {
    if let Some(value) = schema.get("const") {
        return Some(BTreeSet::from([value.to_string()]));
    }
    let listed = schema.get("enum")?.as_array()?;
    Some(listed.iter().map(Value::to_string).collect())
}

pub(super) fn required(schema: &Members) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

pub(super) fn is_open(schema: &Members) -> bool {
    schema.get("additionalProperties") != Some(&Value::Bool(false))
        && schema.get("unevaluatedProperties") != Some(&Value::Bool(false))
}

pub(super) fn is_trivial(schema: &Value) -> bool {
    *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}

/// A bound of a number, the sharper of both kinds. Integers make an exclusive bound inclusive.
pub(super) fn limit(schema: &Members, name: &str, exclusive: &str, sign: f64) -> Option<f64> {
    let integers_only = !types(schema).contains("number");
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    // An exclusive bound is sharper by less than any number that JSON schemas write.
    let step = if integers_only { 1.0 } else { 1e-9 };
    let beyond = number(exclusive).map(|bound| bound + sign * step);
    match (number(name), beyond) {
        (Some(a), Some(b)) => Some(if a * sign > b * sign { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// A schema in few words: its type, or that of its items.
pub(super) fn summary(schema: &Value) -> Value {
    match &schema["type"] {
        Value::Null => Value::Null,
        kind => kind.clone(),
    }
}

pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema).addr()
}

pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
