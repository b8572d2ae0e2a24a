//! The lines that a process writes to standard output, sorted by what they are.

use crate::json::{FaultKind, scan};
use crate::rpc::{Malformation, Message};
use crate::transcript::{Body, Channel, Conversation, WireMessage};

use super::is_no_message;

/// What a line of standard output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputLine {
    /// One message.
    Message,
    /// An array of messages.
    Array,
    /// The first of several lines that hold one message together.
    Spread,
    /// Two messages or more.
    Doubled,
    /// A `Content-Length` header.
    HeaderFraming,
    /// The last message, without a line feed behind it.
    Unterminated,
    /// Nothing but blanks.
    Blank,
    /// Text or JSON that is no message.
    Foreign,
    /// A message that was cut off, or that is not UTF-8.
    Damaged,
}

/// What a process wrote to standard output. Several lines that hold one message stand for one.
pub fn output_lines(conversation: &Conversation) -> Vec<(&WireMessage, OutputLine)> {
    let mut lines: Vec<&WireMessage> = conversation
        .received()
        .filter(|message| message.channel == Channel::Stdio)
        .collect();
    // The elements of an array share their line.
    lines.dedup_by_key(|message| message.at.seq);
    let mut kinds = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((line, after)) = rest.split_first() {
        if let Some(length) = spread(rest) {
            kinds.push((*line, OutputLine::Spread));
            rest = &rest[length..];
            continue;
        }
        let frame = match conversation.event(line.at.seq).map(|event| &event.body) {
            Some(Body::Frame(frame)) => frame.terminated,
            _ => true,
        };
        let kind = output_line(line, frame, after.is_empty());
        let ends_headers = kind == OutputLine::Blank
            && matches!(kinds.last(), Some((_, OutputLine::HeaderFraming)));
        if !ends_headers {
            kinds.push((*line, kind));
        }
        rest = after;
    }
    kinds
}

fn output_line(line: &WireMessage, is_terminated: bool, is_last: bool) -> OutputLine {
    let bytes = line.parsed.bytes.trim_ascii();
    let fault = match &line.parsed.message {
        Message::Malformed(Malformation::NotJson(fault)) => Some(fault),
        _ => None,
    };
    let is_meant = bytes.starts_with(b"{");
    match fault.map(|fault| fault.kind) {
        _ if bytes.is_empty() => OutputLine::Blank,
        _ if bytes.to_ascii_lowercase().starts_with(b"content-length:") => {
            OutputLine::HeaderFraming
        }
        Some(FaultKind::Trailing) => after_message(line, fault.map_or(0, |fault| fault.offset)),
        Some(FaultKind::Encoding) if is_meant => OutputLine::Damaged,
        Some(FaultKind::Ended) if is_meant && !is_terminated => OutputLine::Damaged,
        _ if !line.pointer.is_empty() => OutputLine::Array,
        _ if is_no_message(line) => OutputLine::Foreign,
        _ if is_last && !is_terminated => OutputLine::Unterminated,
        _ => OutputLine::Message,
    }
}

/// A line that goes on behind a complete value.
fn after_message(line: &WireMessage, offset: usize) -> OutputLine {
    let (value, rest) = line
        .parsed
        .bytes
        .split_at(offset.min(line.parsed.bytes.len()));
    let is_message = scan(value)
        .root
        .is_ok_and(|root| root.get("jsonrpc").is_some());
    let rest = rest.trim_ascii().to_ascii_lowercase();
    match is_message {
        true if rest.starts_with(b"{") => OutputLine::Doubled,
        true if rest.starts_with(b"content-length:") => OutputLine::HeaderFraming,
        _ => OutputLine::Foreign,
    }
}

/// Lines that are joined at most to find one message in them, and how often what was joined is
/// scanned.
const MOST_LINES: usize = 20_000;
const MOST_SCANS: usize = 50;

/// How many lines hold one message together, when the first of `lines` begins one.
fn spread(lines: &[&WireMessage]) -> Option<usize> {
    let first = &lines.first()?.parsed;
    let Message::Malformed(Malformation::NotJson(fault)) = &first.message else {
        return None;
    };
    let begins_one = first.bytes.trim_ascii_start().starts_with(b"{");
    if !begins_one || fault.kind != FaultKind::Ended {
        return None;
    }
    // A line break stands between values, or unescaped within a string.
    spread_with(lines, b"\n").or_else(|| spread_with(lines, b"\\n"))
}

