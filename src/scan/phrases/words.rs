//! A text as sentences of words.

use std::ops::Range;

use crate::scan::unicode::is_invisible;

/// A text made comparable: lower case, without what is not seen, full-width forms and entities
/// spelled out; and where each of its bytes came from.
pub(super) struct Folded {
    pub(super) text: String,
    origins: Vec<usize>,
}

/// The text made comparable.
pub(super) fn folded(text: &str) -> Folded {
    let mut folded = Folded {
        text: String::with_capacity(text.len()),
        origins: Vec::with_capacity(text.len() + 1),
    };
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let mut length = character.len_utf8();
        let mut plain = character;
        if character == '&'
            && let Some((entity, known)) = ENTITIES.iter().find(|it| text[at..].starts_with(it.0))
        {
            (length, plain) = (entity.len(), *known);
        }
        if let 0xFF01..=0xFF5E = u32::from(plain) {
            plain = char::from_u32(u32::from(plain) - 0xFEE0).unwrap_or(plain);
        }
        if !is_invisible(plain) {
            for lower in plain.to_lowercase() {
                folded.text.push(lower);
                folded.origins.resize(folded.text.len(), at);
            }
        }
        at += length;
    }
    folded.origins.push(text.len());
    folded
}

const ENTITIES: [(&str, char); 6] = [
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&amp;", '&'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&nbsp;", ' '),
];

impl Folded {
    /// The place in the text as it came.
    pub(super) fn original(&self, place: &Range<usize>) -> Range<usize> {
        let origin = |at: usize| self.origins.get(at).or(self.origins.last()).copied();
        let start = origin(place.start).unwrap_or_default();
        start..origin(place.end).unwrap_or(start).max(start)
    }
}

/// The words of a text, each with the number of its sentence.
pub(super) struct Words<'t> {
    all: Vec<(&'t str, usize, usize)>,
}

impl<'t> Words<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut all = Vec::new();
        let mut sentence = 0;
        let mut at = 0;
        for piece in text.split_inclusive(char::is_whitespace) {
            let is_edge = |it: char| "\"'`()[]{}<>,;:!?*.…“”‘’".contains(it);
            let word = piece.trim_end().trim_end_matches(is_edge);
            // A dot may begin the name of a file.
            let bare = word.trim_start_matches(|it: char| is_edge(it) && it != '.');
            if !bare.is_empty() {
                all.push((bare, sentence, at + word.len() - bare.len()));
            }
            let closed = piece
                .trim_end()
                .trim_end_matches(['"', '\'', '`', ')', '*']);
            if closed.ends_with(['.', '!', '?', '…']) || piece.ends_with('\n') {
                sentence += 1;
            }
            at += piece.len();
        }
        Self { all }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn text(&self, index: usize) -> &'t str {
        self.all[index].0
    }

    pub(super) fn place(&self, index: usize) -> Range<usize> {
        let (word, _, at) = self.all[index];
        at..at + word.len()
    }

    /// From the first of these words for which `rest` finds an end, to that end.
    pub(super) fn find(
        &self,
        first: &[&str],
        rest: impl Fn(usize) -> Option<usize>,
    ) -> Option<Range<usize>> {
        (0..self.len())
            .filter(|index| first.contains(&self.text(*index)))
            .find_map(|index| {
                let end = rest(index)?;
                Some(self.place(index).start..self.place(end).end)
            })
    }

    /// The first of these words among the next few of the same sentence, and how many were
    /// between.
    pub(super) fn within(
        &self,
        from: usize,
        most: usize,
        words: &[&str],
    ) -> Option<(usize, usize)> {
        let (index, gap) = self.within_any(from, most, words)?;
        (self.all[index].1 == self.all[from].1).then_some((index, gap))
    }

    /// As [`Self::within`], also beyond the end of the sentence.
    pub(super) fn within_any(
        &self,
        from: usize,
        most: usize,
        words: &[&str],
    ) -> Option<(usize, usize)> {
        let next = from + 1..self.len().min(from + 1 + most);
        let found = next
            .into_iter()
            .find(|index| words.contains(&self.text(*index)))?;
        Some((found, found - from - 1))
    }

    /// The last of these words among those just before.
    pub(super) fn before(&self, from: usize, most: usize, words: &[&str]) -> Option<usize> {
        let mut earlier = (from.saturating_sub(most)..from).rev();
        earlier.find(|index| words.contains(&self.text(*index)))
    }

    /// The first of these words on either side.
    pub(super) fn near(&self, from: usize, most: usize, words: &[&str]) -> Option<(usize, usize)> {
        let after = self.within_any(from, most, words);
        after.or_else(|| Some((self.before(from, most, words)?, 0)))
    }
}
