//! The scanner: one pass, no recursion, strict RFC 8259.

use std::collections::HashSet;
use std::ops::Range;
use std::str::Utf8Error;

use super::{FaultKind, Member, Node, NodeKind, Oddity, OddityKind, Scan, SyntaxFault};

/// How many arrays and objects may be open at once. The tree is dropped and converted recursively,
/// so the limit also bounds the stack those need.
pub const MAX_DEPTH: usize = 512;

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Reads one JSON text. Never panics and never recurses, whatever the bytes are.
pub fn scan(bytes: &[u8]) -> Scan {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return Scan {
                root: Err(encoding_fault(bytes, error)),
                oddities: Vec::new(),
            };
        }
    };
    let mut scanner = Scanner {
        text,
        position: 0,
        oddities: Vec::new(),
        open: Vec::new(),
    };
    let root = scanner.document();
    let mut oddities = scanner.oddities;
    // Duplicate names are found when their object closes, so they are out of text order.
    oddities.sort_by_key(|oddity| (oddity.span.start, oddity.span.end));
    Scan { root, oddities }
}

fn encoding_fault(bytes: &[u8], error: Utf8Error) -> SyntaxFault {
    let offset = error.valid_up_to();
    let what = match (error.error_len(), bytes.get(offset)) {
        (Some(_), Some(byte)) => format!("invalid UTF-8: byte 0x{byte:02X} cannot stand here"),
        _ => "invalid UTF-8: the text ends inside a character".to_owned(),
    };
    SyntaxFault {
        offset,
        kind: FaultKind::Encoding,
        what,
    }
}

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) position: usize,
    pub(super) oddities: Vec<Oddity>,
    /// The arrays and objects around the position, outermost first.
    open: Vec<Frame>,
}

struct Frame {
    start: usize,
    lossy: bool,
    content: Content,
}

enum Content {
    Array(Vec<Node>),
    /// The finished members, and the name that waits for its value.
    Object(Vec<Member>, Name),
}

struct Name {
    text: String,
    span: Range<usize>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<Node, SyntaxFault> {
        self.byte_order_mark();
        loop {
            self.whitespace();
            let Some(node) = self.begin_value()? else {
                continue;
            };
            if let Some(root) = self.finish_value(node)? {
                self.end_of_document()?;
                return Ok(root);
            }
        }
    }

