use super::*;

fn read(text: &str) -> Result<Vec<Target>, String> {
    let env = |name: &str| (name == "TOKEN").then(|| "abc".to_owned());
    parse(
        Path::new("proj/.vscode/mcp.json"),
        text,
        Path::new("/at"),
        &env,
    )
    .map_err(|error| error.to_string())
}

#[test]
fn commands_of_the_usual_key_are_read_in_order() {
    let targets = read(
        r#"{"globalShortcut": "", "mcpServers": {
            "z": {"command": "node", "args": ["${workspaceFolder}/s.js", "--n=${N:-3}"],
                  "env": {"T": "${TOKEN}", "PORT": 80, "ON": true}, "cwd": "sub"},
            "a": {"type": "stdio", "command": "x", "autoApprove": ["add"], "_note": 1}
        }}"#,
    )
    .unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(targets.len(), 2);
    assert_eq!(targets[0].name, "z");
    assert_eq!(
        targets[0].kind,
        TargetKind::Stdio {
            argv: vec!["node".into(), "/at/proj/s.js".into(), "--n=3".into()],
            env: vec![pair("T", "abc"), pair("PORT", "80"), pair("ON", "true")],
            cwd: Some("sub".into()),
        }
    );
    assert_eq!(targets[1].kind, TargetKind::command(vec!["x".into()]));
}

#[test]
fn urls_of_vs_code_with_comments_are_read() {
    let targets = read(
        r#"{
            // the "servers" of this project
            "inputs": [],
            "servers": {
                "h": {"type": "http", "url": "http://localhost:1/mcp", /* "x": */
                      "headers": {"Authorization": "Bearer ${env:TOKEN}"},},
                "s": {"type": "sse", "url": "https://example.invalid/sse//x"},
                "w": {"url": "ws://localhost:2"},
                "off": {"command": "x", "disabled": true},
            },
        }"#,
    )
    .unwrap();
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["h", "s", "w"]);
    assert_eq!(
        targets[0].kind,
        TargetKind::Http {
            url: "http://localhost:1/mcp".into(),
            headers: vec![("Authorization".into(), "Bearer abc".into())],
        }
    );
    assert_eq!(targets[1].to_string(), "https://example.invalid/sse//x");
    assert_eq!(targets[1].kind.transport(), TransportKind::HttpSse);
    assert_eq!(targets[2].kind.transport(), TransportKind::WebSocket);
}

#[test]
fn every_fault_names_file_and_key() {
    let cases = [
        ("{", "not JSON"),
        ("[]", "neither `mcpServers` nor `servers`"),
        (
            r#"{"mcpServers": []}"#,
            "`mcpServers` must be an object of servers",
        ),
        (r#"{"mcpServers": {}}"#, "`mcpServers` lists no server"),
        (r#"{"servers": {"a": 1}}"#, "`servers.a` must be an object"),
        (
            r#"{"servers": {"a": {}}}"#,
            "`servers.a` has neither `command` nor `url`",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "url": "http://x"}}}"#,
            "has both",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "comand": "y"}}}"#,
            "`servers.a.comand` is not known",
        ),
        (
            r#"{"servers": {"a": {"command": ["x"]}}}"#,
            "`servers.a.command` must be a string",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "args": "y"}}}"#,
            "`servers.a.args` must be an array",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "env": {"A": []}}}}"#,
            "`servers.a.env.A` must be",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "env": {"A": "${NOPE}"}}}}"#,
            "`servers.a.env.A`: the environment variable NOPE",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "type": "pipe"}}}"#,
            "`servers.a.type` is \"pipe\"",
        ),
        (
            r#"{"servers": {"a": {"command": "x", "type": "http"}}}"#,
            "`servers.a.type` does not go with `command`",
        ),
        (
            r#"{"servers": {"a": {"url": "http://x", "type": "stdio"}}}"#,
            "`servers.a.type` does not go with `url`",
        ),
        (
            r#"{"servers": {"a": {"url": "localhost:1"}}}"#,
            "`servers.a.url` is \"localhost:1\"",
        ),
    ];
    for (text, want) in cases {
        let message = read(text).unwrap_err();
        assert!(message.starts_with("proj/.vscode/mcp.json: "), "{message}");
        assert!(message.contains(want), "{text}\n{message}\n{want}");
    }
}

#[test]
fn strings_that_look_like_comments_stay() {
    let text = r#"{"a": "x // y /* z */ \" // ", "b": ["c",]}"#;
    let value: Value = serde_json::from_str(&without_comments(text)).unwrap();
    assert_eq!(value["a"], "x // y /* z */ \" // ");
    assert_eq!(value["b"], serde_json::json!(["c"]));
}

#[test]
fn the_project_directory_is_above_a_hidden_one() {
    assert_eq!(
        workspace_of(Path::new("/a/.cursor/mcp.json")),
        Path::new("/a")
    );
    assert_eq!(workspace_of(Path::new("/a/mcp.json")), Path::new("/a"));
    assert_eq!(workspace_of(Path::new("/a/.mcp.json")), Path::new("/a"));
}
