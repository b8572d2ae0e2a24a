//! The end of a server behind a URL, which nobody reports: it is read from what happens to connections.

use crate::transcript::event::FAULT_CONNECT;
use crate::transcript::{Body, Channel, Conversation, Event, WireMessage};

/// The event that shows that the server ended while it had this message: the connection that carried it
/// broke without an answer, and every one after it was refused, so that nothing listens there any
/// more. A proxy that stands in front answers by a status instead, and a closed connection alone proves
/// nothing.
pub fn end_of_http<'c>(conversation: &'c Conversation, sent: &WireMessage) -> Option<&'c Event> {
    let Channel::Http(_) = sent.channel else {
        return None;
    };
    let own: Vec<&Event> = conversation.on_channel(sent.channel).collect();
    let has_head = own
        .iter()
        .any(|event| matches!(event.body, Body::HttpResponse(_)));
    let broke = own.iter().find_map(|event| fault(event))?;
    if has_head || is_refused(broke) {
        return None;
    }
    let mut later = conversation.events.iter().filter(|event| {
        let is_other = matches!(event.channel, Channel::Http(_)) && event.channel != sent.channel;
        is_other && event.seq > sent.at.seq
    });
    let is_answer = |event: &Event| matches!(event.body, Body::HttpResponse(_));
    let mut refused = None;
    if later.any(|event| {
        let fault = fault(event);
        if refused.is_none() && fault.is_some_and(is_refused) {
            refused = Some(event);
        }
        is_answer(event) || fault.is_some_and(|fault| !is_refused(fault))
    }) {
        return None;
    }
    refused
}

fn fault(event: &Event) -> Option<&str> {
    match &event.body {
        Body::Fault(why) => Some(why),
        _ => None,
    }
}

/// Nothing listens. That a host cannot be reached, or does not answer, may have other reasons.
fn is_refused(fault: &str) -> bool {
    fault
        .strip_prefix(FAULT_CONNECT)
        .is_some_and(|why| why.to_lowercase().contains("refused"))
}
