//! In 2025-03-26 a batch is answered by one array, and notifications in it are not answered.
//!
//! The client waits for an array with one response for each request. Single objects, a response
//! for a notification or an empty array for nothing but notifications is not what it looks for.
//! Collect the responses of a batch, and write nothing when there are none.
//!
//! ```mcp passes
//! revision 2025-03-26
//! > batch
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2025-03-26
//! transport http
//! >1 batch
//! < sse
//! < raw {"jsonrpc":"2.0","id":"mcpcheck-batch-4","result":{}}
//! < raw {"jsonrpc":"2.0","id":"mcpcheck-batch-3","result":{}}
//! ```
//!
//! ```mcp fails batch.response-form
//! revision 2025-03-26
//! >1 batch
//! < raw {"jsonrpc":"2.0","id":"mcpcheck-batch-3","result":{}}
//! < raw {"jsonrpc":"2.0","id":"mcpcheck-batch-4","result":{}}
//! ```
//!
//! ```mcp fails batch.notifications-only
//! revision 2025-03-26
//! >2 batch
//! < raw []
//! ```
//!
//! ```mcp fails batch.notifications-only
//! revision 2025-03-26
//! transport http
//! >2 batch
//! < http 200
//! ```

use crate::check::common::broken_input::{send_apart, shown};
use crate::check::common::sse_of;
use crate::check::prelude::*;
use crate::transcript::view::BARRIER;

const FORM: &str = "batch.response-form";
const NOTIFICATIONS: &str = "batch.notifications-only";

pub(crate) const CHECK: Check = Check {
    covers: &[FORM, NOTIFICATIONS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const MIXED: &str = "batch-with-notification";
const ALONE: &str = "batch-of-notifications";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let ping = |id: &str| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
        let unknown = json!({"jsonrpc": "2.0", "method": "notifications/x-mcp-check"});
        let cancelled = json!({
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": {"requestId": "mcpcheck-none"},
        });
        let mixed = json!([ping("mcpcheck-batch-3"), unknown, ping("mcpcheck-batch-4")]);
        let alone = json!([unknown, cancelled]);
        let frames = [(MIXED, mixed), (ALONE, alone)];
        let frames = frames.map(|(intent, batch)| Raw::new(intent, batch.to_string()));
        send_apart(peer, frames.into()).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let answers: Vec<Vec<&WireMessage>> = view
        .exchanges_meant(MIXED)
        .map(|exchange| match exchange.exact {
            true => exchange.responses,
            false => Vec::new(),
        })
        .collect();
    if answers.iter().all(Vec::is_empty) {
        let why = "the server does not serve batches";
        verdicts.on(FORM).not_applicable(why);
        verdicts.on(NOTIFICATIONS).not_applicable(why);
        return verdicts;
    }
    for sent in view.sent(MIXED) {
        judge_form(verdicts.on(FORM), &answers, &sent);
    }
    for sent in view.sent(ALONE) {
        judge_notifications(verdicts.on(NOTIFICATIONS), &sent);
    }
    verdicts
}

fn judge_form(ruling: &mut Ruling, answers: &[Vec<&WireMessage>], sent: &Sent<'_>) {
    let all: Vec<&WireMessage> = answers.iter().flatten().copied().collect();
    let Some(first) = all.first() else { return };
    let beside = all.iter().filter(|answer| answer.at == first.at).count();
    let messages = sent.conversation.received();
    let in_frame = messages.filter(|message| message.at == first.at).count();
    let is_array = !first.pointer.is_empty();
    let is_stream = sse_of(sent.conversation, first).is_some();
    let (text, is_nonsense) = if all.len() != 2 || answers.iter().any(Vec::is_empty) {
        (
            "A batch of two requests has not one response for each of them.",
            true,
        )
    } else if in_frame > beside {
        (
            "The answer to a batch has a response for the notification in it.",
            true,
        )
    } else if is_stream || (is_array && beside == 2) {
        ruling.held(first.at.clone());
        return;
    } else {
        ("The responses to a batch do not come in one array.", false)
    };
    let problem = about(sent, text.to_owned()).message(first);
    ruling.broken(match is_nonsense {
        true => problem.outright(),
        false => problem,
    });
}

fn judge_notifications(ruling: &mut Ruling, sent: &Sent<'_>) {
    if let Some((event, response)) = sent.http_response() {
        let has_body = sent
            .http_events()
            .any(|event| matches!(event.body, Body::Frame(_) | Body::HttpBody(_)));
        match response.status {
            202 if !has_body => ruling.held(event.reference()),
            status if status >= 400 => ruling.held(event.reference()),
            status => {
                let body = if has_body { " with a body" } else { "" };
                let text = format!("A batch of notifications was answered by HTTP {status}{body}.");
                ruling.broken(about(sent, text).event(event, format!("HTTP {status}")))
            }
        };
        return;
    }
    let barrier = sent.conversation.exchanges().find(|exchange| {
        exchange.request.at.seq > sent.event.seq && !exchange.responses.is_empty()
    });
    let Some(barrier) = barrier else {
        ruling.inconclusive("the server stopped answering after a batch of notifications");
        return;
    };
    let next = sent.conversation.events.iter().find(|event| {
        let is_ours = event.direction == Direction::Sent && event.seq > sent.event.seq;
        is_ours && event.intent.as_deref() != Some(BARRIER)
    });
    let end = next.map_or(u32::MAX, |event| event.seq);
    // Notifications and requests of the server may come at any time.
    let answer = sent.conversation.events.iter().find_map(|event| {
        let Body::Frame(frame) = &event.body else {
            return None;
        };
        let is_between = event.seq > sent.event.seq && event.seq < end;
        let is_other = barrier.responses.iter().all(|it| it.at.seq != event.seq);
        let is_answer = matches!(
            frame.parsed().message,
            Message::Batch(_) | Message::Result { .. } | Message::Error { .. }
        );
        let is_received = event.direction == Direction::Received;
        (is_received && is_between && is_other && is_answer).then_some((event, frame))
    });
    match answer {
        None => ruling.held(sent.event.reference()),
        Some((event, frame)) => {
            let text = "A batch of notifications was answered.".to_owned();
            ruling.broken(about(sent, text).event(event, excerpt(frame.bytes())))
        }
    };
}

fn about(sent: &Sent<'_>, text: String) -> Problem {
    Problem::new("batch", text).event(sent.event, shown(sent))
}
