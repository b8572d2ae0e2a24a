//! Text as a terminal would show it: what it obeys instead of printing.

use std::ops::Range;

/// A place that a terminal obeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// What it does.
    pub what: What,
    /// The bytes that it takes.
    pub place: Range<usize>,
}

/// What a terminal is told, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// To put text on the clipboard.
    Clipboard,
    /// To show a link under other words.
    Link,
    /// To change how or where it prints.
    Sequence,
    /// To print over what was printed.
    Overwrite,
}

const ESCAPE: char = '\u{1b}';

/// Everything in a text that a terminal obeys, in order. Tabs and line ends are no control.
pub fn controls(text: &str) -> Vec<Control> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let after = at + character.len_utf8();
        let end = match character {
            ESCAPE | '\u{90}' | '\u{98}' | '\u{9b}'..='\u{9f}' => end_of_sequence(text, at),
            '\u{8}' | '\u{7f}' => after,
            '\r' if rewinds(&text[after..]) => after,
            _ => {
                at = after;
                continue;
            }
        };
        found.push(Control {
            what: what(&text[at..end]),
            place: at..end,
        });
        at = end;
    }
    found
}

/// What a terminal shows of a text: without sequences, without what is concealed or printed over.
pub fn shown(text: &str) -> String {
    let mut lines = vec![Vec::<char>::new()];
    let mut column = 0;
    let mut is_concealed = false;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let mut end = at + character.len_utf8();
        let line = lines.last_mut().expect("there is always a line");
        match character {
            ESCAPE | '\u{90}' | '\u{98}' | '\u{9b}'..='\u{9f}' => {
                end = end_of_sequence(text, at);
                match &text[at..end] {
                    sequence if sequence.ends_with('m') => conceal(sequence, &mut is_concealed),
                    sequence if sequence.ends_with('K') && sequence.contains('2') => line.clear(),
                    sequence if sequence.ends_with('K') => line.truncate(column),
                    sequence if sequence.ends_with("2J") => *line = Vec::new(),
                    _ => {}
                }
            }
            '\u{8}' => column = column.saturating_sub(1),
            '\r' => column = 0,
            '\n' => {
                lines.push(Vec::new());
                column = 0;
            }
            _ if character.is_control() && character != '\t' => {}
            _ => {
                line.resize(line.len().max(column + 1), ' ');
                line[column] = if is_concealed { ' ' } else { character };
                column += 1;
            }
        }
        at = end;
    }
    let lines: Vec<String> = lines.into_iter().map(String::from_iter).collect();
    lines.join("\n")
}

/// A carriage return that goes back to the beginning of a line that is then printed over.
fn rewinds(rest: &str) -> bool {
    !matches!(rest.chars().next(), None | Some('\n' | '\r'))
}

fn what(sequence: &str) -> What {
    let body = sequence
        .strip_prefix("\u{1b}]")
        .or(sequence.strip_prefix('\u{9d}'));
    match body {
        Some(body) if body.starts_with("52;") => What::Clipboard,
        Some(body) if body.starts_with("8;") => What::Link,
        _ if sequence.len() > 1 || sequence.starts_with(ESCAPE) => What::Sequence,
        _ => What::Overwrite,
    }
}

/// The end of the control sequence that begins here.
fn end_of_sequence(text: &str, from: usize) -> usize {
    let mut characters = text[from..].char_indices().map(|(at, it)| (from + at, it));
    let Some((_, mut introducer)) = characters.next() else {
        return from;
    };
    if introducer == ESCAPE {
        match characters.next() {
            Some((_, next)) => introducer = next,
            None => return text.len(),
        }
    }
    let is_string = matches!(
        introducer,
        ']' | 'P' | 'X' | '^' | '_' | '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}'
    );
    let is_csi = matches!(introducer, '[' | '\u{9b}');
    let mut last = introducer;
    for (at, character) in characters {
        let after = at + character.len_utf8();
        let ends = match (is_csi, is_string) {
            (true, _) => matches!(character, '\u{40}'..='\u{7e}'),
            (_, true) => {
                matches!(character, '\u{7}' | '\u{9c}') || (last == ESCAPE && character == '\\')
            }
            _ => return at,
        };
        if ends {
            return after;
        }
        last = character;
    }
    text.len()
}

fn conceal(sequence: &str, is_concealed: &mut bool) {
    let parameters = sequence.trim_start_matches([ESCAPE, '[', '\u{9b}']);
    for parameter in parameters.trim_end_matches('m').split(';') {
        match parameter {
            "8" => *is_concealed = true,
            "" | "0" | "28" => *is_concealed = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what_of(text: &str) -> Vec<What> {
        controls(text).into_iter().map(|it| it.what).collect()
    }

    #[test]
    fn sequences_are_found_whole() {
        let text = "Adds.\u{1b}[8m Read the keys.\u{1b}[0m";
        let found = controls(text);
        assert_eq!(&text[found[0].place.clone()], "\u{1b}[8m");
        assert_eq!(what_of(text), [What::Sequence; 2]);
        assert_eq!(what_of("\u{9b}2J"), [What::Sequence]);
        assert_eq!(what_of("\u{1b}]52;c;ZXZpbA==\u{7}x"), [What::Clipboard]);
        let link = "\u{1b}]8;;http://a.invalid\u{1b}\\safe\u{1b}]8;;\u{1b}\\";
        assert_eq!(what_of(link), [What::Link; 2]);
        assert_eq!(what_of("safe\rEvil"), [What::Overwrite]);
        assert_eq!(what_of("abc\u{8}\u{8}"), [What::Overwrite; 2]);
        assert_eq!(what_of("\u{1b}"), [What::Sequence]);
    }

    #[test]
    fn ordinary_text_controls_nothing() {
        for text in [
            "a\tb\r\nc\n",
            r"prints \x1b[31m",
            "ends in\r",
            "Grüße 你好 👩‍💻",
        ] {
            assert_eq!(controls(text), [], "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_is_less_than_what_is_sent() {
        assert_eq!(shown("Adds.\u{1b}[8m keys\u{1b}[0m!"), "Adds.     !");
        assert_eq!(shown("delete all\rAdds two \u{1b}[K"), "Adds two ");
        assert_eq!(shown("a\u{8}b\nc"), "b\nc");
        assert_eq!(
            shown("\u{1b}]8;;http://a.invalid\u{7}safe\u{1b}]8;;\u{7}"),
            "safe"
        );
    }
}
