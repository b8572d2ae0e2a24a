//! The built-in answers against the schemas of the protocol.

use super::*;
use crate::spec::schema;

/// Requests with the definition of their results, for the revisions that have them.
#[expect(clippy::too_many_lines, reason = "a table")]
fn exchanges(revision: Revision) -> Vec<(&'static str, Value, &'static str)> {
    let completion = |reference: Value, name: &str| json!({"ref": reference, "argument": {"name": name, "value": ""}});
    let mut exchanges = vec![
        ("tools/list", json!({}), "ListToolsResult"),
        ("tools/list", json!({"cursor": "page-2"}), "ListToolsResult"),
        (
            "tools/call",
            json!({"name": "echo", "arguments": {"text": "a"}}),
            "CallToolResult",
        ),
        (
            "tools/call",
            json!({"name": "add", "arguments": {"a": 1, "b": 2}}),
            "CallToolResult",
        ),
        (
            "tools/call",
            json!({"name": "write_note", "arguments": {"text": ""}}),
            "CallToolResult",
        ),
        ("resources/list", json!({}), "ListResourcesResult"),
        (
            "resources/templates/list",
            json!({}),
            "ListResourceTemplatesResult",
        ),
        (
            "resources/read",
            json!({"uri": "memo://welcome"}),
            "ReadResourceResult",
        ),
        (
            "resources/read",
            json!({"uri": "memo://logo"}),
            "ReadResourceResult",
        ),
        (
            "resources/read",
            json!({"uri": "memo://numbered/1"}),
            "ReadResourceResult",
        ),
        ("prompts/list", json!({}), "ListPromptsResult"),
        ("prompts/get", json!({"name": "help"}), "GetPromptResult"),
        (
            "prompts/get",
            json!({"name": "greet", "arguments": {"name": "Ada"}}),
            "GetPromptResult",
        ),
        (
            "completion/complete",
            completion(json!({"type": "ref/prompt", "name": "greet"}), "name"),
            "CompleteResult",
        ),
        (
            "completion/complete",
            completion(
                json!({"type": "ref/resource", "uri": "memo://numbered/{number}"}),
                "number",
            ),
            "CompleteResult",
        ),
    ];
    if revision >= Revision::V2025_11_25 {
        exchanges.push(("tools/call", json!({"name": "echo"}), "CallToolResult"));
    }
    exchanges.extend(match revision.era() {
        Era::Modern => vec![("server/discover", json!({}), "DiscoverResult")],
        Era::Handshake => vec![
            ("ping", json!({}), "EmptyResult"),
            ("logging/setLevel", json!({"level": "info"}), "EmptyResult"),
            (
                "resources/subscribe",
                json!({"uri": "memo://logo"}),
                "EmptyResult",
            ),
            (
                "resources/unsubscribe",
                json!({"uri": "memo://logo"}),
                "EmptyResult",
            ),
        ],
    });
    exchanges
}

#[track_caller]
fn assert_valid(revision: Revision, definition: &str, value: &Value) {
    let faults = schema::validate(revision, definition, value).err();
    assert_eq!(faults, None, "{definition} at {revision}: {value}");
}

#[test]
fn results_fit_their_definitions() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        for (method, params, definition) in exchanges(revision) {
            let answer = ask(&mut server, &request_of(revision, method, params));
            assert_eq!(answer.get("error"), None, "{method} at {revision}");
            assert_valid(revision, definition, &answer["result"]);
        }
    }
}

#[test]
fn the_handshake_fits_its_definition() {
    for revision in Revision::HANDSHAKE {
        let answer = ask(&mut server(""), &initialize(revision.as_str()));
        assert_valid(revision, "InitializeResult", &answer["result"]);
    }
}

#[test]
fn subscriptions_fit_their_definitions() {
    let revision = Revision::V2026_07_28;
    let mut server = server("");
    let listen = request_of(
        revision,
        "subscriptions/listen",
        json!({"notifications": {}}),
    );
    let acknowledged = ask(&mut server, &listen);
    assert_valid(
        revision,
        "SubscriptionsAcknowledgedNotification",
        &acknowledged,
    );
    let acts = server.receive(Input::EndOfInput);
    let Act::Line(last) = &acts[0] else {
        panic!("{acts:?}");
    };
    let last: Value = serde_json::from_slice(last).unwrap();
    assert_valid(revision, "SubscriptionsListenResult", &last["result"]);
}

#[test]
fn errors_fit_their_definitions() {
    for revision in Revision::ALL {
        let definition = match revision >= Revision::V2025_11_25 {
            true => "JSONRPCErrorResponse",
            false => "JSONRPCError",
        };
        let mut server = ready("", revision);
        let unknown = request_of(revision, "nope", json!({}));
        assert_valid(revision, definition, &ask(&mut server, &unknown));
        let missing = request_of(revision, "resources/read", json!({"uri": "memo://nope"}));
        assert_valid(revision, definition, &ask(&mut server, &missing));
        if revision >= Revision::V2025_11_25 {
            assert_valid(revision, definition, &ask(&mut server, "{"));
            assert_valid(revision, definition, &ask(&mut server, "{}"));
        }
    }
    let revision = Revision::V2026_07_28;
    let old = request_of(revision, "tools/list", json!({})).replace("2026-07-28", "1900-01-01");
    let refused = ask(&mut ready("", revision), &old);
    assert_valid(revision, "UnsupportedProtocolVersionError", &refused);
}
