//! Classifies raw bytes as JSON-RPC messages by their members, as the catalogue asks: the message
//! unions of the protocol schemas are open and would let almost anything pass.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::id::canonical_number;
use super::{Id, Part};
use crate::json::{self, Node, NodeKind, Oddity, SyntaxFault};

/// One message, or one batch, as received.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The bytes of this message; of a batch element, only its own.
    pub bytes: Arc<[u8]>,
    /// Legal but harmful spots; spans count from the start of `bytes`.
    pub oddities: Vec<Oddity>,
    /// The message; a result response without its `result`, which is in `message` and shared with
    /// equal ones. `None` when the whole is not JSON or not representable.
    pub envelope: Option<Arc<Value>>,
    /// The bytes are JSON with a number or a string that no [`Value`] can hold. Optional parts of
    /// `message` are then `None` where they are concerned; a result is approximated as
    /// [`Node::to_value_lossy`] does.
    pub unrepresentable: bool,
    /// The `jsonrpc` member; [`VersionField::Missing`] for anything but an object.
    pub version: VersionField,
    /// The `id` member as written, whatever `message` is: a malformed answer can still be matched to
    /// its request. `None` when absent.
    pub id: Option<Id>,
    /// What the message is.
    pub message: Message,
}

/// The `jsonrpc` member of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionField {
    /// The string "2.0".
    Ok,
    /// There is none.
    Missing,
    /// Something else, as written.
    Wrong(String),
}

/// The kinds of messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// `method` and `id`. A null id makes a request too: the member is there.
    Request {
        /// The request's id, allowed or not.
        id: Id,
        /// The method's name.
        method: String,
        /// The parameters, of whatever type.
        params: Option<Part>,
    },
    /// `method` without `id`.
    Notification {
        /// The method's name.
        method: String,
        /// The parameters, of whatever type.
        params: Option<Part>,
    },
    /// `id` and `result`.
    Result {
        /// The id of the request it answers.
        id: Id,
        /// The result, of whatever type.
        result: Part,
    },
    /// `error` that is an object.
    Error {
        /// The id of the request it answers. `None` when absent, `Some(Id::Null)` when null.
        id: Option<Id>,
        /// The error's code when it is an integer.
        code: Option<i64>,
        /// The error's message when it is a string.
        message: Option<String>,
        /// The error's data.
        data: Option<Part>,
    },
    /// An array; each element is classified on its own.
    Batch(Vec<Arc<Parsed>>),
    /// None of these.
    Malformed(Malformation),
}

/// Why something is not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformation {
    /// The bytes are not JSON.
    NotJson(SyntaxFault),
    /// JSON of another type, named by its JSON Schema word. In a batch also an array.
    NotObject(&'static str),
    /// An object without `method`, `result` and `error`.
    NoKind,
    /// `method` together with `result` or `error`, or `result` together with `error`.
    TwoKinds,
    /// A member that decides the kind is missing or of the wrong type; the text says which.
    BadMember(String),
}

/// Reads one message. Never fails: what is wrong with the bytes is part of the value.
pub fn parse(bytes: &[u8]) -> Parsed {
    parse_shared(&Arc::from(bytes))
}

/// As [`parse`], without a copy of the bytes.
pub fn parse_shared(bytes: &Arc<[u8]>) -> Parsed {
    let scan = json::scan(bytes);
    match scan.root {
        Ok(root) => Source {
            bytes,
            oddities: &scan.oddities,
        }
        .document(&root),
        Err(fault) => Parsed {
            bytes: Arc::clone(bytes),
            oddities: scan.oddities,
            envelope: None,
            unrepresentable: false,
            version: VersionField::Missing,
            id: None,
            message: Message::Malformed(Malformation::NotJson(fault)),
        },
    }
}

impl Parsed {
    /// The method of a request or notification.
    pub fn method(&self) -> Option<&str> {
        match &self.message {
            Message::Request { method, .. } | Message::Notification { method, .. } => Some(method),
            _ => None,
        }
    }

    /// The single messages: the elements of a batch, or the message itself.
    pub fn messages(&self) -> Vec<&Parsed> {
        match &self.message {
            Message::Batch(elements) => elements.iter().map(|element| &**element).collect(),
            _ => vec![self],
        }
    }
}

impl fmt::Display for Malformation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformation::NotJson(fault) => write!(formatter, "not JSON: {fault}"),
            Malformation::NotObject(word) => {
                write!(
                    formatter,
                    "a message is a JSON object, not a value of type {word}"
                )
            }
            Malformation::NoKind => {
                formatter.write_str("an object without any of `method`, `result` and `error`")
            }
            Malformation::TwoKinds => {
                formatter.write_str("more than one of `method`, `result` and `error`")
            }
            Malformation::BadMember(text) => formatter.write_str(text),
        }
    }
}

/// The scanned text that nodes and oddities point into.
struct Source<'a> {
    bytes: &'a Arc<[u8]>,
    oddities: &'a [Oddity],
}

