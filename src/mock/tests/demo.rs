//! The demonstration servers.

use super::super::{demo_script, session_script};
use super::*;

#[test]
fn the_correct_server_is_the_default() {
    assert_eq!(demo_script("correct"), Some(Script::default()));
    assert_eq!(demo_script("other"), None);
}

#[test]
fn every_example_of_the_page_is_a_script() {
    let page = include_str!("../../../docs/script-notation.md");
    let (servers, sessions) = page.split_once("## Sessions of your own").unwrap();
    let blocks = |text: &'static str| text.split("```\n").skip(1).step_by(2).collect::<Vec<_>>();
    for block in blocks(sessions) {
        let session = session_script::SessionScript::parse(block).unwrap();
        assert!(!session.steps.is_empty(), "{block}");
    }
    let blocks = blocks(servers);
    assert!(blocks.len() > 3);
    for block in blocks {
        let script = Script::parse(block).map_err(|error| error.to_string());
        assert!(!script.expect(block).rules.is_empty(), "{block}");
    }
}

#[test]
fn the_broken_server_is_broken_in_every_revision() {
    let script = demo_script("broken").expect("the embedded script is valid");
    for revision in Revision::ALL {
        let mut server = Server::new(script.clone());
        let log = Act::Line(b"[info] notes server ready".to_vec());
        assert_eq!(server.start(), [log], "a log line on standard output");
        let mut tell = |line: &str| {
            let lines = lines(&mut server, line);
            let values = lines.iter().map(|line| serde_json::from_str(line).unwrap());
            values.collect::<Vec<Value>>()
        };
        if revision.era() == Era::Handshake {
            let agreed = &tell(&initialize(revision.as_str()))[0]["result"];
            assert_eq!(agreed["protocolVersion"], revision.as_str());
            assert_eq!(tell(INITIALIZED), [json!(null); 0]);
        }
        let mut ask = |method: &str, params| tell(&request_of(revision, method, params)).remove(0);
        assert_eq!(ask("ping", json!({}))["error"]["code"], -32601);
        let list = &ask("tools/list", json!({}))["result"];
        assert_eq!(list["tools"][1]["name"], "list_notes");
        assert_eq!(list["tools"][1].get("inputSchema"), None);
        assert_eq!(list.get("nextCursor"), Some(&Value::Null));
        assert!(ask("tools/call", json!({"name": "nope"}))["result"]["content"].is_array());
        assert!(ask("mcp-check/nope", json!({}))["result"].is_object());
        assert_eq!(
            ask("tools/list", json!({"cursor": "x"}))["error"]["code"],
            -32602
        );
        let answers = tell(r#"{"jsonrpc":"2.0","method":"notifications/x-mcp-check"}"#);
        assert_eq!(answers[0]["error"]["code"], -32601);
    }
}
