//! Values that fit, values that do not, and how the faults read.

use super::*;
use crate::spec::Era;

/// A smallest result and one that breaks it, by definition.
fn results(revision: Revision) -> Vec<(&'static str, Value, Value)> {
    let mut rows = vec![
        (
            "ListToolsResult",
            json!({ "tools": [{ "name": "add", "inputSchema": { "type": "object" } }] }),
            json!({ "tools": [{ "name": "add" }] }),
        ),
        (
            "CallToolResult",
            json!({ "content": [{ "type": "text", "text": "3" }] }),
            json!({ "structuredContent": {} }),
        ),
        (
            "ListResourcesResult",
            json!({ "resources": [{ "uri": "test://a", "name": "a" }] }),
            json!({ "resources": [{ "uri": "test://a" }] }),
        ),
        (
            "ListResourceTemplatesResult",
            json!({ "resourceTemplates": [{ "uriTemplate": "test://{a}", "name": "a" }] }),
            json!({ "resourceTemplates": [{ "name": "a" }] }),
        ),
        (
            "ReadResourceResult",
            json!({ "contents": [{ "uri": "test://a", "blob": "" }] }),
            json!({ "contents": { "uri": "test://a", "text": "" } }),
        ),
        (
            "ListPromptsResult",
            json!({ "prompts": [{ "name": "greet", "arguments": [{ "name": "who" }] }] }),
            json!({ "prompts": [], "nextCursor": null }),
        ),
        (
            "GetPromptResult",
            json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "" } }] }),
            json!({ "messages": [{ "role": "system", "content": { "type": "text", "text": "" } }] }),
        ),
        (
            "CompleteResult",
            json!({ "completion": { "values": ["a"] } }),
            json!({ "completion": { "values": [1] } }),
        ),
    ];
    if revision.era() == Era::Handshake {
        rows.extend(handshake_results());
    }
    if revision == Revision::V2025_11_25 {
        rows.extend(task_results());
    }
    if revision.era() == Era::Modern {
        for (name, valid, invalid) in &mut rows {
            complete(name, valid);
            complete(name, invalid);
        }
        rows.extend(modern_results());
    }
    rows
}

/// Adds what every complete result of 2026-07-28 carries.
fn complete(name: &str, result: &mut Value) {
    result["resultType"] = json!("complete");
    let cacheable = definition(Revision::V2026_07_28, name).unwrap()["properties"].get("ttlMs");
    if cacheable.is_some() {
        result["ttlMs"] = json!(0);
        result["cacheScope"] = json!("private");
    }
}

fn handshake_results() -> Vec<(&'static str, Value, Value)> {
    let info = json!({ "name": "server", "version": "1" });
    vec![
        (
            "InitializeResult",
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": info }),
            json!({ "protocolVersion": "2025-06-18", "capabilities": [], "serverInfo": info }),
        ),
        ("EmptyResult", json!({ "more": 1 }), json!({ "_meta": 1 })),
    ]
}

fn task_results() -> Vec<(&'static str, Value, Value)> {
    let task = json!({
        "taskId": "1", "status": "working", "ttl": null,
        "createdAt": "2025-11-25T10:30:00Z", "lastUpdatedAt": "2025-11-25T10:30:00Z",
    });
    let mut odd = task.clone();
    odd["status"] = json!("running");
    vec![
        ("CreateTaskResult", json!({ "task": task }), task.clone()),
        ("GetTaskResult", task.clone(), odd.clone()),
        ("CancelTaskResult", task.clone(), odd),
        (
            "ListTasksResult",
            json!({ "tasks": [task] }),
            json!({ "tasks": [{ "taskId": "1" }] }),
        ),
        ("GetTaskPayloadResult", json!({ "content": [] }), json!([])),
    ]
}

fn modern_results() -> Vec<(&'static str, Value, Value)> {
    let subscription = "io.modelcontextprotocol/subscriptionId";
    vec![
        (
            "DiscoverResult",
            json!({
                "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {},
                "ttlMs": 0, "cacheScope": "public",
            }),
            json!({
                "resultType": "complete", "supportedVersions": "2026-07-28", "capabilities": {},
                "ttlMs": 0, "cacheScope": "public",
            }),
        ),
        (
            "InputRequiredResult",
            json!({ "resultType": "input_required", "requestState": "s" }),
            json!({ "resultType": "input_required", "requestState": 7 }),
        ),
        (
            "SubscriptionsListenResult",
            json!({ "resultType": "complete", "_meta": { subscription: "1" } }),
            json!({ "resultType": "complete" }),
        ),
        (
            "EmptyResult",
            json!({ "resultType": "complete" }),
            json!({}),
        ),
    ]
}

fn faults(revision: Revision, name: &str, value: &Value) -> Vec<(String, String)> {
    validate(revision, name, value)
        .unwrap_err()
        .into_iter()
        .map(|fault| (fault.pointer, fault.message))
        .collect()
}

#[test]
fn every_definition_of_every_revision_compiles() {
    for revision in Revision::ALL {
        let definitions = schema(revision).document[definitions_key(revision)]
            .as_object()
            .unwrap();
        assert!(definitions.len() > 70, "{revision}");
        for name in definitions.keys() {
            assert!(validator(revision, name).is_some(), "{revision} {name}");
        }
    }
}

#[test]
fn the_smallest_result_of_each_kind_fits_and_a_broken_one_does_not() {
    for revision in Revision::ALL {
        for (name, valid, invalid) in results(revision) {
            assert_eq!(
                validate(revision, name, &valid),
                Ok(()),
                "{revision} {name}"
            );
            assert!(
                validate(revision, name, &invalid).is_err(),
                "{revision} {name}"
            );
        }
    }
}

