//! The transcript file: JSON Lines, version 1.
//!
//! The first line says what the file is; each further line is one event. Lines are written as
//! events happen, so a killed run loses at most its last line. A frame that is valid UTF-8 is kept
//! as `text`, any other as `base64`, so nothing is lost.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::event::{Body, Channel, Direction, Event, Frame, SseMeta};

/// The `format` member of the first line.
pub const FORMAT: &str = "mcp-check/transcript";
/// The `version` member of the first line.
pub const VERSION: u64 = 1;

/// What the first line of a transcript file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u64,
    /// Version of mcp-check that wrote the file.
    pub tool: String,
    /// Server name in the report.
    pub server: String,
    /// The target as the user would recognise it, secrets masked.
    pub target: String,
    /// Start of the run, RFC 3339.
    pub started: String,
}

/// The header line, without the line end.
pub fn encode_header(header: &Header) -> String {
    serde_json::to_string(header).unwrap_or_default()
}

/// One event as a line, without the line end.
pub fn encode(event: &Event) -> String {
    let mut line = Map::new();
    line.insert("conn".into(), json!(&*event.connection));
    line.insert("seq".into(), json!(event.seq));
    line.insert("at_ms".into(), json!(event.at_ms));
    line.insert("dir".into(), json!(event.direction));
    line.insert("channel".into(), json!(event.channel.to_string()));
    if let Some(probe) = &event.probe {
        line.insert("probe".into(), json!(&**probe));
    }
    if let Some(intent) = &event.intent {
        line.insert("intent".into(), json!(&**intent));
    }
    let (name, value) = encode_body(&event.body);
    line.insert(name.into(), value);
    Value::Object(line).to_string()
}

fn encode_body(body: &Body) -> (&'static str, Value) {
    match body {
        Body::Opened(opened) => ("opened", json!(opened)),
        Body::Frame(frame) => ("frame", encode_frame(frame)),
        Body::HttpRequest(request) => ("http_request", json!(request)),
        Body::HttpResponse(response) => ("http_response", json!(response)),
        Body::HttpBody(bytes) => ("http_body", Value::Object(encode_bytes(bytes))),
        Body::Sse(meta) => ("sse", json!(meta)),
        Body::StreamEnd => ("stream_end", json!({})),
        Body::Stderr(bytes) => ("stderr", Value::Object(encode_bytes(bytes))),
        Body::Process(process) => ("process", json!(process)),
        Body::Fault(text) => ("fault", json!(text)),
        Body::Silence {
            deadline,
            waited_ms,
        } => (
            "silence",
            json!({"deadline": deadline, "waited_ms": waited_ms}),
        ),
        Body::Listening(addresses) => ("listening", json!(addresses)),
        Body::Note(text) => ("note", json!(text)),
    }
}

fn encode_bytes(bytes: &[u8]) -> Map<String, Value> {
    let mut map = Map::new();
    match std::str::from_utf8(bytes) {
        Ok(text) => map.insert("text".into(), json!(text)),
        Err(_) => map.insert("base64".into(), json!(STANDARD.encode(bytes))),
    };
    map
}

fn encode_frame(frame: &Frame) -> Value {
    let mut map = encode_bytes(frame.bytes());
    if !frame.terminated {
        map.insert("unterminated".into(), json!(true));
    }
    if let Some(meta) = &frame.sse {
        map.insert("sse".into(), json!(meta));
    }
    Value::Object(map)
}

/// Why a transcript file could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReadError {
    /// The first line is not a transcript header.
    #[error("the first line is not a mcp-check transcript header")]
    NotATranscript,
    /// The file was written by a newer format.
    #[error("transcript version {0} is not supported; this program reads version {VERSION}")]
    Version(u64),
    /// A line before the last cannot be read.
    #[error("line {line}: {what}")]
    Line {
        /// Line number from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// Reads a transcript. A last line that was cut off is dropped, any other bad line is an error.
pub fn decode(text: &str) -> Result<(Header, Vec<Event>), ReadError> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().ok_or(ReadError::NotATranscript)?;
    let header: Header = serde_json::from_str(first).map_err(|_| ReadError::NotATranscript)?;
    if header.format != FORMAT {
        return Err(ReadError::NotATranscript);
    }
    if header.version != VERSION {
        return Err(ReadError::Version(header.version));
    }
    let mut events = Vec::new();
    let last = text.lines().count();
    for (index, line) in lines {
        match decode_event(line) {
            Ok(event) => events.push(event),
            Err(_) if index + 1 == last && !text.ends_with('\n') => break,
            Err(what) => {
                return Err(ReadError::Line {
                    line: index + 1,
                    what,
                });
            }
        }
    }
    Ok((header, events))
}

