//! Laws over all rows of the catalogue.

use std::collections::BTreeSet;

use super::*;
use crate::spec::{Level, Observable, Revision, Strength, TransportKind};

fn rows() -> Vec<Requirement> {
    SOURCES.iter().flat_map(|source| parse(source)).collect()
}

#[test]
fn every_row_is_there_once() {
    let rows = rows();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(rows.len(), 761);
    assert_eq!(ids.len(), 761);
    assert_eq!(catalogue().iter().count(), 761);
    assert!(catalogue().iter().map(|row| &row.id).is_sorted());
}

#[test]
fn rows_of_one_prefix_stand_together() {
    for source in SOURCES {
        let prefixes: Vec<String> = parse(source)
            .iter()
            .filter_map(|row| row.id.split('.').next().map(str::to_owned))
            .collect();
        let runs = prefixes.chunk_by(|one, other| one == other).count();
        let distinct: BTreeSet<&String> = prefixes.iter().collect();
        assert_eq!(runs, distinct.len(), "{distinct:?}");
    }
}

#[test]
fn ids_are_dotted_kebab_case() {
    for row in catalogue().iter() {
        assert!(row.id.contains('.'), "{}", row.id);
        for label in row.id.split('.') {
            let plain = label
                .chars()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
            assert!(plain && !label.is_empty(), "{}", row.id);
        }
    }
}

#[test]
fn every_row_says_when_where_and_how() {
    for row in catalogue().iter() {
        assert!(!row.revisions.is_empty(), "{}", row.id);
        assert!(
            row.revisions.is_sorted_by(|one, other| one < other),
            "{}",
            row.id
        );
        assert!(!row.transports.is_empty(), "{}", row.id);
        assert!(!row.page.is_empty() && !row.says.is_empty(), "{}", row.id);
        assert!(!row.probe.is_empty(), "{}", row.id);
    }
}

#[test]
fn limits_speak_about_revisions_of_their_row() {
    for row in catalogue().iter() {
        let limits = row.at_most_warned_in.iter();
        let levels = row.level_by_revision.keys();
        for revision in limits.chain(levels).chain(row.page_in.keys()) {
            assert!(row.revisions.contains(revision), "{}", row.id);
        }
        let pointless = !row.at_most_warned_in.is_empty() && !row.level.is_must();
        assert!(!pointless, "{}", row.id);
    }
}

#[test]
fn a_row_is_found_by_id_and_prefix() {
    let row = catalogue().get("jsonrpc.version-field").unwrap();
    assert_eq!(row.level, Level::Must);
    assert_eq!(row.strength, Strength::Keyword);
    assert_eq!(row.observable, Observable::Yes);
    assert_eq!(row.transports, TransportKind::ALL);
    assert_eq!(catalogue().get("jsonrpc"), None);
    assert_eq!(catalogue().by_prefix("ping").count(), 4);
    assert_eq!(catalogue().by_prefix("jsonrpc").count(), 31);
    let tasks: Vec<_> = catalogue().by_prefix("tasks").collect();
    assert_eq!(tasks.len(), 51);
    assert!(tasks.iter().all(|row| row.id.starts_with("tasks.")));
    assert_eq!(catalogue().by_prefix("ping.answered").count(), 1);
    assert_eq!(catalogue().by_prefix("pin").count(), 0);
}

#[test]
fn the_code_of_unknown_methods_is_a_hard_rule_only_in_the_newest_revision() {
    let row = catalogue().get("jsonrpc.unknown-method-code").unwrap();
    assert_eq!(row.at_most_warned_in, Revision::HANDSHAKE);
    assert_eq!(row.strength, Strength::Keyword);
}

#[test]
fn a_row_applies_to_its_revisions_and_transports() {
    let row = catalogue().get("stdio.newline-delimited").unwrap();
    assert!(row.applies(Revision::V2026_07_28, TransportKind::Stdio));
    assert!(!row.applies(Revision::V2026_07_28, TransportKind::StreamableHttp));
    let row = catalogue().get("batch.received").unwrap();
    assert!(row.applies(Revision::V2025_03_26, TransportKind::WebSocket));
    assert!(!row.applies(Revision::V2025_06_18, TransportKind::Stdio));
}

#[test]
fn transport_rules_follow_the_transport() {
    let row = catalogue().get("sse-transport.endpoint-event").unwrap();
    assert!(row.applies(Revision::V2024_11_05, TransportKind::HttpSse));
    assert!(row.applies(Revision::V2025_06_18, TransportKind::HttpSse));
    assert!(!row.applies(Revision::V2026_07_28, TransportKind::HttpSse));
    let row = catalogue().get("http.post.notification-202").unwrap();
    assert!(row.applies(Revision::V2024_11_05, TransportKind::StreamableHttp));
    assert!(!row.applies(Revision::V2024_11_05, TransportKind::HttpSse));
    let row = catalogue().get("http.version-header.invalid-400").unwrap();
    assert!(!row.applies(Revision::V2024_11_05, TransportKind::StreamableHttp));
    let row = catalogue().get("auth.unauthenticated.401").unwrap();
    assert!(!row.applies(Revision::V2024_11_05, TransportKind::StreamableHttp));
}

#[test]
fn a_level_may_depend_on_the_revision() {
    let source = r#"
        [[requirement]]
        id = "made.up"
        level = "MUST"
        level_by_revision = { "2024-11-05" = "SHOULD" }
        strength = "keyword"
        revisions = ["2024-11-05", "2025-03-26"]
        where = "basic/index"
        says = "A rule."
        observable = "yes"
        needs_cooperation = false
        probe = "None."
    "#;
    let row = parse(source).remove(0);
    assert_eq!(row.level_in(Revision::V2024_11_05), Level::Should);
    assert_eq!(row.level_in(Revision::V2025_03_26), Level::Must);
    assert_eq!(Level::MustNot.to_string(), "MUST NOT");
    assert!(Level::MustNot.is_must() && !Level::ShouldNot.is_must());
}
