//! Hand-made runs for the tests of the reporters.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::engine::campaign::Generated;
use crate::engine::outcome::{
    Confidence, Diagnosis, DiagnosisKind, Finding, FindingEvidence, FindingKind, FindingStatus,
    NotTested, Outcome, ServerRun, Severity, Status, fingerprint,
};
use crate::spec::{Level, Revision, TransportKind};
use crate::surface::{Offer, Surface};

const OLD: Revision = Revision::V2025_06_18;
const NEW: Revision = Revision::V2025_11_25;

/// An outcome of a check named after the requirement's family.
pub(crate) fn outcome(requirement: &str, revision: Revision, status: Status) -> Outcome {
    let family = requirement.split('.').next().unwrap_or_default();
    let reason = match status {
        Status::Passed => None,
        Status::Failed | Status::Warned => Some(format!("{requirement} was broken")),
        Status::NotApplicable => Some("the server declares no such capability".into()),
        Status::Inconclusive => Some("no safe tool could be called".into()),
        Status::Broken => Some("mcp-check failed to judge this: a judge panicked".into()),
    };
    Outcome {
        requirement: requirement.to_owned(),
        check: format!("{family}/basics"),
        revision,
        transport: TransportKind::Stdio,
        status,
        reason,
        evidence: match status {
            Status::Passed => vec![format!("{revision}/main#3")],
            _ => Vec::new(),
        },
    }
}

/// A finding of the same check about one subject, at the newer revision.
pub(crate) fn finding(requirement: &str, status: FindingStatus, subject: &str) -> Finding {
    let family = requirement.split('.').next().unwrap_or_default();
    let check = format!("{family}/basics");
    let (severity, level) = match status {
        FindingStatus::Failed => (Severity::High, Level::Must),
        FindingStatus::Warned => (Severity::Low, Level::Should),
        FindingStatus::Info => (Severity::Info, Level::May),
    };
    Finding {
        fingerprint: fingerprint(&check, requirement, subject),
        check,
        requirements: vec![requirement.to_owned()],
        kind: FindingKind::Conformance,
        status,
        level: Some(level),
        severity,
        confidence: Confidence::Proven,
        revisions: BTreeSet::from([NEW]),
        transports: BTreeSet::from([TransportKind::Stdio]),
        subject: subject.to_owned(),
        count: 1,
        message: format!("{requirement} is broken by {subject}."),
        evidence: Vec::new(),
        hint: None,
        reproducer: None,
        fleeting: false,
    }
}

fn evidence(event: &str, pointer: Option<&str>, excerpt: &str) -> FindingEvidence {
    FindingEvidence {
        event: event.to_owned(),
        pointer: pointer.map(str::to_owned),
        excerpt: excerpt.to_owned(),
    }
}

fn offer(name: &str) -> Offer {
    Offer {
        revisions: vec![OLD, NEW],
        server_info: json!({"name": name, "version": "1.0.0"}),
        capabilities: json!({"tools": {}}),
        instructions: None,
        tools: Some(vec![
            json!({"name": "one", "inputSchema": {"type": "object"}}),
        ]),
        prompts: Some(Vec::new()),
        resources: None,
        templates: Some(Vec::new()),
    }
}

fn run(name: &str) -> ServerRun {
    ServerRun {
        name: name.to_owned(),
        target: format!("./{name} --stdio"),
        transport: Some(TransportKind::Stdio),
        revisions: vec![OLD, NEW],
        server_info: json!({"name": name, "version": "1.0.0"}),
        capabilities: json!({"tools": {}}),
        surface: Surface {
            asked: vec![OLD, NEW],
            offers: vec![offer(name)],
        },
        starts: 3,
        elapsed_ms: 1234,
        ..ServerRun::default()
    }
}

/// Keeps every rule that was judged.
pub(crate) fn clean() -> ServerRun {
    let mut run = run("clean");
    for revision in [OLD, NEW] {
        for id in ["jsonrpc.version-field", "tools.capability.declared"] {
            run.outcomes.push(outcome(id, revision, Status::Passed));
        }
    }
    run
}

/// Deviates from a SHOULD.
pub(crate) fn soft() -> ServerRun {
    let mut run = run("soft");
    let id = "logging.set-level.invalid-level-error";
    run.outcomes
        .push(outcome("jsonrpc.version-field", NEW, Status::Passed));
    run.outcomes.push(outcome(id, NEW, Status::Warned));
    run.findings
        .push(finding(id, FindingStatus::Warned, "method"));
    run
}

const SCRIPT: &str = "revision 2025-06-18