    fn byte_order_mark(&mut self) {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            self.position = BYTE_ORDER_MARK.len();
            self.note(0, OddityKind::ByteOrderMark);
        }
    }

    fn end_of_document(&mut self) -> Result<(), SyntaxFault> {
        self.whitespace();
        match self.next_char() {
            None => Ok(()),
            Some(found) => {
                let what = format!("the value is complete, but {found:?} follows it");
                Err(self.fault(FaultKind::Trailing, what))
            }
        }
    }

    /// Reads a scalar or an empty container whole. `None` when a container was opened and the
    /// position is now before its first value.
    fn begin_value(&mut self) -> Result<Option<Node>, SyntaxFault> {
        match self.peek() {
            Some(b'{') => self.open_object(),
            Some(b'[') => self.open_array(),
            _ => self.scalar().map(Some),
        }
    }

    fn open_array(&mut self) -> Result<Option<Node>, SyntaxFault> {
        let start = self.enter()?;
        if self.take(b']') {
            return Ok(Some(self.node(start, NodeKind::Array(Vec::new()), false)));
        }
        self.open.push(Frame {
            start,
            lossy: false,
            content: Content::Array(Vec::new()),
        });
        Ok(None)
    }

    fn open_object(&mut self) -> Result<Option<Node>, SyntaxFault> {
        let start = self.enter()?;
        if self.take(b'}') {
            return Ok(Some(self.node(start, NodeKind::Object(Vec::new()), false)));
        }
        let (name, lossy) = self.name()?;
        self.open.push(Frame {
            start,
            lossy,
            content: Content::Object(Vec::new(), name),
        });
        Ok(None)
    }

    /// Steps behind an opening bracket and returns where it was.
    fn enter(&mut self) -> Result<usize, SyntaxFault> {
        if self.open.len() >= MAX_DEPTH {
            let what = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(self.fault(FaultKind::Depth, what));
        }
        let start = self.position;
        self.position += 1;
        self.whitespace();
        Ok(start)
    }

    /// Reads a member's name and its colon; the flag says that the name is lossy.
    fn name(&mut self) -> Result<(Name, bool), SyntaxFault> {
        let start = self.position;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a member name in double quotes"));
        }
        let text = self.string()?;
        let span = start..self.position;
        self.whitespace();
        if !self.take(b':') {
            return Err(self.expected("':' behind a member name"));
        }
        let name = Name {
            text: text.decoded,
            span,
        };
        Ok((name, text.lossy))
    }

    /// Hands a finished value to the containers around it; the root when none is left open.
    fn finish_value(&mut self, mut node: Node) -> Result<Option<Node>, SyntaxFault> {
        while let Some(frame) = self.open.pop() {
            match self.attach(frame, node)? {
                Some(closed) => node = closed,
                None => return Ok(None),
            }
        }
        Ok(Some(node))
    }

    /// Puts a value into the innermost container. The container itself when that closes it, `None`
    /// when another value is to come.
    fn attach(&mut self, frame: Frame, node: Node) -> Result<Option<Node>, SyntaxFault> {
        let start = frame.start;
        let mut lossy = frame.lossy || node.lossy;
        self.whitespace();
        let content = match frame.content {
            Content::Array(mut items) => {
                items.push(node);
                if self.take(b']') {
                    return Ok(Some(self.node(start, NodeKind::Array(items), lossy)));
                }
                self.comma("',' or ']' behind an array element")?;
                Content::Array(items)
            }
            Content::Object(mut members, name) => {
                members.push(Member {
                    name: name.text,
                    name_span: name.span,
                    value: node,
                });
                if self.take(b'}') {
                    self.note_duplicates(&members);
                    return Ok(Some(self.node(start, NodeKind::Object(members), lossy)));
                }
                self.comma("',' or '}' behind an object member")?;
                let (name, lossy_name) = self.name()?;
                lossy |= lossy_name;
                Content::Object(members, name)
            }
        };
        self.open.push(Frame {
            start,
            lossy,
            content,
        });
        Ok(None)
    }

    fn comma(&mut self, alternatives: &str) -> Result<(), SyntaxFault> {
        if !self.take(b',') {
            return Err(self.expected(alternatives));
        }
        let comma = self.position - 1;
        self.whitespace();
        match self.peek() {
            Some(closing @ (b']' | b'}')) => Err(SyntaxFault {
                offset: comma,
                kind: FaultKind::Grammar,
                what: format!(
                    "a comma stands before the closing {:?}",
                    char::from(closing)
                ),
            }),
            _ => Ok(()),
        }
    }

    fn note_duplicates(&mut self, members: &[Member]) {
        let mut seen = HashSet::with_capacity(members.len());
        for member in members {
            // Different lone surrogates decode to the same replacement character, so a name that
            // holds one is compared as written.
            let is_raw = member.name.contains(char::REPLACEMENT_CHARACTER);
            let key = if is_raw {
                &self.text[member.name_span.clone()]
            } else {
                member.name.as_str()
            };
            if !seen.insert((is_raw, key)) {
                self.oddities.push(Oddity {
                    span: member.name_span.clone(),
                    kind: OddityKind::DuplicateKey {
                        name: member.name.clone(),
                    },
                });
            }
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    pub(super) fn next_char(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    /// Steps over `byte` when it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    /// A node that ends at the position.
    pub(super) fn node(&self, start: usize, kind: NodeKind, lossy: bool) -> Node {
        Node {
            span: start..self.position,
            kind,
            lossy,
        }
    }

    /// Records an oddity that ends at the position.
    pub(super) fn note(&mut self, start: usize, kind: OddityKind) {
        let span = start..self.position;
        self.oddities.push(Oddity { span, kind });
    }

    pub(super) fn fault(&self, kind: FaultKind, what: String) -> SyntaxFault {
        SyntaxFault {
            offset: self.position,
            kind,
            what,
        }
    }

    /// The fault for a position where something else should stand.
    pub(super) fn expected(&self, wanted: &str) -> SyntaxFault {
        match self.next_char() {
            None => self.fault(
                FaultKind::Ended,
                format!("expected {wanted}, but the text ends"),
            ),
            Some(found) => self.fault(
                FaultKind::Grammar,
                format!("expected {wanted}, found {found:?}"),
            ),
        }
    }
}
