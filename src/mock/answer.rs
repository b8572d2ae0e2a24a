//! What the built-in server answers, before it is written for a transport.

use serde_json::{Value, json};

use super::script::Patch;
use super::{Act, HttpBody, HttpReply, SseOut};
use crate::rpc::{self, Id, code};

/// One answer, with what matters over HTTP only beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) body: Body,
    /// Ends the process afterwards.
    pub(super) exit: Option<i32>,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// Over HTTP an event stream that stays open.
    pub(super) is_stream: bool,
}

/// The messages of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Nothing,
    Result(Value),
    Failure(Failure),
    /// Messages other than a response: a notification, a batch, the ends of subscriptions.
    Frames(Vec<Vec<u8>>),
}

/// A JSON-RPC error.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) code: i64,
    pub(super) message: String,
    pub(super) data: Option<Value>,
}

impl Failure {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(super) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    pub(super) fn invalid_params(what: impl std::fmt::Display) -> Self {
        Self::new(code::INVALID_PARAMS, format!("Invalid params: {what}"))
    }

    pub(super) fn unknown_method(method: &str) -> Self {
        Self::new(
            code::METHOD_NOT_FOUND,
            format!("Method not found: {method}"),
        )
    }

    /// The HTTP status that 2026-07-28 gives a code (basic/transports/streamable-http); 200 where
    /// it gives none.
    pub(super) fn modern_status(code: i64) -> u16 {
        match code {
            code::METHOD_NOT_FOUND => 404,
            code::HEADER_MISMATCH
            | code::MISSING_CLIENT_CAPABILITY
            | code::UNSUPPORTED_PROTOCOL_VERSION
            | code::PARSE_ERROR
            | code::INVALID_REQUEST => 400,
            _ => 200,
        }
    }
}

impl Answer {
    fn new(body: Body, status: u16) -> Self {
        Self {
            body,
            exit: None,
            status,
            headers: Vec::new(),
            is_stream: false,
        }
    }

    /// No message; over HTTP the status without a body.
    pub(super) fn nothing(status: u16) -> Self {
        Self::new(Body::Nothing, status)
    }

    pub(super) fn result(result: Value) -> Self {
        Self::new(Body::Result(result), 200)
    }

    pub(super) fn failure(failure: Failure, status: u16) -> Self {
        Self::new(Body::Failure(failure), status)
    }

    pub(super) fn frames(frames: Vec<Vec<u8>>) -> Self {
        Self::new(Body::Frames(frames), 200)
    }