#[test]
fn definitions_are_chosen_by_revision() {
    let audio = json!({
        "content": [{ "type": "audio", "data": "", "mimeType": "audio/wav" }],
    });
    assert!(validate(Revision::V2024_11_05, "CallToolResult", &audio).is_err());
    assert_eq!(
        validate(Revision::V2025_03_26, "CallToolResult", &audio),
        Ok(())
    );
    assert_eq!(definition(Revision::V2024_11_05, "AudioContent"), None);
    assert!(definition(Revision::V2026_07_28, "AudioContent").is_some());
}

#[test]
fn an_unknown_definition_is_a_fault_and_no_pass() {
    let found = faults(Revision::V2024_11_05, "DiscoverResult", &json!({}));
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("DiscoverResult"), "{found:?}");
}

#[test]
fn extra_members_never_matter() {
    let tool = json!({ "name": "a", "inputSchema": { "type": "object" }, "execution": 7, "x": {} });
    assert_eq!(validate(Revision::V2025_06_18, "Tool", &tool), Ok(()));
}

#[test]
fn a_fault_names_the_place() {
    let result = json!({ "tools": [
        { "name": "good", "inputSchema": { "type": "object" } },
        { "name": 7, "inputSchema": { "type": "object" } },
    ] });
    let found = faults(Revision::V2025_11_25, "ListToolsResult", &result);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/tools/1/name");
    assert!(found[0].1.contains("string"), "{found:?}");
    assert!(
        !found[0].1.contains('7'),
        "the value is not repeated: {found:?}"
    );
}

#[test]
fn a_content_block_is_judged_by_its_type() {
    let image = json!({ "content": [{ "type": "image", "mimeType": "image/png" }] });
    for revision in Revision::ALL {
        let mut image = image.clone();
        image["resultType"] = json!("complete");
        let found = faults(revision, "CallToolResult", &image);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "/content/0");
        assert!(found[0].1.contains("\"data\""), "{found:?}");
    }
}

#[test]
fn an_unknown_content_type_lists_the_known_ones() {
    let result = json!({ "content": [{ "type": "video" }] });
    let found = faults(Revision::V2025_03_26, "CallToolResult", &result);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/content/0/type");
    for kind in ["text", "image", "audio", "resource"] {
        assert!(found[0].1.contains(&format!("\"{kind}\"")), "{found:?}");
    }
}

#[test]
fn equal_alternatives_are_named_beside_each_other() {
    let result = json!({ "contents": [{ "uri": "test://a" }] });
    let found = faults(Revision::V2025_06_18, "ReadResourceResult", &result);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/contents/0");
    assert!(
        found[0].1.contains("\"text\"") && found[0].1.contains("\"blob\""),
        "{found:?}"
    );
}

#[test]
fn an_alternative_of_another_json_type_is_left_out() {
    let message = json!({ "role": "user", "content": [{ "type": "text" }] });
    let found = faults(Revision::V2025_11_25, "SamplingMessage", &message);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/content/0");
    assert!(found[0].1.contains("\"text\""), "{found:?}");
    let message = json!({ "role": "user", "content": "hello" });
    let found = faults(Revision::V2025_11_25, "SamplingMessage", &message);
    assert_eq!(found[0].0, "/content");
}

#[test]
fn a_form_without_a_mode_is_judged_as_a_form() {
    let params = json!({ "requestedSchema": { "type": "object", "properties": {} } });
    let found = faults(Revision::V2025_11_25, "ElicitRequestParams", &params);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("\"message\""), "{found:?}");
}

#[test]
fn formats_are_not_asserted() {
    let result = json!({ "contents": [{ "uri": "not a uri", "blob": "***" }] });
    assert_eq!(
        validate(Revision::V2025_11_25, "ReadResourceResult", &result),
        Ok(())
    );
}

#[test]
fn whole_floats_are_integers_and_fractions_are_marked() {
    let whole = json!({ "name": "a", "uri": "test://a", "size": 3.0 });
    assert_eq!(validate(Revision::V2025_11_25, "Resource", &whole), Ok(()));
    for (size, only_fraction) in [(json!(3.5), true), (json!("3"), false)] {
        let value = json!({ "name": "a", "uri": "test://a", "size": size });
        let found = validate(Revision::V2025_11_25, "Resource", &value).unwrap_err();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].only_fraction, only_fraction);
    }
}

#[test]
fn settings_of_capabilities_may_hold_any_json() {
    let capabilities = json!({ "experimental": { "x": { "rate": 0.5, "limit": null } } });
    for revision in Revision::ALL {
        assert_eq!(
            validate(revision, "ServerCapabilities", &capabilities),
            Ok(()),
            "{revision}"
        );
    }
}

#[test]
fn boolean_property_schemas_are_legal_in_the_newest_revision_only() {
    let tool = json!({
        "name": "a",
        "inputSchema": { "type": "object", "properties": { "any": true } },
    });
    for revision in Revision::HANDSHAKE {
        assert!(validate(revision, "Tool", &tool).is_err(), "{revision}");
    }
    assert_eq!(validate(Revision::V2026_07_28, "Tool", &tool), Ok(()));
}

#[test]
fn a_hostile_list_does_not_make_an_endless_report() {
    let tools: Vec<Value> = (0..1000).map(Value::from).collect();
    let found = faults(
        Revision::V2025_11_25,
        "ListToolsResult",
        &json!({ "tools": tools }),
    );
    assert_eq!(found.len(), MOST_FAULTS);
}
