//! Pairing of requests and answers, and what a view says about things sent.

use std::sync::Arc;

use super::*;
use crate::spec::{Revision, TransportKind};

struct Tape {
    events: Vec<Event>,
    transport: TransportKind,
}

impl Tape {
    fn new(transport: TransportKind) -> Self {
        let mut tape = Self {
            events: Vec::new(),
            transport,
        };
        let opened = Opened {
            revision: Revision::V2025_11_25,
            transport,
            purpose: "main".into(),
        };
        tape.push(Direction::Noted, Channel::Stdio, None, Body::Opened(opened));
        tape
    }

    fn push(&mut self, direction: Direction, channel: Channel, intent: Option<&str>, body: Body) {
        self.events.push(Event {
            connection: Arc::from("2025-11-25/main"),
            seq: u32::try_from(self.events.len()).expect("few events"),
            at_ms: 0,
            direction,
            channel,
            probe: None,
            intent: intent.map(Arc::from),
            body,
        });
    }

    fn sent(mut self, intent: &str, text: &str) -> Self {
        let body = Body::Frame(Frame::line(text.as_bytes()));
        self.push(Direction::Sent, Channel::Stdio, Some(intent), body);
        self
    }

    fn received(mut self, text: &str) -> Self {
        let body = Body::Frame(Frame::line(text.as_bytes()));
        self.push(Direction::Received, Channel::Stdio, None, body);
        self
    }

    fn posted(mut self, number: u32, intent: &str, text: &str) -> Self {
        let channel = Channel::Http(number);
        let request = HttpRequest {
            method: "POST".into(),
            url: "http://127.0.0.1/mcp".into(),
            headers: Vec::new(),
        };
        self.push(
            Direction::Sent,
            channel,
            Some(intent),
            Body::HttpRequest(request),
        );
        let body = Body::Frame(Frame::line(text.as_bytes()));
        self.push(Direction::Sent, channel, Some(intent), body);
        self
    }

    fn answered(mut self, number: u32, status: u16, text: &str) -> Self {
        let channel = Channel::Http(number);
        let response = HttpResponse {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
        };
        self.push(
            Direction::Received,
            channel,
            None,
            Body::HttpResponse(response),
        );
        if !text.is_empty() {
            let body = Body::Frame(Frame::line(text.as_bytes()));
            self.push(Direction::Received, channel, None, body);
        }
        self
    }

    fn body(mut self, direction: Direction, body: Body) -> Self {
        self.push(direction, Channel::Stdio, None, body);
        self
    }

    fn view(self) -> View {
        View::new(Revision::V2025_11_25, self.transport, self.events)
    }
}

fn stdio() -> Tape {
    Tape::new(TransportKind::Stdio)
}

const PING_1: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const PING_2: &str = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
const PONG_1: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
const PONG_2: &str = r#"{"jsonrpc":"2.0","id":2,"result":{}}"#;
const NULL_ERROR: &str = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#;

#[test]
fn answers_are_paired_by_id_in_any_order() {
    let view = stdio()
        .sent("a", PING_1)
        .sent("b", PING_2)
        .received(PONG_2)
        .received(PONG_1)
        .view();
    let seqs: Vec<u32> = view
        .exchanges()
        .map(|exchange| exchange.responses[0].at.seq)
        .collect();
    assert_eq!(seqs, [4, 3]);
    assert!(view.exchanges().all(|exchange| exchange.exact));
}

#[test]
fn an_answer_with_a_changed_id_is_recognised_and_marked() {
    let view = stdio()
        .sent("a", PING_1)
        .received(r#"{"jsonrpc":"2.0","id":"1","result":{}}"#)
        .view();
    let exchange = view.exchanges().next().expect("one exchange");
    assert!(!exchange.exact);
    assert!(matches!(exchange.reply(), Reply::Result(..)));
    assert_eq!(view.main().expect("main").unpaired_responses().count(), 0);
}

#[test]
fn an_error_without_id_answers_the_last_request_only_when_nothing_else_does() {
    let lost = stdio().sent("a", PING_1).received(NULL_ERROR).view();
    let exchange = lost.exchanges().next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Error(_, Some(-32700))));

    let reaction = stdio()
        .sent("malformed", "{")
        .sent("barrier", PING_1)
        .received(NULL_ERROR)
        .received(PONG_1)
        .view();
    let exchange = reaction.exchanges().next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Result(..)));
    let sent = reaction.sent("malformed").next().expect("one frame");
    assert_eq!(sent.reactions().len(), 1);
    assert!(sent.gone().is_none());
    assert!(sent.answered_later());
}

