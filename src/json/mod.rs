//! JSON as it was written: the tree keeps byte spans, number texts and duplicate members.
//!
//! `serde_json` alone would hide what a judge of servers has to see: which of two equal members came
//! first, that `7` was sent as `7.0`, or that a string holds half a surrogate pair. [`scan`] reads
//! the bytes once, strictly by RFC 8259, and reports legal but harmful spots as [`Oddity`] values.

use std::fmt;
use std::ops::Range;

use serde_json::{Map, Number, Value};

pub mod pointer;
mod scan;
mod token;

pub use scan::{MAX_DEPTH, scan};

/// What [`scan`] found in a piece of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The tree, or the first reason why the text is not JSON.
    pub root: Result<Node, SyntaxFault>,
    /// Spots that are legal JSON but that parsers disagree about, in text order. When `root` is an
    /// error they cover what was complete before the fault.
    pub oddities: Vec<Oddity>,
}

/// The first spot where the text stops being JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Byte offset from the start of the scanned bytes; the length of the text when it ends too soon.
    pub offset: usize,
    /// The sort of fault, for judges that must tell them apart.
    pub kind: FaultKind,
    /// What is wrong, in words that follow "not JSON: ".
    pub what: String,
}

/// The sorts of [`SyntaxFault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The bytes are not UTF-8. This is looked for in the whole text before anything else.
    Encoding,
    /// The text ends inside a value, or holds no value at all.
    Ended,
    /// A complete value is followed by something else, for example a second message.
    Trailing,
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    Depth,
    /// Anything else that RFC 8259 does not allow.
    Grammar,
}

/// A legal spot that parsers disagree about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// Byte span in the scanned bytes.
    pub span: Range<usize>,
    /// What is odd about it.
    pub kind: OddityKind,
}

/// The sorts of [`Oddity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OddityKind {
    /// The text starts with a UTF-8 byte order mark.
    ByteOrderMark,
    /// An object already had a member of this name; the span is that of the later name.
    DuplicateKey {
        /// The decoded name.
        name: String,
    },
    /// A `\u` escape is half of a surrogate pair, so the string is not Unicode text.
    LoneSurrogate,
    /// A number is beyond the range of a double.
    NumberOutOfRange,
}

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Byte span in the scanned bytes, from the first to behind the last character of the value.
    pub span: Range<usize>,
    /// The value itself.
    pub kind: NodeKind,
    /// Some number or string in here has no equal in [`Value`].
    lossy: bool,
}

/// The values of JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// The number's text as written.
    Number(String),
    /// The decoded text; lone surrogates are U+FFFD.
    String(String),
    /// The elements in order.
    Array(Vec<Node>),
    /// The members in order, duplicates included.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The decoded name; lone surrogates are U+FFFD.
    pub name: String,
    /// Byte span of the name with its quotes.
    pub name_span: Range<usize>,
    /// The member's value.
    pub value: Node,
}

impl Node {
    /// The member of that name; the last one wins, as in most parsers. `None` for other values.
    pub fn get(&self, name: &str) -> Option<&Node> {
        let NodeKind::Object(members) = &self.kind else {
            return None;
        };
        let found = members.iter().rev().find(|member| member.name == name);
        found.map(|member| &member.value)
    }

    /// Whether every number and string below has an equal [`Value`].
    pub fn is_representable(&self) -> bool {
        !self.lossy
    }

    /// The same value for libraries that work on [`Value`]; of duplicate members the last one wins.
    /// `None` when a number is beyond a double or a string holds a lone surrogate.
    pub fn to_value(&self) -> Option<Value> {
        self.is_representable().then(|| self.to_value_lossy())
    }

    /// Like [`Node::to_value`], but numbers beyond a double become the largest double and lone
    /// surrogates U+FFFD. The type of every value is kept.
    pub fn to_value_lossy(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(*flag),
            NodeKind::Number(text) => number_value(text),
            NodeKind::String(text) => Value::String(text.clone()),
            NodeKind::Array(items) => items.iter().map(Node::to_value_lossy).collect(),
            NodeKind::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                for member in members {
                    map.insert(member.name.clone(), member.value.to_value_lossy());
                }
                Value::Object(map)
            }
        }
    }

    /// The word for the value's type as JSON Schema writes it.
    pub fn type_word(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "boolean",
            NodeKind::Number(_) => "number",
            NodeKind::String(_) => "string",
            NodeKind::Array(_) => "array",
            NodeKind::Object(_) => "object",
        }
    }
}

impl fmt::Display for SyntaxFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (byte {})", self.what, self.offset)
    }
}

impl std::error::Error for SyntaxFault {}

/// The number that `serde_json` would read; out of range it is the largest double of that sign.
fn number_value(text: &str) -> Value {
    let is_integer = !text.contains(['.', 'e', 'E']);
    // An integer type would lose the sign of minus zero.
    if is_integer && text != "-0" {
        if let Ok(number) = text.parse::<u64>() {
            return Value::from(number);
        }
        if let Ok(number) = text.parse::<i64>() {
            return Value::from(number);
        }
    }
    let number = text.parse::<f64>().unwrap_or(0.0).clamp(f64::MIN, f64::MAX);
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests;
