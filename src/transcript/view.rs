//! What a judge reads: every connection of one revision over one transport.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::conversation::{Conversation, Exchange, WireMessage};
use super::event::{Body, Channel, Direction, Event, HttpRequest, HttpResponse};
use super::session::Session;
use crate::spec::{Revision, TransportKind};

/// The connections of one suite, read-only.
#[derive(Clone, Debug)]
pub struct View {
    /// Revision under test.
    pub revision: Revision,
    /// Transport under test.
    pub transport: TransportKind,
    conversations: Vec<Conversation>,
}

impl View {
    /// Reads events of any number of connections.
    pub fn new(revision: Revision, transport: TransportKind, events: Vec<Event>) -> Self {
        let mut by_connection: BTreeMap<Arc<str>, Vec<Event>> = BTreeMap::new();
        for event in events {
            by_connection
                .entry(Arc::clone(&event.connection))
                .or_default()
                .push(event);
        }
        Self {
            revision,
            transport,
            conversations: by_connection
                .into_values()
                .filter_map(Conversation::new)
                .collect(),
        }
    }

    /// Views connections that have been read already; they are kept in the given order.
    pub fn of(
        revision: Revision,
        transport: TransportKind,
        conversations: Vec<Conversation>,
    ) -> Self {
        Self {
            revision,
            transport,
            conversations,
        }
    }

    /// All connections, by label.
    pub fn conversations(&self) -> &[Conversation] {
        &self.conversations
    }

    /// Adds connections behind the others.
    pub fn extend(&mut self, conversations: impl IntoIterator<Item = Conversation>) {
        self.conversations.extend(conversations);
    }

    /// Drops all connections but the first so many.
    pub fn truncate(&mut self, first: usize) {
        self.conversations.truncate(first);
    }

    /// The connection on which the listing was made and most probes ran.
    pub fn main(&self) -> Option<&Conversation> {
        self.conversations
            .iter()
            .find(|conversation| conversation.opened.purpose == "main")
    }

    /// What the main connection established; an empty session when there is none.
    pub fn session(&self) -> Session {
        self.main()
            .map(|conversation| conversation.session.clone())
            .unwrap_or_default()
    }

    /// Every message that the server sent.
    pub fn received(&self) -> impl Iterator<Item = (&Conversation, &WireMessage)> {
        self.conversations
            .iter()
            .flat_map(|conversation| conversation.received().map(move |m| (conversation, m)))
    }

    /// Every request that was sent, with its answer.
    pub fn exchanges(&self) -> impl Iterator<Item = Exchange<'_>> {
        self.conversations.iter().flat_map(Conversation::exchanges)
    }

    /// The requests that were sent with the given intent.
    pub fn exchanges_meant<'v>(&'v self, intent: &'v str) -> impl Iterator<Item = Exchange<'v>> {
        self.exchanges()
            .filter(move |exchange| exchange.intent() == Some(intent))
    }

    /// The requests for a method that were answered by a result, with that result.
    pub fn results_of<'v>(
        &'v self,
        method: &'v str,
    ) -> impl Iterator<Item = (Exchange<'v>, &'v Value)> {
        self.exchanges()
            .filter(move |exchange| exchange.method() == method)
            .filter_map(|exchange| exchange.result().map(|result| (exchange.clone(), result)))
    }

    /// Everything that was sent with the given intent: frames of any shape, and bare HTTP requests.
    /// What the server turned away by HTTP 429 is left out: it says nothing about any rule.
    pub fn sent<'v>(&'v self, intent: &'v str) -> impl Iterator<Item = Sent<'v>> {
        self.conversations.iter().flat_map(move |conversation| {
            let mut channels: Vec<(u32, Channel)> = Vec::new();
            conversation
                .events
                .iter()
                .filter(move |event| {
                    event.direction == Direction::Sent
                        && event.intent.as_deref() == Some(intent)
                        && !conversation.is_429(event.channel)
                })
                .filter(move |event| {
                    // An HTTP request and its body are two events; the first stands for both.
                    let seen = channels.iter().any(|(_, channel)| {
                        *channel == event.channel && matches!(channel, Channel::Http(_))
                    });
                    channels.push((event.seq, event.channel));
                    !seen
                })
                .map(move |event| Sent {
                    conversation,
                    event,
                })
        })
    }
}

/// Something that was sent, and what the server did next.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'v> {
    /// The connection it was sent on.
    pub conversation: &'v Conversation,
    /// The event: a frame, or an HTTP request.
    pub event: &'v Event,
}

impl<'v> Sent<'v> {
    /// Responses that can only be reactions to this: on its HTTP exchange, or over stdio those
    /// that pair with no request and came before the next thing sent with an intent of its own.
    pub fn reactions(&self) -> Vec<&'v WireMessage> {
        match self.event.channel {
            Channel::Http(_) => self
                .conversation
                .received()
                .filter(|message| message.channel == self.event.channel)
                .collect(),
            Channel::Stdio | Channel::Stream => {
                let until = self.next_of_its_kind();
                self.conversation
                    .unpaired_responses()
                    .filter(|message| {
                        message.at.seq > self.event.seq
                            && until.is_none_or(|end| message.at.seq < end)
                    })
                    .collect()
            }
        }
    }

    /// The HTTP request, when this was one.
    pub fn http_request(&self) -> Option<&'v HttpRequest> {
        match &self.event.body {
            Body::HttpRequest(request) => Some(request),
            _ => None,
        }
    }

    /// The HTTP response to it, with its event.
    pub fn http_response(&self) -> Option<(&'v Event, &'v HttpResponse)> {
        if self.event.channel.is_shared() {
            return self.conversation.refusal_of(self.event.seq);
        }
        self.conversation
            .on_channel(self.event.channel)
            .find_map(|event| match &event.body {
                Body::HttpResponse(response) => Some((event, response)),
                _ => None,
            })
    }

    /// Received events on its HTTP exchange.
    pub fn http_events(&self) -> impl Iterator<Item = &'v Event> {
        self.conversation.on_channel(self.event.channel)
    }

    /// The event by which the server ended the connection after this, before anything of the
    /// kind was sent again and before mcp-check ended it.
    pub fn gone(&self) -> Option<&'v Event> {
        let gone = self.conversation.gone()?;
        let ours = self
            .conversation
            .ending_from()
            .is_some_and(|from| from < gone.seq);
        (gone.seq > self.event.seq && !ours && !self.answered_later()).then_some(gone)
    }

    /// True when a request sent after this was answered.
    pub fn answered_later(&self) -> bool {
        self.conversation.is_alive_after(self.event.seq)
    }

    fn next_of_its_kind(&self) -> Option<u32> {
        self.conversation
            .events
            .iter()
            .find(|event| {
                event.direction == Direction::Sent
                    && event.seq > self.event.seq
                    && event.intent.is_some()
                    && event.intent.as_deref() != Some(BARRIER)
                    && event.intent.as_deref() != Some(ANSWER)
            })
            .map(|event| event.seq)
    }
}

/// Intent of the requests by which a suite begins: lists, reads, safe calls.
pub const SURVEY: &str = "survey";

/// Intent of the answers to requests of the server.
pub const ANSWER: &str = "answer-to-server";

/// Intent of the harmless request whose answer shows that everything before it was read.
pub const BARRIER: &str = "barrier";
