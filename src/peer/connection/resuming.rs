//! Streams that end before their answer. A server of the handshake era may close the event stream of
//! a POST early; the client then takes it up again by a GET that names the last event it has seen
//! (2025-11-25 basic/transports#resumability-and-redelivery).

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::Connection;
use crate::peer::headers;
use crate::rpc::{Message, Parsed};
use crate::spec::Era;
use crate::transcript::{Channel, SseMeta};

/// How often one stream is taken up again. A server that never gets further ends here.
const MOST_RESUMPTIONS: u32 = 10;

/// Wait before a stream is taken up again when the server names none.
const USUAL_RETRY: Duration = Duration::from_millis(100);

/// The intent of the GET requests that take up a stream again.
const RESUME: &str = "resume";

/// The event streams of POST requests, by channel.
#[derive(Default)]
pub(super) struct Streams {
    open: BTreeMap<Channel, Stream>,
    due: Vec<(Instant, Channel)>,
}

#[derive(Clone)]
struct Stream {
    /// The POST that all of it answers.
    origin: Channel,
    last_event: Option<String>,
    retry: Option<Duration>,
    is_answered: bool,
    resumptions: u32,
}

impl Streams {
    /// Begins to follow what a POST is answered with.
    pub(super) fn follow(&mut self, channel: Channel) {
        let stream = Stream {
            origin: channel,
            last_event: None,
            retry: None,
            is_answered: false,
            resumptions: 0,
        };
        self.open.insert(channel, stream);
    }

    /// Keeps what an event says about resuming.
    pub(super) fn event(&mut self, channel: Channel, meta: &SseMeta) {
        let Some(stream) = self.open.get_mut(&channel) else {
            return;
        };
        if let Some(id) = &meta.id {
            stream.last_event = (!id.is_empty()).then(|| id.clone());
        }
        if let Some(retry) = meta.retry {
            stream.retry = Some(Duration::from_millis(retry));
        }
    }

    /// When the next stream is to be taken up again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.iter().map(|(at, _)| *at).min()
    }
}

impl Connection {
    /// Marks a stream as answered when a response came on it. The rest of one that was taken up
    /// again is not waited for.
    pub(super) fn note_answer(&mut self, channel: Channel, parsed: &Parsed) {
        let is_response = parsed.messages().iter().any(|message| {
            matches!(
                message.message,
                Message::Result { .. } | Message::Error { .. } | Message::Malformed(_)
            )
        });
        let Some(stream) = self.streams.open.get_mut(&channel).filter(|_| is_response) else {
            return;
        };
        stream.is_answered = true;
        let origin = stream.origin;
        if origin != channel {
            self.ended.insert(origin);
            self.transport.cancel(channel);
        }
    }

    /// The end of a stream: what it answered has ended as well, unless it can be taken up again.
    pub(super) fn stream_ended(&mut self, channel: Channel) {
        self.ended.insert(channel);
        let Some(stream) = self.streams.open.get(&channel) else {
            return;
        };
        let was_refused = self
            .heads
            .get(&channel)
            .is_none_or(|head| head.status != 200);
        let can_resume = self.revision.era() == Era::Handshake
            && !stream.is_answered
            && !was_refused
            && stream.last_event.is_some()
            && stream.resumptions < MOST_RESUMPTIONS;
        if can_resume {
            let longest = self.context.deadlines.resume;
            let wait = stream.retry.unwrap_or(USUAL_RETRY).min(longest);
            self.ended.remove(&stream.origin);
            self.streams.due.push((Instant::now() + wait, channel));
        } else {
            self.ended.insert(stream.origin);
        }
    }

    /// Takes up again the streams whose time has come.
    pub(super) fn resume_due(&mut self) {
        let now = Instant::now();
        let due: Vec<Channel> = self
            .streams
            .due
            .extract_if(.., |(at, _)| *at <= now)
            .map(|(_, channel)| channel)
            .collect();
        for channel in due {
            let Some(mut stream) = self.streams.open.remove(&channel) else {
                continue;
            };
            stream.resumptions += 1;
            let mut headers = self.post_headers("", None);
            headers::set(&mut headers, "Content-Type", None);
            headers::set(&mut headers, "Accept", Some("text/event-stream"));
            headers::set(&mut headers, "Last-Event-ID", stream.last_event.as_deref());
            let next = self.next_channel();
            self.streams.open.insert(next, stream);
            self.post(next, RESUME, "GET", headers, Vec::new());
        }
    }
}
