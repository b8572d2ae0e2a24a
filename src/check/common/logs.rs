//! Log messages of 2026-07-28 and the requests that asked for them.

use serde_json::Value;

use crate::rpc::Message;
use crate::transcript::{Channel, Conversation, Exchange, WireMessage};

/// The log levels, least severe first (server/utilities/logging#log-levels).
pub const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// The request `_meta` key that asks for log messages.
pub const LEVEL_KEY: &str = "io.modelcontextprotocol/logLevel";

/// Place of a level in [`LEVELS`].
pub fn rank(level: &Value) -> Option<usize> {
    LEVELS.iter().position(|known| level == known)
}

/// The log messages of a connection.
pub fn logs(conversation: &Conversation) -> impl Iterator<Item = &WireMessage> {
    conversation
        .received()
        .filter(|message| message.parsed.method() == Some("notifications/message"))
}

/// Rank of the level of a log message.
pub fn rank_of(log: &WireMessage) -> Option<usize> {
    match &log.parsed.message {
        Message::Notification {
            params: Some(params),
            ..
        } => rank(&params["level"]),
        _ => None,
    }
}

/// The level that a request asks for.
pub fn requested_level<'c>(exchange: &Exchange<'c>) -> Option<&'c Value> {
    exchange.params()?.get("_meta")?.get(LEVEL_KEY)
}

/// What a log message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// To the request at this place, which is open.
    To(usize),
    /// To the request at this place, which has been answered.
    Late(usize),
    /// To the request at this place, or late to the one before it, which asked for a level.
    Unclear(usize),
    /// To one of several open requests, or to none.
    Unknown,
}

/// What a log message belongs to, among the requests of its connection in order. Over HTTP that is
/// the request whose answer carries it. Over stdio messages name no request: it is the last one
/// that was sent.
pub fn belongs(exchanges: &[Exchange<'_>], log: &WireMessage) -> Belongs {
    let is_open = |exchange: &Exchange<'_>| {
        let answer = exchange.responses.first();
        answer.is_none_or(|answer| answer.at.seq > log.at.seq)
    };
    let place = |at: usize| match is_open(&exchanges[at]) {
        true => Belongs::To(at),
        false => Belongs::Late(at),
    };
    if let Channel::Http(_) = log.channel {
        let carries = |exchange: &Exchange<'_>| exchange.request.channel == log.channel;
        return exchanges
            .iter()
            .position(carries)
            .map_or(Belongs::Unknown, place);
    }
    let before = |exchange: &Exchange<'_>| exchange.request.at.seq < log.at.seq;
    let Some(last) = exchanges.iter().rposition(before) else {
        return Belongs::Unknown;
    };
    let asks = |at: usize| requested_level(&exchanges[at]).is_some();
    if (0..last).any(|at| asks(at) && is_open(&exchanges[at])) {
        return Belongs::Unknown;
    }
    match last.checked_sub(1) {
        Some(previous) if !asks(last) && asks(previous) => Belongs::Unclear(last),
        _ => place(last),
    }
}
