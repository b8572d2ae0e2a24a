//! A line of a script, read from left to right, that knows where each character was written.

use serde_json::Value;

use crate::mock::script::{Piece, ScriptError, Text};

/// A line together with the lines that continue it.
pub(super) struct Line {
    text: String,
    pieces: Vec<Written>,
    at: usize,
}

/// Where a part of the joined text was written.
struct Written {
    /// Byte offset in the joined text.
    from: usize,
    line: usize,
    /// Column of its first character, from 1.
    column: usize,
}

/// The lines of a text without comments and empty lines, continuations joined.
pub(super) fn logical_lines(text: &str) -> Result<Vec<Line>, ScriptError> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, written) in text.lines().enumerate() {
        let trimmed = written.trim_start();
        let indent = written.chars().count() - trimmed.chars().count();
        let (number, column) = (index + 1, indent + 1);
        if let Some(more) = trimmed.strip_prefix('|') {
            let Some(line) = lines.last_mut() else {
                return Err(ScriptError {
                    line: number,
                    column,
                    what: "there is no line that this one could continue".to_owned(),
                });
            };
            line.append(more, number, column + 1);
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
            let mut line = Line {
                text: String::new(),
                pieces: Vec::new(),
                at: 0,
            };
            line.append(trimmed, number, column);
            lines.push(line);
        }
    }
    Ok(lines)
}

impl Line {
    fn append(&mut self, text: &str, line: usize, column: usize) {
        self.pieces.push(Written {
            from: self.text.len(),
            line,
            column,
        });
        self.text.push_str(text.trim_end());
    }

    /// An error at a byte offset of the joined text, as [`Line::here`] gives it.
    pub(super) fn error_at(&self, offset: usize, what: &str) -> ScriptError {
        let written = self
            .pieces
            .iter()
            .rfind(|piece| piece.from <= offset)
            .expect("the first piece begins at 0");
        let before = &self.text.as_bytes()[written.from..offset.min(self.text.len())];
        // Characters are counted by their first bytes, wherever the offset falls.
        let characters = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        ScriptError {
            line: written.line,
            column: written.column + characters,
            what: what.to_owned(),
        }
    }

    /// The number of the line where it begins, from 1.
    pub(super) fn number_of_first(&self) -> usize {
        self.pieces.first().map_or(1, |piece| piece.line)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Offset of the next thing on the line.
    pub(super) fn here(&mut self) -> usize {
        self.skip_blanks();
        self.at
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.here() == self.text.len()
    }

    /// The next thing begins so; nothing is taken.
    pub(super) fn peek(&mut self, start: &str) -> bool {
        let at = self.here();
        self.text[at..].starts_with(start)
    }

    /// Takes a mark when it comes next.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = self.peek(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    /// Takes a word when it comes next as a whole.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let at = self.here();
        let found = self.word() == word;
        if !found {
            self.at = at;
        }
        found
    }

    /// Takes everything up to the next blank; empty at the end of the line.
    pub(super) fn word(&mut self) -> &str {
        let start = self.here();
        let rest = &self.text[start..];
        self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        &self.text[start..self.at]
    }

    /// A blank or the end of the line comes next.
    pub(super) fn is_at_blank(&self) -> bool {
        let rest = &self.text[self.at..];
        rest.is_empty() || rest.starts_with(char::is_whitespace)
    }

    /// Takes a positive number that follows without a blank.
    pub(super) fn digits_here(&mut self) -> Result<Option<u32>, ScriptError> {
        let start = self.at;
        let rest = &self.text[start..];
        if !rest.starts_with(|first: char| first.is_ascii_digit()) {
            return Ok(None);
        }
        self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        match self.text[start..self.at].parse() {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(self.error_at(start, "expected a number from 1, then a blank")),
        }
    }

    /// Takes a number.
    pub(super) fn number<N: std::str::FromStr>(&mut self, what: &str) -> Result<N, ScriptError> {
        let start = self.here();
        let parsed = self.word().parse();
        parsed.map_err(|_| self.error_at(start, what))
    }

    /// Takes a JSON value, which may be followed by other things.
    pub(super) fn json(&mut self) -> Result<Value, ScriptError> {
        let start = self.here();
        let rest = &self.text[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            Some(Err(fault)) => {
                let text = fault.to_string();
                let what = text.split(" at line ").next().unwrap_or_default();
                // The fault counts the byte that it stumbled over; at the end there is none.
                let behind = usize::from(!fault.is_eof());
                let offset = start + fault.column() - behind.min(fault.column());
                Err(self.error_at(offset, &format!("not JSON: {what}")))
            }
            None => Err(self.error_at(start, "expected JSON")),
        }
    }

    /// Takes the rest of the line.
    pub(super) fn rest(&mut self) -> &str {
        let start = self.here();
        self.at = self.text.len();
        &self.text[start..]
    }

    /// Takes the rest of the line, one blank behind what was read, with escapes and `$id`.
    pub(super) fn text(&mut self) -> Result<Text, ScriptError> {
        let mut start = self.at;
        if self.text[start..].starts_with(' ') {
            start += 1;
        }
        self.at = self.text.len();
        let mut text = Text::default();
        let mut bytes = Vec::new();
        while start < self.text.len() {
            let rest = &self.text[start..];
            if rest.starts_with("$id") {
                text.0.push(Piece::Bytes(std::mem::take(&mut bytes)));
                text.0.push(Piece::Id);
                start += 3;
            } else if rest.starts_with('\\') {
                let Some((byte, length)) = escape(rest) else {
                    return Err(self.error_at(start, "expected two hexadecimal digits after `\\x`"));
                };
                bytes.push(byte);
                start += length;
            } else {
                bytes.push(rest.as_bytes()[0]);
                start += 1;
                while !self.text.is_char_boundary(start) {
                    bytes.push(self.text.as_bytes()[start]);
                    start += 1;
                }
            }
        }
        text.0.push(Piece::Bytes(bytes));
        text.0.retain(|piece| *piece != Piece::Bytes(Vec::new()));
        Ok(text)
    }

    /// Demands that nothing follows.
    pub(super) fn end(&mut self) -> Result<(), ScriptError> {
        if self.is_at_end() {
            return Ok(());
        }
        Err(self.error_at(self.at, "expected the end of the line"))
    }
}

/// The byte that an escape stands for, and its length. A backslash before anything else stands for
/// itself, so that JSON texts keep theirs.
fn escape(rest: &str) -> Option<(u8, usize)> {
    let byte = match rest.as_bytes().get(1) {
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'\\') => b'\\',
        Some(b'x') => {
            let digits = rest.get(2..4)?;
            let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let value = u8::from_str_radix(digits, 16).ok()?;
            return is_hexadecimal.then_some((value, 4));
        }
        _ => return Some((b'\\', 1)),
    };
    Some((byte, 2))
}
