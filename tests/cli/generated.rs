//! Generated requests, from a run to its transcript and back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::command::Place;

/// A server that three broken requests bring to fall, each in its own way.
const FRAGILE: &str = r#"
> completion/complete {"ref": null}
< exit 1
> resources/read {"uri": null}
< silence
> prompts/get {"name": null}
< raw {"jsonrpc":"2.0","id":"made-up","error":{"code":-32602,"message":"no name"}}
"#;

/// The one server of a report.
fn server(place: &Place, report: &str) -> Value {
    let report: Value = serde_json::from_str(&place.read(report)).unwrap();
    report["servers"][0].clone()
}

/// The findings by their fingerprint.
fn findings(server: &Value) -> BTreeMap<String, Value> {
    let all = server["findings"].as_array().unwrap();
    let named = all.iter().map(|finding| {
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        (fingerprint.to_owned(), finding.clone())
    });
    named.collect()
}

fn about<'f>(findings: &'f BTreeMap<String, Value>, requirement: &str) -> &'f Value {
    findings
        .values()
        .find(|finding| finding["requirements"][0] == requirement)
        .unwrap_or_else(|| panic!("{requirement}: {findings:#?}"))
}

#[test]
fn a_transcript_is_judged_as_the_run_that_wrote_it() {
    let place = Place::new();
    place.put("fragile.mcp", FRAGILE);
    let program = env!("CARGO_BIN_EXE_mcp-check");
    let words = [
        "run",
        "--no-progress",
        "--check",
        "jsonrpc/",
        "--revision",
        "2025-11-25",
        "--timeout",
        "1",
        "--generate-time",
        "10",
        "--report",
        "json=run.json",
        "--transcript",
        "run.jsonl",
        "--",
        program,
        "mock",
        "fragile.mcp",
    ];
    let ran = place.run(&words);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let judged = place.run(&["judge", "run.jsonl", "--report", "json=judged.json"]);
    assert_eq!(judged.code, Some(1), "{judged:?}");
    let (run, judged) = (server(&place, "run.json"), server(&place, "judged.json"));
    assert!(run["generated"][0]["messages"].as_u64().unwrap() > 100);
    assert_eq!(run["generated"], judged["generated"]);
    // A transcript is judged by all checks, also by those that the run left out.
    let (found, again) = (findings(&run), findings(&judged));
    for (fingerprint, finding) in &found {
        assert_eq!(Some(finding), again.get(fingerprint));
    }
    let again = again.values().filter(|it| !it["reproducer"].is_null());
    let found_again = again.filter(|it| it["check"].as_str().unwrap().starts_with("jsonrpc/"));
    let with_script = found.values().filter(|it| !it["reproducer"].is_null());
    assert_eq!(found_again.count(), with_script.count());

    let ended = about(&found, "jsonrpc.broken-request-survived");
    assert_eq!(ended["status"], "failed");
    assert!(ended["reproducer"].as_str().unwrap().contains("\n< exit 1"));
    let made_up = about(&found, "jsonrpc.error-id-echo");
    assert!(made_up["reproducer"].as_str().unwrap().contains("\n< raw "));
    let unasked = about(&found, "jsonrpc.no-unsolicited-response");
    assert!(unasked["reproducer"].as_str().unwrap().contains("\n< raw "));
    // It was followed by answers, and the end came later.
    let unread = about(&found, "jsonrpc.invalid-params-code");
    let message = unread["message"].as_str().unwrap();
    assert!(message.contains("went on answering"), "{message}");
}
