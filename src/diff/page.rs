//! A comparison for people: what breaks first, texts last.

use std::collections::BTreeSet;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::{Change, Class, Diff, ServerDiff, Turn, Verdict, VerdictChange};
use crate::report::escape::escape;
use crate::report::paint::{BOLD, DIM, GREEN, Look, RED, YELLOW, counted, paint};
use crate::spec::Revision;

/// Values up to this long are shown on one line, as `old -> new`.
const SHORT: usize = 60;
/// Names that one line lists.
const MOST_NAMES: usize = 8;
/// Tools and prompts that are described one by one when they come or go.
const MOST_DESCRIBED: usize = 40;
/// Lines of one changed text.
const MOST_LINES: usize = 24;

/// The page, with colours as ANSI escapes.
pub fn render(diff: &Diff, look: Look) -> String {
    let mut page = String::new();
    if !look.quiet {
        for server in &diff.servers {
            page.push_str(&section(server, look));
            page.push('\n');
        }
        for (names, word) in [(&diff.removed, "gone"), (&diff.added, "new")] {
            for name in names {
                page.push_str(&format!("{}: is {word}\n", paint(BOLD, &escape(name))));
            }
        }
        if !diff.added.is_empty() || !diff.removed.is_empty() {
            page.push('\n');
        }
    }
    page.push_str(&verdict(diff));
    page
}

fn section(server: &ServerDiff, look: Look) -> String {
    let arrow = if look.ascii { "->" } else { "→" };
    let (before, after) = (escape(&server.before), escape(&server.after));
    let title = match before == after {
        true => after,
        false => format!("{before} {arrow} {after}"),
    };
    let compared = match server.compared.is_empty() {
        true => "no revision".to_owned(),
        false => dates(&server.compared),
    };
    let compared = paint(DIM, &format!("compared at {compared}"));
    let name = paint(BOLD, &escape(&server.name));
    let mut text = format!("{name}: {title}\n{compared}\n");
    for class in [
        Class::Breaking,
        Class::Undecided,
        Class::Compatible,
        Class::Wording,
    ] {
        let of_class: Vec<&Change> = server
            .changes
            .iter()
            .filter(|change| change.class == class)
            .collect();
        if of_class.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{}\n", heading(class)));
        for alike in grouped(&of_class) {
            text.push_str(&change_lines(&alike, &server.compared, arrow));
        }
    }
    text.push_str(&verdict_lines(server));
    if !server.not_compared.is_empty() {
        text.push_str(&format!("\n{}\n", paint(BOLD, "Not compared")));
        for what in &server.not_compared {
            text.push_str(&format!("  {}\n", escape(what)));
        }
    }
    text
}

fn heading(class: Class) -> String {
    match class {
        Class::Breaking => paint(RED.bold(), "Breaks clients"),
        Class::Undecided => paint(YELLOW.bold(), "Needs a look: it may break clients or not"),
        Class::Compatible => paint(GREEN.bold(), "Compatible"),
        Class::Wording => paint(
            BOLD,
            "Texts: no program depends on them, but models read them",
        ),
    }
}

/// Changes that are the same but for the name of their subject, in the order of the first.
fn grouped<'c>(changes: &[&'c Change]) -> Vec<Vec<&'c Change>> {
    let same_kind = |a: &Change, b: &Change| {
        a.subject.kind == b.subject.kind
            && (&a.place, &a.what, &a.revisions) == (&b.place, &b.what, &b.revisions)
    };
    // Whole entries that came or went are described one by one, unless there are too many.
    let many = |change: &Change| {
        let is_whole = ["gone", "new"].contains(&change.what.as_str());
        let like_it = changes.iter().filter(|other| same_kind(other, change));
        let most = match change.subject.kind.starts_with("resource") {
            true => MOST_NAMES,
            false => MOST_DESCRIBED,
        };
        is_whole && like_it.count() > most
    };
    let mut groups: Vec<Vec<&'c Change>> = Vec::new();
    for change in changes {
        let is_alike = |group: &&mut Vec<&'c Change>| {
            let first = group[0];
            let is_same = (&first.before, &first.after) == (&change.before, &change.after);
            same_kind(first, change) && (is_same || many(change))
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups
}

fn change_lines(alike: &[&Change], compared: &BTreeSet<Revision>, arrow: &str) -> String {
    let first = alike[0];
    let mut line = format!("  {}", names(alike));
    for part in [&first.place, &first.what] {
        if !part.is_empty() {
            line.push_str(&format!("  {}", escape(part)));
        }
    }
    let is_alone = alike
        .iter()
        .all(|it| (&it.before, &it.after) == (&first.before, &first.after));
    let (before, after) = match is_alone {
        true => (shown(&first.before), shown(&first.after)),
        false => (String::new(), String::new()),
    };
    let is_short = |text: &str| text.chars().count() <= SHORT && !text.contains('\n');
    let is_inline = is_short(&before) && is_short(&after);
    if is_inline || before.is_empty() || after.is_empty() {
        line.push_str(&inline(&before, &after, &first.what, arrow));
    }
    if !compared.is_subset(&first.revisions) && first.subject.kind != "revision" {
        line.push_str(&paint(DIM, &format!("  (at {})", dates(&first.revisions))));
    }
    line.push('\n');
    if !is_inline && !before.is_empty() && !after.is_empty() {
        line.push_str(&changed_lines(&before, &after));
    }
    line
}

