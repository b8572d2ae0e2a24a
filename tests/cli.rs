//! The program from outside: words, files, signals in; text, files and exit codes out.

#[path = "support/command.rs"]
mod command;

use std::fs::File;
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use command::{Ended, Place};
use serde_json::Value;

/// A server that ends at once, having said why.
const EXITS: &str = "echo 'no token given' >&2; exit 7";

#[track_caller]
fn assert_usage(ended: &Ended, sentence: &str) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(sentence), "{sentence}\n{ended:?}");
    assert_eq!(ended.stdout, "", "{ended:?}");
}

fn json(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let schema = include_str!("../schemas/report.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    value
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
        (&["--report", "xml=x"], "known are json and junit"),
        (&["--report", "json"], "json=FILE or junit=FILE"),
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
fn a_server_that_ends_is_one_diagnosis_in_every_report() {
    let place = Place::new();
    place.put_script("server", EXITS);
    let words = [
        "run",
        "./server",
        "--report",
        "json=out.json",
        "--report",
        "junit=out.xml",
        "--transcript",
        "out.jsonl",
    ];
    let ended = place.run(&words);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains("no token given"), "{ended:?}");
    assert!(
        ended.stdout.ends_with("Not tested: server (exit 3).\n"),
        "{ended:?}"
    );
    assert!(!ended.stdout.contains('\x1b'), "no colours into a pipe");
    assert!(ended.stderr.contains("server: starting\n"), "{ended:?}");
    let report = json(&place.read("out.json"));
    let server = &report["servers"][0];
    assert_eq!(server["name"], "server");
    assert_eq!(server["target"], "./server");
    assert_eq!(server["diagnosis"]["kind"], "exited");
    assert_eq!(server["outcomes"], serde_json::json!([]));
    assert!(
        place.read("out.xml").contains("<error"),
        "{}",
        place.read("out.xml")
    );
    let header: Value =
        serde_json::from_str(place.read("out.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(header["server"], "server");
    assert_eq!(header["target"], "./server");
}

#[test]
fn nobody_at_the_address_is_a_diagnosis() {
    let place = Place::new();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}/mcp");
    let ended = place.run(&["run", &url, "-q"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.stdout, format!("Not tested: {free} (exit 3).\n"));
    assert_eq!(ended.stderr, "");
}

#[test]
fn transports_that_are_not_supported_yet_say_so() {
    let place = Place::new();
    for words in [
        &["run", "ws://127.0.0.1:9/"][..],
        &["run", "http://127.0.0.1:9/sse", "--transport", "sse"][..],
    ] {
        let ended = place.run(words);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let words: Vec<&str> = ended.stdout.split_whitespace().collect();
        assert!(words.join(" ").contains("not yet supported"), "{ended:?}");
    }
}

#[test]
fn a_report_on_standard_output_has_it_for_itself() {
    let place = Place::new();
    place.put_script("server", EXITS);
    let ended = place.run(&["run", "./server", "--report", "json=-", "--no-progress"]);
    let report = json(&ended.stdout);
    assert_eq!(report["servers"][0]["diagnosis"]["kind"], "exited");
    assert!(
        ended.stderr.contains("Not tested: server (exit 3)."),
        "{ended:?}"
    );
}

#[test]
fn secrets_are_masked_wherever_a_server_repeats_them() {
    let place = Place::new();
    let says = "echo \"given $API_TOKEN, inherited $OTHER_SECRET, plain $MODE\" >&2; exit 1";
    place.put_script("server", says);
    let ended = place.run_with(
        &[("OTHER_SECRET", "inherited-123")],
        &[
            "run",
            "./server",
            "--env",
            "API_TOKEN=given-12345",
            "--env",
            "MODE=plain-mode",
            "--report",
            "json=out.json",
            "--transcript",
            "out.jsonl",
        ],
    );
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let masked = "given <secret:API_TOKEN>, inherited <secret:OTHER_SECRET>, plain plain-mode";
    for text in [
        &ended.stdout,
        &place.read("out.json"),
        &place.read("out.jsonl"),
    ] {
        assert!(text.contains(masked), "{text}");
        assert!(
            !text.contains("given-12345") && !text.contains("inherited-123"),
            "{text}"
        );
    }
}

#[test]
fn several_servers_have_a_row_and_a_transcript_each() {
    let place = Place::new();
    place.put_script("one", EXITS);
    let config = r#"{"mcpServers": {"one": {"command": "./one"}, "t:w": {"command": "./gone"}}}"#;
    place.put("mcp.json", config);
    let ended = place.run(&[
        "run",
        "mcp.json",
        "./one",
        "--transcript",
        "out.jsonl",
        "--report",
        "json=r.json",
    ]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = json(&place.read("r.json"));
    let servers = report["servers"].as_array().unwrap();
    let facts: Vec<(&str, &str)> = servers
        .iter()
        .map(|server| {
            let kind = server["diagnosis"]["kind"].as_str().unwrap();
            (server["name"].as_str().unwrap(), kind)
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("one", "exited"),
            ("t:w", "cannot-start"),
            ("one-2", "exited")
        ]
    );
    for name in ["out.one.jsonl", "out.t_w.jsonl", "out.one-2.jsonl"] {
        assert!(place.path(name).exists(), "{name}");
    }
}

#[test]
fn an_interrupted_run_takes_its_server_along() {
    for signal in ["INT", "TERM"] {
        let place = Place::new();
        let fifo = place.path("alive");
        assert!(
            Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        place.put_script(
            "server",
            "exec 3>alive; echo up >&3; while read -r line; do :; done; sleep 1000",
        );
        let words = [
            "run",
            "./server",
            "--report",
            "json=out.json",
            "--transcript",
            "out.jsonl",
        ];
        let mut running = place
            .command(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut alive = File::open(&fifo).unwrap();
        let mut up = [0; 2];
        alive.read_exact(&mut up).unwrap();
        let pid = running.id().to_string();
        let kill = Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .unwrap();
        assert!(kill.success());
        assert_eq!(running.wait().unwrap().code(), Some(130), "{signal}");
        let mut printed = String::new();
        running
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut printed)
            .unwrap();
        assert_eq!(printed, "");
        assert_eq!(place.read("out.json"), "");
        // The end of the pipe comes when the last process of the server is gone.
        let mut rest = Vec::new();
        alive.read_to_end(&mut rest).unwrap();
    }
}

#[test]
fn the_demonstration_shows_a_correct_and_a_broken_server() {
    let place = Place::new();
    place.put("demo", "a file of this name");
    let words = [
        "run",
        "demo",
        "--report",
        "json=out.json",
        "--transcript",
        "out.jsonl",
    ];
    let ended = place.run(&words);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("write ./demo for the file"),
        "{ended:?}"
    );
    let report = json(&place.read("out.json"));
    let server = |at: usize| &report["servers"][at];
    let failed = |at: usize| {
        let findings = server(at)["findings"].as_array().unwrap();
        findings
            .iter()
            .filter(|it| it["status"] == "failed")
            .count()
    };
    assert_eq!(server(0)["name"], "demo-correct");
    assert_eq!(server(0)["target"], "mcp-check demo-server correct");
    assert_eq!(server(0)["findings"], serde_json::json!([]));
    assert_eq!(server(1)["name"], "demo-broken");
    assert!(failed(1) > 0, "{ended:?}");
    assert!(
        server(0)["compliance"]
            .as_object()
            .unwrap()
            .values()
            .all(|it| it["percent"] == 100.0)
    );

    let judged = place.run(&[
        "judge",
        "out.demo-correct.jsonl",
        "out.demo-broken.jsonl",
        "--report",
        "json=again.json",
    ]);
    assert_eq!(judged.code, Some(1), "{judged:?}");
    let again = json(&place.read("again.json"));
    for at in [0, 1] {
        for key in [
            "name",
            "target",
            "revisions",
            "outcomes",
            "findings",
            "matrix",
            "compliance",
        ] {
            assert_eq!(again["servers"][at][key], server(at)[key], "{key}");
        }
    }
    assert_eq!(judged.stdout, ended.stdout);
}

#[test]
fn a_selection_runs_nothing_else() {
    let place = Place::new();
    let words = [
        "run",
        "demo",
        "--check",
        "jsonrpc/",
        "--skip",
        "jsonrpc/malformed-json",
        "--revision",
        "2025-06-18",
        "--report",
        "json=-",
    ];
    let report = json(&place.run(&words).stdout);
    let outcomes = report["servers"][0]["outcomes"].as_array().unwrap();
    assert!(!outcomes.is_empty());
    for outcome in outcomes {
        let check = outcome["check"].as_str().unwrap();
        assert!(
            check.starts_with("jsonrpc/") && check != "jsonrpc/malformed-json",
            "{check}"
        );
        assert_eq!(outcome["revision"], "2025-06-18");
    }
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
