//! The reactions of a rule as acts.

use super::answer::{Answer, Failure, content_type, stream_headers, with_id};
use super::script::{Event, Frame, Piece, Reaction, Text};
use super::{Act, HttpBody, HttpReply, SseOut, modern};
use crate::rpc::{self, Id};

/// What the reactions answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'s> {
    /// The id of the request, or what stands for an unreadable one.
    pub(super) id: Option<&'s Id>,
    /// Answered by the rules of 2026-07-28.
    pub(super) is_modern: bool,
    /// The method that is called; empty for anything but a call.
    pub(super) method: &'s str,
    /// Headers that belong to any message given here, such as the id of a new session.
    pub(super) headers: &'s [(String, String)],
}

/// Gives the built-in answer; without the checks of headers, session and `_meta` for `false`.
pub(super) type BuiltIn<'b> = dyn FnMut(bool) -> Answer + 'b;

/// Plays reactions over stdio.
pub(super) fn on_stdio(
    reactions: &[Reaction],
    setting: Setting<'_>,
    built_in: &mut BuiltIn<'_>,
) -> Vec<Act> {
    let mut acts = Vec::new();
    for reaction in reactions {
        match reaction {
            Reaction::Frame(Frame::Default { checked, patches }) => {
                let mut answer = built_in(*checked);
                answer.patch(patches, setting.id);
                acts.extend(answer.into_acts(setting.id));
            }
            Reaction::Frame(frame) => acts.push(Act::Line(bytes(frame, setting))),
            Reaction::Bytes(text) => acts.push(Act::Bytes(filled(text, setting))),
            Reaction::Stderr(text) => {
                let mut line = filled(text, setting);
                line.push(b'\n');
                acts.push(Act::Stderr(line));
            }
            Reaction::Exit(code) => acts.push(Act::Exit(*code)),
            _ => {}
        }
    }
    acts
}

/// Plays reactions as the answer to an HTTP request. `None` for silence.
pub(super) fn on_http(
    reactions: &[Reaction],
    setting: Setting<'_>,
    built_in: &mut BuiltIn<'_>,
) -> Option<Act> {
    let mut reply = HttpReply {
        status: 200,
        headers: Vec::new(),
        body: HttpBody::Empty,
        ends: true,
    };
    if reactions.contains(&Reaction::Sse) {
        reply.headers = with(setting, stream_headers(setting.is_modern));
        reply.body = HttpBody::Sse(Vec::new());
    }
    for reaction in reactions {
        match reaction {
            Reaction::Silence => return None,
            Reaction::Exit(code) => return Some(Act::Exit(*code)),
            Reaction::Frame(Frame::Default { checked, patches }) => {
                let mut answer = built_in(*checked);
                answer.patch(patches, setting.id);
                add_answer(&mut reply, answer, setting);
            }
            Reaction::Frame(frame) => add_frame(&mut reply, frame, setting),
            Reaction::SseEvent(event) => add_event(&mut reply, sse_out(event, setting)),
            Reaction::Body { media_type, text } => {
                reply.headers = with(setting, vec![content_type(media_type)]);
                reply.body = HttpBody::Whole(filled(text, setting));
            }
            _ => {}
        }
    }
    apply_facts(&mut reply, reactions);
    Some(Act::Http(reply))
}

fn add_answer(reply: &mut HttpReply, answer: Answer, setting: Setting<'_>) {
    if let HttpBody::Sse(_) = reply.body {
        for message in answer.messages(setting.id) {
            add_event(reply, SseOut::message(message));
        }
        reply.ends = !answer.is_stream;
        return;
    }
    *reply = answer.into_reply(setting.id, setting.is_modern);
}

fn add_frame(reply: &mut HttpReply, frame: &Frame, setting: Setting<'_>) {
    let bytes = bytes(frame, setting);
    if let HttpBody::Sse(_) = reply.body {
        return add_event(reply, SseOut::message(bytes));
    }
    reply.headers = with(setting, vec![content_type("application/json")]);
    reply.body = HttpBody::Whole(bytes);
    if let (Frame::Error { code, .. }, true) = (frame, setting.is_modern) {
        reply.status = Failure::modern_status(*code);
    }
}

fn with(setting: Setting<'_>, more: Vec<(String, String)>) -> Vec<(String, String)> {
    [setting.headers.to_vec(), more].concat()
}

fn add_event(reply: &mut HttpReply, event: SseOut) {
    if let HttpBody::Sse(events) = &mut reply.body {
        events.push(event);
    }
}

/// Facts come last, so that they also change a built-in answer.
fn apply_facts(reply: &mut HttpReply, reactions: &[Reaction]) {
    for reaction in reactions {
        match reaction {
            Reaction::Status(status) => reply.status = *status,
            Reaction::Open => reply.ends = false,
            Reaction::Header(name, value) => {
                let is_other = |(key, _): &(String, String)| !key.eq_ignore_ascii_case(name);
                reply.headers.retain(is_other);
                let named = value.iter().map(|value| (name.clone(), value.clone()));
                reply.headers.extend(named);
            }
            _ => {}
        }
    }
}

fn bytes(frame: &Frame, setting: Setting<'_>) -> Vec<u8> {
    let id = setting.id;
    let with_id = |value| with_id(value, id);
    match frame {
        Frame::Result(result) => rpc::result(id.unwrap_or(&Id::Null), &with_id(result)),
        Frame::Complete(result) => {
            let mut result = with_id(result);
            if setting.is_modern {
                result = modern::decorated(setting.method, result);
            }
            rpc::result(id.unwrap_or(&Id::Null), &result)
        }
        Frame::Error {
            code,
            message,
            data,
        } => rpc::error(id, *code, message, data.as_ref().map(with_id).as_ref()),
        Frame::Notify { method, params } => {
            rpc::notification(method, params.as_ref().map(with_id).as_ref())
        }
        Frame::Request { id, method, params } => {
            rpc::request(id, method, params.as_ref().map(with_id).as_ref())
        }
        Frame::Raw(text) => filled(text, setting),
        // Played by the callers, which have the built-in answer.
        Frame::Default { .. } => Vec::new(),
    }
}

fn filled(text: &Text, setting: Setting<'_>) -> Vec<u8> {
    let id = setting.id.unwrap_or(&Id::Null).to_string();
    let mut bytes = Vec::new();
    for piece in &text.0 {
        match piece {
            Piece::Bytes(part) => bytes.extend_from_slice(part),
            Piece::Id => bytes.extend_from_slice(id.as_bytes()),
        }
    }
    bytes
}

fn sse_out(event: &Event, setting: Setting<'_>) -> SseOut {
    SseOut {
        event: event.event.clone(),
        id: event.id.clone(),
        retry: event.retry,
        comment: event.comment.clone(),
        data: event.data.as_ref().map(|text| filled(text, setting)),
    }
}
