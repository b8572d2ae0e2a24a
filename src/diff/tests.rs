use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::report::fixture;
use crate::report::paint::Look;
use crate::surface::Offer;

const OLD: Revision = Revision::V2025_06_18;
const NEW: Revision = Revision::V2025_11_25;

fn side(tools: Value) -> Side {
    let mut side = Side::of_run(&fixture::clean());
    side.surface.offers[0].tools = Some(tools.as_array().unwrap().clone());
    side
}

fn tool(name: &str, properties: Value, required: Value) -> Value {
    json!({"name": name, "description": "Does it.", "inputSchema": {
        "type": "object", "properties": properties, "required": required}})
}

/// `class subject place what` of every change.
#[track_caller]
fn changes(old: &Side, new: &Side) -> Vec<String> {
    let diff = Diff::between(std::slice::from_ref(old), std::slice::from_ref(new));
    let shown = diff.servers[0].changes.iter().map(|change| {
        let Change {
            class,
            subject,
            place,
            what,
            ..
        } = change;
        let Subject { kind, name } = subject;
        let text = format!("{class:?}: {kind} {name} {place} {what}");
        text.split_whitespace().collect::<Vec<&str>>().join(" ")
    });
    shown.collect()
}

#[test]
fn a_server_does_not_differ_from_itself() {
    for run in [fixture::clean(), fixture::broken()] {
        let side = Side::of_run(&run);
        let diff = Diff::between(std::slice::from_ref(&side), std::slice::from_ref(&side));
        assert!(diff.is_empty());
        assert_eq!(diff.verdict, Verdict::Unchanged);
        let page = page::render(&diff, Look::default());
        assert!(page.contains("nothing differs (exit 0)"), "{page}");
    }
}

#[test]
fn a_report_says_the_same_as_the_run_it_was_written_from() {
    let mut runs = [fixture::broken(), fixture::clean()];
    runs.iter_mut().for_each(|run| run.outcomes.sort());
    let report = crate::report::json::render(&crate::report::build(&runs));
    let read = Side::of_report(&report).unwrap();
    let built: Vec<Side> = runs.iter().map(Side::of_run).collect();
    assert_eq!(read, built);
    let old = report.replace("\"surface\"", "\"server_face\"");
    let why = Side::of_report(&old).unwrap_err();
    assert!(why.contains("does not say what the server offers"), "{why}");
    assert!(Side::of_report("[]").is_err());
}

#[test]
fn tools_are_aligned_by_name_and_renamed_ones_are_recognised() {
    let old = side(json!([
        tool("getImage", json!({}), json!([])),
        tool("gone", json!({}), json!([]))
    ]));
    let new = side(json!([
        tool("new", json!({}), json!([])),
        tool("get-image", json!({"a": {}}), json!(["a"]))
    ]));
    assert_eq!(
        changes(&old, &new),
        [
            "Breaking: tool get-image inputSchema new required property `a`",
            "Breaking: tool getImage now called differently",
            "Breaking: tool gone gone",
            "Compatible: tool new new",
        ]
    );
    assert_eq!(changes(&old, &old), Vec::<String>::new());
}

#[test]
fn inputs_and_outputs_are_judged_in_opposite_directions() {
    let with = |schema: &str, kind: &str| {
        let mut tool = tool("t", json!({}), json!([]));
        tool[schema] = json!({"type": "object", "properties": {"a": {"type": kind}}});
        side(json!([tool]))
    };
    for (schema, from, to, class) in [
        ("inputSchema", "integer", "number", "Compatible"),
        ("inputSchema", "number", "integer", "Breaking"),
        ("outputSchema", "integer", "number", "Breaking"),
        ("outputSchema", "number", "integer", "Compatible"),
    ] {
        let want = format!("{class}: tool t {schema} /properties/a type");
        assert_eq!(changes(&with(schema, from), &with(schema, to)), [want]);
    }
    let bare = side(json!([tool("t", json!({}), json!([]))]));
    let promise = "tool t outputSchema the structure of results is";
    assert_eq!(
        changes(&with("outputSchema", "string"), &bare)[0],
        format!("Breaking: {promise} not promised any more")
    );
}

