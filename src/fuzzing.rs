//! What must hold for any bytes whatever: the bodies of the fuzz targets in `fuzz/`. The tests of
//! this package replay `fuzz/corpus/` through them.

use serde_json::Value;

use crate::mock::session_script::SessionScript;
use crate::mock::{Script, ScriptError};
use crate::rpc::{self, Message};
use crate::transcript::file;
use crate::wire::sse::SseDecoder;

/// The JSON scanner reads what serde_json reads, to the same value.
pub fn json(bytes: &[u8]) {
    let scan = crate::json::scan(bytes);
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let root = scan.root.expect("what serde_json reads is JSON");
    if let Some(read) = root.to_value() {
        assert_eq!(read, value, "two readers disagree");
    }
}

/// Where a stream is cut into pieces makes no difference.
pub fn sse(bytes: &[u8]) {
    let Some((cut, stream)) = bytes.split_first() else {
        return;
    };
    let mut whole = SseDecoder::with_limit(1 << 12);
    let items = format!("{:?} {:?}", whole.push(stream), whole.finish());
    let (first, second) = stream.split_at(usize::from(*cut).min(stream.len()));
    let mut pieces = SseDecoder::with_limit(1 << 12);
    let mut pushed = pieces.push(first);
    pushed.extend(pieces.push(second));
    assert_eq!(
        items,
        format!("{:?} {:?}", pushed, pieces.finish()),
        "cut at {cut}"
    );
}

/// A request or notification that is understood means the same when it is written again.
pub fn message(bytes: &[u8]) {
    let parsed = rpc::parse(bytes);
    let again = match &parsed.message {
        Message::Request { id, method, params } => rpc::request(id, method, params.as_deref()),
        Message::Notification { method, params } => rpc::notification(method, params.as_deref()),
        _ => return,
    };
    assert_eq!(rpc::parse(&again).message, parsed.message, "written again");
}

/// A script is read, or refused at a place that it has.
pub fn script(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        has_place(text, Script::parse(text).err());
    }
}

/// As [`script`], for sessions.
pub fn session(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        has_place(text, SessionScript::parse(text).err());
    }
}

fn has_place(text: &str, error: Option<ScriptError>) {
    let Some(error) = error else { return };
    let line = text.lines().nth(error.line - 1);
    let width = line.map(|line| line.chars().count());
    let is_there = width.is_some_and(|width| (1..=width + 1).contains(&error.column));
    assert!(is_there, "{error} of {text:?}");
}

/// A transcript that is read is the same when it is written and read again.
pub fn transcript(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok((header, events)) = file::decode(text) else {
        return;
    };
    let mut lines = vec![file::encode_header(&header)];
    lines.extend(events.iter().map(file::encode));
    let again = file::decode(&(lines.join("\n") + "\n"));
    assert_eq!(again, Ok((header, events)), "written again");
}
