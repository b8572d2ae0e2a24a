use serde_json::json;

use super::*;
use crate::mock::script::{Event, Frame, Patch, Piece, Text};

fn rules(text: &str) -> Vec<Rule> {
    Script::parse(text).unwrap().rules
}

/// The reactions below one `> x` line.
fn reactions(text: &str) -> Vec<Reaction> {
    rules(&format!("> x\n{text}")).remove(0).reactions
}

fn http_reactions(text: &str) -> Vec<Reaction> {
    let script = format!("transport http\n> x\n{text}");
    rules(&script).remove(0).reactions
}

fn text(bytes: &[u8]) -> Text {
    Text(vec![Piece::Bytes(bytes.to_vec())])
}

#[test]
fn an_empty_script_is_the_correct_server() {
    assert_eq!(Script::parse("# nothing\n\n"), Ok(Script::default()));
    assert_eq!(Script::default().revision(), Revision::V2025_11_25);
    assert_eq!(Script::default().transport(), TransportKind::Stdio);
    assert_eq!(Script::default().supported(), Revision::ALL);
}

#[test]
fn header_lines_describe_the_server() {
    let script = Script::parse(
        "revision 2025-03-26\nrevisions 2025-06-18 2024-11-05 2025-06-18\n  transport http\ncapabilities {\"tools\":{}}\n",
    )
    .unwrap();
    assert_eq!(script.revision(), Revision::V2025_03_26);
    assert_eq!(
        script.supported(),
        [Revision::V2024_11_05, Revision::V2025_06_18]
    );
    assert_eq!(script.transport(), TransportKind::StreamableHttp);
    assert_eq!(script.capabilities, Some(json!({"tools": {}})));
}

#[test]
fn selectors() {
    let selector = |line: &str| {
        let transport = if line.starts_with("http") {
            "http"
        } else {
            "stdio"
        };
        let script = format!("transport {transport}\n> {line}\n< silence");
        rules(&script).remove(0).selector
    };
    assert_eq!(selector("start"), Selector::Start);
    assert_eq!(selector("eof"), Selector::EndOfInput);
    assert_eq!(selector("terminate"), Selector::Terminate);
    assert_eq!(selector("malformed"), Selector::Malformed);
    assert_eq!(selector("invalid"), Selector::Invalid);
    assert_eq!(selector("batch"), Selector::Batch);
    assert_eq!(selector("response"), Selector::Response);
    assert_eq!(selector("http DELETE"), Selector::Http("DELETE".to_owned()));
    assert_eq!(
        selector("any tools/*"),
        Selector::Prefix("tools/".to_owned())
    );
    let method = |params, id| Selector::Method {
        method: "ping".to_owned(),
        params,
        id,
    };
    assert_eq!(selector("ping"), method(None, None));
    assert_eq!(
        selector("ping {\"a\": 1}"),
        method(Some(json!({"a": 1})), None)
    );
    assert_eq!(
        selector("ping id string"),
        method(None, Some(IdPattern::String))
    );
    assert_eq!(
        selector("ping {} id number"),
        method(Some(json!({})), Some(IdPattern::Number))
    );
    assert_eq!(
        selector("ping id \"a b\""),
        method(None, Some(IdPattern::Exactly(Id::from("a b"))))
    );
    assert_eq!(
        selector("ping id -7"),
        method(None, Some(IdPattern::Exactly(Id::from(-7))))
    );
}

