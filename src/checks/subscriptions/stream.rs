//! Over HTTP subscriptions/listen opens an event stream that stays open.
//!
//! The stream is where changes are told. A JSON answer, or a stream that ends behind the
//! acknowledgment, tells the client that it is subscribed and then never speaks again. Answer with
//! `text/event-stream`, and end it only with the result of the subscription.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! capabilities {"tools":{"listChanged":true}}
//! ```
//!
//! ```mcp fails subscriptions.sse-response
//! revision 2026-07-28
//! transport http
//! > subscriptions/listen
//! < complete {}
//! ```
//!
//! ```mcp fails subscriptions.sse-response
//! revision 2026-07-28
//! transport http
//! > subscriptions/listen
//! < sse
//! < notify notifications/subscriptions/acknowledged {"notifications":{},
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! transport http
//! > subscriptions/listen
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::evidence_first;
use crate::check::common::http::EVENT_STREAM;
use crate::check::common::subscription::{is_acknowledgment, listen};
use crate::check::prelude::*;

const RULE: &str = "subscriptions.sse-response";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listen-for-stream";
const SUBJECT: &str = "method:subscriptions/listen";
/// A stream that is open for this long stays open.
const PATIENCE: Duration = Duration::from_secs(1);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    listen(peer, INTENT, PATIENCE)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for listen in view.exchanges_meant(INTENT) {
        judge_stream(ruling, &listen);
    }
    evidence_first(ruling);
    verdicts
}

fn judge_stream(ruling: &mut Ruling, listen: &Exchange<'_>) {
    let Some((at, response)) = listen.http().filter(|(_, response)| response.status == 200) else {
        ruling.inconclusive("subscriptions/listen was not accepted");
        return;
    };
    let conversation = listen.conversation;
    let channel = listen.request.channel;
    let about = |text: &str| Problem::new(SUBJECT, text).exchange(listen);
    if response.media_type() != EVENT_STREAM {
        match listen.reply() {
            Reply::Result(..) => {
                let text = "subscriptions/listen is answered by a result in place of a stream.";
                ruling.broken(about(text))
            }
            _ => ruling.inconclusive("subscriptions/listen was not accepted"),
        };
        return;
    }
    let mut messages = conversation.received();
    let acknowledged =
        messages.any(|message| message.channel == channel && is_acknowledgment(message));
    let ended = conversation
        .on_channel(channel)
        .find(|event| event.body == Body::StreamEnd);
    match (acknowledged, ended) {
        (true, Some(end)) if listen.responses.is_empty() => {
            let text = "The stream of a subscription ends behind the acknowledgment.";
            ruling.broken(about(text).event(end, "the stream ended"));
        }
        (true, _) => {
            ruling.held(at);
        }
        (false, _) => {
            ruling.inconclusive("no acknowledgment came");
        }
    }
}
