//! No input makes the notation or the server panic.

use proptest::prelude::*;

use super::*;

/// Words of the notation in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "\n",
        "\n> ",
        "\n< ",
        "\n|",
        "\nwhen ",
        "transport http\n",
        "ping ",
        "any *",
        "start",
        "http ",
        "405",
        "error ",
        "result ",
        "merge ",
        "/a/0 ",
        "raw ",
        "bytes",
        "default",
        "serve",
        "silence",
        "sse",
        "sse-event ",
        "data=",
        "id=",
        "header ",
        "a: b",
        "absent",
        "{\"a\":",
        "1",
        "}",
        "[",
        "\"ä\\n",
        "\"",
        "\\x4",
        "$id",
        "id ",
        "\t",
        " ",
        "é",
        "exit ",
    ]);
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn a_text_is_a_script_or_has_an_error_within(text in words()) {
        if let Err(error) = Script::parse(&text) {
            let lines = text.lines().count().max(1);
            prop_assert!((1..=lines).contains(&error.line), "{error}");
            let line = text.lines().nth(error.line - 1).unwrap_or_default();
            prop_assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}");
        }
    }

    #[test]
    fn any_line_and_any_request_gets_an_orderly_answer(
        line in prop::collection::vec(any::<u8>(), 0..40),
        method in prop::sample::select(vec!["tools/list", "tools/call", "resources/read",
            "prompts/get", "completion/complete", "logging/setLevel", "subscriptions/listen",
            "initialize", "server/discover", "nope"]),
        params in prop::sample::select(vec![json!(null), json!([]), json!({}), json!({"name": 1}),
            json!({"name": "echo", "arguments": {"text": null}}), json!({"_meta": 1}),
            json!({"cursor": null}), json!({"ref": [], "argument": "x"}), json!({"uri": {}}),
            json!({"notifications": [1], "_meta": metadata()})]),
    ) {
        for revision in Revision::ALL {
            let mut server = ready("", revision);
            prop_assert!(server.receive(Input::Line(&line)).len() <= 1);
            let answer = ask(&mut server, &request(method, params.clone()));
            let kinds = ["result", "error", "method"];
            let count = kinds.iter().filter(|kind| answer.get(**kind).is_some()).count();
            prop_assert_eq!(count, 1);
        }
    }
}
