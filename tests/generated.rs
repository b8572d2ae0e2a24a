//! The proof for generated calls: planted defects that only particular arguments bring out are found,
//! made small and seen again; a correct server yields nothing, whatever the seed.

#[path = "support/reference_server.rs"]
mod reference_server;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mcp_check::engine::{Finding, FindingStatus, ServerRun, Settings};
use mcp_check::mock::Script;
use mcp_check::spec::{Revision, TransportKind};
use reference_server::{broken, run, settings};

/// Defects, the requirement each breaks, and most messages of its smallest reproducer.
const PLANTED: [(&str, &str, usize); 18] = [
    ("empty-text-kills", "tools.call.survived", 1),
    ("least-number-kills", "tools.call.survived", 1),
    ("wrong-kind-kills", IN_RESULT, 1),
    ("call-after-refusal-kills", "tools.call.survived", 2),
    ("nul-blocks", "tools.call.survived", 1),
    ("wrong-kind-blocks", IN_RESULT, 1),
    ("largest-number-unanswered", "tools.call.survived", 1),
    ("largest-number-wrong-id", "jsonrpc.response-id-echo", 1),
    (
        "zero-not-structured",
        "tools.call.structured-content-matches-output-schema",
        1,
    ),
    ("long-text-without-content", "tools.call.result-shape", 1),
    ("refusal-spoils-tool", "tools.call.state-kept", 3),
    ("odd-text-spoils-tool", "tools.call.state-kept", 3),
    ("cursor-object-kills", SURVIVED, 1),
    ("version-number-kills", SURVIVED, 1),
    ("progress-token-blocks", SURVIVED, 1),
    ("cursor-boolean-unanswered", SURVIVED, 1),
    ("reference-list-wrong-id", "jsonrpc.error-id-echo", 1),
    (
        "meta-list-spoils-prompts",
        "jsonrpc.broken-request-state-kept",
        3,
    ),
];

const SURVIVED: &str = "jsonrpc.broken-request-survived";

const IN_RESULT: &str = "tools.call.invalid-arguments.reported-in-result";

/// A run has to be over by then.
const SLOWEST: Duration = Duration::from_secs(30);

/// Runs at the same time.
const AT_ONCE: usize = 4;

const REVISION: Revision = Revision::V2025_11_25;

fn generating(seed: u64) -> Settings {
    Settings {
        request_timeout: Duration::from_secs(1),
        shutdown_grace: Duration::from_secs(5),
        // A machine that is busy with other tests sends as much as an idle one.
        generate_time: Duration::from_secs(10),
        seed,
        ..settings(Some(vec![REVISION]), &[])
    }
}

fn seeds() -> Vec<u64> {
    let wanted = std::env::var("SEEDS").ok();
    let count = wanted.and_then(|text| text.parse().ok()).unwrap_or(2);
    (1..=count).collect()
}

fn messages(script: &str) -> usize {
    script.lines().filter(|line| line.starts_with('>')).count()
}

fn found<'r>(run: &'r ServerRun, requirement: &str) -> Option<&'r Finding> {
    run.findings.iter().find(|finding| {
        finding.status != FindingStatus::Info
            && finding.requirements.iter().any(|id| id == requirement)
    })
}

/// What is wrong with the run on a planted defect, if anything.
fn missed(name: &str, requirement: &str, most: usize, seed: u64) -> Option<String> {
    let started = Instant::now();
    let arguments = ["--defect".to_owned(), name.to_owned()];
    let mut settings = generating(seed);
    if requirement.starts_with("jsonrpc.") && !name.starts_with("largest") {
        // Nothing but requests of the protocol shows it.
        settings.checks.only = vec!["jsonrpc/".to_owned()];
    }
    let run = run(TransportKind::Stdio, &arguments, &settings);
    let took = started.elapsed();
    let Some(finding) = found(&run, requirement) else {
        return Some(format!("{name}: not found; {:#?}", broken(&run)));
    };
    let Some(script) = &finding.reproducer else {
        return Some(format!("{name}: no reproducer: {}", finding.message));
    };
    if let Err(error) = Script::parse(script) {
        return Some(format!("{name}: {error}\n{script}"));
    }
    let count = messages(script);
    if count > most || count == 0 {
        return Some(format!("{name}: {count} messages\n{script}"));
    }
    (took > SLOWEST).then(|| format!("{name}: it took {took:?}"))
}

