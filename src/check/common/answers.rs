//! Answers that many rules speak about in the same way.

use serde_json::Value;

use super::{is_modern_request, is_ordinary, is_refusal_of_host, misaddressed};
use crate::check::{Problem, Ruling};
use crate::rpc::{Message, code};
use crate::transcript::{Body, Event, Exchange, Reply, View};

/// A name that no server has.
pub const UNKNOWN_NAME: &str = "mcpcheck-5f1d0c9a7b3e2468";

/// What became of a request without a result or an error.
#[derive(Clone, Debug)]
pub enum Unanswered<'c> {
    /// The process ended.
    Ended(&'c Event),
    /// Later requests were answered, this one was not.
    Lost,
    /// Nothing was answered any more.
    Stuck,
    /// It cannot be told from this; the text says what was seen instead.
    Unclear(String),
}

/// What happened instead of an answer; `None` when there was a result or an error.
pub fn unanswered<'c>(exchange: &Exchange<'c>) -> Option<Unanswered<'c>> {
    if misaddressed(exchange).is_some() {
        return Some(Unanswered::Unclear(
            "it was answered under no id of its own".into(),
        ));
    }
    Some(match exchange.reply() {
        Reply::Result(..) | Reply::Error(..) => return None,
        Reply::Malformed(_) => {
            Unanswered::Unclear("the answer is neither a result nor an error".into())
        }
        Reply::Gone(event) if event.seq < exchange.request.at.seq => {
            Unanswered::Unclear("the server had ended before".into())
        }
        Reply::Gone(_) if is_failed_start(exchange) => Unanswered::Unclear(
            "a further process ended before it said anything, as when it cannot run twice".into(),
        ),
        Reply::Gone(event) if exchange.request.channel.is_shared() => {
            match lived_on(exchange, event) {
                true => Unanswered::Lost,
                false => Unanswered::Ended(event),
            }
        }
        Reply::Gone(_) => Unanswered::Unclear("the HTTP connection broke".into()),
        Reply::HttpOnly(_, response)
            if response.status == 200 && response.media_type() == "text/event-stream" =>
        {
            match is_answered_later(exchange) {
                true => Unanswered::Lost,
                false => Unanswered::Stuck,
            }
        }
        Reply::HttpOnly(_, response) => Unanswered::Unclear(format!(
            "it was answered by HTTP {} without a JSON-RPC message",
            response.status
        )),
        Reply::Silence { alive: true } => Unanswered::Lost,
        Reply::Silence { alive: false } => Unanswered::Stuck,
    })
}