#[test]
fn a_second_answer_stays_with_its_request() {
    let view = stdio()
        .sent("a", PING_1)
        .received(PONG_1)
        .received(PONG_1)
        .view();
    let exchange = view.exchanges().next().expect("one exchange");
    assert_eq!(exchange.responses.len(), 2);
}

#[test]
fn silence_of_a_living_server_differs_from_its_end() {
    let silent = stdio()
        .sent("a", PING_1)
        .sent("b", PING_2)
        .received(PONG_2)
        .view();
    let exchange = silent.exchanges_meant("a").next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Silence { alive: true }));

    let stuck = stdio().sent("a", PING_1).view();
    let exchange = stuck.exchanges().next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Silence { alive: false }));

    let exited = Body::Process(Process::Exited {
        code: Some(1),
        signal: None,
    });
    let gone = stdio()
        .sent("a", PING_1)
        .body(Direction::Received, exited.clone())
        .view();
    let exchange = gone.exchanges().next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Gone(_)));

    let ended_by_us = stdio()
        .sent("a", PING_1)
        .body(Direction::Noted, Body::Process(Process::InputClosed))
        .body(Direction::Received, exited)
        .view();
    let exchange = ended_by_us.exchanges().next().expect("one exchange");
    assert!(matches!(exchange.reply(), Reply::Silence { alive: false }));
}

#[test]
fn over_http_an_exchange_is_its_channel() {
    let view = Tape::new(TransportKind::StreamableHttp)
        .posted(1, "a", PING_1)
        .posted(2, "b", PING_2)
        .answered(2, 200, PONG_2)
        .answered(1, 404, "")
        .view();
    let a = view.exchanges_meant("a").next().expect("a");
    assert!(matches!(a.reply(), Reply::HttpOnly(_, response) if response.status == 404));
    let b = view.exchanges_meant("b").next().expect("b");
    assert!(matches!(b.reply(), Reply::Result(..)));
    assert_eq!(
        view.sent("a").count(),
        1,
        "request and body are one thing sent"
    );
}

#[test]
fn the_session_is_folded_from_the_first_answer_that_establishes_one() {
    let view = stdio()
        .sent("set-up", r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)
        .received(r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":false},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}"#)
        .view();
    let session = view.session();
    assert_eq!(session.revision(), Some(Revision::V2025_11_25));
    assert!(session.declares(&["tools"]));
    assert!(session.declares(&["logging"]));
    assert!(!session.declares(&["tools", "listChanged"]));
    assert!(!session.declares(&["prompts"]));
    assert_eq!(session.server_info["name"], "s");
}

#[test]
fn turning_requests_away_for_their_rate_says_nothing_but_that_the_server_lives() {
    let view = Tape::new(TransportKind::StreamableHttp)
        .posted(1, "malformed", "{")
        .answered(1, 200, PONG_1)
        .posted(2, "malformed", "{")
        .answered(2, 429, r#"{"error":"Rate limit exceeded"}"#)
        .posted(3, "barrier", PING_2)
        .answered(3, 429, r#"{"error":"Rate limit exceeded"}"#)
        .view();
    let sent: Vec<Sent<'_>> = view.sent("malformed").collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].answered_later());
    assert_eq!(view.exchanges().count(), 0);
    assert!(view.main().expect("main").limits_rate());
}

#[test]
fn an_excerpt_shows_bytes_that_are_no_text() {
    assert_eq!(conversation::excerpt(b"a\xff\xfez"), r"a\xFF\xFEz");
}

#[test]
fn an_excerpt_of_a_long_message_shows_the_place_in_question() {
    let listed = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","inputSchema":{}},{"name":"b","inputSchema":5}]}}"#;
    let view = stdio().sent("list", PING_1).received(listed).view();
    let message = view.received().next().expect("one message").1;
    let at = |pointer: &str| message.excerpt_at(pointer);
    assert_eq!(at("/result/tools/1/inputSchema"), r#"…"inputSchema":5}]}}"#);
    assert_eq!(
        at("/result/tools/1/title"),
        r#"…{"name":"b","inputSchema":5}]}}"#
    );
    assert_eq!(at("/result"), listed);
    assert_eq!(at("/id"), listed);
}
