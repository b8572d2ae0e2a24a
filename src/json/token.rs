//! The scanner's strings, numbers and literals.

use super::scan::Scanner;
use super::{FaultKind, Node, NodeKind, OddityKind, SyntaxFault};

/// A decoded string.
pub(super) struct Text {
    pub(super) decoded: String,
    /// The string held a lone surrogate.
    pub(super) lossy: bool,
}

impl Scanner<'_> {
    /// Reads a value that is neither array nor object.
    pub(super) fn scalar(&mut self) -> Result<Node, SyntaxFault> {
        let start = self.position;
        match self.peek() {
            Some(b'"') => {
                let text = self.string()?;
                Ok(self.node(start, NodeKind::String(text.decoded), text.lossy))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", NodeKind::Bool(true)),
            Some(b'f') => self.literal("false", NodeKind::Bool(false)),
            Some(b'n') => self.literal("null", NodeKind::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn literal(&mut self, word: &str, kind: NodeKind) -> Result<Node, SyntaxFault> {
        let start = self.position;
        for byte in word.bytes() {
            if !self.take(byte) {
                return Err(self.expected(&format!("the rest of `{word}`")));
            }
        }
        Ok(self.node(start, kind, false))
    }

    fn number(&mut self) -> Result<Node, SyntaxFault> {
        let start = self.position;
        self.take(b'-');
        let has_leading_zero = self.take(b'0');
        if has_leading_zero && self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            let what = "a number starts with a needless 0".to_owned();
            return Err(self.fault(FaultKind::Grammar, what));
        }
        if !has_leading_zero {
            self.digits("a digit")?;
        }
        if self.take(b'.') {
            self.digits("a digit behind the decimal point")?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits("a digit of the exponent")?;
        }
        let text = self.text[start..self.position].to_owned();
        let is_lossy = !text.parse::<f64>().is_ok_and(f64::is_finite);
        if is_lossy {
            self.note(start, OddityKind::NumberOutOfRange);
        }
        Ok(self.node(start, NodeKind::Number(text), is_lossy))
    }

    /// One digit or more.
    fn digits(&mut self, wanted: &str) -> Result<(), SyntaxFault> {
        let start = self.position;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
        }
        if self.position == start {
            return Err(self.expected(wanted));
        }
        Ok(())
    }

    /// Reads a string; the position is at its opening quote.
    pub(super) fn string(&mut self) -> Result<Text, SyntaxFault> {
        self.position += 1;
        let mut text = Text {
            decoded: String::new(),
            lossy: false,
        };
        loop {
            text.decoded.push_str(self.plain_run());
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(text);
                }
                Some(b'\\') => self.escape(&mut text)?,
                Some(control) => {
                    let what = format!("a raw control character U+{control:04X} in a string");
                    return Err(self.fault(FaultKind::Grammar, what));
                }
                None => return Err(self.unfinished_string()),
            }
        }
    }

    /// Steps over characters that stand for themselves.
    fn plain_run(&mut self) -> &str {
        let rest = &self.text[self.position..];
        let length = rest
            .bytes()
            .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
            .unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    fn escape(&mut self, text: &mut Text) -> Result<(), SyntaxFault> {
        let start = self.position;
        self.position += 1;
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start, text),
            None => return Err(self.unfinished_string()),
            Some(_) => return Err(self.expected("a known escape character")),
        };
        self.position += 1;
        text.decoded.push(character);
        Ok(())
    }

    /// `start` is where the backslash stands; the position is at the `u`.
    fn unicode_escape(&mut self, start: usize, text: &mut Text) -> Result<(), SyntaxFault> {
        self.position += 1;
        let unit = self.hex_unit()?;
        let character = match unit {
            0xD800..=0xDBFF => self.low_surrogate().map(|low| combine(unit, low)),
            other => char::from_u32(other),
        };
        if character.is_none() {
            self.note(start, OddityKind::LoneSurrogate);
            text.lossy = true;
        }
        let decoded = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.decoded.push(decoded);
        Ok(())
    }

    fn hex_unit(&mut self) -> Result<u32, SyntaxFault> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else {
                return Err(self.unfinished_string());
            };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(self.expected("a hexadecimal digit of a \\u escape"));
            };
            unit = unit * 16 + digit;
            self.position += 1;
        }
        Ok(unit)
    }

    /// Steps over a `\u` escape of a low surrogate when that is next; leaves anything else alone.
    fn low_surrogate(&mut self) -> Option<u32> {
        let digits = self.text[self.position..].strip_prefix("\\u")?.get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let unit = u32::from_str_radix(digits, 16).ok()?;
        if !(0xDC00..=0xDFFF).contains(&unit) {
            return None;
        }
        self.position += 6;
        Some(unit)
    }

    fn unfinished_string(&self) -> SyntaxFault {
        self.fault(FaultKind::Ended, "the text ends inside a string".to_owned())
    }
}

/// The character that two halves of a surrogate pair stand for.
fn combine(high: u32, low: u32) -> char {
    let code_point = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER)
}
