//! A stream that answers a request ends after the response.
//!
//! After the response nothing else belongs on the stream. One that stays open holds a connection
//! and, in browsers, one of the few that a page may have; some clients wait for its end. Close the
//! stream as soon as the response is written.
//!
//! ```mcp passes
//! transport http
//! > ping
//! < sse
//! < default
//! ```
//!
//! ```mcp fails http.sse.closed-after-response
//! transport http
//! > ping
//! < sse
//! < open
//! < default
//! ```
//!
//! ```mcp fails http.sse.closed-after-response
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < sse
//! < default
//! < notify notifications/message {"level":"info","data":"late"}
//! ```

use crate::check::common::http::{EVENT_STREAM, harmless, is_plain_post, post};
use crate::check::prelude::*;

const ID: &str = "http.sse.closed-after-response";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "stream-end";
const PATIENCE: Duration = Duration::from_secs(2);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let revision = peer.revision();
        let mut methods = vec![harmless(revision)];
        if peer.session().declares(&["tools"]) {
            methods.push("tools/list");
        }
        for method in methods {
            let id = format!("mcpcheck-stream-end-{method}");
            let mut call = post(INTENT, revision, &id, method);
            call.listen = Some(PATIENCE);
            peer.http(call).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for exchange in view.exchanges().filter(is_plain_post) {
        let is_stream = exchange
            .http()
            .is_some_and(|(_, response)| response.media_type() == EVENT_STREAM);
        if is_stream {
            judge_stream(ruling, &exchange);
        }
    }
    if ruling.held.is_empty() && ruling.problems.is_empty() {
        ruling.not_applicable("no request was answered by an event stream");
    }
    verdicts
}

fn judge_stream(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let channel = exchange.request.channel;
    let conversation = exchange.conversation;
    let mut responses = exchange.responses.iter();
    let Some(response) = responses.find(|response| response.channel == channel) else {
        return;
    };
    let is_later = |seq: u32| seq > response.at.seq;
    let mut later = conversation.received().filter(|message| {
        message.channel == channel && is_later(message.at.seq) && !message.is_response()
    });
    let about = |text: &str| Problem::new("answer stream", text).message(exchange.request);
    if let Some(message) = later.next() {
        let text = "A message follows the response on the stream of its request.";
        ruling.odd(about(text).message(message));
        return;
    }
    let end = conversation
        .on_channel(channel)
        .find(|event| is_later(event.seq) && event.body == Body::StreamEnd);
    match end {
        Some(end) => {
            ruling.held(end.reference());
        }
        // Nobody else waits for the end of a stream.
        None if exchange.intent() == Some(INTENT) => {
            let text = "A stream stays open after the response of its request.";
            ruling.odd(about(text).message(response));
        }
        None => {}
    }
}
