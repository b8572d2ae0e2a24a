//! One connection as a conversation: messages in order, requests paired with their answers.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::event::{Body, Channel, Direction, Event, EventRef, HttpResponse, Opened, Process};
use super::pairing::{Pair, pair};
use super::session::Session;
use crate::json;
use crate::rpc::{Id, Message, Parsed};
use crate::spec::TransportKind;

/// One JSON-RPC message on the wire. The elements of a batch are messages of their own.
#[derive(Clone, Debug)]
pub struct WireMessage {
    /// Event that carried it.
    pub at: EventRef,
    /// JSON pointer of the message within the frame: empty, or `/n` for a batch element.
    pub pointer: String,
    /// Sent or received.
    pub direction: Direction,
    /// Stream that carried it.
    pub channel: Channel,
    /// Check whose probe sent it, if any.
    pub probe: Option<Arc<str>>,
    /// What a sent message was meant to be.
    pub intent: Option<Arc<str>>,
    /// The message.
    pub parsed: Arc<Parsed>,
}

impl WireMessage {
    /// True for messages that the server sent.
    pub fn is_received(&self) -> bool {
        self.direction == Direction::Received
    }

    /// True for result and error responses, and for objects that pretend to be one.
    pub fn is_response(&self) -> bool {
        matches!(
            self.parsed.message,
            Message::Result { .. } | Message::Error { .. }
        ) || self.response_like_id().is_some()
    }

    /// Id of a result, an error, or an object that has both.
    pub fn response_id(&self) -> Option<Id> {
        match &self.parsed.message {
            Message::Result { id, .. } => Some(id.clone()),
            Message::Error { id, .. } => id.clone(),
            _ => self.response_like_id(),
        }
    }

    fn response_like_id(&self) -> Option<Id> {
        if !matches!(self.parsed.message, Message::Malformed(_)) {
            return None;
        }
        let object = self.parsed.envelope.as_ref()?.as_object()?;
        if object.contains_key("method") {
            return None;
        }
        object.get("id").map(Id::from_value)
    }

    /// The bytes as text, shortened for a report.
    pub fn excerpt(&self) -> String {
        excerpt(&self.parsed.bytes)
    }

    /// As [`Self::excerpt`], but of a long message what stands at a place in it; where there is no
    /// such place, what stands around it.
    pub fn excerpt_at(&self, pointer: &str) -> String {
        let bytes = &self.parsed.bytes;
        let Ok(root) = json::scan(bytes).root else {
            return self.excerpt();
        };
        let (node, found) = json::pointer::nearest(&root, pointer);
        let span = node.span.clone();
        if span.start < NEAR_THE_BEGINNING {
            return self.excerpt();
        }
        // The key of a member tells more than its value alone.
        let key = found.rsplit('/').next().unwrap_or_default();
        let before = &bytes[..span.start];
        let lead = before.len().saturating_sub(key.len() + KEY_LEAD);
        let key = format!("\"{key}\"");
        let from = before[lead..]
            .windows(key.len())
            .rposition(|window| window == key.as_bytes())
            .map_or(span.start, |at| lead + at);
        format!("…{}", excerpt(&bytes[from..]))
    }
}

/// Bytes that a line of a report shows at any rate: a place that begins here needs no cutting.
const NEAR_THE_BEGINNING: usize = 40;
/// The quotes, the colon and some blanks between a key and its value.
const KEY_LEAD: usize = 8;

/// Length in characters after which an excerpt is cut.
pub const EXCERPT_CHARS: usize = 200;

/// Bytes as text for a report, cut after [`EXCERPT_CHARS`] characters. Bytes that are not UTF-8 are
/// written as `\xNN`.
pub fn excerpt(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    let mut cut: String = text.chars().take(EXCERPT_CHARS).collect();
    if text.chars().nth(EXCERPT_CHARS).is_some() {
        cut.push('…');
    }
    cut
}

/// One connection: its events, the messages in them, and what belongs together.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Label of the connection.
    pub label: Arc<str>,
    /// What the connection was opened for.
    pub opened: Opened,
    /// All events in order.
    pub events: Vec<Event>,
    /// All messages in order.
    pub messages: Vec<WireMessage>,
    /// What was established, folded from the messages.
    pub session: Session,
    pairs: Vec<Pair>,
    unpaired: Vec<usize>,
}

impl Conversation {
    /// Reads the events of one connection. `None` when they do not begin with an opening.
    pub fn new(events: Vec<Event>) -> Option<Self> {
        let first = events.first()?;
        let Body::Opened(opened) = &first.body else {
            return None;
        };
        let opened = opened.clone();
        let label = Arc::clone(&first.connection);
        let messages: Vec<WireMessage> = events.iter().flat_map(messages_of).collect();
        let (pairs, unpaired) = pair(&messages);
        let mut conversation = Self {
            label,
            opened,
            events,
            messages,
            session: Session::default(),
            pairs,
            unpaired,
        };
        // Asked by every judge for every pair, so that it is found out once.
        for index in 0..conversation.pairs.len() {
            let too_many = conversation.was_too_many(&conversation.pairs[index]);
            conversation.pairs[index].too_many = too_many;
        }
        conversation.session = Session::fold(&conversation);
        Some(conversation)
    }

