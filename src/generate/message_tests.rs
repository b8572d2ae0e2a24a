use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::spec::{Era, schema};

fn sound(revision: Revision, method: &str, params: Value) -> Value {
    let mut params = params;
    if revision.era() == Era::Modern {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": revision.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
        });
    }
    json!({"jsonrpc": "2.0", "id": "mcpcheck", "method": method, "params": params})
}

fn all(revision: Revision) -> Vec<Value> {
    let mut all = vec![
        sound(revision, "tools/list", json!({})),
        sound(
            revision,
            "tools/call",
            json!({"name": "echo", "arguments": {}}),
        ),
        sound(revision, "prompts/get", json!({"name": "a"})),
        sound(revision, "resources/read", json!({"uri": "a:b"})),
        sound(
            revision,
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "a"}, "argument": {"name": "a", "value": ""}}),
        ),
    ];
    all.push(match revision.era() {
        Era::Handshake => sound(revision, "ping", json!({})),
        Era::Modern => sound(revision, "server/discover", json!({})),
    });
    all
}

/// Every place where two values differ; the first place that only one of them has counts whole.
fn differences(one: &Value, other: &Value, at: &str, into: &mut Vec<String>) {
    let (Some(left), Some(right)) = (one.as_object(), other.as_object()) else {
        if one != other {
            into.push(at.to_owned());
        }
        return;
    };
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for name in names {
        let inner = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match (left.get(name), right.get(name)) {
            (Some(one), Some(other)) => differences(one, other, &inner, into),
            _ => into.push(inner),
        }
    }
}

#[test]
fn each_request_is_wrong_at_one_place_and_right_everywhere_else() {
    for revision in Revision::ALL {
        for sound in all(revision) {
            let made = broken_requests(revision, &sound, 1).unwrap();
            assert!(made.len() >= 20, "{revision} {sound}: {}", made.len());
            let definition =
                methods::request_definition(revision, sound["method"].as_str().unwrap()).unwrap();
            for one in made {
                for message in one.smaller().chain([one.message()]) {
                    let mut places = Vec::new();
                    differences(&sound, &message, "", &mut places);
                    let is_there =
                        |place: &String| place.starts_with(&one.at) || one.at.starts_with(place);
                    assert!(
                        places.len() == 1 && is_there(&places[0]),
                        "{}: {places:?}",
                        one.rule
                    );
                    let accepted = ["JSONRPCRequest", definition]
                        .iter()
                        .all(|name| schema::validate(revision, name, &message).is_ok());
                    assert!(!accepted, "{revision} {}: {message}", one.rule);
                }
            }
        }
    }
}

#[test]
fn the_envelope_and_the_params_are_broken_in_every_way() {
    let sound = sound(Revision::V2025_11_25, "prompts/get", json!({"name": "a"}));
    let made = broken_requests(Revision::V2025_11_25, &sound, 1).unwrap();
    let rules: Vec<&str> = made.iter().map(|one| one.rule.as_str()).collect();
    for rule in [
        "no /jsonrpc",
        "a string at /jsonrpc",
        "null at /id",
        "an array at /id",
        "an array at /method",
        "no /params",
        "an array at /params",
        "no /params/name",
        "a number at /params/name",
        "an array at /params/arguments",
        "a boolean at /params/_meta",
        "an array at /params/_meta/progressToken",
    ] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }
    for rule in [
        "no /id",
        "a boolean at /id",
        "a fraction at /id",
        "a string at /id",
        "a string at /method",
        "a string at /params/name",
    ] {
        assert!(!rules.contains(&rule), "{rule}");
    }
}

#[test]
fn a_seed_gives_the_same_requests_and_another_gives_others() {
    let sound = sound(Revision::V2026_07_28, "tools/list", json!({}));
    let made = |seed| broken_requests(Revision::V2026_07_28, &sound, seed).unwrap();
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    assert!(made(1).len() > 30);
}

#[test]
fn nothing_is_made_from_what_is_wrong_or_unknown() {
    let revision = Revision::V2025_11_25;
    for other in [
        sound(revision, "prompts/get", json!({})),
        sound(revision, "server/discover", json!({})),
        json!({"method": "ping"}),
    ] {
        assert_eq!(broken_requests(revision, &other, 1), None, "{other}");
    }
}

#[test]
fn what_is_special_about_a_method_comes_first() {
    for revision in Revision::ALL {
        for sound in all(revision) {
            let made = broken_requests(revision, &sound, 1).unwrap();
            assert!(made.is_sorted_by_key(|one| one.worth), "{revision} {sound}");
        }
    }
    let listing = sound(Revision::V2026_07_28, "prompts/list", json!({}));
    let made = broken_requests(Revision::V2026_07_28, &listing, 1).unwrap();
    let worth = |rule: &str| made.iter().find(|one| one.rule == rule).unwrap().worth;
    assert_eq!(worth("an object at /params/cursor"), Worth::Special);
    assert_eq!(worth("a fraction at /params/cursor"), Worth::Alike);
    assert_eq!(worth("an array at /params/_meta"), Worth::Special);
    assert_eq!(worth("an array at /params"), Worth::Whole);
    assert_eq!(worth("a number at /params/cursor"), Worth::Special);
    assert_eq!(
        worth("a number at /params/_meta/io.modelcontextprotocol~1protocolVersion"),
        Worth::Metadata
    );
    let completion = &all(Revision::V2026_07_28)[4];
    let made = broken_requests(Revision::V2026_07_28, completion, 1).unwrap();
    let worth = |rule: &str| made.iter().find(|one| one.rule == rule).unwrap().worth;
    assert_eq!(worth("an array at /params/ref"), Worth::Special);
    assert_eq!(worth("an array at /params/ref/name"), Worth::Inner);
}
