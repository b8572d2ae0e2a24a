//! What holds for all checks at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use mcp_check::check::explain::{self, Expectation};
use mcp_check::checks;
use mcp_check::engine::judge;
use mcp_check::spec::{Revision, Rule, TransportKind, catalogue, security_checks};
use mcp_check::transcript::{Body, Channel, Direction, Event, Frame, Opened, View};
use proptest::prelude::*;

#[test]
fn every_covered_requirement_exists() {
    for entry in checks::all() {
        assert!(
            !entry.check.covers.is_empty(),
            "{} covers nothing",
            entry.id
        );
        for id in entry.check.covers {
            assert!(Rule::find(id).is_some(), "{} covers {id}", entry.id);
        }
    }
}

#[test]
fn ids_are_unique_and_explained() {
    let mut seen = BTreeSet::new();
    for entry in checks::all() {
        assert!(seen.insert(entry.id), "{} twice", entry.id);
        let headline = explain::headline(entry.source);
        assert!(headline.ends_with('.'), "{}: {headline}", entry.id);
        assert!(
            headline.len() < 200,
            "{}: the first sentence is long",
            entry.id
        );
    }
}

#[test]
fn every_check_is_proven_both_ways() {
    let mut missing = Vec::new();
    for entry in checks::all() {
        let examples = explain::examples(&explain::page(entry.source));
        if !examples
            .iter()
            .any(|e| e.expectation == Expectation::Passes)
        {
            missing.push(format!("{} has no passing example", entry.id));
        }
        let broken: BTreeSet<&str> = examples
            .iter()
            .filter(|example| example.expectation == Expectation::Fails)
            .flat_map(|example| example.name.split_whitespace())
            .collect();
        for id in entry.check.covers {
            if !broken.contains(id) {
                missing.push(format!("{} has no example that breaks {id}", entry.id));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_requirement_belongs_to_one_check() {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in checks::all() {
        for id in entry.check.covers {
            owners.entry(id).or_default().push(entry.id);
        }
    }
    owners.retain(|_, checks| checks.len() > 1);
    assert!(owners.is_empty(), "{owners:#?}");
}

/// The MUST-level requirements on servers that no check covers yet. The file lists them; it may
/// only get shorter.
#[test]
fn uncovered_musts_are_listed() {
    let covered: BTreeSet<&str> = checks::all()
        .iter()
        .flat_map(|entry| entry.check.covers.iter().copied())
        .collect();
    let open: Vec<&str> = catalogue()
        .iter()
        .filter(|requirement| {
            requirement.level.is_must() && !covered.contains(requirement.id.as_str())
        })
        .map(|requirement| requirement.id.as_str())
        .collect();
    compare_list("schemas/requirements/open.txt", &open);
}

/// The security checks of the list that nothing looks for yet; it may only get shorter.
#[test]
fn unlooked_for_weaknesses_are_listed() {
    let covered: BTreeSet<&str> = checks::all()
        .iter()
        .flat_map(|entry| entry.check.covers.iter().copied())
        .collect();
    let open: Vec<&str> = security_checks()
        .iter()
        .map(|row| row.id.as_str())
        .filter(|id| !covered.contains(id))
        .collect();
    compare_list("schemas/security/open.txt", &open);
}

/// Compares a checked-in list with what it should be, or writes it when `REGENERATE` is set.
fn compare_list(file: &str, open: &[&str]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = open.join("\n") + "\n";
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(&path, &text).expect("the list is writable");
    }
    let listed = std::fs::read_to_string(&path).unwrap_or_default();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let open: BTreeSet<&str> = open.iter().copied().collect();
    let covered: Vec<_> = listed.difference(&open).collect();
    let lost: Vec<_> = open.difference(&listed).collect();
    assert!(lost.is_empty(), "no check covers any more: {lost:?}");
    assert!(
        covered.is_empty(),
        "{file} is too long, {covered:?} are covered: run REGENERATE=1 cargo test --test laws"
    );
}

fn event(seq: u32, direction: Direction, channel: Channel, body: Body) -> Event {
    Event {
        connection: Arc::from("2025-11-25/main"),
        seq,
        at_ms: 0,
        direction,
        channel,
        probe: None,
        intent: Some(Arc::from("survey")),
        body,
    }
}

fn frames() -> impl Strategy<Value = Vec<(bool, bool, String)>> {
    let text = prop_oneof![
        Just(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"a","version":"1"}}}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":7},null,{"name":"a","inputSchema":[]}],"nextCursor":null}}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":2,"result":{"tools":{}}}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":5}}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":3,"result":{"contents":[1,{"uri":"x"}]}}"#.to_owned()),
        Just(r#"[{"jsonrpc":"2.0","id":1,"error":null},7,[]]"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":[],"progress":"x"}}"#.to_owned()),
        Just(r#"{"id":1e999,"result":{"a":1e999},"error":{}}"#.to_owned()),
        Just("{\"jsonrpc\":\"2.0\",\"id\":\"\\ud800\",\"result\":[]}".to_owned()),
        ".{0,40}",
    ];
    prop::collection::vec((any::<bool>(), any::<bool>(), text), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_judge_never_panics_and_judges_the_same_twice(frames in frames(), modern in any::<bool>(), http in any::<bool>()) {
        let revision = if modern { Revision::V2026_07_28 } else { Revision::V2025_11_25 };
        let transport = if http { TransportKind::StreamableHttp } else { TransportKind::Stdio };
        let mut events = vec![event(0, Direction::Noted, Channel::Stdio, Body::Opened(Opened {
            revision, transport, purpose: "main".into(),
        }))];
        for (index, (sent, same, text)) in frames.into_iter().enumerate() {
            let direction = if sent { Direction::Sent } else { Direction::Received };
            let number = u32::try_from(index).expect("few frames");
            let channel = if http { Channel::Http(if same { 1 } else { number }) } else { Channel::Stdio };
            events.push(event(number + 1, direction, channel, Body::Frame(Frame::line(text.into_bytes()))));
        }
        let view = View::new(revision, transport, events);
        for entry in checks::all() {
            let judge: fn(&View) -> _ = entry.check.method.judge();
            prop_assert_eq!(judge(&view), judge(&view));
        }
        let views = vec![view];
        let once = judge::judge(views.clone(), &checks::all());
        let twice = judge::judge(views, &checks::all());
        prop_assert_eq!(once.outcomes, twice.outcomes);
        prop_assert_eq!(once.findings, twice.findings);
    }
}
