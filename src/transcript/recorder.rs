//! The append-only log of a run: one tape per connection, and a file written as events happen.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::event::{Body, Channel, Direction, Event, EventRef, Frame, Opened};
use super::file;
use super::redact::Secrets;

/// Receives each encoded transcript line as soon as its event happened.
pub type LineSink = Box<dyn FnMut(&str)>;

/// The log of a run. Cheap to clone; all clones append to the same log.
#[derive(Clone)]
pub struct Recorder {
    inner: Rc<RefCell<Inner>>,
}

struct Inner {
    events: BTreeMap<Arc<str>, Vec<Event>>,
    taken: BTreeMap<Arc<str>, Vec<Direction>>,
    secrets: Secrets,
    clock: Box<dyn Fn() -> u64>,
    sink: Option<LineSink>,
}

impl Recorder {
    /// A log that masks `secrets` and stamps events with `clock`, in milliseconds since the start.
    pub fn new(secrets: Secrets, clock: Box<dyn Fn() -> u64>, sink: Option<LineSink>) -> Self {
        Self {
            inner: Rc::new(RefCell::new(Inner {
                events: BTreeMap::new(),
                taken: BTreeMap::new(),
                secrets,
                clock,
                sink,
            })),
        }
    }

    /// Starts the tape of a new connection. A label that is taken gets a number.
    pub fn tape(&self, label: &str, opened: Opened) -> Tape {
        let connection = self.free_label(label);
        let mut tape = Tape {
            recorder: self.clone(),
            connection,
            probe: None,
        };
        tape.append(Direction::Noted, Channel::Stdio, None, Body::Opened(opened));
        tape
    }

    /// Copies of all events whose connection label begins with `prefix`, by label and position.
    pub fn events_of(&self, prefix: &str) -> Vec<Event> {
        let inner = self.inner.borrow();
        inner
            .events
            .iter()
            .filter(|(label, _)| label.starts_with(prefix))
            .flat_map(|(_, events)| events.iter().cloned())
            .collect()
    }

    /// All events, which are gone from here afterwards; only their directions are kept.
    pub fn take(&self) -> Vec<Event> {
        let mut inner = self.inner.borrow_mut();
        let events = std::mem::take(&mut inner.events);
        for (label, events) in &events {
            let directions = events.iter().map(|event| event.direction).collect();
            inner.taken.insert(Arc::clone(label), directions);
        }
        events.into_values().flatten().collect()
    }

    /// Who caused the event at a position of a connection.
    pub fn direction_of(&self, label: &str, seq: u32) -> Option<Direction> {
        let inner = self.inner.borrow();
        let at = seq as usize;
        let taken = || inner.taken.get(label)?.get(at).copied();
        let kept = inner.events.get(label).and_then(|events| events.get(at));
        kept.map(|event| event.direction).or_else(taken)
    }

    /// Copies of the events of one connection.
    pub fn events_on(&self, label: &str) -> Vec<Event> {
        let inner = self.inner.borrow();
        inner.events.get(label).cloned().unwrap_or_default()
    }

    /// How many events a connection has so far.
    pub fn length_of(&self, label: &str) -> u32 {
        let inner = self.inner.borrow();
        let events = inner.events.get(label).map_or(0, Vec::len);
        u32::try_from(events).unwrap_or(u32::MAX)
    }

    /// Copies of the first event of a connection, and of those from a position on. What their
    /// frames were read as goes with the copies.
    pub fn tail_of(&self, label: &str, from: u32) -> Vec<Event> {
        let mut inner = self.inner.borrow_mut();
        let events = inner.events.get_mut(label).into_iter().flatten();
        let wanted = events.filter(|event| event.seq == 0 || event.seq >= from);
        let copied = wanted.map(|event| {
            let copy = event.clone();
            event.forget();
            copy
        });
        copied.collect()
    }

