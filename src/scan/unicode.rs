//! Characters that a model reads and a reader does not see.

use std::ops::Range;

/// A place in a text where something is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// By which means.
    pub means: Means,
    /// The bytes that it takes.
    pub place: Range<usize>,
    /// What it says, where that can be told.
    pub decoded: Option<String>,
}

/// How text is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Tag characters, each of which stands for one of ASCII.
    Tags,
    /// Characters that turn the direction of text.
    Direction,
    /// A run of variation selectors, each of which may stand for a byte.
    Selectors,
    /// Three or more characters without width in a row.
    Run,
    /// A character without width within a word.
    InWord,
}

/// Variation selectors in a row that are no longer about the look of a character.
const SELECTORS: usize = 4;
/// Characters without width in a row that are no longer an accident.
const RUN: usize = 3;
/// Letters of the longest flag of a region.
const FLAG: usize = 6;
/// The flag that tag characters may follow.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Everything that is hidden in a text, in order.
pub fn hidden(text: &str) -> Vec<Hidden> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let scanner = Scanner {
        characters: &characters,
        length: text.len(),
        has_right_to_left: text.chars().any(is_right_to_left),
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let end = scanner.end_of_kind(at);
        if let Some((means, decoded)) = scanner.judge(at, end) {
            found.push(Hidden {
                means,
                place: characters[at].0..scanner.byte(end),
                decoded,
            });
        }
        at = end;
    }
    found
}

/// True for characters that take no room and mean nothing in a name.
pub fn is_invisible(character: char) -> bool {
    !matches!(kind(character), Kind::Visible | Kind::Selector)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Visible,
    Tag,
    /// Overrides, embeddings and isolates.
    Direction,
    /// Marks of direction, harmless where text goes both ways.
    Mark,
    Selector,
    ZeroWidth,
}

fn kind(character: char) -> Kind {
    match u32::from(character) {
        0xE0000..=0xE007F => Kind::Tag,
        0x202A..=0x202E | 0x2066..=0x2069 => Kind::Direction,
        0x200E | 0x200F | 0x061C => Kind::Mark,
        0xFE00..=0xFE0F | 0xE0100..=0xE01EF => Kind::Selector,
        0x00AD
        | 0x115F
        | 0x1160
        | 0x180E
        | 0x200B..=0x200D
        | 0x2060..=0x2064
        | 0x3164
        | 0xFEFF
        | 0xFFA0 => Kind::ZeroWidth,
        _ => Kind::Visible,
    }
}

struct Scanner<'t> {
    characters: &'t [(usize, char)],
    length: usize,
    has_right_to_left: bool,
}

impl Scanner<'_> {
    fn byte(&self, at: usize) -> usize {
        self.characters
            .get(at)
            .map_or(self.length, |(byte, _)| *byte)
    }

    fn character(&self, at: usize) -> Option<char> {
        self.characters.get(at).map(|(_, character)| *character)
    }

    /// The end of the run of characters of one kind that begins here.
    fn end_of_kind(&self, at: usize) -> usize {
        let wanted = kind(self.characters[at].1);
        let rest = &self.characters[at..];
        let length = rest.iter().take_while(|(_, it)| kind(*it) == wanted);
        at + length.count()
    }

    fn judge(&self, from: usize, to: usize) -> Option<(Means, Option<String>)> {
        let run: Vec<char> = self.characters[from..to].iter().map(|it| it.1).collect();
        match kind(run[0]) {
            Kind::Visible => None,
            Kind::Tag => (!self.is_flag(from, &run)).then(|| (Means::Tags, tags(&run))),
            Kind::Direction => self
                .turns_direction(&run)
                .then_some((Means::Direction, None)),
            Kind::Selector => (run.len() >= SELECTORS).then(|| (Means::Selectors, selectors(&run))),
            Kind::Mark if self.has_right_to_left => None,
            Kind::Mark | Kind::ZeroWidth => self.without_width(from, to, &run),
        }
    }

    /// The flag of England is a black flag, `gbeng` in tag characters, and an end.
    fn is_flag(&self, from: usize, run: &[char]) -> bool {
        let before = from.checked_sub(1).and_then(|at| self.character(at));
        let Some((last, letters)) = run.split_last() else {
            return false;
        };
        before == Some(BLACK_FLAG)
            && *last == '\u{e007f}'
            && letters.len() <= FLAG
            && tags(letters).is_some_and(|text| text.chars().all(char::is_alphanumeric))
    }

    /// Overrides always; embeddings and isolates where nothing is written from right to left.
    fn turns_direction(&self, run: &[char]) -> bool {
        let is_override = |it: &char| matches!(it, '\u{202d}' | '\u{202e}');
        run.iter().any(is_override) || !self.has_right_to_left
    }

    fn without_width(
        &self,
        from: usize,
        to: usize,
        run: &[char],
    ) -> Option<(Means, Option<String>)> {
        let before = from.checked_sub(1).and_then(|at| self.character(at));
        let after = self.character(to);
        let is_joiner = |it: &char| matches!(it, '\u{200c}' | '\u{200d}');
        // Joiners belong to emoji and to scripts whose letters join.
        if run.len() < RUN && run.iter().all(is_joiner) {
            let joins = |it: Option<char>| it.is_some_and(|it| !is_word(it) && !it.is_ascii());
            if joins(before) || joins(after) {
                return None;
            }
        }
        if run.len() >= RUN {
            return Some((Means::Run, bits(run)));
        }
        let is_within = before.is_some_and(is_word) && after.is_some_and(is_word);
        // A soft hyphen is where a word may be broken.
        let is_hyphen = run == ['\u{ad}'];
        (is_within && !is_hyphen).then_some((Means::InWord, None))
    }
}

/// Letters and digits of words in Latin script, and what identifiers are made of.
fn is_word(character: char) -> bool {
    character == '_'
        || character.is_ascii_alphanumeric()
        || (matches!(u32::from(character), 0xC0..=0x24F) && character.is_alphabetic())
}

fn is_right_to_left(character: char) -> bool {
    matches!(
        u32::from(character),
        0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFE | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF
    )
}

fn tags(run: &[char]) -> Option<String> {
    let ascii = run.iter().filter_map(|tag| {
        let code = u32::from(*tag) - 0xE0000;
        char::from_u32(code).filter(|it| it.is_ascii_graphic() || *it == ' ')
    });
    let text: String = ascii.collect();
    (!text.is_empty()).then_some(text)
}

fn selectors(run: &[char]) -> Option<String> {
    let bytes = run.iter().map(|selector| {
        let code = u32::from(*selector);
        let byte = if code >= 0xE0100 {
            code - 0xE0100 + 16
        } else {
            code - 0xFE00
        };
        u8::try_from(byte).unwrap_or_default()
    });
    readable(bytes.collect())
}

/// Text written in characters of two kinds, eight to a byte.
fn bits(run: &[char]) -> Option<String> {
    let zero = *run.first()?;
    let one = *run.iter().find(|it| **it != zero)?;
    if !run.len().is_multiple_of(8) || run.iter().any(|it| *it != zero && *it != one) {
        return None;
    }
    let read = |first_is: u8| {
        let bytes = run.chunks(8).map(|bits| {
            bits.iter().fold(0_u8, |byte, bit| {
                byte << 1 | (if *bit == zero { first_is } else { 1 - first_is })
            })
        });
        readable(bytes.collect())
    };
    read(0).or_else(|| read(1))
}

fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let is_plain = |it: char| !it.is_control() || it == '\n';
    text.chars().all(is_plain).then_some(text)
}

#[cfg(test)]
#[path = "unicode_tests.rs"]
mod tests;
