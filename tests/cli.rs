//! The program from outside: words, files, signals in; text, files and exit codes out.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails has failed its test"
)]

#[path = "support/command.rs"]
mod command;
#[path = "cli/diffs.rs"]
mod diffs;
#[path = "cli/generated.rs"]
mod generated;
#[path = "cli/mocks.rs"]
mod mocks;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/tls.rs"]
mod tls;

use command::{Ended, Place};

#[track_caller]
fn assert_usage(ended: &Ended, sentence: &str) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(sentence), "{sentence}\n{ended:?}");
    assert_eq!(ended.stdout, "", "{ended:?}");
}

#[test]
fn version_and_help_go_to_standard_output() {
    let place = Place::new();
    let version = place.run(&["--version"]);
    assert_eq!(version.code, Some(0));
    assert_eq!(
        version.stdout,
        format!("mcp-check {}\n", env!("CARGO_PKG_VERSION"))
    );
    let help = place.run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for word in [
        "run",
        "judge",
        "list",
        "explain",
        "Exit codes:",
        "mcp-check run demo",
    ] {
        assert!(help.stdout.contains(word), "{word}\n{}", help.stdout);
    }
    assert!(!help.stdout.contains("demo-server"), "{}", help.stdout);
    let run = place.run(&["run", "--help"]).stdout;
    for heading in [
        "How to reach the server:",
        "What to test:",
        "What to report:",
        "Examples:",
    ] {
        assert!(run.contains(heading), "{heading}\n{run}");
    }
    let widest = run.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{run}");
}

#[test]
fn nothing_to_do_is_wrong_usage() {
    let place = Place::new();
    let bare = place.run(&[]);
    assert_eq!(bare.code, Some(2));
    assert!(bare.stderr.contains("Usage: mcp-check"), "{bare:?}");
    assert_usage(&place.run(&["run"]), "no server to test");
    assert_usage(&place.run(&["judge"]), "<FILE>");
}

#[test]
fn wrong_flags_are_refused_before_anything_runs() {
    let place = Place::new();
    place.put_script("server", "touch started");
    let cases: [(&[&str], &str); 21] = [
        (&["--nope"], "--nope"),
        (&["--revision", "2025-01-01"], "2025-01-01"),
        (&["--timeout", "0"], "number of seconds above 0"),
        (&["--timeout=-1"], "number of seconds above 0"),
        (&["--startup-timeout", "x"], "number of seconds above 0"),
        (&["--jobs", "0"], "number from 1 to 64"),
        (&["--transport", "carrier-pigeon"], "carrier-pigeon"),
        (
            &["--transport", "http"],
            "--transport http does not fit server",
        ),
        (&["--header", "X"], "NAME=VALUE"),
        (&["--header", "X Y=z"], "not a header name"),
        (&["--header", "X=y"], "for URLs, and there is none"),
        (
            &["--header-env", "X=UNSET"],
            "the variable UNSET is not set",
        ),
        (&["--env", "=x"], "NAME=VALUE"),
        (&["--cwd", "nowhere"], "--cwd nowhere is not a directory"),
        (&["--fail-on", "maybe"], "maybe"),
        (&["--report", "xml=x"], "known are json, junit, sarif"),
        (&["--report", "json"], "it must look like json=FILE"),
        (&["--report", "json=no/dir/x"], "no/dir/x cannot be written"),
        (&["--transcript", "no/dir/x"], "no/dir/x cannot be written"),
        (
            &["--report", "json=-", "--report", "junit=-"],
            "only one report",
        ),
        (&["-q", "-v"], "cannot be used with"),
    ];
    for (flags, sentence) in cases {
        let mut words = vec!["run", "./server"];
        words.extend(flags);
        assert_usage(&place.run(&words), sentence);
        assert!(
            !place.path("started").exists(),
            "{flags:?} started the server"
        );
    }
    let url = place.run(&["run", "http://127.0.0.1:9/", "--env", "A=b"]);
    assert_usage(&url, "for commands, and there is none");
    let two = place.run(&["run", "./server", "./server", "--name", "x"]);
    assert_usage(&two, "--name goes with one server");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let place = Place::new();
    place.put("data.bin", "x");
    assert_usage(&place.run(&["run", "./nope"]), "there is no file ./nope");
    assert_usage(
        &place.run(&["run", "nope"]),
        "neither a file here nor a program on PATH",
    );
    assert_usage(
        &place.run(&["run", "--", "./nope", "-x"]),
        "there is no file ./nope",
    );
    assert_usage(&place.run(&["run", "nope --flag"]), "`nope` is neither");
    assert_usage(&place.run(&["run", "data.bin"]), "not executable");
    assert_usage(&place.run(&["run", "."]), ". is a directory");
}