    /// Lets go of what all frames were read as, before a session that is so long that the memory
    /// counts for more than the time to read them again.
    pub fn forget_readings(&self) {
        let mut inner = self.inner.borrow_mut();
        let events = inner.events.values_mut().flatten();
        events.for_each(Event::forget);
    }

    /// The text with this run's secrets masked.
    pub fn mask(&self, text: &str) -> String {
        self.inner.borrow().secrets.mask_text(text)
    }

    fn free_label(&self, label: &str) -> Arc<str> {
        let mut inner = self.inner.borrow_mut();
        let taken = |inner: &Inner, name: &str| inner.events.contains_key(name);
        let mut name = label.to_owned();
        let mut number = 2;
        while taken(&inner, &name) {
            name = format!("{label}.{number}");
            number += 1;
        }
        let name: Arc<str> = name.into();
        inner.events.insert(Arc::clone(&name), Vec::new());
        name
    }
}

/// The tape of one connection.
#[derive(Clone)]
pub struct Tape {
    recorder: Recorder,
    connection: Arc<str>,
    probe: Option<Arc<str>>,
}

impl Tape {
    /// Label of the connection.
    pub fn connection(&self) -> &Arc<str> {
        &self.connection
    }

    /// Marks the events from here on as driven by a check's probe, or by nobody.
    pub fn set_probe(&mut self, probe: Option<&str>) {
        self.probe = probe.map(Arc::from);
    }

    /// Records something that was sent, with the intent behind it.
    pub fn sent(&mut self, channel: Channel, intent: Option<&str>, body: Body) -> EventRef {
        self.append(Direction::Sent, channel, intent, body)
    }

    /// Records something that the server or its process caused.
    pub fn received(&mut self, channel: Channel, body: Body) -> EventRef {
        self.append(Direction::Received, channel, None, body)
    }

    /// Records a remark or a deadline that passed.
    pub fn noted(&mut self, body: Body) -> EventRef {
        self.append(Direction::Noted, Channel::Stdio, None, body)
    }

    fn append(
        &mut self,
        direction: Direction,
        channel: Channel,
        intent: Option<&str>,
        body: Body,
    ) -> EventRef {
        let mut inner = self.recorder.inner.borrow_mut();
        let inner = &mut *inner;
        let body = mask(&inner.secrets, body);
        let tape = inner
            .events
            .entry(Arc::clone(&self.connection))
            .or_default();
        let event = Event {
            connection: Arc::clone(&self.connection),
            seq: u32::try_from(tape.len()).unwrap_or(u32::MAX),
            at_ms: (inner.clock)(),
            direction,
            channel,
            probe: self.probe.clone(),
            intent: intent.map(Arc::from),
            body,
        };
        if let Some(sink) = &mut inner.sink {
            sink(&file::encode(&event));
        }
        let reference = event.reference();
        tape.push(event);
        reference
    }
}

fn mask(secrets: &Secrets, body: Body) -> Body {
    match body {
        Body::Frame(frame) if !secrets.is_empty() => {
            let bytes = secrets.mask_bytes(frame.bytes().to_vec());
            Body::Frame(Frame::new(bytes, frame.terminated, frame.sse))
        }
        Body::HttpBody(bytes) => Body::HttpBody(secrets.mask_bytes(bytes)),
        Body::Stderr(bytes) => Body::Stderr(secrets.mask_bytes(bytes)),
        Body::HttpRequest(mut request) => {
            request.url = secrets.mask_text(&request.url);
            mask_headers(secrets, &mut request.headers);
            Body::HttpRequest(request)
        }
        Body::HttpResponse(mut response) => {
            mask_headers(secrets, &mut response.headers);
            Body::HttpResponse(response)
        }
        Body::Fault(text) => Body::Fault(secrets.mask_text(&text)),
        Body::Note(text) => Body::Note(secrets.mask_text(&text)),
        other => other,
    }
}

fn mask_headers(secrets: &Secrets, headers: &mut [(String, String)]) {
    for (_, value) in headers {
        *value = secrets.mask_text(value);
    }
}