/// What a request did that was answered by the end of its connection, in words behind what it was. Over
/// HTTP a connection may break while the server goes on.
pub fn end_by(exchange: &Exchange<'_>) -> &'static str {
    let later = |event: &&Event| event.seq > exchange.request.at.seq;
    let mut later = exchange.conversation.events.iter().filter(later);
    let lives = later.any(|event| matches!(event.body, Body::HttpResponse(_)));
    match !exchange.request.channel.is_shared() && lives {
        true => "was answered by nothing but the end of the HTTP connection",
        false => "ended the server",
    }
}

/// True when the server answered something newer, and was sent something else before it ended: that is
/// to blame then. An end right behind such an answer may still be due to what was open.
fn lived_on(exchange: &Exchange<'_>, end: &Event) -> bool {
    let conversation = exchange.conversation;
    let newer = conversation
        .exchanges()
        .filter(|other| other.request.at.seq > exchange.request.at.seq);
    let answers = newer.filter_map(|other| Some(other.responses.first()?.at.seq));
    let Some(first) = answers.filter(|seq| *seq < end.seq).min() else {
        return false;
    };
    let mut sent = conversation.messages.iter().filter(|it| !it.is_received());
    sent.any(|message| first < message.at.seq && message.at.seq < end.seq)
}

/// A process beside the main one that wrote to standard error and ended without a single message:
/// a port or a lock may be taken.
fn is_failed_start(exchange: &Exchange<'_>) -> bool {
    let conversation = exchange.conversation;
    let complained = conversation
        .events
        .iter()
        .any(|event| matches!(event.body, Body::Stderr(_)));
    conversation.opened.purpose != "main" && complained && conversation.received().next().is_none()
}

fn is_answered_later(exchange: &Exchange<'_>) -> bool {
    exchange
        .conversation
        .exchanges()
        .any(|other| other.request.at.seq > exchange.request.at.seq && !other.responses.is_empty())
}

/// Rules that a request must be answered at all: a crash and a lost answer break that outright.
/// False when there is an answer and nothing was said. `what` completes "it was sent ...".
pub fn judge_unanswered(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    subject: &str,
    what: &str,
) -> bool {
    let Some(unanswered) = unanswered(exchange) else {
        return false;
    };
    let about = |text: String| Problem::new(subject, text).exchange(exchange).outright();
    match unanswered {
        Unanswered::Ended(event) => {
            let problem = about(format!("The server ended when it was sent {what}."));
            ruling.broken(problem.event(event, "connection ended"));
        }
        Unanswered::Lost => {
            let text = format!("The server never answered {what}, while it went on answering.");
            ruling.broken(about(text));
        }
        Unanswered::Stuck => {
            let text = format!("The server stopped answering when it was sent {what}.");
            ruling.broken(about(text));
        }
        Unanswered::Unclear(why) => {
            ruling.inconclusive(format!("{what}: {why}"));
        }
    }
    true
}

/// Why the answer says nothing about the rule at hand: the host refused, or the client would have
/// to declare a capability or visit a page first.
pub fn turned_away(exchange: &Exchange<'_>) -> Option<String> {
    let status = exchange.http().map(|(_, response)| response.status);
    if let Some(status) = status.filter(|status| is_refusal_of_host(*status) && *status != 500) {
        return Some(format!("it was refused by HTTP {status}"));
    }
    match exchange.reply() {
        Reply::Error(
            _,
            Some(code @ (code::MISSING_CLIENT_CAPABILITY | code::URL_ELICITATION_REQUIRED)),
        ) => Some(format!(
            "it was refused by {code}, which asks something of the client"
        )),
        Reply::Result(_, result) if result["resultType"] == "input_required" => {
            Some("the server asks for more input".into())
        }
        _ => None,
    }
}

/// True when even plain requests of a method are answered by -32601, and none by a result: then
/// that code says nothing about what was asked for.
pub fn is_missing(view: &View, method: &str) -> bool {
    let plain: Vec<Reply<'_>> = view
        .exchanges()
        .filter(|exchange| exchange.method() == method && is_ordinary(exchange))
        .map(|exchange| exchange.reply())
        .collect();
    let is_unknown =
        |reply: &Reply<'_>| matches!(reply, Reply::Error(_, Some(code::METHOD_NOT_FOUND)));
    !plain.is_empty() && plain.iter().all(is_unknown)
}

/// The code as a reader wants to see it.
pub fn shown(code: Option<i64>) -> String {
    code.map_or("no integer code".to_owned(), |code| format!("code {code}"))
}

/// Message and data of an error, or the text blocks of a tool result; lower case, without quotes.
pub fn text_of(exchange: &Exchange<'_>) -> String {
    let text = match exchange.reply() {
        Reply::Error(message, _) => match &message.parsed.message {
            Message::Error { message, data, .. } => {
                let data = data.as_deref().map(Value::to_string);
                [message.clone(), data]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            _ => String::new(),
        },
        Reply::Result(_, result) => texts(result).join(" "),
        _ => String::new(),
    };
    text.to_lowercase().replace(['"', '\'', '`', '\\'], "")
}

/// The texts of the text blocks of a tool result.
pub fn texts(result: &Value) -> Vec<&str> {
    let blocks = result["content"].as_array().into_iter().flatten();
    blocks
        .filter(|block| block["type"] == "text")
        .filter_map(|block| block["text"].as_str())
        .collect()
}

/// True when the text says that there is no such thing as the named one: an unknown `kind`, such as
/// "tool", or `kind name` not found. That something else was not found is not enough.
pub fn says_unknown(text: &str, kind: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let phrases = [
        format!("unknown {kind}"),
        format!("no such {kind}"),
        format!("{kind} not found"),
        format!("{kind} does not exist"),
        format!("{kind} {name} not found"),
        format!("{kind} {name} does not exist"),
        format!("{kind} {name} is not"),
        format!("{kind} not found: {name}"),
        format!("not found: {name}"),
        format!("unknown: {name}"),
    ];
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Equality of JSON values with numbers compared by value, so that 2 equals 2.0.
pub fn same_json(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_json(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other
                        .get(name)
                        .is_some_and(|theirs| same_json(value, theirs))
                })
        }
        _ => one == other,
    }
}