#[test]
fn a_wrong_configuration_is_named_with_its_key() {
    let place = Place::new();
    place.put("typo.json", r#"{"mcpServers": {"a": {"comand": "x"}}}"#);
    place.put(
        "unset.json",
        r#"{"servers": {"a": {"command": "${NOPE}"}}}"#,
    );
    place.put(
        "good.json",
        r#"{"servers": {"a": {"command": "x"}, "b": {"command": "y"}}}"#,
    );
    let cases: [(&[&str], &str); 5] = [
        (
            &["typo.json"],
            "typo.json: `mcpServers.a.comand` is not known",
        ),
        (
            &["unset.json"],
            "unset.json: `servers.a.command`: the environment variable NOPE",
        ),
        (&["gone.json"], "gone.json cannot be read"),
        (
            &["good.json", "--name", "c"],
            "good.json: no server is named \"c\"; there are a, b",
        ),
        (
            &["good.json", "--header", "X=y"],
            "for URLs, and there is none",
        ),
    ];
    for (words, sentence) in cases {
        let mut all = vec!["run"];
        all.extend(words);
        assert_usage(&place.run(&all), sentence);
    }
}

#[test]
fn nothing_selected_has_a_code_of_its_own() {
    let place = Place::new();
    place.put_script("server", "touch started");
    let ended = place.run(&["run", "./server", "--check", "no-such-area/"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("nothing matches --check no-such-area/"),
        "{ended:?}"
    );
    assert!(!place.path("started").exists());
    assert_eq!(place.run(&["list", "no such word anywhere"]).code, Some(4));
}

#[test]
fn what_is_no_transcript_is_refused() {
    let place = Place::new();
    place.put("a.jsonl", "{}\n");
    assert_usage(
        &place.run(&["judge", "a.jsonl"]),
        "a.jsonl cannot be read: the first line is not",
    );
    assert_usage(
        &place.run(&["judge", "gone.jsonl"]),
        "gone.jsonl cannot be read",
    );
}

#[test]
fn every_check_and_requirement_is_listed_and_explained() {
    let place = Place::new();
    let checks = place.run(&["list"]);
    assert_eq!((checks.code, checks.stderr.as_str()), (Some(0), ""));
    let ids: Vec<&str> = checks
        .stdout
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    assert!(ids.contains(&"jsonrpc/version-field"), "{ids:?}");
    let page = place.run(&["explain", "jsonrpc/version-field"]).stdout;
    assert!(page.starts_with("# jsonrpc/version-field\n"), "{page}");
    assert!(
        page.contains("`jsonrpc.version-field` (MUST, all revisions)"),
        "{page}"
    );

    let rows = place
        .run(&["list", "--requirements", "JSONRPC.version"])
        .stdout;
    assert!(
        rows.starts_with("jsonrpc.version-field  MUST, all revisions\n"),
        "{rows}"
    );
    let row = place.run(&["explain", "jsonrpc.version-field"]).stdout;
    assert!(
        row.contains("modelcontextprotocol.io/specification/"),
        "{row}"
    );
    assert!(row.contains("jsonrpc/version-field"), "{row}");

    let security = place.run(&["explain", "sec.meta.hidden-unicode"]).stdout;
    assert!(security.contains("What counts as proof"), "{security}");
}

#[test]
fn an_unknown_id_is_refused_with_the_nearest_ones() {
    let place = Place::new();
    let typo = place.run(&["explain", "jsonrpc/version-feild"]);
    assert_usage(&typo, "did you mean jsonrpc/version-field");
    let nonsense = place.run(&["explain", "qqqqqqqqqqqqqqqqqqqq"]);
    assert_usage(&nonsense, "mcp-check list");
    assert_usage(
        &place.run(&["demo-server", "other"]),
        "known are correct and broken",
    );
}