fn spread_with(lines: &[&WireMessage], line_break: &[u8]) -> Option<usize> {
    let mut joined = lines.first()?.parsed.bytes.to_vec();
    let mut scans = 0;
    for (index, line) in lines.iter().enumerate().take(MOST_LINES).skip(1) {
        let bytes = &line.parsed.bytes;
        joined.extend_from_slice(line_break);
        joined.extend_from_slice(bytes);
        let may_end = bytes.trim_ascii_end().ends_with(b"}");
        if !may_end || (scans >= MOST_SCANS && !bytes.starts_with(b"}")) {
            continue;
        }
        scans += 1;
        match scan(&joined).root {
            Ok(root) => return root.get("jsonrpc").map(|_| index + 1),
            Err(fault) if fault.kind == FaultKind::Ended => {}
            Err(_) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::spec::{Revision, TransportKind};
    use crate::transcript::{Direction, Event, Frame, Opened};

    fn conversation(lines: &[&str]) -> Conversation {
        let opened = Body::Opened(Opened {
            revision: Revision::V2025_11_25,
            transport: TransportKind::Stdio,
            purpose: "main".to_owned(),
        });
        let frames = lines.iter().map(|line| {
            // A bar at the end stands for a missing line feed.
            let terminated = !line.ends_with('|');
            let bytes = line.trim_end_matches('|').as_bytes();
            Body::Frame(Frame::new(bytes, terminated, None))
        });
        let bodies = std::iter::once(opened).chain(frames).enumerate();
        let events = bodies.map(|(seq, body)| Event {
            connection: Arc::from("test"),
            seq: seq as u32,
            at_ms: 0,
            direction: Direction::Received,
            channel: Channel::Stdio,
            probe: None,
            intent: None,
            body,
        });
        Conversation::new(events.collect()).unwrap()
    }

    fn kinds(lines: &[&str]) -> Vec<OutputLine> {
        let conversation = conversation(lines);
        output_lines(&conversation)
            .into_iter()
            .map(|(_, kind)| kind)
            .collect()
    }

    const MESSAGE: &str = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;

    #[test]
    fn single_lines_are_told_apart() {
        for (line, kind) in [
            (MESSAGE, OutputLine::Message),
            (r#"{"jsonrpc":"2.0","id":1}"#, OutputLine::Message),
            (
                r#"[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}]"#,
                OutputLine::Array,
            ),
            ("", OutputLine::Blank),
            (" \r", OutputLine::Blank),
            ("Listening on stdio", OutputLine::Foreign),
            ("[info] ready", OutputLine::Foreign),
            ("2025-01-01 12:00 ready", OutputLine::Foreign),
            (r#"{"level":30,"msg":"ready"}"#, OutputLine::Foreign),
            ("true", OutputLine::Foreign),
            ("{ debug: 1 }", OutputLine::Foreign),
            ("Content-Length: 12\r", OutputLine::HeaderFraming),
        ] {
            assert_eq!(kinds(&[line, MESSAGE])[0], kind, "{line}");
        }
    }

    #[test]
    fn what_follows_a_message_on_its_line_decides() {
        let doubled = format!("{MESSAGE} {MESSAGE}");
        let glued = format!("{MESSAGE}ready");
        let framed = format!("{MESSAGE}Content-Length: 5");
        assert_eq!(kinds(&[&doubled]), [OutputLine::Doubled]);
        assert_eq!(kinds(&[&glued]), [OutputLine::Foreign]);
        assert_eq!(kinds(&[&framed, ""]), [OutputLine::HeaderFraming]);
    }

    #[test]
    fn a_message_over_several_lines_counts_once() {
        let pretty = [
            "{",
            r#"  "jsonrpc": "2.0","#,
            r#"  "id": 1,"#,
            r#"  "result": {}"#,
            "}",
        ];
        assert_eq!(kinds(&pretty), [OutputLine::Spread]);
        let raw = [
            r#"{"jsonrpc":"2.0","id":1,"result":{"text":"a"#,
            r#"b"}}"#,
            MESSAGE,
        ];
        assert_eq!(kinds(&raw), [OutputLine::Spread, OutputLine::Message]);
        let other = ["{", MESSAGE, r#"  "a": 1"#, "}"];
        assert_eq!(
            kinds(&other)[..2],
            [OutputLine::Foreign, OutputLine::Message]
        );
    }

    #[test]
    fn the_end_of_the_stream_decides_about_the_last_line() {
        let open = format!("{MESSAGE}|");
        assert_eq!(
            kinds(&[MESSAGE, &open]),
            [OutputLine::Message, OutputLine::Unterminated]
        );
        assert_eq!(
            kinds(&[MESSAGE, r#"{"jsonrpc":"2.|"#])[1],
            OutputLine::Damaged
        );
        assert_eq!(kinds(&["bye|"]), [OutputLine::Foreign]);
    }
}