#[test]
fn planted_defects_are_found_made_small_and_seen_again() {
    let jobs = seeds()
        .into_iter()
        .flat_map(|seed| PLANTED.map(|planted| (seed, planted)));
    let queue = Mutex::new(jobs.collect::<Vec<_>>());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panicked").pop();
                    let Some((seed, (name, requirement, most))) = next else {
                        break;
                    };
                    let missed = missed(name, requirement, most, seed);
                    let missed = missed.map(|what| format!("seed {seed}: {what}"));
                    wrong.lock().expect("no worker panicked").extend(missed);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no worker panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_correct_server_yields_nothing_whatever_the_seed() {
    for seed in seeds() {
        for transport in [TransportKind::Stdio, TransportKind::StreamableHttp] {
            let mut settings = generating(seed);
            settings.revisions = Some(vec![REVISION, Revision::V2026_07_28]);
            settings.request_timeout = Duration::from_secs(5);
            let run = run(transport, &[], &settings);
            assert_eq!(broken(&run), [], "seed {seed} over {transport}");
            let remarks = run.findings.iter().map(|finding| &finding.message);
            assert_eq!(
                remarks.collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "seed {seed}"
            );
            let calls: u32 = run.generated.iter().map(|row| row.calls).sum();
            assert!(calls > 150, "seed {seed} over {transport}: {calls} calls");
        }
    }
}

#[test]
fn what_is_odd_but_allowed_yields_nothing() {
    let listed = std::process::Command::new(reference_server::binary())
        .arg("--list-oddities")
        .output()
        .expect("the reference server runs");
    let listed: Vec<serde_json::Value> =
        serde_json::from_slice(&listed.stdout).expect("the list of oddities is JSON");
    let names: Vec<&str> = listed.iter().filter_map(|it| it["name"].as_str()).collect();
    assert!(names.len() >= 55, "{names:?}");
    let queue = Mutex::new(names);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panicked").pop();
                    let Some(name) = next else {
                        break;
                    };
                    let mut settings = generating(1);
                    settings.request_timeout = Duration::from_secs(5);
                    settings.generate_time = Duration::from_secs(2);
                    settings.checks.only = vec!["jsonrpc/broken-requests".to_owned()];
                    let arguments = ["--oddity".to_owned(), name.to_owned()];
                    let run = run(TransportKind::Stdio, &arguments, &settings);
                    let broken = broken(&run).into_iter().map(|it| format!("{name}: {it:?}"));
                    wrong.lock().expect("no worker panicked").extend(broken);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no worker panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_server_behind_a_url_that_ends_is_reported_although_it_cannot_be_tried_again() {
    for (name, requirement, check) in [
        ("empty-text-kills", "tools.call.survived", "tools/survival"),
        ("cursor-object-kills", SURVIVED, "jsonrpc/broken-requests"),
    ] {
        let arguments = ["--defect".to_owned(), name.to_owned()];
        let mut settings = generating(1);
        settings.checks.only = vec![check.to_owned()];
        let run = run(TransportKind::StreamableHttp, &arguments, &settings);
        let finding = found(&run, requirement)
            .unwrap_or_else(|| panic!("{name}: not found; {:#?}", broken(&run)));
        assert_eq!(finding.status, FindingStatus::Warned, "{name}");
        assert!(
            finding.message.contains("Nothing listens there any more"),
            "{name}: {}",
            finding.message
        );
    }
}

#[test]
fn nothing_is_generated_when_there_is_no_time() {
    let mut settings = generating(1);
    settings.generate_time = Duration::ZERO;
    let run = run(TransportKind::Stdio, &[], &settings);
    assert_eq!(run.generated, []);
    assert_eq!(found(&run, "tools.call.survived"), None);
}
