//! The built-in server over stdio.

use super::*;

const PING: &str = r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#;

#[test]
fn a_supported_version_is_echoed_and_any_other_becomes_the_newest() {
    for revision in Revision::HANDSHAKE {
        ready("", revision);
    }
    for (revisions, asked, agreed) in [
        ("", "1900-01-01", "2025-11-25"),
        ("", "2026-07-28", "2025-11-25"),
        (
            "revisions 2024-11-05 2025-03-26",
            "2025-11-25",
            "2025-03-26",
        ),
        (
            "revisions 2024-11-05 2025-03-26",
            "2024-11-05",
            "2024-11-05",
        ),
    ] {
        let answer = ask(&mut server(revisions), &initialize(asked));
        assert_eq!(answer["result"]["protocolVersion"], agreed, "{asked}");
    }
}

#[test]
fn initialize_needs_its_parameters() {
    let mut server = server("");
    for params in [
        json!({}),
        json!({"protocolVersion": 1, "capabilities": {}, "clientInfo": {}}),
        json!({"protocolVersion": "2025-11-25", "clientInfo": {}}),
    ] {
        assert_eq!(
            code(&mut server, &request("initialize", params)),
            Some(-32602)
        );
    }
}

#[test]
fn before_the_handshake_only_ping_is_served() {
    let mut server = server("");
    assert_eq!(ask(&mut server, PING)["result"], json!({}));
    assert_eq!(
        code(&mut server, &request("tools/list", json!({}))),
        Some(-32600)
    );
    assert_eq!(
        code(&mut server, &request("no/such", json!({}))),
        Some(-32601)
    );
}

#[test]
fn declared_capabilities_are_those_of_the_revision_or_of_the_script() {
    for revision in Revision::HANDSHAKE {
        let answer = ask(&mut server(""), &initialize(revision.as_str()));
        let capabilities = &answer["result"]["capabilities"];
        assert_eq!(capabilities["resources"], json!({"subscribe": true}));
        let has_completions = capabilities.get("completions").is_some();
        assert_eq!(has_completions, revision >= Revision::V2025_03_26);
    }
    for revision in Revision::ALL {
        let mut server = ready("capabilities {\"resources\":{}}", revision);
        for (method, params, expected) in [
            ("tools/list", json!({}), Some(-32601)),
            ("prompts/list", json!({}), Some(-32601)),
            ("logging/setLevel", json!({"level": "info"}), Some(-32601)),
            (
                "resources/subscribe",
                json!({"uri": "memo://logo"}),
                Some(-32601),
            ),
            ("resources/list", json!({}), None),
        ] {
            let line = request_of(revision, method, params);
            assert_eq!(code(&mut server, &line), expected, "{method} at {revision}");
        }
    }
}

#[test]
fn tools_come_on_two_pages() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        let mut page = |params| {
            let answer = ask(&mut server, &request_of(revision, "tools/list", params));
            let names = answer["result"]["tools"].as_array().unwrap().iter();
            let names: Vec<Value> = names.map(|tool| tool["name"].clone()).collect();
            (names, answer["result"].get("nextCursor").cloned())
        };
        let (names, next) = page(json!({}));
        assert_eq!(names, ["echo", "add"]);
        let next = next.expect("a second page");
        assert_eq!(
            page(json!({"cursor": next})),
            (vec![json!("write_note")], None)
        );
    }
}

#[test]
fn what_cannot_be_done_has_the_code_of_its_revision() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        let is_handshake = revision.era() == Era::Handshake;
        let missing = if is_handshake { -32002 } else { -32602 };
        for (method, params, expected) in [
            ("tools/list", json!({"cursor": "x"}), -32602),
            ("tools/list", json!({"cursor": 1}), -32602),
            ("prompts/list", json!({"cursor": "page-2"}), -32602),
            ("resources/list", json!({"cursor": ""}), -32602),
            ("resources/templates/list", json!({"cursor": "x"}), -32602),
            ("tools/call", json!({"name": "nope"}), -32602),
            ("tools/call", json!({}), -32602),
            (
                "tools/call",
                json!({"name": "echo", "arguments": []}),
                -32602,
            ),
            ("resources/read", json!({}), -32602),
            ("resources/read", json!({"uri": "memo://nope"}), missing),
            (
                "resources/read",
                json!({"uri": "memo://numbered/4"}),
                missing,
            ),
            ("prompts/get", json!({"name": "nope"}), -32602),
            ("prompts/get", json!({"name": "greet"}), -32602),
            ("completion/complete", json!({}), -32602),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": "nope"}, "argument": {"name": "name", "value": ""}}),
                -32602,
            ),
            ("mcp-check/nope", json!({}), -32601),
            ("tasks/list", json!({}), -32601),
        ] {
            let line = request_of(revision, method, params);
            assert_eq!(
                code(&mut server, &line),
                Some(expected),
                "{line} at {revision}"
            );
        }
    }
    let mut server = ready("", Revision::V2025_11_25);
    let array = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#;
    assert_eq!(code(&mut server, array), Some(-32602));
    let level = request("logging/setLevel", json!({"level": "loud"}));
    assert_eq!(code(&mut server, &level), Some(-32602));
    let unknown = request("resources/subscribe", json!({"uri": "memo://nope"}));
    assert_eq!(code(&mut server, &unknown), Some(-32002));
}