#[test]
fn counts_and_header_conditions() {
    let rule = rules(
        "transport http\n>12 ping\nwhen Origin: http://a:80/\n  when MCP-Session-Id absent\n< silence",
    )
    .remove(0);
    assert_eq!(rule.nth, Some(12));
    let condition = |name: &str, value: Option<&str>| HeaderCondition {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    assert_eq!(
        rule.conditions,
        [
            condition("Origin", Some("http://a:80/")),
            condition("MCP-Session-Id", None)
        ]
    );
}

#[test]
fn frames() {
    let frame = |line: &str| match reactions(line).remove(0) {
        Reaction::Frame(frame) => frame,
        other => panic!("{other:?} is no frame"),
    };
    assert_eq!(frame("< result null"), Frame::Result(json!(null)));
    assert_eq!(frame("< complete {}"), Frame::Complete(json!({})));
    let error = |data| Frame::Error {
        code: -32601,
        message: "a \"b\"".to_owned(),
        data,
    };
    assert_eq!(frame(r#"< error -32601 "a \"b\"""#), error(None));
    assert_eq!(
        frame(r#"< error -32601 "a \"b\"" data [1]"#),
        error(Some(json!([1])))
    );
    let notify = |params| Frame::Notify {
        method: "n".to_owned(),
        params,
    };
    assert_eq!(frame("< notify n"), notify(None));
    assert_eq!(frame("< notify n {\"a\":1}"), notify(Some(json!({"a": 1}))));
    assert_eq!(
        frame("< request \"r 1\" ping {}"),
        Frame::Request {
            id: Id::from("r 1"),
            method: "ping".to_owned(),
            params: Some(json!({})),
        }
    );
}

#[test]
fn merges_add_up_to_one_frame() {
    let patch = |at: &str, value| Patch {
        at: at.to_owned(),
        value,
    };
    let merged = |checked, patches| Reaction::Frame(Frame::Default { checked, patches });
    assert_eq!(reactions("< default"), [merged(true, vec![])]);
    assert_eq!(reactions("< serve"), [merged(false, vec![])]);
    assert_eq!(
        reactions("< merge {\"a\":null}\n< merge /b/0 7"),
        [merged(
            true,
            vec![patch("", json!({"a": null})), patch("/b/0", json!(7))]
        )]
    );
    assert_eq!(
        reactions("< serve\n< merge {}\n< silence\n< merge {}"),
        [
            merged(false, vec![patch("", json!({}))]),
            Reaction::Silence,
            merged(true, vec![patch("", json!({}))])
        ]
    );
}

#[test]
fn texts_know_escapes_and_ids() {
    let raw = |line: &str| reactions(line).remove(0);
    let frame = |text| Reaction::Frame(Frame::Raw(text));
    assert_eq!(
        raw(r#"< raw  {"a\"b\u0041": "\\n\x41\xfF\t"}"#),
        frame(text(b" {\"a\\\"b\\u0041\": \"\\nA\xff\t\"}"))
    );
    assert_eq!(raw("< raw"), frame(Text::default()));
    assert_eq!(raw("< bytes ä\\n"), Reaction::Bytes(text("ä\n".as_bytes())));
    assert_eq!(raw("< stderr x"), Reaction::Stderr(text(b"x")));
    let parts = vec![
        Piece::Bytes(b"[".to_vec()),
        Piece::Id,
        Piece::Bytes(b",$id]".to_vec()),
    ];
    assert_eq!(raw(r"< raw [$id,\x24id]"), frame(Text(parts)));
}

#[test]
fn process_and_http_facts() {
    assert_eq!(reactions("< exit -1"), [Reaction::Exit(-1)]);
    assert_eq!(
        http_reactions(
            "< http 403\n< header A: b: c\n< header D absent\n< open\n< body text/html <p>\\n"
        ),
        [
            Reaction::Status(403),
            Reaction::Header("A".to_owned(), Some("b: c".to_owned())),
            Reaction::Header("D".to_owned(), None),
            Reaction::Open,
            Reaction::Body {
                media_type: "text/html".to_owned(),
                text: text(b"<p>\n"),
            },
        ]
    );
    assert_eq!(http_reactions("< http 202"), [Reaction::Status(202)]);
    let event = |event: Event| Reaction::SseEvent(event);
    assert_eq!(
        http_reactions(
            "< sse\n< sse-event id=7 event=endpoint retry=10 data= {$id}\n< sse-event id= data=\n< sse-event comment=still here"
        ),
        [
            Reaction::Sse,
            event(Event {
                id: Some("7".to_owned()),
                event: Some("endpoint".to_owned()),
                retry: Some(10),
                comment: None,
                data: Some(Text(vec![
                    Piece::Bytes(b"{".to_vec()),
                    Piece::Id,
                    Piece::Bytes(b"}".to_vec())
                ])),
            }),
            event(Event {
                id: Some(String::new()),
                data: Some(Text::default()),
                ..Event::default()
            }),
            event(Event {
                comment: Some("still here".to_owned()),
                ..Event::default()
            }),
        ]
    );
}

#[test]
fn a_line_can_be_continued() {
    let script = "> x\n< result {\"a\":\n  | [1,\n# between\n|2]}";
    assert_eq!(
        rules(script).remove(0).reactions,
        [Reaction::Frame(Frame::Result(json!({"a": [1, 2]})))]
    );
}

/// Scripts with line, column and text of their error.
const ERRORS: &[(&str, usize, usize, &str)] = &[
    ("revision 2025-01-01", 1, 10, "is not a protocol revision"),
    (
        "\nrevisions 2025-11-25  x",
        2,
        23,
        "\"x\" is not a protocol revision",
    ),
    ("transport tcp", 1, 11, "expected `stdio` or `http`"),
    ("transport http now", 1, 16, "expected the end of the line"),
    ("capabilities []", 1, 14, "expected a JSON object"),
    ("capabilities", 1, 13, "expected JSON"),
    ("colour red", 1, 1, "expected `revision`"),
    ("| x", 1, 1, "there is no line that this one could continue"),
    ("< silence", 1, 1, "belongs below a `>` line"),
    ("when a: b", 1, 1, "belongs below a `>` line"),
    ("> ping", 1, 3, "a rule needs at least one `<` line"),
    (
        "> ping\n> ping\n< silence",
        1,
        3,
        "a rule needs at least one `<` line",
    ),
    (">", 1, 2, "expected a method or a selector"),
    (">0 ping\n< silence", 1, 2, "expected a number from 1"),
    (">2x ping\n< silence", 1, 2, "expected a number from 1"),
    (
        "> any tools",
        1,
        7,
        "expected the start of a method and `*`",
    ),
    ("> start now", 1, 9, "expected the end of the line"),
    ("> ping {\"ä\": x}", 1, 14, "not JSON: expected value"),
    ("> ping {\"a\":", 1, 13, "not JSON: EOF while parsing"),
    ("> ping id", 1, 10, "expected JSON"),
    (
        "> http GET\n< http 200",
        1,
        3,
        "needs the header line `transport http`",
    ),
    (
        "> ping\nwhen a: b\n< silence",
        2,
        1,
        "needs the header line `transport http`",
    ),
    (
        "> ping\n  < http 200",
        2,
        5,
        "needs the header line `transport http`",
    ),
    (
        "> ping\n< body text/html x",
        2,
        3,
        "needs the header line `transport http`",
    ),
    ("transport http\n> eof\n< exit 0", 2, 3, "over stdio only"),
    (
        "transport http\n> http",
        2,
        7,
        "expected `GET`, `POST` or `DELETE`",
    ),
    (
        "transport http\n> x\nwhen a b\n< silence",
        3,
        6,
        "expected `NAME: VALUE` or `NAME absent`",
    ),
    (
        "transport http\n> x\n< silence\nwhen a: b",
        4,
        1,
        "come before the `<` lines",
    ),
    ("transport http\n> x\n< bytes a", 3, 3, "for stdio only"),
    (
        "transport http\n> x\n< header a: b",
        2,
        3,
        "this rule has no body",
    ),
    (
        "transport http\n> x\n< default\n< http 200",
        4,
        3,
        "HTTP facts come before the body",
    ),
    (
        "transport http\n> x\n< default\n< result {}",
        4,
        3,
        "several frames in one HTTP answer",
    ),
    (
        "transport http\n> x\n< sse-event id=1",
        3,
        3,
        "needs a `< sse` line before it",
    ),
    (
        "transport http\n> x\n< sse\n< sse-event id=1 x",
        4,
        18,
        "expected `id=`",
    ),
    (
        "transport http\n> x\n< sse\n< body text/html x",
        4,
        3,
        "has no other body",
    ),
    (
        "transport http\n> x\n< silence\n< default",
        4,
        3,
        "stand alone",
    ),
    (
        "transport http\n> x\n< http 200\n< exit 1",
        4,
        3,
        "stand alone",
    ),
    (
        "transport http\n> x\n< http 99",
        3,
        8,
        "expected an HTTP status",
    ),
    (
        "transport http\n> x\n< body html",
        3,
        8,
        "expected a media type",
    ),
    ("> x\n< reply {}", 2, 3, "expected `result`, `complete`"),
    ("> x\n< result {} {}", 2, 13, "expected the end of the line"),
    ("> x\n< error x \"\"", 2, 9, "expected an integer code"),
    ("> x\n< error 1 2", 2, 11, "expected a message in quotes"),
    (
        "> x\n< error 1 \"m\" {}",
        2,
        15,
        "expected the end of the line",
    ),
    ("> x\n< merge []", 2, 9, "expected a JSON object"),
    ("> x\n< notify", 2, 9, "expected a method"),
    ("> x\n< raw ä\\x4", 2, 8, "two hexadecimal digits"),
    (
        "> x\n< result {\"ä\":\n  |  [1,\n| ?]}",
        4,
        3,
        "not JSON: expected value",
    ),
    (
        "> x\n< silence\nrevision 2025-11-25",
        3,
        1,
        "header lines come before the first rule",
    ),
    (
        "> x\n< silence\nping",
        3,
        1,
        "expected a line that begins with",
    ),
];

#[test]
fn errors_name_line_and_column() {
    for &(script, line, column, what) in ERRORS {
        let error = Script::parse(script).unwrap_err();
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{script:?}: {error}"
        );
        assert!(error.what.contains(what), "{script:?}: {error}");
    }
}
