//! What a program says of its inside when it fails: stack traces and places of its own files.

use std::ops::Range;

/// A stack trace in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Language of the program.
    pub language: &'static str,
    /// From its first frame to the end of its last.
    pub place: Range<usize>,
}

/// Frames that make a trace.
const FRAMES: usize = 2;

/// The first stack trace in a text.
pub fn trace(text: &str) -> Option<Trace> {
    let mut frames: Vec<(&'static str, Range<usize>)> = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        if let Some(language) = frame(line.trim()) {
            frames.push((language, at..at + line.len()));
        }
        at += line.len() + 1;
    }
    let (language, first) = frames.first()?.clone();
    let alike = frames.iter().filter(|(other, _)| *other == language);
    let has_head = text.contains("Traceback (most recent call last)");
    let last = alike.clone().next_back()?.1.end;
    (alike.count() >= FRAMES || has_head).then_some(Trace {
        language,
        place: first.start..last,
    })
}

/// The language whose stack frames look like this line.
fn frame(line: &str) -> Option<&'static str> {
    if line.starts_with("File \"") && line.contains("\", line ") {
        return Some("Python");
    }
    if let Some(rest) = line.strip_prefix("at ") {
        let place = rest.trim_end_matches(')');
        let (before, column) = place.rsplit_once(':')?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !is_number(column) {
            return rest.contains(" in /").then_some("C#");
        }
        if before
            .rsplit_once(':')
            .is_some_and(|(_, line)| is_number(line))
        {
            return Some("JavaScript");
        }
        return before.contains(".java").then_some("Java");
    }
    if line.contains(".go:") && line.contains(" +0x") {
        return Some("Go");
    }
    if line.starts_with('#') && line.contains(".php(") {
        return Some("PHP");
    }
    (line.contains(".rb:") && line.contains(":in ")).then_some("Ruby")
}

/// Folders that hold what a program is made of, never what it serves.
const INSIDE: [&str; 6] = [
    "/site-packages/",
    "/dist-packages/",
    "/node_modules/",
    "/.cargo/registry/",
    "/go/pkg/mod/",
    "/usr/lib/python",
];

/// The first absolute path that leads into the program itself.
pub fn inside_path(text: &str) -> Option<Range<usize>> {
    let found = INSIDE.iter().filter_map(|folder| text.find(folder)).min()?;
    let is_end = |it: char| it.is_whitespace() || "\"'`()<>,;".contains(it);
    let start = text[..found].rfind(is_end).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let end = text[found..]
        .find(is_end)
        .map_or(text.len(), |at| found + at);
    let path = text[start..end].trim_start_matches("file://");
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":\\");
    is_absolute.then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_recognised() {
        let python = "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n    x()\nValueError: no";
        assert_eq!(trace(python).unwrap().language, "Python");
        let node = "Error: no\n    at run (/srv/a.js:3:5)\n    at async file:///srv/b.js:10:2\n";
        let found = trace(node).unwrap();
        assert_eq!(found.language, "JavaScript");
        assert!(node[found.place].trim_start().starts_with("at run"));
        let java = "no\n\tat a.b.C.run(C.java:12)\n\tat a.b.D.main(D.java:3)";
        assert_eq!(trace(java).unwrap().language, "Java");
    }

    #[test]
    fn messages_about_places_are_no_traces() {
        for text in [
            "Error: unexpected token at line 3, column 5",
            "Meet at noon at 10:30",
            "See File \"a\"",
            "at run (/srv/a.js:3:5)",
        ] {
            assert_eq!(trace(text), None, "{text}");
        }
    }

    #[test]
    fn paths_into_the_program_are_found() {
        let text = "cannot load '/opt/x/node_modules/y/z.js': no";
        assert_eq!(
            &text[inside_path(text).unwrap()],
            "/opt/x/node_modules/y/z.js"
        );
        for text in [
            "no such file: /home/a/data/b.txt",
            "run it in node_modules/x",
            "",
        ] {
            assert_eq!(inside_path(text), None, "{text}");
        }
    }
}
