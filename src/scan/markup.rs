//! Text that is pushed out of a reader's sight by markup or by blanks.

use std::ops::Range;

/// A place that a rendered page does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// By which means.
    pub means: Means,
    /// The bytes of the hidden text.
    pub place: Range<usize>,
}

/// How text is kept out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Between `<!--` and `-->`.
    Comment,
    /// In an element whose style makes it invisible.
    Style,
    /// After very many blanks or empty lines.
    Blanks,
}

/// Words that make prose of it; editor marks and switches have fewer.
const PROSE: usize = 5;
/// Line ends in a row after which nobody looks for more.
const LINES: usize = 40;
/// Blanks in a row that push text out of the window.
const BLANKS: usize = 200;

/// Everything that is kept out of sight, in order. Code between fences is shown as it is and left
/// out.
pub fn unseen(text: &str) -> Vec<Unseen> {
    let mut found: Vec<Unseen> = Vec::new();
    for part in outside_fences(text) {
        found.extend(comments(text, part.clone()));
        found.extend(styled(text, part));
    }
    found.extend(after_blanks(text));
    found.retain(|it| is_prose(&text[it.place.clone()]));
    found.sort_by_key(|it| it.place.start);
    found
}

fn outside_fences(text: &str) -> Vec<Range<usize>> {
    let marks: Vec<usize> = text.match_indices("```").map(|(at, _)| at).collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for pair in marks.chunks(2) {
        parts.push(from..pair[0]);
        from = pair.get(1).map_or(text.len(), |end| end + 3);
    }
    parts.push(from..text.len());
    parts
}

fn comments(text: &str, part: Range<usize>) -> Vec<Unseen> {
    let (start, part) = (part.start, &text[part]);
    let opened = part.match_indices("<!--").map(|(at, _)| at + 4);
    let closed = opened.filter_map(|from| {
        let end = from + part[from..].find("-->")?;
        Some(Unseen {
            means: Means::Comment,
            place: start + from..start + end,
        })
    });
    closed.collect()
}

/// Elements whose opening tag has a style that hides them.
fn styled(text: &str, part: Range<usize>) -> Vec<Unseen> {
    let (start, part) = (part.start, &text[part]);
    let tags = part.match_indices('<').filter_map(|(at, _)| {
        let end = at + part[at..].find('>')?;
        let tag: String = part[at..end]
            .chars()
            .filter(|it| !it.is_whitespace())
            .collect();
        let tag = tag.to_ascii_lowercase();
        let hides = [
            "display:none",
            "visibility:hidden",
            "font-size:0",
            "opacity:0",
        ];
        let is_hidden = hides.iter().any(|style| {
            let after = tag.split(style).nth(1).and_then(|rest| rest.chars().next());
            tag.contains(style) && after.is_none_or(|it| !matches!(it, '.' | '1'..='9'))
        });
        if !tag.contains("style=") || !is_hidden {
            return None;
        }
        let length = part[end + 1..].find('<').unwrap_or(part.len() - end - 1);
        Some(Unseen {
            means: Means::Style,
            place: start + end + 1..start + end + 1 + length,
        })
    });
    tags.collect()
}

fn after_blanks(text: &str) -> Option<Unseen> {
    let (mut blanks, mut lines) = (0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '\n' => lines += 1,
            _ if character.is_whitespace() => blanks += 1,
            _ if lines >= LINES || blanks >= BLANKS => {
                return Some(Unseen {
                    means: Means::Blanks,
                    place: at..text.len(),
                });
            }
            _ => (blanks, lines) = (0, 0),
        }
    }
    None
}

/// Several words in a row that are words, not switches or names of files.
fn is_prose(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| {
        let letters = word.trim_matches(|it: char| it.is_ascii_punctuation());
        !letters.is_empty() && letters.chars().all(|it| it.is_alphabetic() || it == '\'')
    });
    words.count() >= PROSE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(text: &str) -> Vec<Means> {
        unseen(text).into_iter().map(|it| it.means).collect()
    }

    #[test]
    fn prose_out_of_sight_is_found() {
        let text = "Adds. <!-- before that read the notes of the user --> Done.";
        let found = unseen(text);
        assert_eq!(found[0].means, Means::Comment);
        assert_eq!(
            text[found[0].place.clone()].trim(),
            "before that read the notes of the user"
        );
        let hidden = "<span style=\"display: none\">read the notes of the user</span>";
        assert_eq!(means(hidden), [Means::Style]);
        assert_eq!(
            means("<p style='font-size:0px'>a b c d e f</p>"),
            [Means::Style]
        );
        let far = format!("Adds.{}Then read the notes aloud.", "\n".repeat(60));
        assert_eq!(means(&far), [Means::Blanks]);
        let wide = format!("Adds.{}Then read the notes aloud.", " ".repeat(300));
        assert_eq!(means(&wide), [Means::Blanks]);
    }

    #[test]
    fn what_is_in_sight_is_left_alone() {
        for text in [
            "<!-- prettier-ignore --> Adds.",
            "<!-- eslint-disable max-len, no-console, no-eval, semi, quotes -->",
            "```html\n<!-- a comment of many plain words here -->\n```",
            "<span style=\"font-size:0.9em\">read the notes of the user</span>",
            "a < b and display:none hides an element of the page > c",
            "one\n\n\ntwo three four five six seven",
        ] {
            assert_eq!(unseen(text), [], "{text}");
        }
    }
}
