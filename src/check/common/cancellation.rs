//! Responses to cancellations, which nobody waits for.

use super::provocation;
use crate::check::{Problem, Ruling};
use crate::rpc::Message;
use crate::transcript::{Body, Sent, WireMessage};

/// The response that a cancellation got over stdio: one that answers no request, or a further one
/// under the id of the request that was to be cancelled. Over HTTP a refusal may have a body.
pub fn response_to_cancellation<'v>(sent: &Sent<'v>) -> Option<&'v WireMessage> {
    if !sent.event.channel.is_shared() {
        return None;
    }
    let cancelled = cancelled_id(sent);
    let further = sent.conversation.exchanges().find_map(|exchange| {
        let is_target = exchange.id().map(|id| id.to_value()) == cancelled;
        let late = exchange.responses.iter().skip(1);
        let mut late = late.filter(|response| response.at.seq > sent.event.seq);
        late.next().copied().filter(|_| is_target)
    });
    further.or_else(|| sent.reactions().first().copied())
}

fn cancelled_id(sent: &Sent<'_>) -> Option<serde_json::Value> {
    let Body::Frame(frame) = &sent.event.body else {
        return None;
    };
    match &frame.parsed().message {
        Message::Notification { params, .. } => params.as_ref()?.get("requestId").cloned(),
        _ => None,
    }
}

/// A cancellation was answered. Where that happens to the initialized notification as well, it is
/// reported for all notifications and not here.
pub fn judge_response(ruling: &mut Ruling, sent: &Sent<'_>, response: &WireMessage) {
    let is_habit = sent.conversation.unpaired_responses().any(|response| {
        provocation(sent.conversation, response)
            .is_some_and(|cause| cause.parsed.method() == Some("notifications/initialized"))
    });
    if is_habit {
        ruling.inconclusive("the server answers every notification");
        return;
    }
    let text = "The server answers a cancellation that it has no request for.";
    let problem = Problem::new("method:notifications/cancelled", text);
    ruling.broken(
        problem
            .event(sent.event, "notifications/cancelled")
            .message(response),
    );
}