/// Values that fit into the line. A phrase says by itself that something came or went.
fn inline(before: &str, after: &str, what: &str, arrow: &str) -> String {
    let is_phrase = what.contains(' ') || ["gone", "new"].contains(&what);
    let value = |text: &str| match text {
        "" => "none".to_owned(),
        _ => cut(&escape(text)),
    };
    match (before, after) {
        ("", "") => String::new(),
        ("", only) | (only, "") if is_phrase => format!(": {}", value(only)),
        _ => format!(": {} {arrow} {}", value(before), value(after)),
    }
}

fn names(alike: &[&Change]) -> String {
    let subject = &alike[0].subject;
    if alike.len() == 1 {
        let name = format!("{} {}", subject.kind, escape(&subject.name));
        return paint(BOLD, name.trim_end());
    }
    let shown: Vec<String> = alike
        .iter()
        .take(MOST_NAMES)
        .map(|change| escape(&change.subject.name))
        .collect();
    let left = alike.len() - shown.len();
    let more = match left {
        0 => String::new(),
        _ => format!(" and {left} more"),
    };
    let count = match subject.kind.strip_suffix('y') {
        Some(stem) => format!("{} {stem}ies", alike.len()),
        None => counted(alike.len(), &subject.kind),
    };
    let (count, names) = (paint(BOLD, &count), shown.join(", "));
    format!(
        "{count}  {names}{more}{}",
        if more.is_empty() { " " } else { "" }
    )
}

/// A string as it is, anything else as JSON; empty for null.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => {
            let line = value.to_string();
            match line.chars().count() > SHORT {
                true => serde_json::to_string_pretty(value).unwrap_or_default(),
                false => line,
            }
        }
        _ => value.to_string(),
    }
}

/// Characters of a value that stands in a line.
const LONGEST: usize = 160;

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push_str("...");
    }
    short
}

fn changed_lines(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = String::new();
    let changed = diff.iter_all_changes();
    let changed: Vec<_> = changed.filter(|it| it.tag() != ChangeTag::Equal).collect();
    for change in changed.iter().take(MOST_LINES) {
        let text = escape(change.value().trim_end_matches('\n'));
        lines.push_str(&match change.tag() {
            ChangeTag::Delete => format!("      {}\n", paint(RED, &format!("- {text}"))),
            _ => format!("      {}\n", paint(GREEN, &format!("+ {text}"))),
        });
    }
    if changed.len() > MOST_LINES {
        let left = counted(changed.len() - MOST_LINES, "further line");
        lines.push_str(&format!("      {left}\n"));
    }
    lines
}

fn verdict_lines(server: &ServerDiff) -> String {
    if server.verdicts.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(BOLD, "Verdicts"));
    for VerdictChange {
        turn,
        requirement,
        subject,
        message,
        revisions,
    } in &server.verdicts
    {
        let (style, word) = match turn {
            Turn::NewFailure => (RED, "new violation"),
            Turn::NewWarning => (YELLOW, "new warning"),
            Turn::Mended => (GREEN, "mended"),
        };
        let mut line = format!("  {}  {}", paint(style, word), escape(requirement));
        if !subject.is_empty() {
            line.push_str(&format!("  {}", escape(subject)));
        }
        if !server.compared.is_subset(revisions) {
            line.push_str(&paint(DIM, &format!("  (at {})", dates(revisions))));
        }
        text.push_str(&format!("{line}\n"));
        if matches!(turn, Turn::NewFailure | Turn::NewWarning) {
            text.push_str(&format!("      {}\n", cut(&escape(message))));
        }
    }
    text
}

fn verdict(diff: &Diff) -> String {
    let turned: usize = diff
        .servers
        .iter()
        .map(|server| server.verdicts.len())
        .sum();
    let all = || diff.servers.iter().flat_map(|server| &server.changes);
    let count = |class| all().filter(|change| change.class == class).count();
    let (style, word) = match diff.verdict {
        Verdict::Breaking => (RED.bold(), "Breaking"),
        Verdict::Undecided => (YELLOW.bold(), "Needs a look"),
        Verdict::Compatible => (GREEN.bold(), "Compatible"),
        Verdict::Unchanged => (GREEN.bold(), "Unchanged"),
    };
    let mut parts: Vec<String> = [
        (count(Class::Breaking), "breaking change"),
        (count(Class::Undecided), "undecided change"),
        (count(Class::Compatible), "compatible change"),
        (count(Class::Wording), "changed text"),
        (turned, "changed verdict"),
        (diff.removed.len(), "server gone"),
        (diff.added.len(), "new server"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, noun)| match noun {
        "server gone" => format!("{} gone", counted(count, "server")),
        _ => counted(count, noun),
    })
    .collect();
    if parts.is_empty() {
        parts.push("nothing differs".into());
    }
    let exit = i32::from(!diff.is_empty());
    let line = format!("{word}: {} (exit {exit}).", parts.join(", "));
    format!("{}\n", paint(style, &line))
}

fn dates(revisions: &BTreeSet<Revision>) -> String {
    let texts: Vec<&str> = revisions.iter().map(|revision| revision.as_str()).collect();
    texts.join(", ")
}
