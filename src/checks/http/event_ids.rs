//! Event ids are unique within a session, and a stream that has them begins with an empty event.
//!
//! A client that lost its connection names the last id it saw. When two streams use the same id,
//! the server cannot tell which one to go on with. Since 2025-11-25 a first event with an id and
//! empty data lets the client resume even before the first message. Make ids from the stream and a
//! counter within it, and send the empty event when the stream opens.
//!
//! ```mcp passes
//! transport http
//! >1 ping
//! < sse
//! < sse-event id=a-1 data=
//! < default
//! ```
//!
//! ```mcp fails http.resume.event-id-unique
//! transport http
//! > tools/list {"cursor": null}
//! < sse
//! < sse-event id=0 data=
//! < default
//! >1 ping
//! < sse
//! < sse-event id=0 data=
//! < default
//! ```
//!
//! ```mcp fails http.sse.priming-event
//! transport http
//! >1 ping
//! < sse
//! < sse-event id=1 data={"jsonrpc":"2.0","id":$id,"result":{}}
//! ```

use std::collections::BTreeMap;

use crate::check::common::http::{SESSION_HEADER, VERSION_HEADER, sent_header, sent_on};
use crate::check::prelude::*;
use crate::transcript::SseMeta;

const UNIQUE: &str = "http.resume.event-id-unique";
const PRIMING: &str = "http.sse.priming-event";

pub(crate) const CHECK: Check = Check {
    covers: &[UNIQUE, PRIMING],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        judge_unique(verdicts.on(UNIQUE), conversation);
    }
    let ids = verdicts.on(UNIQUE);
    if ids.held.is_empty() && ids.problems.is_empty() {
        let why = "the server gives its events no ids";
        ids.not_applicable(why);
        verdicts.on(PRIMING).not_applicable(why);
        return verdicts;
    }
    for conversation in view.conversations() {
        judge_priming(verdicts.on(PRIMING), view, conversation);
    }
    verdicts
}

/// An event and its fields; comments are no events.
fn events(conversation: &Conversation) -> impl Iterator<Item = (&Event, &SseMeta)> {
    conversation.events.iter().filter_map(|event| {
        let sse = match &event.body {
            Body::Frame(frame) => frame.sse.as_ref()?,
            Body::Sse(sse) => sse,
            _ => return None,
        };
        let is_comment = sse.comment.is_some() && is_empty(event) && sse.id.is_none();
        (!is_comment).then_some((event, sse))
    })
}

fn is_empty(event: &Event) -> bool {
    match &event.body {
        Body::Frame(frame) => frame.bytes().is_empty(),
        _ => true,
    }
}

/// The session that a stream belongs to; empty without sessions.
fn session_of(conversation: &Conversation, channel: Channel) -> &str {
    let given = conversation
        .http_response(channel)
        .and_then(|(_, response)| response.header(SESSION_HEADER));
    sent_header(conversation, channel, SESSION_HEADER)
        .or(given)
        .unwrap_or_default()
}

fn judge_unique(ruling: &mut Ruling, conversation: &Conversation) {
    let mut seen: BTreeMap<(&str, &str), &Event> = BTreeMap::new();
    for (event, sse) in events(conversation) {
        // A resumed stream repeats events, with their ids.
        if sent_header(conversation, event.channel, "last-event-id").is_some() {
            continue;
        }
        let Some(id) = sse.id.as_deref().filter(|id| !id.is_empty()) else {
            continue;
        };
        match seen.insert((session_of(conversation, event.channel), id), event) {
            None => {
                ruling.held(event.reference());
            }
            Some(first) => {
                let text = format!("Two events of one session have the id {id:?}.");
                let problem = Problem::new("event id", text)
                    .event(first, stream(conversation, first))
                    .event(event, stream(conversation, event));
                ruling.broken(problem.hint("Make ids from the stream and a counter within it."));
            }
        }
    }
}

fn stream(conversation: &Conversation, event: &Event) -> String {
    let method = sent_on(conversation, event.channel).map_or("", |request| &request.method);
    let data = match &event.body {
        Body::Frame(frame) if !frame.bytes().is_empty() => excerpt(frame.bytes()),
        _ => "no data".to_owned(),
    };
    format!("on the stream of {method} {}: {data}", event.channel)
}

fn judge_priming(ruling: &mut Ruling, view: &View, conversation: &Conversation) {
    let mut streams: BTreeMap<Channel, (&Event, &SseMeta)> = BTreeMap::new();
    for (event, sse) in events(conversation) {
        streams.entry(event.channel).or_insert((event, sse));
    }
    for (channel, (event, sse)) in streams {
        let is_post = sent_on(conversation, channel).is_some_and(|sent| sent.method == "POST");
        // Only this header tells the server that the client knows empty events.
        let version = sent_header(conversation, channel, VERSION_HEADER);
        if !is_post || version != Some(view.revision.as_str()) {
            continue;
        }
        if is_empty(event) && sse.id.is_some() {
            ruling.held(event.reference());
            continue;
        }
        let text = "A stream does not begin with an event that has an id and empty data, although \
                    other events have ids.";
        ruling.odd(Problem::new("first event", text).event(event, stream(conversation, event)));
    }
}