#[test]
fn hints_are_compared_by_what_they_mean() {
    let with = |annotations: Value| {
        let mut tool = tool("t", json!({}), json!([]));
        tool["annotations"] = annotations;
        side(json!([tool]))
    };
    let bare = with(json!({}));
    let said = with(json!({"readOnlyHint": false, "destructiveHint": true}));
    for change in changes(&bare, &said) {
        assert!(
            change.starts_with("Wording: ") && change.ends_with("means what it meant"),
            "{change}"
        );
    }
    let safe = with(json!({"readOnlyHint": true}));
    assert_eq!(
        changes(&bare, &safe),
        ["Compatible: tool t annotations readOnlyHint"]
    );
    assert_eq!(
        changes(&safe, &bare),
        ["Undecided: tool t annotations readOnlyHint: a promise is withdrawn"]
    );
}

#[test]
fn capabilities_are_promises() {
    let with = |capabilities: Value| {
        let mut side = side(json!([]));
        side.surface.offers[0].capabilities = capabilities;
        side
    };
    let old = with(
        json!({"tools": {"listChanged": true}, "logging": {}, "prompts": {"listChanged": false}}),
    );
    let new = with(json!({"tools": {}, "completions": {}, "prompts": {}}));
    assert_eq!(
        changes(&old, &new),
        [
            "Breaking: capability logging no longer declared",
            "Breaking: capability tools.listChanged no longer declared",
            "Compatible: capability completions declared now",
        ]
    );
}

#[test]
fn a_revision_counts_as_dropped_only_when_it_was_asked_for() {
    let old = side(json!([]));
    let mut new = side(json!([]));
    new.surface.offers[0].revisions = vec![NEW];
    assert_eq!(
        changes(&old, &new),
        ["Breaking: revision 2025-06-18 no longer spoken"]
    );
    new.surface.asked = vec![NEW];
    let diff = Diff::between(&[old], &[new]);
    assert!(diff.is_empty());
    assert_eq!(diff.servers[0].not_compared.len(), 2, "{diff:?}");
}

#[test]
fn a_list_that_was_not_read_to_the_end_is_not_compared() {
    let old = side(json!([tool("a", json!({}), json!([]))]));
    let mut new = old.clone();
    new.surface.offers[0].tools = None;
    let diff = Diff::between(&[old], &[new]);
    assert!(diff.is_empty());
    let tools = "tools: one side did not list them to the end";
    assert!(
        diff.servers[0]
            .not_compared
            .iter()
            .any(|what| what == tools)
    );
}

#[test]
fn a_change_at_some_revisions_names_them() {
    let offer = |revision, title: &str| Offer {
        revisions: vec![revision],
        tools: Some(vec![json!({"name": "t", "title": title})]),
        ..Offer::default()
    };
    let mut old = side(json!([]));
    old.surface.offers = vec![offer(OLD, "a"), offer(NEW, "a")];
    let mut new = old.clone();
    new.surface.offers[1].tools = Some(vec![json!({"name": "t", "title": "b"})]);
    let diff = Diff::between(std::slice::from_ref(&old), std::slice::from_ref(&new));
    assert_eq!(diff.servers[0].changes[0].revisions, BTreeSet::from([NEW]));
    assert_eq!(diff.verdict, Verdict::Compatible);
    let page = page::render(&diff, Look::default());
    assert!(page.contains("(at 2025-11-25)"), "{page}");
    new.surface.offers[0].tools = new.surface.offers[1].tools.clone();
    let diff = Diff::between(&[old], &[new]);
    assert_eq!(
        diff.servers[0].changes.len(),
        1,
        "one change at both revisions"
    );
}