/// True when the texts hold a structured result: one of them as JSON, or what is left without the
/// object of one member in which some SDKs wrap what is no object, one text for each item of a list.
pub fn is_in_text(texts: &[&str], structured: &Value) -> bool {
    let wrapped = structured.as_object().filter(|members| members.len() == 1);
    let inner = wrapped.and_then(|members| members.values().next());
    let says = |text: &str, value: &Value| {
        let parsed = serde_json::from_str::<Value>(text);
        value.as_str() == Some(text) || parsed.is_ok_and(|parsed| same_json(&parsed, value))
    };
    let items = inner
        .and_then(Value::as_array)
        .filter(|items| items.len() == texts.len());
    texts
        .iter()
        .any(|text| says(text, structured) || inner.is_some_and(|inner| says(text, inner)))
        || items.is_some_and(|items| items.iter().zip(texts).all(|(item, text)| says(text, item)))
}

/// True when an error text is a stack trace.
pub fn is_stack_trace(text: &str) -> bool {
    // In encoded data the line feed has become the letter n.
    let frames = [
        "traceback (most recent call last)",
        "\n    at ",
        "n    at ",
        "goroutine 1 [",
    ];
    frames.iter().any(|frame| text.contains(frame))
}

/// Rules on the answer to a request for a feature that was not announced. `member` is a pointer to
/// the array that would hold what the feature offers.
pub fn judge_undeclared(ruling: &mut Ruling, exchange: &Exchange<'_>, feature: &str, member: &str) {
    let method = exchange.method();
    let about =
        |text: String| Problem::new(format!("capability:{feature}"), text).exchange(exchange);
    let hint = format!("Declare the capability {feature}, or do not answer {method}.");
    match exchange.reply() {
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Result(_, result) => {
            let offered = result.pointer(member).and_then(Value::as_array);
            if offered.is_some_and(|offered| !offered.is_empty()) {
                let text = format!(
                    "{method} has something to offer, although the capability {feature} was not declared."
                );
                ruling.broken(about(text).hint(hint));
            } else if is_modern_request(exchange) && method.ends_with("/list") {
                ruling.inconclusive("an empty list is lifecycle.undeclared-method.modern's matter");
            } else {
                let text = format!(
                    "{method} is answered by a result, although the capability {feature} was not declared."
                );
                ruling.odd(about(text).hint(hint));
            }
        }
        _ => {
            ruling.inconclusive(format!("{method} brought neither a result nor an error"));
        }
    }
}

/// Rules on the answers to a list request whose capability was announced.
pub fn judge_declared(ruling: &mut Ruling, exchange: &Exchange<'_>, member: &str) {
    let method = exchange.method();
    let subject = format!("method:{method}");
    if judge_unanswered(ruling, exchange, &subject, method) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(format!("{method}: {why}"));
        return;
    }
    match exchange.reply() {
        Reply::Result(message, result) if result[member].is_array() => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            let text = format!("The capability was declared, but {method} is answered by -32601.");
            ruling.broken(Problem::new(subject, text).exchange(exchange));
        }
        Reply::Error(_, code) => {
            ruling.inconclusive(format!(
                "{method} was answered by an error with {}",
                shown(code)
            ));
        }
        _ => {
            ruling.inconclusive(format!("the result of {method} has no array `{member}`"));
        }
    }
}