    /// An event stream that stays open after these messages.
    pub(super) fn stream(frames: Vec<Vec<u8>>) -> Self {
        let mut answer = Self::frames(frames);
        answer.is_stream = true;
        answer
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn exit(mut self, code: i32) -> Self {
        self.exit = Some(code);
        self
    }

    /// Patches the result; other answers stay as they are.
    pub(super) fn patch(&mut self, patches: &[Patch], id: Option<&Id>) {
        let Body::Result(result) = &mut self.body else {
            return;
        };
        for patch in patches {
            if let Some(place) = place(result, &patch.at) {
                merge(place, &with_id(&patch.value, id));
            }
        }
    }

    /// The messages as bytes; `id` is that of the request, or what stands for an unreadable one.
    pub(super) fn messages(&self, id: Option<&Id>) -> Vec<Vec<u8>> {
        match &self.body {
            Body::Nothing => Vec::new(),
            Body::Result(result) => vec![rpc::result(id.unwrap_or(&Id::Null), result)],
            Body::Failure(failure) => vec![rpc::error(
                id,
                failure.code,
                &failure.message,
                failure.data.as_ref(),
            )],
            Body::Frames(frames) => frames.clone(),
        }
    }

    /// The answer over stdio.
    pub(super) fn into_acts(self, id: Option<&Id>) -> Vec<Act> {
        let mut acts: Vec<Act> = self.messages(id).into_iter().map(Act::Line).collect();
        acts.extend(self.exit.map(Act::Exit));
        acts
    }

    /// The answer over HTTP.
    pub(super) fn into_reply(self, id: Option<&Id>, is_modern: bool) -> HttpReply {
        let messages = self.messages(id);
        let mut headers = self.headers;
        if self.is_stream {
            headers.extend(stream_headers(is_modern));
            let events = messages.into_iter().map(SseOut::message).collect();
            return HttpReply {
                status: self.status,
                headers,
                body: HttpBody::Sse(events),
                ends: false,
            };
        }
        let body = match messages.is_empty() {
            true => HttpBody::Empty,
            false => {
                headers.push(content_type("application/json"));
                HttpBody::Whole(messages.concat())
            }
        };
        HttpReply {
            status: self.status,
            headers,
            body,
            ends: true,
        }
    }
}

impl SseOut {
    /// An event that carries one message.
    pub(super) fn message(bytes: Vec<u8>) -> Self {
        Self {
            data: Some(bytes),
            ..Self::default()
        }
    }
}

pub(super) fn content_type(media_type: &str) -> (String, String) {
    ("content-type".to_owned(), media_type.to_owned())
}

/// The headers of an event stream; 2026-07-28 asks proxies not to hold it back.
pub(super) fn stream_headers(is_modern: bool) -> Vec<(String, String)> {
    let mut headers = vec![content_type("text/event-stream")];
    if is_modern {
        headers.push(("x-accel-buffering".to_owned(), "no".to_owned()));
    }
    headers
}

/// The place of a JSON pointer. The last step may name a new member of an object.
fn place<'v>(value: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    if value.pointer(pointer).is_some() {
        return value.pointer_mut(pointer);
    }
    let (parent, name) = pointer.rsplit_once('/')?;
    let members = value.pointer_mut(parent)?.as_object_mut()?;
    let name = name.replace("~1", "/").replace("~0", "~");
    Some(members.entry(name).or_insert(Value::Null))
}

/// Applies a JSON merge patch (RFC 7396): null removes a member, objects are merged, anything else
/// replaces.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in members {
        match value {
            Value::Null => {
                target.shift_remove(name);
            }
            _ => merge(target.entry(name.clone()).or_insert(Value::Null), value),
        }
    }
}

/// The value with every string that is exactly `$id` replaced by the id.
pub(super) fn with_id(value: &Value, id: Option<&Id>) -> Value {
    match value {
        Value::String(text) if text == "$id" => id.map_or(Value::Null, Id::to_value),
        Value::Array(items) => items.iter().map(|item| with_id(item, id)).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), with_id(value, id)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_removes_merges_and_replaces() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 1});
        merge(
            &mut value,
            &json!({"a": {"b": null, "x": {"y": null, "z": 1}}, "d": [3], "e": {"f": 1}}),
        );
        assert_eq!(
            value,
            json!({"a": {"c": 2, "x": {"z": 1}}, "d": [3], "e": {"f": 1}})
        );
    }

    #[test]
    fn patches_change_results_only_and_only_where_the_place_exists() {
        let patches = [
            Patch {
                at: "/tools/0".to_owned(),
                value: json!({"inputSchema": null, "mine": "$id"}),
            },
            Patch {
                at: "/tools/7".to_owned(),
                value: json!(1),
            },
            Patch {
                at: "/nextCursor".to_owned(),
                value: Value::Null,
            },
        ];
        let mut answer = Answer::result(json!({"tools": [{"name": "a", "inputSchema": {}}]}));
        answer.patch(&patches, Some(&Id::from("q")));
        assert_eq!(
            answer.body,
            Body::Result(json!({"tools": [{"name": "a", "mine": "q"}], "nextCursor": null}))
        );
        let mut failed = Answer::failure(Failure::invalid_params("x"), 200);
        let before = failed.clone();
        failed.patch(&patches, None);
        assert_eq!(failed, before);
    }

    #[test]
    fn an_error_without_a_readable_id_has_none_or_null() {
        let answer = Answer::failure(Failure::new(code::PARSE_ERROR, "Parse error"), 400);
        let text = |id| String::from_utf8(answer.messages(id).concat()).unwrap();
        assert!(!text(None).contains("\"id\""));
        assert!(text(Some(&Id::Null)).contains("\"id\":null"));
    }
}
