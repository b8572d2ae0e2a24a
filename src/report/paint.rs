//! How the terminal report looks: width, colours, marks, wrapping.

use anstyle::{AnsiColor, Style};

use super::matrix::Mark;
use super::standing::FailOn;

/// What the reader chose, and what the place where it is read can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the page.
    pub width: usize,
    /// Only ASCII in what mcp-check itself writes.
    pub ascii: bool,
    /// Also warnings, remarks and counts per check.
    pub verbose: bool,
    /// Only the verdict.
    pub quiet: bool,
    /// Also everything that could not be judged.
    pub strict: bool,
    /// Which findings fail the run.
    pub fail_on: FailOn,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: WIDEST,
            ascii: false,
            verbose: false,
            quiet: false,
            strict: false,
            fail_on: FailOn::Must,
        }
    }
}

/// Columns of a page where nobody knows how wide it is.
pub const WIDEST: usize = 120;
/// Columns that are needed at least.
pub const NARROWEST: usize = 72;
/// Columns after which a sentence is wrapped, since longer lines are hard to read.
pub const LONGEST_SENTENCE: usize = 100;

/// For names and headings.
pub const BOLD: Style = Style::new().bold();
/// For what is only needed when it is looked for.
pub const DIM: Style = Style::new().dimmed();
/// For what holds.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// For what is deviant.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// For what is broken.
pub const RED: Style = AnsiColor::Red.on_default();

/// The text in a style.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

impl Look {
    /// Columns for sentences.
    pub fn sentence(&self) -> usize {
        self.width.min(LONGEST_SENTENCE)
    }

    /// The sign of a mark.
    pub fn sign(&self, mark: Mark) -> &'static str {
        match (mark, self.ascii) {
            (Mark::Full, false) => "✔",
            (Mark::Partial, false) => "◐",
            (Mark::NonCompliant, false) => "✗",
            (Mark::None, false) => "–",
            (Mark::Full, true) => "ok",
            (Mark::Partial, true) => "~",
            (Mark::NonCompliant, true) => "X",
            (Mark::None, true) => "-",
        }
    }

    /// The sign of a mark in its colour.
    pub fn painted_sign(&self, mark: Mark) -> String {
        paint(style_of(mark), self.sign(mark))
    }

    /// A line across the page.
    pub fn rule(&self, columns: usize) -> String {
        (if self.ascii { "-" } else { "─" }).repeat(columns)
    }

    /// The end of a text that was cut.
    pub fn ellipsis(&self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    /// The text, cut to a number of columns.
    pub fn cut(&self, text: &str, columns: usize) -> String {
        if width(text) <= columns {
            return text.to_owned();
        }
        let ellipsis = self.ellipsis();
        let room = columns.saturating_sub(width(ellipsis));
        let mut cut = String::new();
        let mut used = 0;
        for character in text.chars() {
            used += columns_of(character);
            if used > room {
                break;
            }
            cut.push(character);
        }
        cut.push_str(ellipsis);
        cut
    }
}

/// The colour of a mark.
pub fn style_of(mark: Mark) -> Style {
    match mark {
        Mark::Full => GREEN,
        Mark::Partial => YELLOW,
        Mark::NonCompliant => RED.bold(),
        Mark::None => DIM,
    }
}

/// The text in lines of at most `columns`, broken between words where there are words.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text
        .split_whitespace()
        .flat_map(|word| pieces(word, columns))
    {
        if !line.is_empty() && width(&line) + 1 + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for character in word.chars() {
        used += columns_of(character);
        if used > columns {
            pieces.push(String::new());
            used = columns_of(character);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces
}

/// Columns that a text without control characters takes up.
pub fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Two for the scripts and signs that terminals draw wide.
fn columns_of(character: char) -> usize {
    let wide = matches!(
        u32::from(character),
        0x1100..=0x115F
            | 0x2E80..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F
            | 0xFF00..=0xFF60
            | 0x1F300..=0x1FAFF
            | 0x20000..=0x3FFFD
    );
    if wide { 2 } else { 1 }
}

/// `1 requirement`, `2 requirements`.
pub fn counted(number: usize, one: &str) -> String {
    if number == 1 {
        return format!("1 {one}");
    }
    format!("{number} {one}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("漢字漢字", 4), ["漢字", "漢字"]);
        assert!(wrap("  ", 4).is_empty());
    }

    #[test]
    fn text_is_cut_by_columns() {
        let look = Look::default();
        assert_eq!(look.cut("abcdef", 6), "abcdef");
        assert_eq!(look.cut("abcdefg", 6), "abcde…");
        assert_eq!(look.cut("漢字漢字", 6), "漢字…");
        let plain = Look {
            ascii: true,
            ..look
        };
        assert_eq!(plain.cut("abcdefg", 6), "abc...");
    }

    #[test]
    fn every_mark_has_a_sign_of_its_own_in_both_alphabets() {
        let marks = [Mark::Full, Mark::Partial, Mark::NonCompliant, Mark::None];
        for ascii in [false, true] {
            let look = Look {
                ascii,
                ..Look::default()
            };
            let signs: std::collections::BTreeSet<&str> =
                marks.iter().map(|mark| look.sign(*mark)).collect();
            assert_eq!(signs.len(), marks.len());
            assert_eq!(ascii, signs.iter().all(|sign| sign.is_ascii()));
        }
    }
}
