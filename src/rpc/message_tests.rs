use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::json::{FaultKind, OddityKind};

fn message(text: &str) -> Message {
    parse(text.as_bytes()).message
}

fn malformed(text: &str) -> Malformation {
    match message(text) {
        Message::Malformed(malformation) => malformation,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn requests_have_method_and_id() {
    let expected = Message::Request {
        id: Id::from(7),
        method: "ping".to_owned(),
        params: None,
    };
    assert_eq!(
        message(r#"{"jsonrpc":"2.0","id":7.0,"method":"ping"}"#),
        expected
    );
    let with_null_id = Message::Request {
        id: Id::Null,
        method: "ping".to_owned(),
        params: Some(json!([1]).into()),
    };
    assert_eq!(
        message(r#"{"id":null,"method":"ping","params":[1]}"#),
        with_null_id
    );
}

#[test]
fn notifications_have_no_id() {
    let expected = Message::Notification {
        method: "notifications/progress".to_owned(),
        params: Some(json!({"progress": 1}).into()),
    };
    let text = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#;
    assert_eq!(message(text), expected);
    assert_eq!(
        parse(text.as_bytes()).method(),
        Some("notifications/progress")
    );
}

#[test]
fn results_may_be_of_any_type() {
    for result in [json!({}), json!(null), json!([]), json!("x")] {
        let expected = Message::Result {
            id: Id::from("a"),
            result: result.clone().into(),
        };
        let text = format!(r#"{{"jsonrpc":"2.0","id":"a","result":{result}}}"#);
        assert_eq!(message(&text), expected);
    }
}

#[test]
fn errors_may_lack_everything() {
    let error = |id, code, message: Option<&str>, data| Message::Error {
        id,
        code,
        message: message.map(str::to_owned),
        data,
    };
    assert_eq!(
        message(r#"{"id":1,"error":{"code":-32601,"message":"no","data":[]}}"#),
        error(
            Some(Id::from(1)),
            Some(-32601),
            Some("no"),
            Some(json!([]).into())
        )
    );
    assert_eq!(
        message(r#"{"id":null,"error":{"code":-32700.0,"message":1}}"#),
        error(Some(Id::Null), Some(-32700), None, None)
    );
    assert_eq!(message(r#"{"error":{}}"#), error(None, None, None, None));
    for code in ["1.5", "\"-32601\"", "null", "1e99"] {
        let text = format!(r#"{{"error":{{"code":{code}}}}}"#);
        assert_eq!(message(&text), error(None, None, None, None), "{code}");
    }
}

#[test]
fn what_is_no_object_is_no_message() {
    for (text, word) in [
        ("1", "number"),
        ("\"x\"", "string"),
        ("null", "null"),
        ("true", "boolean"),
    ] {
        assert_eq!(malformed(text), Malformation::NotObject(word));
    }
}

#[test]
fn no_kind_and_two_kinds_are_told_apart() {
    for text in ["{}", r#"{"jsonrpc":"2.0","id":1}"#, r#"{"params":{}}"#] {
        assert_eq!(malformed(text), Malformation::NoKind, "{text}");
    }
    for text in [
        r#"{"id":1,"result":{},"error":{"code":1,"message":""}}"#,
        r#"{"id":1,"result":{},"error":null}"#,
        r#"{"id":1,"method":"a","result":{}}"#,
        r#"{"method":"a","error":{}}"#,
    ] {
        assert_eq!(malformed(text), Malformation::TwoKinds, "{text}");
    }
}

#[test]
fn bad_members_are_named() {
    for (text, word) in [
        (r#"{"id":1,"method":7}"#, "`method` is of type number"),
        (r#"{"id":1,"error":"no"}"#, "`error` is of type string"),
        (r#"{"id":1,"error":null}"#, "`error` is of type null"),
        (r#"{"result":{}}"#, "has no `id`"),
    ] {
        let malformation = malformed(text);
        assert!(matches!(malformation, Malformation::BadMember(_)), "{text}");
        assert!(malformation.to_string().contains(word), "{malformation}");
    }
}

#[test]
fn a_malformed_answer_still_shows_its_id() {
    let parsed = parse(br#"{"id":"a","result":{"x":1e999},"error":null}"#);
    assert_eq!(parsed.id, Some(Id::from("a")));
    assert_eq!(parse(b"{}").id, None);
    assert_eq!(parse(br#"{"id":null}"#).id, Some(Id::Null));
}

#[test]
fn text_that_is_not_json_keeps_its_fault() {
    let Malformation::NotJson(fault) = malformed("Listening on port 3000") else {
        panic!("a banner is not JSON");
    };
    assert_eq!((fault.offset, fault.kind), (0, FaultKind::Grammar));
    let two = malformed(r#"{"id":1,"result":{}}{"id":2,"result":{}}"#);
    assert!(
        matches!(&two, Malformation::NotJson(fault) if fault.kind == FaultKind::Trailing),
        "{two:?}"
    );
    assert_eq!(parse(b"\xFF").envelope, None);
}

#[test]
fn the_version_member_is_judged_apart() {
    let version = |text: &str| parse(text.as_bytes()).version;
    assert_eq!(version(r#"{"jsonrpc":"2.0"}"#), VersionField::Ok);
    assert_eq!(version(r#"{"jsonrpc":"2\u002e0"}"#), VersionField::Ok);
    assert_eq!(version("{}"), VersionField::Missing);
    assert_eq!(version("[]"), VersionField::Missing);
    for wrong in ["2.0", "\"1.0\"", "null", "[ 1 ]"] {
        let text = format!(r#"{{"jsonrpc":{wrong},"id":1,"result":{{}}}}"#);
        assert_eq!(version(&text), VersionField::Wrong(wrong.to_owned()));
    }
}

#[test]
fn batch_elements_stand_for_themselves() {
    let text = r#"[ {"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}} , 5, {"method":"x","params":{"\ud800":1}}, []]"#;
    let parsed = parse(text.as_bytes());
    let elements = parsed.messages();
    assert_eq!(elements.len(), 4);
    assert_eq!(
        *elements[0].bytes,
        *br#"{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}"#
    );
    assert_eq!(elements[0].oddities.len(), 1);
    let span = elements[0].oddities[0].span.clone();
    assert_eq!(&elements[0].bytes[span], b"\"a\"");
    assert!(!elements[0].unrepresentable);
    assert_eq!(
        elements[0].envelope,
        Some(Arc::new(json!({"jsonrpc": "2.0", "id": 1})))
    );
    let result = Part::from(json!({"a": 2}));
    let id = Id::from(1);
    assert_eq!(elements[0].message, Message::Result { id, result });
    let not_object = |word| Message::Malformed(Malformation::NotObject(word));
    assert_eq!(elements[1].message, not_object("number"));
    assert!(elements[2].unrepresentable);
    assert_eq!(elements[2].oddities[0].kind, OddityKind::LoneSurrogate);
    let span = elements[2].oddities[0].span.clone();
    assert_eq!(&elements[2].bytes[span], br"\ud800");
    assert_eq!(elements[3].message, not_object("array"));
    assert!(parsed.unrepresentable);
    assert_eq!(parsed.oddities.len(), 2);
    assert_eq!(parse(b"[]").message, Message::Batch(Vec::new()));
}

#[test]
fn unrepresentable_messages_are_classified_all_the_same() {
    let parsed = parse(br#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1e400}}"#);
    assert!(parsed.unrepresentable);
    assert_eq!(parsed.envelope, None);
    let expected = Message::Request {
        id: Id::from(1),
        method: "m".to_owned(),
        params: None,
    };
    assert_eq!(parsed.message, expected);
    let parsed = parse(br#"{"id":1,"result":{"text":"\udead"}}"#);
    assert!(parsed.unrepresentable);
    let expected = Message::Result {
        id: Id::from(1),
        result: json!({"text": "\u{FFFD}"}).into(),
    };
    assert_eq!(parsed.message, expected);
}

#[test]
fn a_byte_order_mark_does_not_hide_the_message() {
    let parsed = parse("\u{FEFF}{\"id\":1,\"result\":{}}".as_bytes());
    assert!(matches!(parsed.message, Message::Result { .. }));
    assert_eq!(parsed.oddities[0].kind, OddityKind::ByteOrderMark);
}

#[test]
fn many_odd_elements_take_linear_time() {
    let element = r#"{"id":1,"result":{"a":"\ud800"}},"#;
    let text = format!("[{}1]", element.repeat(20_000));
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.oddities.len(), 20_000);
    assert!(
        parsed.messages()[..20_000]
            .iter()
            .all(|one| one.oddities.len() == 1)
    );
}

fn member() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#""jsonrpc":"2.0""#,
        r#""jsonrpc":2.0"#,
        r#""id":1"#,
        r#""id":null"#,
        r#""id":"\ud800""#,
        r#""method":"m""#,
        r#""method":null"#,
        r#""params":[1e999]"#,
        r#""params":{}"#,
        r#""result":{}"#,
        r#""error":{"code":1,"message":"x"}"#,
        r#""error":7"#,
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..30)) {
        let parsed = parse(&bytes);
        prop_assert_eq!(&*parsed.bytes, &*bytes);
    }

    /// The kind follows from which deciding members are there, and a batch element is judged like
    /// the same text alone.
    #[test]
    fn members_decide_the_kind(members in prop::collection::vec(member(), 0..6)) {
        let text = format!("{{{}}}", members.join(","));
        let parsed = parse(text.as_bytes());
        let has = |name: &str| members.iter().any(|member| member.starts_with(&format!("\"{name}\"")));
        let kinds = [has("method"), has("result"), has("error")];
        let expected = match kinds.iter().filter(|kind| **kind).count() {
            0 => Some(Malformation::NoKind),
            1 => None,
            _ => Some(Malformation::TwoKinds),
        };
        match (&parsed.message, expected) {
            (Message::Malformed(Malformation::BadMember(_)), None) => {}
            (Message::Malformed(found), expected) => prop_assert_eq!(Some(found.clone()), expected),
            (Message::Request { .. }, None) => prop_assert!(has("method") && has("id")),
            (Message::Notification { .. }, None) => prop_assert!(has("method") && !has("id")),
            (Message::Result { .. }, None) => prop_assert!(has("result") && has("id")),
            (Message::Error { id, .. }, None) => {
                prop_assert!(has("error"));
                prop_assert_eq!(id.is_some(), has("id"));
            }
            (found, expected) => prop_assert!(false, "{:?} against {:?}", found, expected),
        }
        prop_assert_eq!(parsed.unrepresentable, parsed.envelope.is_none());

        let batch = parse(format!("[0 , {text}]").as_bytes());
        prop_assert_eq!(batch.messages()[1], &parsed);
    }
}
