//! The smallest failing calls as a script: the server that was seen, in the notation of
//! `docs/script-notation.md`.

use serde_json::Value;

use super::outcome::Finding;
use crate::check::common::generated::{Class, REPRODUCER};
use crate::rpc::Message;
use crate::spec::TransportKind;
use crate::transcript::{
    Body, Channel, Conversation, Direction, Event, Exchange, Frame, Process, View,
};

/// A result of more characters is left out.
const LONGEST: usize = 1500;

/// Gives each finding that a fresh connection showed again the script of that connection.
pub fn attach(view: &View, findings: &mut [Finding]) {
    let conversations: Vec<&Conversation> = view
        .conversations()
        .iter()
        .filter(|conversation| conversation.opened.purpose == REPRODUCER)
        .collect();
    for finding in findings {
        finding.reproducer = conversations
            .iter()
            .find(|conversation| is_about(finding, conversation))
            .map(|conversation| script(conversation));
    }
}

fn is_about(finding: &Finding, conversation: &Conversation) -> bool {
    let labels = finding.evidence.iter().map(|it| it.event.rsplit_once('#'));
    let mut labels = labels.map(|split| split.map(|(label, _)| label));
    labels.any(|label| label == Some(&conversation.label))
}

/// The generated calls of a connection, with what the server did.
pub fn script(conversation: &Conversation) -> String {
    let opened = &conversation.opened;
    let mut text = format!("revision {}\n", opened.revision);
    if opened.transport == TransportKind::StreamableHttp {
        text.push_str("transport http\n");
    }
    let calls: Vec<Exchange<'_>> = conversation
        .exchanges()
        .filter(|exchange| Class::of(exchange).is_some())
        .collect();
    let selectors: Vec<Value> = calls.iter().map(selector).collect();
    for (index, call) in calls.iter().enumerate() {
        let wanted = &selectors[index];
        let fits = |other: &&Value| contains(other, wanted);
        let nth = match selectors.iter().filter(fits).count() {
            1 => String::new(),
            _ => (selectors[..=index].iter().filter(fits).count()).to_string(),
        };
        text.push_str(&format!("\n>{nth} {} {wanted}\n", call.method()));
        for reaction in reactions(conversation, call) {
            text.push_str(&format!("< {reaction}\n"));
        }
    }
    text
}

/// The params without `_meta`, which every client writes in its own way.
fn selector(call: &Exchange<'_>) -> Value {
    let mut params = call.params().cloned().unwrap_or_default();
    if let Some(members) = params.as_object_mut() {
        members.shift_remove("_meta");
    }
    params
}

/// As a rule of a script sees it.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, value)| {
            let found = whole.get(name);
            found.map_or(value.is_null(), |found| contains(found, value))
        }),
        _ => whole == part,
    }
}

fn reactions(conversation: &Conversation, call: &Exchange<'_>) -> Vec<String> {
    let asked = call.request.at.seq;
    let channel = call.request.channel;
    let is_next = |event: &&Event| event.direction == Direction::Sent && event.seq > asked;
    let next = conversation
        .events
        .iter()
        .find(is_next)
        .map(|event| event.seq);
    let is_reaction = |event: &&Event| {
        let in_time = match channel {
            Channel::Http(_) => event.channel == channel,
            _ => next.is_none_or(|next| event.seq < next),
        };
        let by_itself = conversation.ending_from().is_none_or(|end| event.seq < end);
        event.direction == Direction::Received && event.seq > asked && in_time && by_itself
    };
    let mut reactions = Vec::new();
    for event in conversation.events.iter().filter(is_reaction) {
        match &event.body {
            Body::HttpResponse(response) if response.status != 200 => {
                reactions.push(format!("http {}", response.status));
            }
            Body::Frame(frame) => {
                if frame.sse.is_some() && !reactions.contains(&"sse".to_owned()) {
                    reactions.push("sse".to_owned());
                }
                reactions.push(shown(call, frame));
            }
            Body::Process(Process::Exited { code, .. }) => {
                reactions.push(format!("exit {}", code.unwrap_or(1)));
            }
            _ => {}
        }
    }
    if reactions.is_empty() {
        reactions.push("silence".to_owned());
    }
    reactions
}

fn shown(call: &Exchange<'_>, frame: &Frame) -> String {
    let parsed = crate::rpc::parse(&frame.bytes);
    match &parsed.message {
        Message::Result { id, result } if Some(id) == call.id() => {
            let text = result.to_string();
            match text.len() > LONGEST {
                true => "default".to_owned(),
                false => format!("result {text}"),
            }
        }
        Message::Error {
            id: Some(id),
            code: Some(code),
            message: Some(message),
            data,
        } if Some(id) == call.id() => {
            let data = data.as_deref().map(|data| format!(" data {data}"));
            let message = Value::String(message.clone());
            format!("error {code} {message}{}", data.unwrap_or_default())
        }
        _ => format!("raw {}", escaped(&frame.bytes)),
    }
}

/// Text as the notation wants it: backslashes doubled, what is not plain by its code.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                other => text.push(other),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}