#[test]
fn unfit_arguments_are_a_tool_error_from_2025_11_25_on() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        let params = json!({"name": "add", "arguments": {"a": 1, "b": "2"}});
        let answer = ask(&mut server, &request_of(revision, "tools/call", params));
        if revision >= Revision::V2025_11_25 {
            assert_eq!(answer["result"]["isError"], true, "{revision}");
        } else {
            assert_eq!(answer["error"]["code"], -32602, "{revision}");
        }
    }
}

#[test]
fn features_work() {
    let mut server = ready("", Revision::V2025_11_25);
    let mut result =
        |method: &str, params| ask(&mut server, &request(method, params))["result"].take();
    let echoed = result(
        "tools/call",
        json!({"name": "echo", "arguments": {"text": "ä"}}),
    );
    assert_eq!(echoed, json!({"content": [{"type": "text", "text": "ä"}]}));
    let sum = result(
        "tools/call",
        json!({"name": "add", "arguments": {"a": 1, "b": 2}}),
    );
    assert_eq!(sum["structuredContent"], json!({"sum": 3.0}));
    let noted = result(
        "tools/call",
        json!({"name": "write_note", "arguments": {"text": "x"}}),
    );
    assert_eq!(noted["content"][0]["text"], "Noted.");
    let read = result("resources/read", json!({"uri": "memo://numbered/2"}));
    assert_eq!(read["contents"][0]["text"], "Call Ada.");
    let greeting = result(
        "prompts/get",
        json!({"name": "greet", "arguments": {"name": "Ada"}}),
    );
    assert_eq!(
        greeting["messages"][0]["content"]["text"],
        "Please greet Ada."
    );
    let completion = result(
        "completion/complete",
        json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "name", "value": "A"}}),
    );
    assert_eq!(completion["completion"]["values"], json!(["Ada", "Alan"]));
    assert_eq!(
        result("logging/setLevel", json!({"level": "debug"})),
        json!({})
    );
    assert_eq!(
        result("resources/subscribe", json!({"uri": "memo://logo"})),
        json!({})
    );
}

#[test]
fn unreadable_input_is_answered_with_the_id_that_the_revision_allows() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        let null = (revision < Revision::V2025_11_25).then_some(Value::Null);
        for (line, code, id) in [
            ("{\"jsonrpc\":", -32700, null.clone()),
            ("{}", -32600, null.clone()),
            ("\"ping\"", -32600, null.clone()),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
                -32600,
                null.clone(),
            ),
            (
                r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#,
                -32600,
                Some(json!(7)),
            ),
            (r#"{"id":"a","method":"ping"}"#, -32600, Some(json!("a"))),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":5}"#,
                -32600,
                Some(json!(7)),
            ),
        ] {
            let answer = ask(&mut server, line);
            assert_eq!(answer["error"]["code"], code, "{line} at {revision}");
            assert_eq!(answer.get("id").cloned(), id, "{line} at {revision}");
        }
    }
}

#[test]
fn notifications_responses_and_empty_lines_stay_unanswered() {
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        for line in [
            r#"{"jsonrpc":"2.0","method":"notifications/x-mcp-check"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}"#,
            r#"{"jsonrpc":"2.0","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}"#,
            "",
            " \r",
        ] {
            assert_eq!(lines(&mut server, line), [""; 0], "{line} at {revision}");
        }
    }
}

#[test]
fn ids_are_echoed_as_they_are() {
    let mut server = ready("", Revision::V2025_11_25);
    for id in ["0", "-7", "\"7\"", "\"\"", "\"ä\\n\"", "9007199254740993"] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let expected = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#);
        assert_eq!(lines(&mut server, &line), [expected]);
    }
}

#[test]
fn batches_exist_in_2025_03_26_only() {
    let ping = |id: i32| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
    let notification = json!({"jsonrpc": "2.0", "method": "notifications/x"});
    let batch = json!([ping(1), notification, ping(2)]).to_string();
    for revision in Revision::ALL {
        let mut server = ready("", revision);
        let answer = ask(&mut server, &batch);
        if revision == Revision::V2025_03_26 {
            let pong = |id: i32| json!({"jsonrpc": "2.0", "id": id, "result": {}});
            assert_eq!(answer, json!([pong(1), pong(2)]));
        } else {
            assert_eq!(answer["error"]["code"], -32600);
        }
    }
    let mut server = ready("", Revision::V2025_03_26);
    assert_eq!(
        lines(&mut server, &json!([notification]).to_string()),
        [""; 0]
    );
    assert_eq!(ask(&mut server, "[]")["error"]["code"], -32600);
    let answers = ask(&mut server, "[1,2]");
    assert_eq!(answers.as_array().unwrap().len(), 2);
    assert_eq!(answers[1]["error"]["code"], -32600);
    let inside = format!("[{}]", initialize("2025-03-26"));
    assert_eq!(ask(&mut server, &inside)[0]["error"]["code"], -32600);
}

