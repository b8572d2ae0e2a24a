//! Server-sent events as the HTML standard reads them
//! (html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).

use std::fmt;

/// The default limit of [`SseDecoder::new`] in bytes: 64 MiB.
pub const DEFAULT_LIMIT: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// What a stream of events is made of, in the order of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SseItem {
    /// A block ended by an empty line.
    Event(SseEvent),
    /// The text of a line that starts with a colon, without the colon and one blank behind it.
    Comment(String),
    /// Something a client cannot read as meant. The event around it follows, repaired or cut.
    Fault(SseFault),
}

/// One event. Browsers dispatch it only when `had_data`; others are delivered here when they carry
/// an id or a retry time, because those act all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// The event's name; `None` when absent or empty, which both mean `message`.
    pub event: Option<String>,
    /// The data lines joined by line feeds.
    pub data: String,
    /// The id that the event itself sets. Empty means that it takes the last id back.
    pub id: Option<String>,
    /// There was a data field, if only an empty one.
    pub had_data: bool,
    /// The reconnection time in milliseconds.
    pub retry: Option<u64>,
}

/// A violation of the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseFault {
    /// Byte offset from the start of the stream.
    pub offset: usize,
    /// What is wrong there.
    pub what: String,
}

/// An event that the end of the stream cut off. Clients drop it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseTail {
    /// Byte offset of the event's first line from the start of the stream.
    pub offset: usize,
    /// What had arrived of it, the unfinished last line included.
    pub event: SseEvent,
    /// The last line is not UTF-8, for example because it ends inside a character.
    pub fault: Option<SseFault>,
}

/// Reads a byte stream as events. The items do not depend on how the stream was cut into pieces.
#[derive(Debug)]
pub struct SseDecoder {
    limit: usize,
    /// Bytes taken so far.
    offset: usize,
    /// The bytes of the unfinished line and where it starts.
    line: Vec<u8>,
    line_start: usize,
    /// The fields of the unfinished event, where it starts and how many bytes it took.
    event: SseEvent,
    event_start: Option<usize>,
    event_size: usize,
    /// A carriage return ended the last line, so a line feed next belongs to it.
    is_behind_carriage_return: bool,
    /// The event grew over the limit; what follows is dropped up to the next empty line.
    is_dropping: bool,
}

impl Default for SseDecoder {
    fn default() -> SseDecoder {
        SseDecoder::new()
    }
}

impl SseDecoder {
    /// A decoder for a new stream, with [`DEFAULT_LIMIT`].
    pub fn new() -> SseDecoder {
        SseDecoder::with_limit(DEFAULT_LIMIT)
    }

    /// A decoder that drops an event, with a fault, as soon as it is longer than `limit` bytes, so
    /// that a stream without line ends cannot fill the memory.
    pub fn with_limit(limit: usize) -> SseDecoder {
        SseDecoder {
            limit,
            offset: 0,
            line: Vec::new(),
            line_start: 0,
            event: SseEvent::default(),
            event_start: None,
            event_size: 0,
            is_behind_carriage_return: false,
            is_dropping: false,
        }
    }