> tools/call {\"name\":\"one\",\"arguments\":{\"text\":\"\"}}
< result {\"note\":\"\u{1b}[31m\"}
";

/// Shows everything that can be wrong at once.
pub(crate) fn broken() -> ServerRun {
    let mut run = run("broken");
    run.leftover_processes = 2;
    run.outcomes = vec![
        outcome("jsonrpc.version-field", OLD, Status::Passed),
        outcome("jsonrpc.version-field", NEW, Status::Passed),
        outcome("jsonrpc.response-id-echo", OLD, Status::Failed),
        outcome("jsonrpc.response-id-echo", NEW, Status::Failed),
        outcome("logging.set-level.invalid-level-error", NEW, Status::Warned),
        outcome("tools.call.result-shape", OLD, Status::Failed),
        outcome("tools.call.result-shape", NEW, Status::Inconclusive),
        outcome("tools.call.unknown-tool-code", NEW, Status::Inconclusive),
        outcome("prompts.capability.declared", NEW, Status::NotApplicable),
    ];
    let mut echo = finding(
        "jsonrpc.response-id-echo",
        FindingStatus::Failed,
        "method:ping",
    );
    echo.revisions = BTreeSet::from([OLD, NEW]);
    echo.count = 4;
    echo.message =
        "The answer to a request with the number 7 as its id has the string \"7\".".into();
    echo.hint = Some("Copy the id of the request as it came.".into());
    echo.evidence = vec![
        evidence(
            "2025-11-25/main#13",
            Some("/id"),
            "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{\"note\":\"\u{202e}evil\u{1b}[31m, and so long that it cannot be shown in full\"}}",
        ),
        evidence(
            "2025-11-25/main#9",
            None,
            r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#,
        ),
    ];
    run.findings.push(echo);
    for tool in ["one", "two", "three", "four", "five"] {
        let subject = format!("tool:{tool}");
        let mut shape = finding("tools.call.result-shape", FindingStatus::Failed, &subject);
        shape.revisions = BTreeSet::from([OLD]);
        shape.message = format!("The result of the tool {tool} has no content.");
        shape.reproducer = (tool == "one").then(|| SCRIPT.to_owned());
        run.findings.push(shape);
    }
    let code = "logging.set-level.invalid-level-error";
    run.findings
        .push(finding(code, FindingStatus::Warned, "method"));
    run.findings
        .push(finding("logging.x", FindingStatus::Info, "logger"));
    run.generated.push(Generated {
        revision: NEW,
        seed: 7,
        tools: 5,
        calls: 120,
        messages: 80,
        dropped: 1,
        complete: false,
    });
    run.not_tested.push(NotTested {
        what: "2 of 7 tools were not called".into(),
        why: "they are not annotated as read-only".into(),
        how_to: "--allow-tool NAME".into(),
    });
    run
}

/// Keeps every rule and hides something from its users.
pub(crate) fn weak() -> ServerRun {
    let mut run = run("weak");
    let id = "sec.meta.hidden-unicode";
    run.outcomes = vec![
        outcome("jsonrpc.version-field", NEW, Status::Passed),
        outcome(id, NEW, Status::Failed),
        outcome("sec.error.stack-trace", NEW, Status::Warned),
    ];
    let mut hidden = finding(id, FindingStatus::Failed, "tool:add/description");
    let mut trace = finding("sec.error.stack-trace", FindingStatus::Warned, "add");
    for weakness in [&mut hidden, &mut trace] {
        weakness.kind = FindingKind::Security;
        weakness.level = None;
    }
    hidden.message = "The tool add has tag characters in description.".into();
    hidden.evidence = vec![evidence(
        "2025-11-25/main#9",
        Some("/result/tools/0/description"),
        "Adds.\u{e0052}\u{e0065}",
    )];
    trace.confidence = Confidence::Firm;
    run.findings = vec![hidden, trace];
    run
}

/// Never answered.
pub(crate) fn dead() -> ServerRun {
    ServerRun {
        name: "dead".into(),
        target: "./dead".into(),
        transport: Some(TransportKind::Stdio),
        server_info: Value::Null,
        capabilities: Value::Null,
        diagnosis: Some(Diagnosis {
            kind: DiagnosisKind::Exited,
            message: "The process ended with exit code 1 before it answered. Standard error ends:\nError: no \x1b[31mtoken\n  at main".into(),
            next: "Run the command by hand; it may need credentials (--env NAME=VALUE).".into(),
        }),
        starts: 2,
        elapsed_ms: 56,
        ..ServerRun::default()
    }
}

/// mcp-check could not judge something.
pub(crate) fn bug() -> ServerRun {
    let mut run = run("bug");
    run.outcomes
        .push(outcome("jsonrpc.version-field", NEW, Status::Broken));
    run
}