#[test]
fn modern_requests_stand_alone() {
    let revision = Revision::V2026_07_28;
    let discovered = ask(
        &mut server(""),
        &request_of(revision, "server/discover", json!({})),
    );
    assert_eq!(
        discovered["result"]["supportedVersions"],
        json!(["2026-07-28"])
    );
    let mut server = server("");
    let listed = ask(&mut server, &request_of(revision, "tools/list", json!({})));
    let result = &listed["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["cacheScope"], "public");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "mcp-check-mock"
    );
    let with = |change: fn(&mut Value)| {
        let mut meta = metadata();
        change(&mut meta);
        request("prompts/list", json!({"_meta": meta}))
    };
    for (line, code) in [
        (
            with(|meta| meta["io.modelcontextprotocol/clientCapabilities"] = json!([])),
            -32602,
        ),
        (
            with(|meta| meta["io.modelcontextprotocol/protocolVersion"] = json!(1)),
            -32602,
        ),
        (
            with(|meta| meta["io.modelcontextprotocol/clientInfo"] = json!(1)),
            -32602,
        ),
        (
            with(|meta| meta["io.modelcontextprotocol/protocolVersion"] = json!("1900-01-01")),
            -32022,
        ),
        (request("server/discover", json!({})), -32602),
    ] {
        assert_eq!(super::code(&mut server, &line), Some(code), "{line}");
    }
    for removed in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "tasks/list",
    ] {
        let line = request_of(
            revision,
            removed,
            json!({"uri": "memo://logo", "level": "info"}),
        );
        assert_eq!(super::code(&mut server, &line), Some(-32601), "{removed}");
    }
}

#[test]
fn an_unsupported_version_is_refused_with_the_supported_ones() {
    let mut meta = metadata();
    meta["io.modelcontextprotocol/protocolVersion"] = json!("1900-01-01");
    let line = request("tools/list", json!({"_meta": meta}));
    let answer = ask(&mut server(""), &line);
    let data = json!({"supported": ["2026-07-28"], "requested": "1900-01-01"});
    assert_eq!(answer["error"]["data"], data);
}

#[test]
fn a_modern_only_server_names_its_versions_to_initialize() {
    let mut server = server("revision 2026-07-28\nrevisions 2026-07-28");
    let answer = ask(&mut server, &initialize("2025-11-25"));
    assert_eq!(answer["error"]["code"], -32602);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("2026-07-28"), "{message}");
}

#[test]
fn a_handshake_server_does_not_know_modern_methods() {
    let mut server = server("revisions 2025-11-25");
    let line = request_of(Revision::V2026_07_28, "server/discover", json!({}));
    assert_eq!(code(&mut server, &line), Some(-32601));
}

#[test]
fn subscriptions_are_acknowledged_until_cancelled_or_the_end() {
    let listen = |id: Value, filter: Value| {
        let params = json!({"_meta": metadata(), "notifications": filter});
        json!({"jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params})
            .to_string()
    };
    let mut server = server("");
    let wanted = json!({"toolsListChanged": true, "resourceSubscriptions": ["memo://logo"]});
    let acknowledged = ask(&mut server, &listen(json!("s"), wanted));
    assert_eq!(
        acknowledged["method"],
        "notifications/subscriptions/acknowledged"
    );
    assert_eq!(
        acknowledged["params"],
        json!({
            "_meta": {"io.modelcontextprotocol/subscriptionId": "s"},
            "notifications": {"resourceSubscriptions": ["memo://logo"]},
        })
    );
    assert_eq!(
        ask(&mut server, &listen(json!(31), json!({})))["params"]["notifications"],
        json!({})
    );
    let cancel =
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#;
    assert_eq!(lines(&mut server, cancel), [""; 0]);
    let acts = server.receive(Input::EndOfInput);
    let [Act::Line(last), Act::Exit(0)] = &acts[..] else {
        panic!("{acts:?}");
    };
    let last: Value = serde_json::from_slice(last).unwrap();
    assert_eq!(last["id"], 31);
    assert_eq!(
        last["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        31
    );
    let bad = request_of(Revision::V2026_07_28, "subscriptions/listen", json!({}));
    assert_eq!(code(&mut super::server(""), &bad), Some(-32602));
}

#[test]
fn the_end_of_input_and_a_signal_end_the_process() {
    let mut ended = server("");
    assert_eq!(ended.start(), []);
    assert_eq!(ended.receive(Input::EndOfInput), [Act::Exit(0)]);
    assert_eq!(send(&mut ended, PING), []);
    assert_eq!(server("").receive(Input::Terminate), [Act::Exit(0)]);
}
