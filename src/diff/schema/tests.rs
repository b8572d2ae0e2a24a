use serde_json::json;

use super::*;

/// What differs, as `effect at what`.
#[track_caller]
fn steps(old: Value, new: Value) -> Vec<String> {
    compare(&old, &new)
        .into_iter()
        .map(|step| format!("{:?} {} {}", step.effect, step.at, step.what))
        .collect()
}

fn object(properties: Value, required: Value) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn equal_schemas_have_no_steps_whatever_the_order_of_members() {
    let old = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}});
    let new = json!({"properties": {"b": {}, "a": {"type": "string"}}, "type": "object"});
    assert_eq!(steps(old, new), Vec::<String>::new());
}

#[test]
fn a_new_required_property_narrows_and_an_optional_one_does_not() {
    let old = object(json!({"a": {"type": "string"}}), json!(["a"]));
    let both = json!({"a": {"type": "string"}, "b": {"type": "number"}});
    let new = object(both.clone(), json!(["b", "a"]));
    assert_eq!(
        steps(old.clone(), new),
        ["Narrower  new required property `b`"]
    );
    let new = object(both.clone(), json!(["a"]));
    assert_eq!(
        steps(old.clone(), new.clone()),
        ["Described  new optional property `b`"]
    );
    assert_eq!(
        steps(new.clone(), old.clone()),
        ["Unknown  property `b` is gone"]
    );
    let optional = object(both, json!([]));
    assert_eq!(
        steps(new.clone(), optional.clone()),
        ["Wider  `a` is no longer required"]
    );
    assert_eq!(steps(optional, new), ["Narrower  `a` is required now"]);
}

#[test]
fn closed_objects_make_the_difference() {
    let close = |mut schema: Value| {
        schema["additionalProperties"] = json!(false);
        schema
    };
    let one = object(json!({"a": {}}), json!([]));
    let two = object(json!({"a": {}, "b": {}}), json!([]));
    assert_eq!(
        steps(close(two.clone()), close(one.clone())),
        ["Narrower  property `b` is gone"]
    );
    assert_eq!(
        steps(close(one.clone()), close(two)),
        ["Wider  new optional property `b`"]
    );
    let closed = "Closed  undescribed properties are refused now";
    assert_eq!(steps(one.clone(), close(one.clone())), [closed]);
    let opened = "Opened  undescribed properties are accepted now";
    assert_eq!(steps(close(one.clone()), one), [opened]);
}

#[test]
fn types_and_listed_values_are_sets() {
    for (old, new, want) in [
        (
            json!({"type": "integer"}),
            json!({"type": "number"}),
            "Wider  type",
        ),
        (
            json!({"type": "number"}),
            json!({"type": "integer"}),
            "Narrower  type",
        ),
        (
            json!({"type": "string"}),
            json!({"type": "number"}),
            "Apart  type",
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"type": "string"}),
            "Narrower  type",
        ),
        (json!({}), json!({"type": "string"}), "Narrower  type"),
        (
            json!({"enum": ["a", "b"]}),
            json!({"enum": ["b"]}),
            "Narrower  allowed values",
        ),
        (
            json!({"enum": ["a"]}),
            json!({"enum": ["b", "a"]}),
            "Wider  allowed values",
        ),
        (
            json!({"const": 1}),
            json!({"enum": [1, 2]}),
            "Wider  allowed values",
        ),
        (
            json!({"type": "string"}),
            json!({"enum": ["a"]}),
            "Narrower  only these values are allowed now",
        ),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string"}),
            "Wider  any value is allowed now",
        ),
    ] {
        assert_eq!(steps(old.clone(), new.clone()), [want], "{old} {new}");
    }
}

#[test]
fn bounds_count_only_for_types_they_concern() {
    for (old, new, want) in [
        (
            json!({"type": "number"}),
            json!({"type": "number", "minimum": 1}),
            vec!["Narrower  minimum"],
        ),
        (
            json!({"type": "string", "maxLength": 5}),
            json!({"type": "string", "maxLength": 9}),
            vec!["Wider  maxLength"],
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "minItems": 0}),
            vec![],
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "minimum": 4}),
            vec![],
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "integer", "exclusiveMinimum": 0}),
            vec![],
        ),
        (
            json!({"type": "number", "minimum": 0}),
            json!({"type": "number", "exclusiveMinimum": 0}),
            vec!["Narrower  minimum"],
        ),
        (
            json!({"type": "integer", "maximum": 5}),
            json!({"type": "integer", "maximum": 4}),
            vec!["Narrower  maximum"],
        ),
    ] {
        assert_eq!(steps(old.clone(), new.clone()), want, "{old} {new}");
    }
}

#[test]
fn nothing_is_proved_beside_or_below_combinators() {
    let with = |kind: &str| json!({"type": kind, "anyOf": [{"minLength": 1}]});
    assert_eq!(steps(with("string"), with("number")), ["Unknown  type"]);
    let any = |kind: &str| json!({"anyOf": [{"type": kind}, {"type": "null"}]});
    assert_eq!(
        steps(any("string"), any("number")),
        ["Unknown /anyOf/0 type"]
    );
    let one = json!({"anyOf": [{"type": "null"}]});
    assert_eq!(steps(any("string"), one), ["Unknown  anyOf"]);
}

#[test]
fn references_within_the_document_are_followed_and_may_be_circular() {
    let tree = |kind: &str| {
        json!({
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {"type": "object", "properties": {
                "value": {"type": kind},
                "next": {"$ref": "#/$defs/Node", "description": "The rest."},
            }}},
        })
    };
    let changed = steps(tree("integer"), tree("string"));
    assert_eq!(changed, ["Apart /properties/value type"]);
    assert_eq!(steps(tree("string"), tree("string")), Vec::<String>::new());
    // The same schema written in place.
    let placed = json!({"properties": {"a": {"type": "string"}}});
    let referred = json!({
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "string"}},
    });
    assert_eq!(steps(placed, referred), Vec::<String>::new());
    let beside =
        |kind: &str| json!({"$ref": "#/$defs/A", "minLength": 1, "$defs": {"A": {"type": kind}}});
    assert_eq!(steps(beside("string"), beside("array")), ["Unknown  type"]);
}

#[test]
fn texts_and_defaults_are_wording_and_what_is_not_understood_says_so() {
    let changed = steps(
        json!({"type": "string", "description": "a", "pattern": "x"}),
        json!({"type": "string", "description": "b", "pattern": "y", "default": "z"}),
    );
    assert_eq!(
        changed,
        [
            "Wording  default",
            "Wording  description",
            "Unknown  pattern"
        ]
    );
    assert_eq!(
        steps(json!({"default": 1}), json!({"default": 2})),
        ["Unknown  default"]
    );
    assert_eq!(
        steps(json!(true), json!(false)),
        ["Narrower  nothing is accepted any more"]
    );
    assert_eq!(
        steps(json!({"x": 1}), json!(7)),
        ["Unknown  schema changed"]
    );
}