#[test]
fn verdicts_turn_both_ways() {
    let (clean, broken) = (fixture::clean(), fixture::broken());
    let mut mended = broken.clone();
    mended.outcomes.iter_mut().for_each(|outcome| {
        outcome.status = crate::engine::Status::Passed;
    });
    mended.findings.clear();
    let turns = |old, new| {
        let diff = Diff::between(&[Side::of_run(old)], &[Side::of_run(new)]);
        let server = diff.servers.into_iter().next().unwrap();
        let turned = server.verdicts.into_iter();
        let turned: Vec<_> = turned.map(|it| (it.turn, it.requirement)).collect();
        (turned, server.not_compared.join("\n"))
    };
    let echo = "jsonrpc.response-id-echo".to_owned();
    let (there, once) = turns(&mended, &broken);
    assert!(
        there.contains(&(Turn::NewFailure, echo.clone())),
        "{there:?}"
    );
    let open = "tools.call.unknown-tool-code";
    assert!(
        once.contains(&format!("{open}: held before, and is not judged now")),
        "{once}"
    );
    let (back, once) = turns(&broken, &mended);
    assert!(back.contains(&(Turn::Mended, echo)), "{back:?}");
    assert!(
        once.contains(&format!("{open}: was not judged before, and holds now")),
        "{once}"
    );
    // What one side never asked about did not turn.
    assert!(turns(&clean, &broken).0.is_empty());
}

#[test]
fn text_of_a_server_is_shown_as_text() {
    let old = side(json!([{"name": "t", "description": "a\u{1b}[31m"}]));
    let new = side(json!([{"name": "t", "description": "b\u{202e}\nc"}, {"name": "\u{1b}x"}]));
    let diff = Diff::between(&[old], &[new]);
    let page = page::render(&diff, Look::default());
    assert!(
        !page.contains("\u{1b}[31ma") && !page.contains('\u{202e}'),
        "{page}"
    );
    assert!(
        page.contains("\\u{202e}") && page.contains("\\u{1b}x"),
        "{page}"
    );
    assert!(!diff.to_json().contains('\u{202e}'));
}

#[test]
fn several_servers_are_aligned_by_name() {
    let (a, b) = (
        Side::of_run(&fixture::clean()),
        Side::of_run(&fixture::soft()),
    );
    let diff = Diff::between(&[a.clone(), b.clone()], std::slice::from_ref(&b));
    assert_eq!(
        (diff.verdict, diff.removed.as_slice()),
        (Verdict::Breaking, &["clean".to_owned()][..])
    );
    let diff = Diff::between(std::slice::from_ref(&b), &[a, b.clone()]);
    assert_eq!(
        (diff.verdict, diff.added.as_slice()),
        (Verdict::Compatible, &["clean".to_owned()][..])
    );
}

#[test]
fn a_snapshot_is_stable_readable_and_shows_what_differs() {
    let mut run = fixture::broken();
    let mut tool = tool("now", json!({"b": {}, "a": {}}), json!([]));
    tool["description"] = json!("Started 2026-11-21T08:00:00Z\non 127.0.0.1:4711.\u{1b}");
    run.surface.offers[0].tools = Some(vec![tool]);
    let text = snapshot::render(&[Side::of_run(&run)]);
    for line in [
        "server broken",
        "speaks 2025-06-18, 2025-11-25",
        "tool now",
        "        Started <time>",
        "        on 127.0.0.1:<port>.\\u{1b}",
        "resources were not listed to the end",
        "    broken jsonrpc.response-id-echo  method:ping",
        "    broken tools.call.result-shape  tool:five  at 2025-06-18",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert_eq!(snapshot::difference(&text, &text), None);
    let other = text.replace("tool now", "tool then");
    let shown = snapshot::difference(&other, &text).unwrap();
    assert!(
        shown.contains("-tool then") && shown.contains("+tool now"),
        "{shown}"
    );
}