/// Lets evidence count although something else could not be told.
pub fn evidence_first(ruling: &mut Ruling) {
    if !ruling.held.is_empty() {
        ruling.inconclusive = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::spec::{Revision, TransportKind};
    use crate::transcript::{Channel, Direction, Frame, HttpResponse, Opened};

    #[test]
    fn only_texts_about_the_name_itself_say_unknown() {
        for text in [
            "unknown tool: read_file",
            "mcp error -32602: tool read_file not found",
            "tool not found",
            "no such tool read_file",
            "tool read_file does not exist",
        ] {
            assert!(says_unknown(text, "tool", "read_file"), "{text}");
        }
        for text in [
            "error executing tool read_file: file not found",
            "read_file: /nonexistent/mcpcheck not found",
            "unknown argument",
        ] {
            assert!(!says_unknown(text, "tool", "read_file"), "{text}");
        }
    }

    #[test]
    fn json_is_compared_by_value() {
        let one = json!({"a": [1, 2.5], "b": {"c": null}});
        assert!(same_json(&one, &json!({"b": {"c": null}, "a": [1.0, 2.5]})));
        assert!(!same_json(&one, &json!({"a": [1, 2.5], "b": {}})));
        assert!(!same_json(&json!(1), &json!("1")));
        assert!(!same_json(&json!([1]), &json!([1, 1])));
    }

    #[test]
    fn structured_results_are_found_in_texts_as_sdks_write_them() {
        let sum = json!({"sum": 2});
        assert!(is_in_text(&["Here it is", "{ \"sum\": 2.0 }"], &sum));
        assert!(!is_in_text(&["two"], &sum));
        assert!(!is_in_text(&[], &sum));
        assert!(is_in_text(&["5"], &json!({"result": 5})));
        assert!(is_in_text(&["hi"], &json!({"result": "hi"})));
        assert!(is_in_text(
            &["a", "{\"b\":1}"],
            &json!({"result": ["a", {"b": 1}]})
        ));
        assert!(!is_in_text(&["a"], &json!({"result": ["a", "b"]})));
    }

    #[test]
    fn a_broken_http_exchange_is_no_end_while_others_are_answered() {
        let ping = |id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let frame = |text: &str| Body::Frame(Frame::line(text.as_bytes()));
        let opened = Body::Opened(Opened {
            revision: Revision::V2025_11_25,
            transport: TransportKind::StreamableHttp,
            purpose: "main".to_owned(),
        });
        let mut bodies = vec![
            (Direction::Noted, 1, opened),
            (Direction::Sent, 1, frame(&ping(1))),
            (Direction::Received, 1, Body::Fault("reset".to_owned())),
        ];
        let end = |bodies: &[(Direction, u32, Body)]| {
            let events = bodies.iter().cloned().enumerate();
            let events = events.map(|(seq, (direction, number, body))| Event {
                connection: Arc::from("main"),
                seq: u32::try_from(seq).expect("few events"),
                at_ms: 0,
                direction,
                channel: Channel::Http(number),
                probe: None,
                intent: None,
                body,
            });
            let revision = Revision::V2025_11_25;
            let view = View::new(revision, TransportKind::StreamableHttp, events.collect());
            let first = view.exchanges().next().expect("a ping");
            end_by(&first)
        };
        assert_eq!(end(&bodies), "ended the server");
        let answer = Body::HttpResponse(HttpResponse {
            status: 500,
            headers: Vec::new(),
        });
        bodies.push((Direction::Sent, 2, frame(&ping(2))));
        bodies.push((Direction::Received, 2, answer));
        let broken = "was answered by nothing but the end of the HTTP connection";
        assert_eq!(end(&bodies), broken);
    }

    #[test]
    fn stack_traces_are_recognised_in_plain_and_encoded_text() {
        assert!(is_stack_trace("traceback (most recent call last):\n file"));
        assert!(is_stack_trace("error: x\n    at object.run (a.js:1)"));
        assert!(!is_stack_trace("looked at the list and found nothing"));
    }
}
