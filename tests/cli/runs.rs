//! Runs against servers: what they leave in reports, transcripts and exit codes.

use std::fs::File;
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::command::Place;

/// A server that ends at once, having said why.
const EXITS: &str = "echo 'no token given' >&2; exit 7";

fn json(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let schema = include_str!("../../schemas/report.schema.json");
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

/// An address whose listener has gone.
fn nobody_listens_at() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn nobody_at_the_address_is_a_diagnosis() {
    let place = Place::new();
    let free = nobody_listens_at();
    let url = format!("http://{free}/mcp");
    let ended = place.run(&["run", &url, "-q"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.stdout, format!("Not tested: {free} (exit 3).\n"));
    assert_eq!(ended.stderr, "");
}

#[test]
fn every_transport_of_urls_says_that_nobody_is_there() {
    let place = Place::new();
    let free = nobody_listens_at();
    let (socket, stream) = (format!("ws://{free}/"), format!("http://{free}/sse"));
    for words in [
        &["run", &socket][..],
        &["run", &stream, "--transport", "sse"][..],
        &["run", &stream, "--transport", "http"][..],
    ] {
        let ended = place.run(words);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let words: Vec<&str> = ended.stdout.split_whitespace().collect();
        assert!(
            words
                .join(" ")
                .contains("cannot be reached: Connection refused"),
            "{ended:?}"
        );
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
fn what_a_server_leaves_behind_is_ended_and_reported() {
    let place = Place::new();
    let fifo = place.path("alive");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    // A helper in a session of its own keeps the pipe open until it is ended.
    let program = crate::command::program().display().to_string();
    let script = format!(
        "setsid sh -c 'exec 3>alive; sleep 1000' <&- >/dev/null 2>&1 &\nexec {program} demo-server correct"
    );
    place.put_script("server", &script);
    let reader = std::thread::spawn(move || {
        let mut rest = Vec::new();
        File::open(&fifo).unwrap().read_to_end(&mut rest).unwrap();
    });
    let words = [
        "run",
        "./server",
        "--revision",
        "2025-06-18",
        "--check",
        "ping/",
        "--report",
        "json=out.json",
    ];
    let ended = place.run_with(&[("PATH", "/usr/bin:/bin")], &words);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = json(&place.read("out.json"));
    let count = report["servers"][0]["leftover_processes"].as_u64().unwrap();
    assert!(count >= 1, "{count}");
    assert!(ended.stdout.contains("outlived the server"), "{ended:?}");
    // The end of the pipe comes when the last helper is gone.
    reader.join().unwrap();
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
fn servers_are_tested_at_the_same_time_and_told_in_order() {
    let place = Place::new();
    // Each goes on only when the other has been started, and the second is the quicker one.
    place.put_script("a", "touch a.up; until [ -e b.up ]; do :; done; exit 7");
    place.put_script("b", "touch b.up; until [ -e a.up ]; do :; done; exit 8");
    let ended = place.run(&["run", "./a", "./b", "--report", "json=-", "--no-progress"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = json(&ended.stdout);
    for (index, name) in ["a", "b"].into_iter().enumerate() {
        let server = &report["servers"][index];
        assert_eq!(server["name"], name);
        assert_eq!(server["diagnosis"]["kind"], "exited", "{server}");
    }
}

#[test]
fn in_a_workflow_findings_are_annotations_and_text_of_a_server_is_no_command() {
    let place = Place::new();
    place.put_script("server", "echo '::error::x' >&2; exit 7");
    let words = ["run", "./server", "--no-progress"];
    let ended = place.run_with(&[("GITHUB_ACTIONS", "true")], &words);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").unwrap();
    let open = lines
        .iter()
        .position(|line| *line == format!("::{token}::"));
    let told = &lines[open.unwrap() + 1..];
    assert_eq!(told.len(), 1, "{}", ended.stdout);
    assert!(
        told[0].starts_with("::error title=server%3A not tested::"),
        "{told:?}"
    );
    assert!(!place.run(&words).stdout.contains("::stop-commands::"));
    for kind in ["sarif", "markdown", "github"] {
        place.run(&["run", "./server", "--report", &format!("{kind}=out.{kind}")]);
        assert!(!place.read(&format!("out.{kind}")).is_empty());
    }
}