fn decode_event(line: &str) -> Result<Event, String> {
    let mut map: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let mut take = |name: &str| map.remove(name);
    let text = |value: Option<Value>, name: &str| match value {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("member `{name}` is missing")),
    };
    let number = |value: Option<Value>, name: &str| {
        value
            .and_then(|value| value.as_u64())
            .ok_or_else(|| format!("member `{name}` is missing"))
    };
    let connection: Arc<str> = text(take("conn"), "conn")?.into();
    let seq = u32::try_from(number(take("seq"), "seq")?).map_err(|error| error.to_string())?;
    let at_ms = number(take("at_ms"), "at_ms")?;
    let direction: Direction = serde_json::from_value(take("dir").unwrap_or_default())
        .map_err(|error| format!("member `dir`: {error}"))?;
    let channel = Channel::parse(&text(take("channel"), "channel")?)
        .ok_or("member `channel` is not known")?;
    let probe = text(take("probe"), "probe").ok().map(Arc::from);
    let intent = text(take("intent"), "intent").ok().map(Arc::from);
    let (name, value) = map.into_iter().next().ok_or("no event body")?;
    Ok(Event {
        connection,
        seq,
        at_ms,
        direction,
        channel,
        probe,
        intent,
        body: decode_body(&name, value)?,
    })
}

fn decode_body(name: &str, value: Value) -> Result<Body, String> {
    fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
    Ok(match name {
        "opened" => Body::Opened(typed(value)?),
        "frame" => Body::Frame(decode_frame(&value)?),
        "http_request" => Body::HttpRequest(typed(value)?),
        "http_response" => Body::HttpResponse(typed(value)?),
        "http_body" => Body::HttpBody(decode_bytes(&value)?),
        "sse" => Body::Sse(typed(value)?),
        "stream_end" => Body::StreamEnd,
        "stderr" => Body::Stderr(decode_bytes(&value)?),
        "process" => Body::Process(typed(value)?),
        "fault" => Body::Fault(typed(value)?),
        "silence" => Body::Silence {
            deadline: typed(value["deadline"].clone())?,
            waited_ms: typed(value["waited_ms"].clone())?,
        },
        "listening" => Body::Listening(typed(value)?),
        "note" => Body::Note(typed(value)?),
        other => return Err(format!("unknown event body `{other}`")),
    })
}

fn decode_bytes(value: &Value) -> Result<Vec<u8>, String> {
    if let Some(text) = value["text"].as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let encoded = value["base64"].as_str().ok_or("neither text nor base64")?;
    STANDARD.decode(encoded).map_err(|error| error.to_string())
}

fn decode_frame(value: &Value) -> Result<Frame, String> {
    let sse: Option<SseMeta> = match value.get("sse") {
        Some(meta) => {
            Some(serde_json::from_value(meta.clone()).map_err(|error| error.to_string())?)
        }
        None => None,
    };
    let terminated = value.get("unterminated").is_none();
    Ok(Frame::new(decode_bytes(value)?, terminated, sse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::event::{HttpResponse, Process};

    fn event(body: Body) -> Event {
        Event {
            connection: "2025-11-25/main".into(),
            seq: 3,
            at_ms: 17,
            direction: Direction::Received,
            channel: Channel::Http(2),
            probe: Some("ping/answered".into()),
            intent: None,
            body,
        }
    }

    fn header_line() -> String {
        encode_header(&Header {
            format: FORMAT.into(),
            version: VERSION,
            tool: "0.1.0".into(),
            server: "s".into(),
            target: "./s".into(),
            started: "2026-01-01T00:00:00Z".into(),
        })
    }

    #[test]
    fn every_body_survives_a_round_trip() {
        let bodies = [
            Body::Frame(Frame::line(b"{\"a\":1}".to_vec())),
            Body::Frame(Frame::new(
                vec![0xff, 0x00],
                false,
                Some(SseMeta {
                    id: Some("7".into()),
                    ..SseMeta::default()
                }),
            )),
            Body::HttpResponse(HttpResponse {
                status: 202,
                headers: vec![("a".into(), "b".into())],
            }),
            Body::HttpBody(b"<html>".to_vec()),
            Body::Sse(SseMeta::default()),
            Body::StreamEnd,
            Body::Stderr(b"oops".to_vec()),
            Body::Process(Process::Exited {
                code: Some(1),
                signal: None,
            }),
            Body::Fault("reset".into()),
            Body::Silence {
                deadline: "request".into(),
                waited_ms: 10,
            },
            Body::Note("n".into()),
        ];
        for body in bodies {
            let event = event(body);
            let text = format!("{}\n{}\n", header_line(), encode(&event));
            let (_, events) = decode(&text).expect("own line must be readable");
            assert_eq!(events, vec![event]);
        }
    }

    #[test]
    fn a_cut_off_last_line_is_dropped_and_a_bad_middle_line_is_named() {
        let line = encode(&event(Body::StreamEnd));
        let cut = format!("{}\n{line}\n{}", header_line(), &line[..10]);
        assert_eq!(decode(&cut).map(|(_, events)| events.len()), Ok(1));
        let bad = format!("{}\nnonsense\n{line}\n", header_line());
        assert!(matches!(decode(&bad), Err(ReadError::Line { line: 2, .. })));
        assert_eq!(decode("{}\n"), Err(ReadError::NotATranscript));
    }
}
