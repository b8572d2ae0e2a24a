//! The smallest failing calls as a script: the server that was seen, in the notation of
//! `docs/script-notation.md`.

use std::fmt;

use serde_json::{Value, json};

use super::outcome::Finding;
use crate::check::common::broken_message::{BROKEN, CONTROL, faults};
use crate::check::common::generated::{Class, REPRODUCER};
use crate::check::common::is_plain_request;
use crate::rpc::{Id, Message};
use crate::spec::{Revision, TransportKind};
use crate::transcript::view::BARRIER;
use crate::transcript::{
    Body, Channel, Conversation, Direction, Event, Frame, Process, View, WireMessage,
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

/// The generated requests of a connection, with what the server did.
pub fn script(conversation: &Conversation) -> String {
    let opened = &conversation.opened;
    let mut text = format!("revision {}\n", opened.revision);
    if opened.transport == TransportKind::StreamableHttp {
        text.push_str("transport http\n");
    }
    let sent: Vec<&WireMessage> = conversation
        .messages
        .iter()
        .filter(|message| !message.is_received() && is_generated(message))
        .collect();
    let selectors: Vec<Selector> = sent
        .iter()
        .map(|it| selector(opened.revision, it))
        .collect();
    for (index, message) in sent.iter().enumerate() {
        let wanted = &selectors[index];
        let fits = |other: &&Selector| wanted.fits(other);
        let nth = match selectors.iter().filter(fits).count() {
            1 => String::new(),
            _ => (selectors[..=index].iter().filter(fits).count()).to_string(),
        };
        text.push_str(&format!("\n>{nth} {wanted}\n"));
        for reaction in reactions(conversation, message) {
            text.push_str(&format!("< {reaction}\n"));
        }
    }
    text
}

fn is_generated(message: &WireMessage) -> bool {
    message.intent.as_deref().is_some_and(|intent| {
        [CONTROL, BROKEN].contains(&intent) || Class::ALL.iter().any(|it| it.intent() == intent)
    })
}

/// What selects a request in a script.
enum Selector {
    Method(String, Value),
    Invalid,
}

impl Selector {
    /// True when this also selects what `other` stands for.
    fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Method(method, params), Self::Method(other, others)) => {
                method == other && contains(others, params)
            }
            (Self::Invalid, Self::Invalid) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(method, params) => write!(formatter, "{method} {params}"),
            Self::Invalid => formatter.write_str("invalid"),
        }
    }
}

/// The params, and null for a required member that is not there. The `_meta` is left out unless it is
/// what is wrong, since every client writes it in its own way.
fn selector(revision: Revision, message: &WireMessage) -> Selector {
    let Message::Request { method, params, .. } = &message.parsed.message else {
        return Selector::Invalid;
    };
    if !is_plain_request(message) {
        return Selector::Invalid;
    }
    let mut params = params.as_deref().cloned().unwrap_or_else(|| json!({}));
    let value = message.parsed.envelope.as_ref();
    let faults = value.map(|value| faults(revision, Some(method), value));
    let faults = faults.unwrap_or_default();
    if let Some(members) = params.as_object_mut() {
        if !faults
            .iter()
            .any(|place| place.starts_with("/params/_meta"))
        {
            members.shift_remove("_meta");
        }
        for place in &faults {
            let member = place.strip_prefix("/params/");
            if let Some(member) = member.filter(|it| !it.contains('/')) {
                members.entry(member).or_insert(Value::Null);
            }
        }
    }
    Selector::Method(method.clone(), params)
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

/// Where the answers to barriers are.
fn barrier_answers(conversation: &Conversation) -> Vec<u32> {
    conversation
        .exchanges()
        .filter(|exchange| exchange.intent() == Some(BARRIER))
        .flat_map(|exchange| exchange.responses.into_iter().map(|answer| answer.at.seq))
        .collect()
}

fn reactions(conversation: &Conversation, request: &WireMessage) -> Vec<String> {
    let asked = request.at.seq;
    let channel = request.channel;
    let is_next = |event: &&Event| event.direction == Direction::Sent && event.seq > asked;
    let mut later = conversation.events.iter().filter(is_next);
    // What comes while the server is asked whether it is still there belongs to the request as well,
    // but for the answer to that.
    let next = later.find(|event| event.intent.as_deref() != Some(BARRIER));
    let next = next.map(|event| event.seq);
    let barriers = barrier_answers(conversation);
    let is_reaction = |event: &&Event| {
        let in_time = match channel {
            Channel::Http(_) => event.channel == channel,
            _ => next.is_none_or(|next| event.seq < next) && !barriers.contains(&event.seq),
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
                reactions.push(shown(request, frame));
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

fn shown(request: &WireMessage, frame: &Frame) -> String {
    let id = request.parsed.id.as_ref();
    let is_its = |answered: &Id| Some(answered) == id;
    let parsed = frame.parsed();
    match &parsed.message {
        Message::Result { id, result } if is_its(id) => {
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
        } if is_its(id) => {
            let data = data.as_deref().map(|data| format!(" data {data}"));
            let message = Value::String(message.clone());
            format!("error {code} {message}{}", data.unwrap_or_default())
        }
        _ => format!("raw {}", escaped(frame.bytes())),
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
