//! Input that is no request: how it is sent, and whether the server survives it.

use std::time::Duration;

use super::handshake::is_alive_at_all;
use super::is_refusal_of_host;
use crate::check::{Opening, Peer, Problem, Raw, Request, Ruling};
use crate::spec::Era;
use crate::transcript::conversation::excerpt;
use crate::transcript::{Body, Channel, Sent, View, WireMessage};

/// Sends each of the frames, every time followed by a barrier. They go over the suite's own
/// connection as long as the server survives them, since a start costs the user time; a new
/// connection is opened for the frames after one that it did not survive.
pub async fn send_apart(peer: &mut dyn Peer, frames: Vec<Raw>) {
    let mut frames = frames.into_iter();
    for frame in frames.by_ref() {
        peer.raw(frame).await;
        if !peer.settle().await {
            break;
        }
    }
    let mut fresh: Option<Box<dyn Peer>> = None;
    for frame in frames {
        if fresh.is_none() {
            fresh = open_running(peer).await;
        }
        let Some(mut connection) = fresh.take() else {
            return;
        };
        connection.raw(frame).await;
        if connection.settle().await {
            fresh = Some(connection);
        } else {
            connection.close().await;
        }
    }
    if let Some(mut connection) = fresh {
        connection.close().await;
    }
}

/// Sends requests one after the other over the suite's own connection, and stops when one brings no
/// answer and the server does not go on answering: then it did not survive that one.
pub async fn ask_until_silent(peer: &mut dyn Peer, requests: Vec<Request>) {
    for request in requests {
        if peer.request(request).await.is_none() && !peer.settle().await {
            return;
        }
    }
    peer.settle().await;
}

/// A fresh process gets as long for its first answer as the suite's own one.
pub const START_UP: Duration = Duration::from_secs(30);

/// Opens a connection and waits until the server behind it answers, so that a slow start is not
/// taken for a reaction.
async fn open_running(peer: &mut dyn Peer) -> Option<Box<dyn Peer>> {
    let mut fresh = peer.open(Opening::Ready).await?;
    if fresh.revision().era() == Era::Modern {
        let mut request = Request::new("start-up", "server/discover");
        request.deadline = Some(START_UP);
        if fresh.request(request).await.is_none() {
            fresh.close().await;
            return None;
        }
    }
    Some(fresh)
}

/// As [`judge_survival`], but tells nothing about servers that never answer a barrier.
pub fn judge_survival_in(view: &View, ruling: &mut Ruling, sent: &Sent<'_>, subject: &str) -> bool {
    if sent.gone().is_none() && !is_alive_at_all(view) {
        ruling.inconclusive("the server answers no ping, so that it cannot be seen to live on");
        return false;
    }
    judge_survival(ruling, sent, subject)
}

/// True when the server lived on and answered what came next. A crash or a hang breaks the rule
/// outright.
pub fn judge_survival(ruling: &mut Ruling, sent: &Sent<'_>, subject: &str) -> bool {
    let shown = shown(sent);
    let about = |text: String| {
        let problem = Problem::new(subject, text).event(sent.event, shown.clone());
        problem.outright()
    };
    if let Some(gone) = sent.gone() {
        let text = format!("The server ended when it was sent {shown}.");
        ruling.broken(about(text).event(gone, "connection ended"));
        return false;
    }
    if let Some(why) = other_reason_for_silence(sent) {
        ruling.inconclusive(why);
        return false;
    }
    if !sent.answered_later() {
        let text = format!("The server answered nothing any more after it was sent {shown}.");
        ruling.broken(about(text));
        return false;
    }
    true
}

/// Why a lack of answers after something sent proves nothing: the server had fallen silent before,
/// or something in front of it turns requests away.
pub fn other_reason_for_silence(sent: &Sent<'_>) -> Option<String> {
    if sent.answered_later() {
        return None;
    }
    let exchanges = || sent.conversation.exchanges();
    let after = exchanges().find(|exchange| exchange.request.at.seq > sent.event.seq);
    let status = after.and_then(|exchange| Some(exchange.http()?.1.status));
    if let Some(status) = status.filter(|status| is_refusal_of_host(*status)) {
        return Some(format!("the server turned requests away by HTTP {status}"));
    }
    let before = exchanges()
        .filter(|exchange| exchange.request.at.seq < sent.event.seq)
        .last();
    before
        .is_some_and(|exchange| exchange.responses.is_empty())
        .then(|| "the server had stopped answering before".to_owned())
}

/// What was sent, shortened.
pub fn shown(sent: &Sent<'_>) -> String {
    let frame = sent
        .conversation
        .events
        .iter()
        .find_map(|event| match &event.body {
            Body::Frame(frame) if is_carried(sent, event.seq, event.channel) => Some(frame),
            _ => None,
        });
    match frame {
        Some(frame) if !frame.bytes().is_empty() => excerpt(frame.bytes()),
        _ => "nothing but a line end".to_owned(),
    }
}

/// The first response to it, also where an id pairs it with what only looks like a request.
pub fn answer_to<'v>(sent: &Sent<'v>) -> Option<&'v WireMessage> {
    let paired = sent.conversation.exchanges().find_map(|exchange| {
        let request = exchange.request;
        let is_this = is_carried(sent, request.at.seq, request.channel);
        exchange.responses.first().copied().filter(|_| is_this)
    });
    paired.or_else(|| sent.reactions().first().copied())
}

fn is_carried(sent: &Sent<'_>, seq: u32, channel: Channel) -> bool {
    match sent.event.channel {
        Channel::Stdio | Channel::Stream => seq == sent.event.seq,
        own => channel == own && seq == sent.event.seq + 1,
    }
}
