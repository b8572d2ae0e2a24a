use serde_json::json;

use super::*;
use crate::spec::TransportKind;
use crate::transcript::{Channel, Direction, Frame, Opened};

const NEW: Revision = Revision::V2025_11_25;

/// A main connection with these frames: `>` sent, `<` received.
fn conversation(revision: Revision, frames: &[(&str, Option<&str>, Value)]) -> Vec<Event> {
    let event = |seq: usize, direction, intent: Option<&str>, body| Event {
        connection: format!("{revision}/main").into(),
        seq: u32::try_from(seq).unwrap(),
        at_ms: 0,
        direction,
        channel: Channel::Stdio,
        probe: None,
        intent: intent.map(Into::into),
        body,
    };
    let opened = Body::Opened(Opened {
        revision,
        transport: TransportKind::Stdio,
        purpose: "main".into(),
    });
    let mut events = vec![event(0, Direction::Noted, None, opened)];
    for (mark, intent, value) in frames {
        let mut value = value.clone();
        value["jsonrpc"] = json!("2.0");
        let direction = match *mark {
            ">" => Direction::Sent,
            _ => Direction::Received,
        };
        let body = Body::Frame(Frame::line(value.to_string().into_bytes()));
        events.push(event(events.len(), direction, *intent, body));
    }
    events
}

fn handshake(capabilities: &Value) -> Vec<(&'static str, Option<&'static str>, Value)> {
    vec![
        (
            ">",
            None,
            json!({"id": 1, "method": "initialize", "params": {}}),
        ),
        (
            "<",
            None,
            json!({"id": 1, "result": {
            "protocolVersion": NEW.as_str(), "capabilities": capabilities,
            "serverInfo": {"name": "s", "version": "1"}, "instructions": "Be kind."}}),
        ),
    ]
}

fn surface(frames: &[(&str, Option<&str>, Value)]) -> Surface {
    let events = conversation(NEW, frames);
    let asked = asked(&events);
    let view = View::new(NEW, TransportKind::Stdio, events);
    Surface::of(&[view], asked)
}

fn list(
    id: u32,
    intent: Option<&'static str>,
    params: Value,
) -> (&'static str, Option<&'static str>, Value) {
    (
        ">",
        intent,
        json!({"id": id, "method": "tools/list", "params": params}),
    )
}

#[test]
fn pages_are_joined_in_the_order_of_cursors_and_sorted_by_name() {
    let mut frames = handshake(&json!({"tools": {}}));
    frames.extend([
        // A later listing by a check, and a cursor that nobody gave out.
        list(9, Some("invalid-cursor"), json!({"cursor": "x"})),
        (
            "<",
            None,
            json!({"id": 9, "result": {"tools": [{"name": "wrong"}]}}),
        ),
        list(2, Some(view::SURVEY), json!({})),
        (
            "<",
            None,
            json!({"id": 2, "result": {"tools": [{"name": "b"}], "nextCursor": "p2"}}),
        ),
        list(3, Some(view::SURVEY), json!({"cursor": "p2"})),
        (
            "<",
            None,
            json!({"id": 3, "result": {"tools": [{"name": "a"}]}}),
        ),
    ]);
    let surface = surface(&frames);
    let offer = surface.at(NEW).unwrap();
    assert_eq!(
        offer.tools,
        Some(vec![json!({"name": "a"}), json!({"name": "b"})])
    );
    assert_eq!(offer.prompts, Some(Vec::new()), "not declared");
    assert_eq!(offer.instructions.as_deref(), Some("Be kind."));
    assert_eq!(surface.asked, [NEW]);
}

#[test]
fn a_list_with_a_missing_page_is_unknown_and_not_shorter() {
    let mut frames = handshake(&json!({"tools": {}, "prompts": {}}));
    frames.extend([
        list(2, None, json!({})),
        (
            "<",
            None,
            json!({"id": 2, "result": {"tools": [{"name": "b"}], "nextCursor": "p2"}}),
        ),
    ]);
    let surface = surface(&frames);
    let offer = surface.at(NEW).unwrap();
    assert_eq!((offer.tools.clone(), offer.prompts.clone()), (None, None));
}

#[test]
fn revisions_with_the_same_offer_share_it() {
    let views = [Revision::V2025_06_18, NEW].map(|revision| {
        let events = conversation(revision, &handshake(&json!({})));
        View::new(revision, TransportKind::Stdio, events)
    });
    let surface = Surface::of(&views, Vec::new());
    assert_eq!(surface.offers.len(), 1);
    assert_eq!(surface.offers[0].revisions, [Revision::V2025_06_18, NEW]);
}

#[test]
fn a_name_that_occurs_twice_is_two_entries() {
    let offer = Offer {
        tools: Some(vec![
            json!({"name": "a"}),
            json!({"name": "a", "title": "x"}),
        ]),
        ..Offer::default()
    };
    let names: Vec<String> = offer.entries(Kind::Tool).unwrap().into_keys().collect();
    assert_eq!(names, ["a", "a (2)"]);
}
