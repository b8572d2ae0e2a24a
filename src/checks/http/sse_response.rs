//! An event stream that answers a request holds the response before it ends.
//!
//! The client waits on that stream for the response and nowhere else. When the stream ends first,
//! the request hangs until the client gives up. Close a stream after the response; since 2025-11-25
//! it may be closed early once an event id was sent, because the client can then come back for the
//! rest.
//!
//! ```mcp passes
//! transport http
//! > ping
//! < sse
//! < default
//! ```
//!
//! ```mcp fails http.sse.response-eventually
//! transport http
//! > ping
//! < sse
//! < sse-event comment=bye
//! ```
//!
//! ```mcp fails http.sse.not-closed-before-response http.sse.response-eventually
//! revision 2025-06-18
//! transport http
//! > ping
//! < sse
//! < notify notifications/message {"level":"info","data":"bye"}
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! > ping
//! < sse
//! < sse-event id=1 retry=10 data=
//! ```

use crate::check::common::http::{EVENT_STREAM, is_plain_post};
use crate::check::prelude::*;

const EVENTUALLY: &str = "http.sse.response-eventually";
const NOT_BEFORE: &str = "http.sse.not-closed-before-response";

pub(crate) const CHECK: Check = Check {
    covers: &[EVENTUALLY, NOT_BEFORE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut any = false;
    for exchange in view.exchanges().filter(is_plain_post) {
        let is_stream = exchange.http().is_some_and(|(_, response)| {
            matches!(response.status, 200..300) && response.media_type() == EVENT_STREAM
        });
        if is_stream {
            any = true;
            judge_stream(&mut verdicts, &exchange);
        }
    }
    if !any {
        for id in CHECK.covers {
            let why = "no request was answered by an event stream";
            verdicts.on(id).not_applicable(why);
        }
    }
    verdicts
}

fn judge_stream(verdicts: &mut Verdicts, exchange: &Exchange<'_>) {
    let channel = exchange.request.channel;
    let on_stream = |response: &&&WireMessage| response.channel == channel;
    if let Some(response) = exchange.responses.iter().find(on_stream) {
        verdicts.on(EVENTUALLY).held(response.at.clone());
        verdicts.on(NOT_BEFORE).held(response.at.clone());
        return;
    }
    let mut events = exchange.conversation.on_channel(channel);
    let Some(end) = events.find(|event| event.body == Body::StreamEnd) else {
        return;
    };
    if session_was_gone(exchange) {
        for id in CHECK.covers {
            verdicts.on(id).inconclusive("the session ended meanwhile");
        }
        return;
    }
    let text = "A stream that answers a request ended without the response.";
    let mut problem = Problem::new("answer stream", text)
        .message(exchange.request)
        .event(end, "end of the stream");
    if let Some((event, cut)) = cut_off(exchange) {
        problem = problem
            .event(event, cut)
            .hint("The last event is not ended by an empty line, so clients drop it.");
    }
    verdicts.on(NOT_BEFORE).broken(problem.clone());
    if has_ids(exchange) {
        let why = "the stream ended early and can be resumed, which was not tried";
        verdicts.on(EVENTUALLY).inconclusive(why);
    } else {
        verdicts.on(EVENTUALLY).broken(problem);
    }
}

/// True when a later request on the connection was told that there is no such session.
fn session_was_gone(exchange: &Exchange<'_>) -> bool {
    exchange.conversation.events.iter().any(|event| {
        event.seq > exchange.request.at.seq
            && matches!(&event.body, Body::HttpResponse(response) if response.status == 404)
    })
}

fn cut_off<'c>(exchange: &Exchange<'c>) -> Option<(&'c Event, String)> {
    let mut events = exchange.conversation.on_channel(exchange.request.channel);
    events.find_map(|event| match &event.body {
        Body::Note(text) => Some((event, text.clone())),
        _ => None,
    })
}

fn has_ids(exchange: &Exchange<'_>) -> bool {
    let mut events = exchange.conversation.on_channel(exchange.request.channel);
    events.any(|event| {
        let sse = match &event.body {
            Body::Frame(frame) => frame.sse.as_ref(),
            Body::Sse(sse) => Some(sse),
            _ => None,
        };
        sse.is_some_and(|sse| sse.id.as_deref().is_some_and(|id| !id.is_empty()))
    })
}
