//! Scripts and recordings as servers.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::command::Place;

const QUICK: [&str; 6] = [
    "--check",
    "tools/",
    "--no-progress",
    "--fail-on",
    "never",
    "--report",
];

/// Tests a mock with few checks and returns the report of the one server.
fn tested(place: &Place, name: &str, target: &[&str]) -> Value {
    let report = format!("json={name}.json");
    let transcript = format!("{name}.jsonl");
    let mut words = vec!["run"];
    words.extend(QUICK);
    words.extend([report.as_str(), "--transcript", &transcript]);
    words.extend(target);
    let ended = place.run(&words);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&place.read(&format!("{name}.json"))).unwrap();
    report["servers"][0].clone()
}

#[test]
fn a_recording_plays_the_server_that_was_recorded() {
    let place = Place::new();
    let program = env!("CARGO_BIN_EXE_mcp-check");
    let real = tested(&place, "real", &["--", program, "demo-server", "broken"]);
    let mocked = tested(&place, "mocked", &["--", program, "mock", "real.jsonl"]);
    assert_eq!(real["surface"], mocked["surface"]);
    assert_eq!(real["revisions"], mocked["revisions"]);
    let same = place.run(&["diff", "real.json", "mocked.json"]);
    assert!(same.stdout.contains("Unchanged"), "{same:?}");
}

#[test]
fn a_script_and_a_recording_are_served_over_http() {
    let place = Place::new();
    place.put(
        "server.mcp",
        "transport http\n> ping\n< error -32601 \"no\"\n",
    );
    let serve = |words: &[&str]| {
        let mut child = place.command(words).stderr(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        let errors = child.stderr.take().unwrap();
        BufReader::new(errors).read_line(&mut url).unwrap();
        (child, url.trim().to_owned())
    };
    let (mut child, url) = serve(&["mock", "server.mcp"]);
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let real = tested(&place, "real", &[&url]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(real["transport"], "http");
    assert_eq!(real["revisions"].as_array().unwrap().len(), 5);
    let (mut child, url) = serve(&["mock", "real.jsonl", "--http"]);
    let mocked = tested(&place, "mocked", &[&url]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(real["surface"], mocked["surface"]);
}

#[test]
fn what_is_no_script_is_refused_with_its_place() {
    let place = Place::new();
    place.put("a.mcp", "> ping\n< nonsense\n");
    place.put("b.mcp", "> ping\n< silence\n");
    place.put("c.jsonl", "{}\n");
    for (words, why) in [
        (
            vec!["mock", "a.mcp"],
            "a.mcp cannot be read: line 2, column 3",
        ),
        (
            vec!["mock", "b.mcp", "--http"],
            "b.mcp describes a server over stdio",
        ),
        (vec!["mock", "c.jsonl"], "c.jsonl cannot be read"),
        (vec!["mock", "gone"], "gone cannot be read"),
    ] {
        let ended = place.run(&words);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}\n{ended:?}");
    }
}

#[test]
fn a_session_of_ones_own_is_judged_line_by_line() {
    let place = Place::new();
    let program = env!("CARGO_BIN_EXE_mcp-check");
    let play = |script: &str| {
        place.put("s.mcp", script);
        let words = [
            "run",
            "--script",
            "s.mcp",
            "--no-progress",
            "--report",
            "json=s.json",
        ];
        let server = ["--", program, "demo-server", "correct"];
        place.run(&[&words[..], &server[..]].concat())
    };
    let good = play(
        "revision 2025-06-18\n> tools/list\n< result {\"tools\": \"$array\"}\n< capture t /tools/0/name\n\
         > tools/call {\"name\": \"$t\", \"arguments\": {\"text\": \"$t\"}}\n\
         < result {\"content\": [{\"text\": \"$t\"}]}\n> x/y\n< error -32601\n",
    );
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(
        good.stdout
            .ends_with("4 of 4 expectations hold (exit 0).\n"),
        "{good:?}"
    );
    let bad = play("> ping\n< error\n< capture x /nope\n> ping\n< result\n");
    assert_eq!(bad.code, Some(1), "{bad:?}");
    for line in [
        "  line 2    broken: an error was expected, and a result came\n",
        "  line 3    broken: result/nope is absent, so there is no `x`\n",
        "  line 5    not judged: it was not sent",
        "0 of 3 expectations hold (exit 1).",
    ] {
        assert!(bad.stdout.contains(line), "{line}\n{}", bad.stdout);
    }
    let report: Value = serde_json::from_str(&place.read("s.json")).unwrap();
    let finding = &report["servers"][0]["findings"][0];
    assert_eq!(finding["requirements"][0], "script.line-2");
    assert_eq!(finding["evidence"].as_array().unwrap().len(), 2);
    let typo = play("> ping\n< resul\n");
    assert_eq!(typo.code, Some(2), "{typo:?}");
    assert!(typo.stderr.contains("line 2, column 3"), "{typo:?}");
}