    /// All requests that were sent, in order, with their answers.
    ///
    /// Requests that the server turned away because there were too many are left out: they say
    /// nothing about any rule.
    pub fn exchanges(&self) -> impl Iterator<Item = Exchange<'_>> {
        let judged = self.pairs.iter().filter(|pair| !pair.too_many);
        judged.map(move |pair| Exchange {
            conversation: self,
            request: &self.messages[pair.request],
            responses: pair
                .responses
                .iter()
                .map(|&at| &self.messages[at])
                .collect(),
            exact: pair.exact,
        })
    }

    /// Received responses that answer no request of this connection.
    pub fn unpaired_responses(&self) -> impl Iterator<Item = &WireMessage> {
        self.unpaired.iter().map(|&at| &self.messages[at])
    }

    /// Received messages in order.
    pub fn received(&self) -> impl Iterator<Item = &WireMessage> {
        self.messages.iter().filter(|message| message.is_received())
    }

    /// The HTTP response of a channel.
    pub fn http_response(&self, channel: Channel) -> Option<(EventRef, &HttpResponse)> {
        self.on_channel(channel)
            .find_map(|event| match &event.body {
                Body::HttpResponse(response) => Some((event.reference(), response)),
                _ => None,
            })
    }

    /// The HTTP answer to the POST that carried a message of HTTP+SSE, where that refused it. The
    /// POST is recorded right before the message that it carries.
    pub fn refusal_of(&self, seq: u32) -> Option<(&Event, &HttpResponse)> {
        if self.opened.transport != TransportKind::HttpSse {
            return None;
        }
        let post = self.event(seq.checked_sub(1)?)?;
        let Body::HttpRequest(_) = &post.body else {
            return None;
        };
        self.on_channel(post.channel)
            .find_map(|event| match &event.body {
                Body::HttpResponse(response) if !(200..300).contains(&response.status) => {
                    Some((event, response))
                }
                _ => None,
            })
    }

    /// Received events of a channel, in order.
    pub fn on_channel(&self, channel: Channel) -> impl Iterator<Item = &Event> {
        self.events
            .iter()
            .filter(move |event| event.channel == channel && event.direction == Direction::Received)
    }

    /// The event that ended the server's side: process exit or end of standard output.
    pub fn gone(&self) -> Option<&Event> {
        self.events.iter().find(|event| {
            matches!(event.body, Body::Process(Process::Exited { .. }))
                || (event.channel.is_shared() && event.body == Body::StreamEnd)
        })
    }

    /// The exit of the child process, if it was seen.
    pub fn exit(&self) -> Option<&Event> {
        self.events
            .iter()
            .find(|event| matches!(event.body, Body::Process(Process::Exited { .. })))
    }

    /// Position at which mcp-check began to end the connection: closed input or a signal.
    pub fn ending_from(&self) -> Option<u32> {
        self.events
            .iter()
            .find(|event| {
                matches!(
                    event.body,
                    Body::Process(Process::InputClosed | Process::Signalled { .. })
                )
            })
            .map(|event| event.seq)
    }

    /// The event at a position.
    pub fn event(&self, seq: u32) -> Option<&Event> {
        // A part of a connection may begin anywhere.
        let at = self.events.binary_search_by_key(&seq, |event| event.seq);
        self.events.get(at.ok()?)
    }

    /// True when the server limits the rate of requests and turned some away.
    pub fn limits_rate(&self) -> bool {
        self.pairs.iter().any(|pair| pair.too_many)
    }

    fn was_too_many(&self, pair: &Pair) -> bool {
        let says_so = |index: &usize| match &self.messages[*index].parsed.message {
            Message::Error {
                message: Some(text),
                ..
            } => {
                let text = text.to_lowercase();
                text.contains("rate limit") || text.contains("too many requests")
            }
            _ => false,
        };
        pair.responses.iter().any(says_so) || self.is_429(self.messages[pair.request].channel)
    }

    /// True for an HTTP exchange that the server answered by 429: it says nothing about any rule.
    pub fn is_429(&self, channel: Channel) -> bool {
        !channel.is_shared()
            && self
                .http_response(channel)
                .is_some_and(|(_, response)| response.status == 429)
    }

    /// True when a request sent after this event was answered, be it by turning it away for its
    /// rate.
    pub fn is_alive_after(&self, seq: u32) -> bool {
        self.pairs.iter().any(|pair| {
            self.messages[pair.request].at.seq > seq
                && (!pair.responses.is_empty() || pair.too_many)
        })
    }

    fn answered_after(&self, seq: u32) -> bool {
        self.pairs.iter().any(|pair| {
            self.messages[pair.request].at.seq > seq && pair.exact && !pair.responses.is_empty()
        })
    }
}

