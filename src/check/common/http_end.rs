//! The end of a server behind a URL, which nobody reports: it is read from what happens to connections.

use crate::transcript::event::FAULT_CONNECT;
use crate::transcript::view::BARRIER;
use crate::transcript::{Body, Channel, Conversation, Event, WireMessage};

/// The event that shows that the server ended while it had this message: the connection that carried it
/// broke without an answer, and every one after it was refused, so that nothing listens there any
/// more. A proxy that stands in front answers by a status instead, and a closed connection alone proves
/// nothing. A barrier right behind the message may still have gone over a connection that was kept open.
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
    let is_barrier = |event: &&Event| event.intent.as_deref() == Some(BARRIER);
    let barriers = conversation.events.iter().filter(is_barrier);
    let barriers: Vec<Channel> = barriers.map(|event| event.channel).collect();
    let mut refused = None;
    for event in &conversation.events {
        let is_other = matches!(event.channel, Channel::Http(_)) && event.channel != sent.channel;
        if !is_other || event.seq < sent.at.seq {
            continue;
        }
        if matches!(event.body, Body::HttpResponse(_)) {
            return None;
        }
        match fault(event) {
            Some(why) if is_refused(why) => refused = refused.or(Some(event)),
            Some(_) if refused.is_none() && barriers.contains(&event.channel) => {}
            Some(_) => return None,
            None => {}
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::spec::{Revision, TransportKind};
    use crate::transcript::{Direction, Frame, HttpResponse, Opened};

    const REFUSED: &str = "connect: Connection refused (os error 111)";
    const BROKEN_OFF: &str = "connection closed before message completed";

    fn event(seq: usize, channel: Channel, intent: Option<&str>, body: Body) -> Event {
        let direction = match intent {
            Some(_) => Direction::Sent,
            None => Direction::Received,
        };
        Event {
            connection: Arc::from("test"),
            seq: seq as u32,
            at_ms: 0,
            direction,
            channel,
            probe: None,
            intent: intent.map(Arc::from),
            body,
        }
    }

    /// Whether the first of some requests, each with an intent and what came of it, ended the server.
    fn ended_by_first(requests: &[(&str, Result<u16, &str>)]) -> bool {
        let opened = Body::Opened(Opened {
            revision: Revision::V2025_11_25,
            transport: TransportKind::StreamableHttp,
            purpose: "main".to_owned(),
        });
        let mut events = vec![event(0, Channel::Stdio, None, opened)];
        for (id, (intent, outcome)) in requests.iter().enumerate() {
            let channel = Channel::Http(id as u32);
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            let frame = Body::Frame(Frame::line(text.into_bytes()));
            let came = match outcome {
                Ok(status) => Body::HttpResponse(HttpResponse {
                    status: *status,
                    headers: Vec::new(),
                }),
                Err(why) => Body::Fault((*why).to_owned()),
            };
            events.push(event(events.len(), channel, Some(intent), frame));
            events.push(event(events.len(), channel, None, came));
        }
        let conversation = Conversation::new(events).unwrap();
        end_of_http(&conversation, &conversation.messages[0]).is_some()
    }

    #[test]
    fn it_ended_when_nothing_listens_from_then_on() {
        let broken = ("any", Err(BROKEN_OFF));
        let refused = (BARRIER, Err(REFUSED));
        assert!(ended_by_first(&[broken, refused, refused]));
        // The barrier went over a connection that had been kept open.
        assert!(ended_by_first(&[
            broken,
            (BARRIER, Err(BROKEN_OFF)),
            refused
        ]));
    }

    #[test]
    fn anything_else_may_have_another_reason() {
        let broken = ("any", Err(BROKEN_OFF));
        let refused = (BARRIER, Err(REFUSED));
        for requests in [
            vec![broken],
            vec![refused, refused],
            vec![broken, broken, refused],
            vec![broken, refused, broken],
            vec![broken, refused, (BARRIER, Err(BROKEN_OFF))],
            vec![broken, refused, (BARRIER, Ok(200))],
            vec![broken, (BARRIER, Ok(502)), refused],
            vec![("any", Ok(500)), refused],
            vec![broken, (BARRIER, Err("connect: No route to host"))],
        ] {
            assert!(!ended_by_first(&requests), "{requests:?}");
        }
    }
}