    /// Takes the next piece of the stream and returns what it completes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<SseItem> {
        let mut items = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.skip_split_line_feed(rest);
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                items.extend(self.extend_line(rest));
                break;
            };
            items.extend(self.extend_line(&rest[..end]));
            self.end_line(&mut items);
            self.is_behind_carriage_return = rest[end] == b'\r';
            self.offset += 1;
            rest = &rest[end + 1..];
        }
        items
    }

    /// Ends the stream. Returns the event that it cuts off, when there is one. The decoder is then
    /// at the start of a new stream.
    pub fn finish(&mut self) -> Option<SseTail> {
        let fresh = SseDecoder::with_limit(self.limit);
        let mut last = std::mem::replace(self, fresh);
        let mut items = Vec::new();
        if !last.line.is_empty() {
            last.end_line(&mut items);
        }
        let fault = items.into_iter().find_map(|item| match item {
            SseItem::Fault(fault) => Some(fault),
            _ => None,
        });
        Some(SseTail {
            offset: last.event_start?,
            event: last.event,
            fault,
        })
    }

    /// Steps over the line feed of a line end whose carriage return is behind us.
    fn skip_split_line_feed<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if !std::mem::take(&mut self.is_behind_carriage_return) {
            return bytes;
        }
        let rest = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        self.offset += bytes.len() - rest.len();
        rest
    }

    /// Adds bytes of the current line. Returns the fault when the event grows over the limit.
    fn extend_line(&mut self, bytes: &[u8]) -> Option<SseItem> {
        if self.line.is_empty() {
            self.line_start = self.offset;
        }
        self.offset += bytes.len();
        self.line.extend_from_slice(bytes);
        if self.is_dropping {
            // One byte is enough to know that the line is not empty.
            self.line.truncate(1);
            return None;
        }
        if self.event_size.saturating_add(self.line.len()) <= self.limit {
            return None;
        }
        let offset = self.event_start.unwrap_or(self.line_start);
        self.reset_event();
        self.line.truncate(1);
        self.is_dropping = true;
        let what = format!("an event is longer than {} bytes", self.limit);
        Some(SseItem::Fault(SseFault { offset, what }))
    }

    fn end_line(&mut self, items: &mut Vec<SseItem>) {
        let bytes = std::mem::take(&mut self.line);
        let line = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if self.line_start == 0 => rest,
            _ => bytes.as_slice(),
        };
        if line.is_empty() {
            self.is_dropping = false;
            items.extend(self.dispatch());
            return;
        }
        if self.is_dropping {
            return;
        }
        if let Err(error) = std::str::from_utf8(line) {
            let stripped = bytes.len() - line.len();
            items.push(SseItem::Fault(SseFault {
                offset: self.line_start + stripped + error.valid_up_to(),
                what: "invalid UTF-8 in an event stream".to_owned(),
            }));
        }
        let text = String::from_utf8_lossy(line);
        match text.strip_prefix(':') {
            Some(comment) => items.push(SseItem::Comment(without_blank(comment).to_owned())),
            None => {
                self.event_start.get_or_insert(self.line_start);
                self.event_size += line.len();
                self.event.set_field(&text);
            }
        }
    }

    fn dispatch(&mut self) -> Option<SseItem> {
        let event = self.reset_event();
        let acts = event.had_data || event.id.is_some() || event.retry.is_some();
        acts.then_some(SseItem::Event(event))
    }

    fn reset_event(&mut self) -> SseEvent {
        self.event_start = None;
        self.event_size = 0;
        std::mem::take(&mut self.event)
    }
}

impl SseEvent {
    /// Applies one line that is neither empty nor a comment. Unknown fields mean nothing.
    fn set_field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = without_blank(value);
        match name {
            "event" => self.event = Some(value.to_owned()).filter(|value| !value.is_empty()),
            "data" => self.add_data(value),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" => self.set_retry(value),
            _ => {}
        }
    }

    fn add_data(&mut self, value: &str) {
        if self.had_data {
            self.data.push('\n');
        }
        self.had_data = true;
        self.data.push_str(value);
    }

    /// Ignores anything but digits, as browsers do.
    fn set_retry(&mut self, value: &str) {
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // Only a number too large for the type can fail here.
            self.retry = Some(value.parse().unwrap_or(u64::MAX));
        }
    }
}

impl fmt::Display for SseFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (byte {})", self.what, self.offset)
    }
}

/// One event as a server writes it. Line breaks in `data` split it into several data lines and are
/// read back as line feeds; `event` and `id` cannot hold line breaks and lose them.
pub fn encode_event(event: Option<&str>, id: Option<&str>, data: &str) -> Vec<u8> {
    let mut text = String::new();
    for (name, value) in [("event", event), ("id", id)] {
        if let Some(value) = value {
            let one_line = value.replace(['\r', '\n'], "");
            text.push_str(&format!("{name}: {one_line}\n"));
        }
    }
    let data = data.replace("\r\n", "\n").replace('\r', "\n");
    for line in data.split('\n') {
        text.push_str(&format!("data: {line}\n"));
    }
    text.push('\n');
    text.into_bytes()
}

/// The value of a field, or a comment, without the one blank that may follow the colon.
fn without_blank(text: &str) -> &str {
    text.strip_prefix(' ').unwrap_or(text)
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
