//! Every reaction over stdio.

use super::*;

const REVISION: Revision = Revision::V2025_11_25;

/// What a server with one rule does about a message.
fn reaction(script: &str, line: &str) -> Vec<Act> {
    let mut server = ready(script, REVISION);
    send(&mut server, line)
}

fn one(script: &str, line: &str) -> Value {
    ask(&mut ready(script, REVISION), line)
}

fn ping() -> String {
    request("ping", json!({}))
}

fn line(text: &str) -> Act {
    Act::Line(text.as_bytes().to_vec())
}

#[test]
fn results_and_errors_carry_the_id() {
    assert_eq!(
        one("> ping\n< result [\"$id\", 2]", &ping()),
        json!({"jsonrpc": "2.0", "id": 1, "result": [1, 2]})
    );
    assert_eq!(
        one(
            "> ping\n< error -32601 \"no\" data {\"of\": \"$id\"}",
            &ping()
        ),
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no", "data": {"of": 1}}})
    );
}

#[test]
fn a_complete_result_has_what_its_revision_adds() {
    let script =
        "> nope\n< complete {\"a\": 1, \"_meta\": {}}\n> tools/list\n< complete {\"tools\": []}";
    assert_eq!(
        one(script, &request("nope", json!({})))["result"],
        json!({"a": 1, "_meta": {}})
    );
    let modern = Revision::V2026_07_28;
    let mut server = ready(script, modern);
    let answer = ask(&mut server, &request_of(modern, "nope", json!({})));
    assert_eq!(
        answer["result"],
        json!({"a": 1, "_meta": {}, "resultType": "complete"})
    );
    let answer = ask(&mut server, &request_of(modern, "tools/list", json!({})));
    assert_eq!(answer["result"]["cacheScope"], "public");
    assert!(
        answer["result"]["_meta"]
            .get("io.modelcontextprotocol/serverInfo")
            .is_some()
    );
}