fn messages_of(event: &Event) -> Vec<WireMessage> {
    let Body::Frame(frame) = &event.body else {
        return Vec::new();
    };
    let wire = |parsed: Arc<Parsed>, pointer: String| WireMessage {
        at: event.reference(),
        pointer,
        direction: event.direction,
        channel: event.channel,
        probe: event.probe.clone(),
        intent: event.intent.clone(),
        parsed,
    };
    let parsed = frame.parsed();
    match &parsed.message {
        Message::Batch(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, element)| wire(Arc::clone(element), format!("/{index}")))
            .collect(),
        _ => vec![wire(Arc::clone(parsed), String::new())],
    }
}

/// A request that mcp-check sent, and what came back.
#[derive(Clone, Debug)]
pub struct Exchange<'c> {
    /// The connection it happened on.
    pub conversation: &'c Conversation,
    /// The request.
    pub request: &'c WireMessage,
    /// Every response that belongs to it, in order.
    pub responses: Vec<&'c WireMessage>,
    /// False when the response was recognised in spite of a wrong id.
    pub exact: bool,
}

/// What came back for a request.
#[derive(Clone, Copy, Debug)]
pub enum Reply<'c> {
    /// A result response.
    Result(&'c WireMessage, &'c Value),
    /// An error response, with its code when that is an integer.
    Error(&'c WireMessage, Option<i64>),
    /// Something that is neither, for example an object with result and error.
    Malformed(&'c WireMessage),
    /// Over HTTP: a response that carried no JSON-RPC answer.
    HttpOnly(&'c Event, &'c HttpResponse),
    /// The process or the connection ended without an answer, by the server's doing.
    Gone(&'c Event),
    /// Nothing came; `alive` says whether later requests on the connection were answered.
    Silence {
        /// True when the server went on answering.
        alive: bool,
    },
}

impl<'c> Exchange<'c> {
    /// Method of the request.
    pub fn method(&self) -> &'c str {
        match &self.request.parsed.message {
            Message::Request { method, .. } => method,
            _ => "",
        }
    }

    /// Parameters of the request.
    pub fn params(&self) -> Option<&'c Value> {
        match &self.request.parsed.message {
            Message::Request { params, .. } => params.as_deref(),
            _ => None,
        }
    }

    /// Id of the request.
    pub fn id(&self) -> Option<&'c Id> {
        match &self.request.parsed.message {
            Message::Request { id, .. } => Some(id),
            _ => None,
        }
    }

    /// What the request was meant to be.
    pub fn intent(&self) -> Option<&'c str> {
        self.request.intent.as_deref()
    }

    /// The first answer, or what happened instead of one.
    pub fn reply(&self) -> Reply<'c> {
        if let Some(response) = self.responses.first() {
            if !self.exact && self.is_for_another(response) {
                return Reply::Malformed(response);
            }
            return match &response.parsed.message {
                Message::Result { result, .. } => Reply::Result(response, result),
                Message::Error { code, .. } => Reply::Error(response, *code),
                _ => Reply::Malformed(response),
            };
        }
        let channel = self.request.channel;
        if matches!(channel, Channel::Http(_)) {
            let response =
                self.conversation
                    .on_channel(channel)
                    .find_map(|event| match &event.body {
                        Body::HttpResponse(response) => Some(Reply::HttpOnly(event, response)),
                        Body::Fault(_) => Some(Reply::Gone(event)),
                        _ => None,
                    });
            return response.unwrap_or(Reply::Silence {
                alive: self.alive(),
            });
        }
        if let Some((event, response)) = self.conversation.refusal_of(self.request.at.seq) {
            return Reply::HttpOnly(event, response);
        }
        match self.conversation.gone() {
            Some(event) if !self.we_ended_before(event.seq) => Reply::Gone(event),
            _ => Reply::Silence {
                alive: self.alive(),
            },
        }
    }

    /// True when a response on this HTTP exchange carries the id of another request, so that its
    /// content is about that one.
    fn is_for_another(&self, response: &WireMessage) -> bool {
        let id = response.response_id();
        let requests = self.conversation.pairs.iter();
        let mut ids = requests.map(|pair| &self.conversation.messages[pair.request].parsed.id);
        id.is_some() && id != Some(Id::Null) && ids.any(|other| *other == id)
    }

    /// The result value, when the request was answered by one.
    pub fn result(&self) -> Option<&'c Value> {
        match self.reply() {
            Reply::Result(_, value) => Some(value),
            _ => None,
        }
    }

    /// The HTTP response of this exchange.
    pub fn http(&self) -> Option<(EventRef, &'c HttpResponse)> {
        let refusal = self.conversation.refusal_of(self.request.at.seq);
        refusal
            .map(|(event, response)| (event.reference(), response))
            .or_else(|| self.conversation.http_response(self.request.channel))
    }

    fn alive(&self) -> bool {
        self.conversation.answered_after(self.request.at.seq)
    }

    fn we_ended_before(&self, seq: u32) -> bool {
        self.conversation
            .ending_from()
            .is_some_and(|from| from < seq)
    }
}
