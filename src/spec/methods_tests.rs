//! The tables against the schemas, both ways.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::spec::schema::definition;

fn every_table() -> [Messages; 4] {
    [
        SERVER_NOTIFICATIONS,
        SERVER_REQUESTS,
        INPUT_REQUESTS,
        CLIENT_NOTIFICATIONS,
    ]
}

/// Definition names behind a union of the schema.
fn members(revision: Revision, union: &str) -> BTreeSet<String> {
    let definition = definition(revision, union).unwrap();
    let branches = match definition.get("anyOf") {
        Some(Value::Array(branches)) => branches.clone(),
        _ => vec![definition.clone()],
    };
    branches
        .iter()
        .filter_map(|branch| branch["$ref"].as_str()?.rsplit('/').next())
        .map(str::to_owned)
        .collect()
}

fn named(messages: Messages, revision: Revision) -> BTreeSet<String> {
    messages
        .iter()
        .filter_map(|(method, _, _)| find(messages, revision, method))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_definition_exists_and_is_of_its_method() {
    for revision in Revision::ALL {
        for row in REQUESTS {
            let Some(name) = request_definition(revision, row.method) else {
                continue;
            };
            let request = definition(revision, name).unwrap();
            assert_eq!(
                request["properties"]["method"]["const"], row.method,
                "{revision}"
            );
            assert!(
                definition(revision, row.result).is_some(),
                "{revision} {}",
                row.result
            );
            if let Some(params) = params_definition(revision, row.method) {
                let reference = &request["properties"]["params"]["$ref"];
                assert_eq!(*reference, format!("#/$defs/{params}"), "{revision} {name}");
            }
        }
        for (method, _, _) in every_table().into_iter().flatten() {
            for messages in every_table() {
                if let Some(name) = find(messages, revision, method) {
                    let message = definition(revision, name).unwrap();
                    assert_eq!(message["properties"]["method"]["const"], *method);
                }
            }
        }
    }
}

#[test]
fn the_tables_name_the_members_of_the_unions() {
    for revision in Revision::ALL {
        let requests: BTreeSet<String> = REQUESTS
            .iter()
            .filter_map(|row| request_definition(revision, row.method))
            .map(str::to_owned)
            .collect();
        assert_eq!(requests, members(revision, "ClientRequest"), "{revision}");
        assert_eq!(
            named(SERVER_NOTIFICATIONS, revision),
            members(revision, "ServerNotification"),
            "{revision}"
        );
    }
    for revision in Revision::HANDSHAKE {
        let server = named(SERVER_REQUESTS, revision);
        assert_eq!(server, members(revision, "ServerRequest"), "{revision}");
        let client = named(CLIENT_NOTIFICATIONS, revision);
        assert_eq!(
            client,
            members(revision, "ClientNotification"),
            "{revision}"
        );
        assert_eq!(named(INPUT_REQUESTS, revision), BTreeSet::new());
    }
    // The only client notification of 2026-07-28 stands in place of a union.
    let only = definition(FIFTH, "ClientNotification").unwrap();
    assert_eq!(
        only["properties"]["method"]["const"],
        "notifications/cancelled"
    );
    assert_eq!(named(CLIENT_NOTIFICATIONS, FIFTH).len(), 1);
    assert_eq!(named(SERVER_REQUESTS, FIFTH), BTreeSet::new());
    assert_eq!(named(INPUT_REQUESTS, FIFTH), members(FIFTH, "InputRequest"));
}

#[test]
fn cacheable_and_asking_methods_agree_with_the_schema() {
    for row in REQUESTS.iter().filter(|row| row.until == FIFTH) {
        let result = definition(FIFTH, row.result).unwrap();
        let caches = result["properties"].get("ttlMs").is_some();
        assert_eq!(caches, CACHEABLE.contains(&row.method), "{}", row.method);
        let response = definition(FIFTH, &format!("{}Response", row.result)).unwrap();
        let asks = response.to_string().contains("InputRequiredResult");
        assert_eq!(asks, MAY_ASK.contains(&row.method), "{}", row.method);
    }
}

#[test]
fn a_modern_result_is_judged_by_its_type() {
    let of = |method, kind: Value| {
        result_definition(FIFTH, method, None, &json!({ "resultType": kind }))
    };
    assert_eq!(of("tools/call", json!("complete")), Some("CallToolResult"));
    assert_eq!(
        of("tools/call", json!("input_required")),
        Some("InputRequiredResult")
    );
    assert_eq!(of("tools/list", json!("input_required")), None);
    assert_eq!(of("tools/call", json!("task")), None);
    assert_eq!(of("tools/call", json!(7)), Some("CallToolResult"));
    assert_eq!(of("ping", json!("complete")), None);
    let untyped = result_definition(FIFTH, "tools/call", None, &json!({}));
    assert_eq!(untyped, Some("CallToolResult"));
}

#[test]
fn a_task_handle_counts_only_where_a_task_was_asked_for() {
    let asked = json!({ "name": "slow", "task": {} });
    let handle = json!({ "task": { "taskId": "1" } });
    let plain = json!({ "content": [] });
    let of = |revision, params, result| result_definition(revision, "tools/call", params, result);
    assert_eq!(of(FOURTH, Some(&asked), &handle), Some("CreateTaskResult"));
    assert_eq!(of(FOURTH, Some(&asked), &plain), Some("CallToolResult"));
    assert_eq!(of(FOURTH, None, &handle), Some("CallToolResult"));
    assert_eq!(of(THIRD, Some(&asked), &handle), Some("CallToolResult"));
}

#[test]
fn methods_belong_to_their_revisions() {
    assert!(client_may_send(FIRST, "ping") && !client_may_send(FIFTH, "ping"));
    assert!(client_may_send(FIFTH, "server/discover"));
    assert!(!client_may_send(FOURTH, "server/discover"));
    assert!(client_may_send(FOURTH, "tasks/list") && !client_may_send(THIRD, "tasks/list"));
    assert!(client_may_send(FIRST, "notifications/initialized"));
    assert!(!client_may_send(FIFTH, "notifications/initialized"));
    assert!(!client_may_send(FIRST, "mcp-check/nope"));
    assert_eq!(
        server_request_definition(SECOND, "elicitation/create"),
        None
    );
    assert_eq!(
        revisions_of_server_method("elicitation/create"),
        [THIRD, FOURTH]
    );
    assert_eq!(params_definition(THIRD, "tools/call"), None);
    assert_eq!(
        params_definition(FOURTH, "tools/call"),
        Some("CallToolRequestParams")
    );
}

#[test]
fn capabilities_govern_methods() {
    assert_eq!(capability_for(FIRST, "completion/complete"), None);
    let completions: &[&str] = &["completions"];
    assert_eq!(
        capability_for(SECOND, "completion/complete"),
        Some(completions)
    );
    let subscribe: &[&str] = &["resources", "subscribe"];
    assert_eq!(
        capability_for(FIRST, "resources/subscribe"),
        Some(subscribe)
    );
    assert_eq!(capability_for(FIFTH, "server/discover"), None);
    assert_eq!(capability_for(FIRST, "ping"), None);
}

#[test]
fn responses_have_definitions_in_every_revision() {
    for revision in Revision::ALL {
        assert!(definition(revision, result_response_definition(revision)).is_some());
        assert!(definition(revision, error_response_definition(revision)).is_some());
    }
}