#[test]
fn a_merge_changes_the_built_in_result_and_leaves_errors() {
    let script = "> tools/list\n< merge {\"nextCursor\": null}\n< merge /tools/0 {\"inputSchema\": null, \"title\": 7}";
    let answer = one(script, &request("tools/list", json!({})));
    assert_eq!(answer["result"].get("nextCursor"), None);
    assert_eq!(answer["result"]["tools"][0].get("inputSchema"), None);
    assert_eq!(answer["result"]["tools"][0]["title"], 7);
    assert_eq!(answer["result"]["tools"][1]["name"], "add");
    let answer = one(script, &request("tools/list", json!({"cursor": "x"})));
    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn default_and_serve_differ_in_the_checks() {
    let modern = Revision::V2026_07_28;
    let bare = request(
        "tools/list",
        json!({"_meta": {"io.modelcontextprotocol/clientInfo": {}}}),
    );
    let mut server = ready("> tools/list\n< default", modern);
    assert_eq!(code(&mut server, &bare), Some(-32602));
    let mut server = ready("> tools/list\n< serve\n< merge {\"x\": 1}", modern);
    let answer = ask(&mut server, &bare);
    assert_eq!(answer["result"]["resultType"], "complete");
    assert_eq!(answer["result"]["x"], 1);
    let mut early = super::server("> prompts/list\n< serve");
    let answer = ask(&mut early, &request("prompts/list", json!({})));
    assert!(answer["result"]["prompts"].is_array());
}

#[test]
fn frames_go_out_in_order() {
    let script = r#"> ping
< notify notifications/progress {"progressToken": "$id", "progress": 1}
< request "r" roots/list
< request 7 ping {}
< default
< raw {"id": $id} \x7e
< silence"#;
    assert_eq!(
        reaction(script, &ping()),
        [
            line(
                r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#
            ),
            line(r#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#),
            line(r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{}}"#),
            line(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            line(r#"{"id": 1} ~"#),
        ]
    );
}

#[test]
fn a_process_can_write_bytes_and_exit() {
    let script = "> ping\n< stderr on $id\n< bytes half\\n\n< exit 3\n< default";
    let mut server = ready(script, REVISION);
    assert_eq!(
        send(&mut server, &ping()),
        [
            Act::Stderr(b"on 1\n".to_vec()),
            Act::Bytes(b"half\n".to_vec()),
            Act::Exit(3),
        ]
    );
    assert_eq!(send(&mut server, &ping()), []);
    assert_eq!(server.receive(Input::EndOfInput), []);
}

#[test]
fn happenings_have_reactions() {
    let mut server = server("> start\n< raw hello\n> eof\n< silence\n> terminate\n< exit 9");
    assert_eq!(server.start(), [line("hello")]);
    assert_eq!(server.receive(Input::EndOfInput), []);
    assert_eq!(server.receive(Input::Terminate), [Act::Exit(9)]);
    let mut server = super::server("> eof\n< stderr bye\n< default");
    let expected = [Act::Stderr(b"bye\n".to_vec()), Act::Exit(0)];
    assert_eq!(server.receive(Input::EndOfInput), expected);
}

#[test]
fn broken_input_can_be_answered_at_will() {
    let script = "> malformed\n< silence\n> invalid\n< result {}\n> batch\n< raw [$id]\n> response\n< error 1 \"m\"";
    assert_eq!(reaction(script, "{"), []);
    assert_eq!(
        reaction(script, r#"{"jsonrpc":"1.0","id":5,"method":"ping"}"#),
        [line(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#)]
    );
    assert_eq!(reaction(script, "[]"), [line("[null]")]);
    assert_eq!(
        reaction(script, r#"{"jsonrpc":"2.0","id":5,"result":{}}"#),
        [line(
            r#"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"m"}}"#
        )]
    );
}

#[test]
fn a_notification_can_be_answered() {
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;
    let script = "> any notifications/x*\n< error -32601 \"m\"";
    assert_eq!(
        reaction(script, notification),
        [line(
            r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"m"}}"#
        )]
    );
    let mut older = ready(script, Revision::V2025_06_18);
    assert_eq!(
        send(&mut older, notification),
        [line(
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"m"}}"#
        )]
    );
    let script = "> any notifications/x*\n< result {}";
    assert_eq!(
        reaction(script, notification),
        [line(r#"{"jsonrpc":"2.0","id":null,"result":{}}"#)]
    );
}

#[test]
fn a_scripted_handshake_counts() {
    let list = request("prompts/list", json!({}));
    for answer in [
        "< result {\"protocolVersion\": \"2025-03-26\", \"capabilities\": {}}",
        "< merge {\"protocolVersion\": \"2025-03-26\"}",
        "< raw {\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"protocolVersion\":\"2025-03-26\"}}",
    ] {
        let mut server = server(&format!("> initialize\n{answer}"));
        lines(&mut server, &initialize("2025-11-25"));
        assert_eq!(code(&mut server, &list), None, "{answer}");
        let batch = format!("[{list}]");
        assert!(ask(&mut server, &batch).is_array(), "{answer}");
    }
    let mut refused = server("> initialize\n< error -32602 \"no\"");
    assert_eq!(code(&mut refused, &initialize("2025-11-25")), Some(-32602));
    assert_eq!(code(&mut refused, &list), Some(-32600));
    let mut echo = server("> initialize\n< merge {\"protocolVersion\": \"1900-01-01\"}");
    let answer = ask(&mut echo, &initialize("1900-01-01"));
    assert_eq!(answer["result"]["protocolVersion"], "1900-01-01");
    assert_eq!(code(&mut echo, &list), None);
}

#[test]
fn rules_apply_within_a_batch() {
    let script = "> ping id 2\n< error 5 \"m\"\n> nope\n< silence";
    let mut server = ready(script, Revision::V2025_03_26);
    let call = |id: i32, method: &str| json!({"jsonrpc": "2.0", "id": id, "method": method});
    let batch = json!([call(1, "ping"), call(2, "ping"), call(3, "nope")]);
    assert_eq!(
        ask(&mut server, &batch.to_string()),
        json!([
            {"jsonrpc": "2.0", "id": 1, "result": {}},
            {"jsonrpc": "2.0", "id": 2, "error": {"code": 5, "message": "m"}},
        ])
    );
}

#[test]
fn the_second_match_can_differ() {
    let mut server = ready(">2 ping\n< silence", REVISION);
    let answers: Vec<usize> = (0..3).map(|_| send(&mut server, &ping()).len()).collect();
    assert_eq!(answers, [1, 0, 1]);
}