impl Source<'_> {
    fn document(&self, root: &Node) -> Parsed {
        let whole = 0..self.bytes.len();
        let NodeKind::Array(elements) = &root.kind else {
            return self.single(root, whole);
        };
        let messages = elements
            .iter()
            .map(|element| Arc::new(self.single(element, element.span.clone())));
        let batch = Message::Batch(messages.collect());
        self.parsed(root, whole, root.to_value().map(Arc::new), batch)
    }

    fn single(&self, node: &Node, span: Range<usize>) -> Parsed {
        let envelope = Arc::new(envelope(node));
        let message = self.classify(node, &envelope);
        let exact = node.is_representable().then_some(envelope);
        self.parsed(node, span, exact, message)
    }

    fn parsed(
        &self,
        node: &Node,
        span: Range<usize>,
        envelope: Option<Arc<Value>>,
        message: Message,
    ) -> Parsed {
        Parsed {
            oddities: self.oddities_in(&span),
            envelope,
            unrepresentable: !node.is_representable(),
            version: self.version(node),
            id: self.id(node),
            message,
            bytes: match span.len() == self.bytes.len() {
                true => Arc::clone(self.bytes),
                false => Arc::from(&self.bytes[span]),
            },
        }
    }

    fn id(&self, node: &Node) -> Option<Id> {
        let id = node.get("id")?;
        Some(Id::from_node(id, self.bytes))
    }

    /// What an element is.
    fn classify(&self, node: &Node, envelope: &Arc<Value>) -> Message {
        if !matches!(node.kind, NodeKind::Object(_)) {
            return Message::Malformed(Malformation::NotObject(node.type_word()));
        }
        match (node.get("method"), node.get("result"), node.get("error")) {
            (None, None, None) => Message::Malformed(Malformation::NoKind),
            (Some(method), None, None) => call(self.id(node), node, method, envelope),
            (None, Some(result), None) => self.result_response(node, result),
            (None, None, Some(error)) => error_response(self.id(node), error, envelope),
            _ => Message::Malformed(Malformation::TwoKinds),
        }
    }

    fn result_response(&self, node: &Node, result: &Node) -> Message {
        match self.id(node) {
            Some(id) => Message::Result {
                id,
                result: Part::shared(result, self.bytes),
            },
            None => bad_member("a response with `result` has no `id`".to_owned()),
        }
    }

    /// The oddities inside `span`, counted from its start. They are sorted, so that many elements
    /// with many oddities do not take quadratic time.
    fn oddities_in(&self, span: &Range<usize>) -> Vec<Oddity> {
        let first = self
            .oddities
            .partition_point(|oddity| oddity.span.start < span.start);
        let inside = self.oddities[first..].iter();
        inside
            .take_while(|oddity| oddity.span.end <= span.end)
            .map(|oddity| Oddity {
                span: oddity.span.start - span.start..oddity.span.end - span.start,
                kind: oddity.kind.clone(),
            })
            .collect()
    }

    fn version(&self, node: &Node) -> VersionField {
        let Some(field) = node.get("jsonrpc") else {
            return VersionField::Missing;
        };
        match &field.kind {
            NodeKind::String(text) if text == "2.0" => VersionField::Ok,
            _ => {
                let written = &self.bytes[field.span.clone()];
                VersionField::Wrong(String::from_utf8_lossy(written).into_owned())
            }
        }
    }
}

/// The members of a message but for the result of a result response.
fn envelope(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Object(members) if is_result(node) => {
            let others = members.iter().filter(|member| member.name != "result");
            let others = others.map(|member| (member.name.clone(), member.value.to_value_lossy()));
            Value::Object(others.collect())
        }
        _ => node.to_value_lossy(),
    }
}

fn is_result(node: &Node) -> bool {
    let has = |name| node.get(name).is_some();
    has("result") && has("id") && !has("method") && !has("error")
}

/// The part of that path, where it is there and the same as was written.
fn exact_part(
    written: Option<&Node>,
    root: &Arc<Value>,
    path: &'static [&'static str],
) -> Option<Part> {
    written.filter(|node| node.is_representable())?;
    Some(Part::within(root, path))
}

fn call(id: Option<Id>, node: &Node, method: &Node, value: &Arc<Value>) -> Message {
    let NodeKind::String(name) = &method.kind else {
        return bad_member(format!(
            "`method` is of type {}, not string",
            method.type_word()
        ));
    };
    let method = name.clone();
    let params = exact_part(node.get("params"), value, &["params"]);
    match id {
        Some(id) => Message::Request { id, method, params },
        None => Message::Notification { method, params },
    }
}

fn error_response(id: Option<Id>, error: &Node, value: &Arc<Value>) -> Message {
    if !matches!(error.kind, NodeKind::Object(_)) {
        return bad_member(format!(
            "`error` is of type {}, not object",
            error.type_word()
        ));
    }
    Message::Error {
        id,
        code: error.get("code").and_then(integer),
        message: error.get("message").and_then(text),
        data: exact_part(error.get("data"), value, &["error", "data"]),
    }
}

fn bad_member(what: String) -> Message {
    Message::Malformed(Malformation::BadMember(what))
}

/// `-32600.0` is an integer as well: JSON has one number type.
fn integer(node: &Node) -> Option<i64> {
    match &node.kind {
        NodeKind::Number(text) => canonical_number(text).parse().ok(),
        _ => None,
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
