//! Strategies for values that fit a schema.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

use super::model::{Bounds, Items, Member, Node, Text};

/// Which optional members are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    All,
    Any,
}

/// Lengths and counts beyond the least.
const SLACK: usize = 12;
const MOST_ITEMS: usize = 3;
/// Strings that are longer by demand of the schema are not made.
pub(super) const LONGEST: usize = 4096;

/// Values for a place of a name.
pub(super) fn strategy(node: &Node, name: &str, presence: Presence) -> BoxedStrategy<Value> {
    match node {
        Node::Fixed(values) => select(values.clone()).boxed(),
        Node::Object(members, _) => object(members, presence),
        Node::Array(items) => array(items, name, presence),
        Node::Text(text) => string(text, name),
        Node::Integer(bounds) => integer(bounds, name),
        Node::Number(bounds) => number(bounds, name),
        Node::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        Node::Null => Just(Value::Null).boxed(),
        Node::Union(nodes) => {
            let branches = nodes.iter().map(|node| strategy(node, name, presence));
            Union::new(branches).boxed()
        }
        Node::Anything => select(vec![json!("mcpcheck"), json!(1), json!(true)]).boxed(),
    }
}

fn object(members: &[Member], presence: Presence) -> BoxedStrategy<Value> {
    let wanted = members
        .iter()
        .filter(|member| member.required || presence != Presence::Required);
    let (names, strategies): (Vec<String>, Vec<BoxedStrategy<Option<Value>>>) = wanted
        .map(|member| {
            let value = strategy(&member.node, &member.name, presence);
            let value = match member.required || presence == Presence::All {
                true => value.prop_map(Some).boxed(),
                false => proptest::option::of(value).boxed(),
            };
            (member.name.clone(), value)
        })
        .unzip();
    strategies
        .prop_map(move |values| {
            let present = names.iter().zip(values);
            let members: Map<String, Value> = present
                .filter_map(|(name, value)| Some((name.clone(), value?)))
                .collect();
            Value::Object(members)
        })
        .boxed()
}

fn array(items: &Items, name: &str, presence: Presence) -> BoxedStrategy<Value> {
    let Some(item) = &items.item else {
        return Just(json!([])).boxed();
    };
    let least = items.least.min(LONGEST);
    let most = items.most.unwrap_or(usize::MAX).min(least + MOST_ITEMS);
    vec(strategy(item, name, presence), least..=most.max(least))
        .prop_map(Value::Array)
        .boxed()
}

fn string(text: &Text, name: &str) -> BoxedStrategy<Value> {
    if let Some(pattern) = &text.pattern {
        let bare = pattern.strip_prefix('^').unwrap_or(pattern);
        let bare = bare.strip_suffix('$').unwrap_or(bare);
        return match proptest::string::string_regex(bare) {
            Ok(strings) => strings.prop_map(Value::String).boxed(),
            // Nothing fits for sure; the validator will say so.
            Err(_) => Just(json!("mcpcheck")).boxed(),
        };
    }
    let fixed: &[&str] = match text.format.as_deref() {
        Some("uri" | "url" | "iri" | "uri-reference") => &["http://example.invalid/"],
        Some("email") => &["mcpcheck@example.invalid"],
        Some("date-time") => &["2020-01-01T00:00:00Z", "1999-12-31T23:59:59+01:00"],
        Some("date") => &["2020-01-01", "2000-02-29"],
        Some("time") => &["12:00:00Z"],
        Some("uuid") => &["00000000-0000-4000-8000-000000000000"],
        Some("ipv4") => &["192.0.2.1"],
        Some("ipv6") => &["2001:db8::1"],
        Some("hostname") => &["example.invalid"],
        _ => by_name(name),
    };
    if !fixed.is_empty() {
        return select(fixed.to_vec()).prop_map(|text| json!(text)).boxed();
    }
    let least = text.least.min(LONGEST);
    let most = text.most.unwrap_or(usize::MAX).min(least + SLACK);
    vec(character(), least..=most.max(least))
        .prop_map(|characters| Value::String(characters.into_iter().collect()))
        .boxed()
}

/// Values for strings whose name says what they are, so that they point at nothing real.
fn by_name(name: &str) -> &'static [&'static str] {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["path", "file", "dir", "folder"]) {
        &["/nonexistent/mcpcheck", "mcpcheck"]
    } else if has(&["url", "uri", "link", "host"]) {
        &["http://example.invalid/"]
    } else {
        &[]
    }
}

/// Plain characters first, since shrinking goes to the front.
fn character() -> impl Strategy<Value = char> {
    const CHARACTERS: &str =
        "abcxyzABC0129 _-.,:/\\'\"<>&%$#{}[]()\n\tß\u{e9}e\u{301}\u{627}\u{4e2d}\u{1f600}";
    select(CHARACTERS.chars().collect::<Vec<char>>())
}

/// Bounds for numbers that nobody bounded. Names that speak of time or amounts get small ones: a
/// large one asks a server for much work, and that it then does much work proves nothing.
fn room(bounds: &Bounds, name: &str) -> (f64, f64) {
    let room = if is_amount(name) { 10.0 } else { 1000.0 };
    match (bounds.least, bounds.most) {
        (Some(least), Some(most)) if is_amount(name) => (least, most.min(least + room)),
        (Some(least), Some(most)) => (least, most),
        (Some(least), None) => (least, least + room),
        (None, Some(most)) => (most - room, most),
        (None, None) if is_amount(name) => (0.0, room),
        (None, None) => (-room, room),
    }
}

/// True for names of times and amounts.
pub(super) fn is_amount(name: &str) -> bool {
    const WORDS: [&str; 27] = [
        "ms",
        "delay",
        "wait",
        "sleep",
        "timeout",
        "duration",
        "second",
        "minute",
        "hour",
        "day",
        "interval",
        "count",
        "limit",
        "size",
        "length",
        "depth",
        "steps",
        "repeat",
        "iteration",
        "times",
        "number",
        "max",
        "top",
        "amount",
        "retries",
        "concurrency",
        "batch",
    ];
    let name = name.to_ascii_lowercase();
    name == "n" || name == "k" || WORDS.iter().any(|word| name.contains(word))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "floats saturate, and a validator follows"
)]
fn integer(bounds: &Bounds, name: &str) -> BoxedStrategy<Value> {
    let (least, most) = room(bounds, name);
    let (least, most) = (least.ceil() as i64, most.floor() as i64);
    let step = bounds.step.map_or(1, |step| (step as i64).max(1));
    let (first, last) = (least.div_euclid(step), most.div_euclid(step));
    (first..=last.max(first))
        .prop_map(move |times| json!(times.saturating_mul(step)))
        .boxed()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "floats saturate, and a validator follows"
)]
fn number(bounds: &Bounds, name: &str) -> BoxedStrategy<Value> {
    const PARTS: f64 = 4.0;
    let (least, most) = room(bounds, name);
    let (first, last) = ((least * PARTS).ceil() as i64, (most * PARTS).floor() as i64);
    (first..=last.max(first))
        .prop_map(|parts| json!(parts as f64 / PARTS))
        .boxed()
}
