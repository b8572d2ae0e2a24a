//! Comparing: two files, and a server with its snapshot.

use serde_json::Value;

use crate::command::{Ended, Place};

/// A demonstration server, tested with few checks.
fn run(place: &Place, verb: &str, server: &str, more: &[&str]) -> Ended {
    let program = env!("CARGO_BIN_EXE_mcp-check");
    let check = ["--check", "jsonrpc/", "--fail-on", "never", "--no-progress"];
    let mut words = vec![verb];
    words.extend(check);
    words.extend(more);
    words.extend(["--", program, "demo-server", server]);
    place.run(&words)
}

#[test]
fn reports_and_transcripts_of_one_server_do_not_differ() {
    let place = Place::new();
    let more = ["--report", "json=a.json", "--transcript", "a.jsonl"];
    assert_eq!(run(&place, "run", "correct", &more).code, Some(0));
    let same = place.run(&["diff", "a.json", "a.json"]);
    assert_eq!(same.code, Some(0), "{same:?}");
    assert!(same.stdout.contains("Unchanged: nothing differs (exit 0)"));
    // A report knows of the checks that were selected, a transcript is judged by all of them.
    let mixed = place.run(&["diff", "a.json", "a.jsonl", "--json", "-"]);
    let diff: Value = serde_json::from_str(&mixed.stdout).unwrap();
    assert_eq!(diff["verdict"], "unchanged", "{mixed:?}");
}

#[test]
fn a_difference_is_told_and_is_exit_1() {
    let place = Place::new();
    run(&place, "run", "correct", &["--report", "json=a.json"]);
    let old = place.read("a.json");
    place.put(
        "b.json",
        &old.replace("\"name\": \"echo\"", "\"name\": \"say\""),
    );
    let words = ["diff", "a.json", "b.json", "--json", "out.json"];
    let ended = place.run(&words);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    for line in [
        "Breaks clients",
        "  tool echo  gone: (text) Returns",
        "  tool say  new: ",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let diff: Value = serde_json::from_str(&place.read("out.json")).unwrap();
    assert_eq!(diff["format"], "mcp-check/diff");
    assert_eq!(diff["servers"][0]["changes"][0]["class"], "breaking");
    let quiet = place.run(&["diff", "-q", "a.json", "b.json"]).stdout;
    assert!(
        quiet.starts_with("Breaking: 1 breaking change, "),
        "{quiet}"
    );
}

#[test]
fn what_cannot_be_compared_is_wrong_usage() {
    let place = Place::new();
    place.put(
        "old.json",
        r#"{"format": "mcp-check/report", "version": 1, "servers": [{}]}"#,
    );
    place.put("other.json", "{}");
    place.put_script("server", "exit 7");
    place.run(&["run", "./server", "--report", "json=dead.json"]);
    for (file, why) in [
        ("gone.json", "gone.json cannot be read"),
        ("old.json", "does not say what the server offers"),
        ("other.json", "not a mcp-check transcript"),
        ("dead.json", "could not be tested"),
    ] {
        let ended = place.run(&["diff", file, file]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}\n{ended:?}");
    }
}

#[test]
fn a_snapshot_is_written_once_and_compared_from_then_on() {
    let place = Place::new();
    let missing = run(&place, "snapshot", "correct", &[]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("--accept writes it"), "{missing:?}");
    assert_eq!(
        run(&place, "snapshot", "correct", &["--accept"]).code,
        Some(0)
    );
    let text = place.read("mcp-check.snap");
    assert!(text.contains("\ntool echo at 2024-11-05\n"), "{text}");
    let same = run(&place, "snapshot", "correct", &[]);
    assert_eq!(same.code, Some(0), "{same:?}");
    place.put("mcp-check.snap", &text.replace("Adds two", "Subtracts two"));
    let differs = run(&place, "snapshot", "correct", &["--report", "json=-"]);
    assert_eq!(differs.code, Some(1), "{differs:?}");
    for line in [
        "-        Subtracts two numbers.\n",
        "+        Adds two numbers.\n",
    ] {
        assert!(differs.stderr.contains(line), "{line}\n{}", differs.stderr);
    }
    assert!(differs.stdout.starts_with("{\n  \"format\""));
    place.put_script("server", "exit 7");
    let dead = place.run(&["snapshot", "./server", "--accept", "--file", "dead.snap"]);
    assert_eq!(dead.code, Some(3), "{dead:?}");
    assert!(!place.path("dead.snap").exists());
}
