//! The report as Markdown: a job summary, or a comment for reviewers.
//!
//! Text of a server can form no markup, link, mention or reference here.

use std::collections::{BTreeMap, BTreeSet};

use super::causes::{Cause, causes};
use super::escape::escape;
use super::matrix::Compliance;
use super::model::{Report, Server};
use super::paint::counted;
use super::standing::{FailOn, Standing};
use crate::engine::outcome::FindingStatus;
use crate::spec::{Revision, catalogue};

/// Subjects that one row names.
const MOST_SUBJECTS: usize = 3;

/// The page.
pub fn render(report: &Report, fail_on: FailOn) -> String {
    let mut page = format!("## mcp-check: {}\n\n", verdict(report, fail_on));
    page.push_str("| server | result | revisions | MUST-level requirements that hold | violations | warnings |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for server in &report.servers {
        page.push_str(&server_row(server, fail_on));
    }
    page.push_str(&not_tested(report));
    let all = report.servers.len();
    let failed = rows(report, FindingStatus::Failed);
    if !failed.is_empty() {
        page.push_str(&format!("\n### Violations\n\n{}", table(&failed, all)));
    }
    let warned = rows(report, FindingStatus::Warned);
    if !warned.is_empty() {
        let count = counted(warned.len(), "warning");
        page.push_str(&format!(
            "\n<details><summary>{count}</summary>\n\n{}\n</details>\n",
            table(&warned, all)
        ));
    }
    page.push_str("\n`mcp-check explain ID` says more about any id.\n");
    page
}

fn verdict(report: &Report, fail_on: FailOn) -> &'static str {
    match Standing::of_report(report, fail_on) {
        Standing::Defect => "a defect of mcp-check",
        Standing::NotTested => "a server could not be tested",
        Standing::Failing => "failed",
        Standing::Clean => "passed",
    }
}

fn server_row(server: &Server, fail_on: FailOn) -> String {
    let result = match Standing::of_server(server, fail_on) {
        Standing::Defect => "defect of mcp-check",
        Standing::NotTested => "not tested",
        Standing::Failing => "failed",
        Standing::Clean => "passed",
    };
    let count = |status| causes(&server.findings, status).len();
    let shares: BTreeMap<&Revision, &Compliance> = server.compliance.iter().collect();
    let holds: Vec<String> = shares
        .values()
        .map(|share| format!("{} of {}", share.held, share.judged))
        .collect();
    let revisions: Vec<&str> = server.revisions.iter().map(|it| it.as_str()).collect();
    format!(
        "| {} | {result} | {} | {} | {} | {} |\n",
        plain(&server.name),
        revisions.join("<br>"),
        holds.join("<br>"),
        count(FindingStatus::Failed),
        count(FindingStatus::Warned),
    )
}

fn not_tested(report: &Report) -> String {
    let mut text = String::new();
    for server in &report.servers {
        if let Some(diagnosis) = &server.diagnosis {
            let name = plain(&server.name);
            let (message, next) = (plain(&diagnosis.message), plain(&diagnosis.next));
            text.push_str(&format!("\n**{name}** was not tested. {message} {next}\n"));
        }
    }
    text
}

/// A cause, over all servers that have it.
struct Row<'r> {
    cause: Cause<'r>,
    servers: Vec<&'r str>,
    subjects: BTreeSet<&'r str>,
}

/// The gravest first, then those that most servers have.
fn rows(report: &Report, status: FindingStatus) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for server in &report.servers {
        for cause in causes(&server.findings, status) {
            let subjects = cause.findings.iter().map(|it| it.subject.as_str());
            let subjects: BTreeSet<&str> = subjects.filter(|it| !it.is_empty()).collect();
            let is_known = |row: &&mut Row<'_>| {
                let known = &row.cause;
                (known.check, known.requirements, known.severity)
                    == (cause.check, cause.requirements, cause.severity)
            };
            if let Some(row) = rows.iter_mut().find(is_known) {
                row.servers.push(&server.name);
                row.subjects.extend(subjects);
                row.cause.revisions.extend(&cause.revisions);
            } else {
                rows.push(Row {
                    servers: vec![&server.name],
                    subjects,
                    cause,
                });
            }
        }
    }
    rows.sort_by_key(|row| {
        let severity = std::cmp::Reverse(row.cause.severity);
        let servers = std::cmp::Reverse(row.servers.len());
        (severity, servers, row.cause.requirements)
    });
    rows
}

fn table(rows: &[Row<'_>], all: usize) -> String {
    let mut text =
        "| severity | rule | what was seen | servers | at |\n|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let cause = &row.cause;
        let level = cause.level.map_or("", |level| level.as_str());
        let severity = format!("{} {level}", cause.severity.as_str());
        let names: Vec<String> = row.servers.iter().map(|name| plain(name)).collect();
        let servers = match all {
            1 => names.join(", "),
            _ => format!("{} of {all}: {}", names.len(), names.join(", ")),
        };
        let revisions: Vec<&str> = cause.revisions.iter().map(|it| it.as_str()).collect();
        text.push_str(&format!(
            "| {} | {} | {} | {servers} | {} |\n",
            severity.trim(),
            rules(cause),
            seen(row),
            revisions.join("<br>"),
        ));
    }
    text
}

fn rules(cause: &Cause<'_>) -> String {
    let newest = cause.revisions.last();
    let shown = cause.requirements.iter().map(|id| {
        let page = newest.and_then(|at| Some(catalogue().get(id)?.page_url(*at)));
        match page {
            Some(page) => format!("[`{id}`]({page})"),
            None => format!("`{id}`"),
        }
    });
    shown.collect::<Vec<String>>().join("<br>")
}

fn seen(row: &Row<'_>) -> String {
    let message = row.cause.findings.first().map_or("", |it| &it.message);
    let mut text = plain(message);
    if row.subjects.len() > 1 {
        let named = row.subjects.iter().take(MOST_SUBJECTS);
        let named: Vec<String> = named.map(|subject| plain(subject)).collect();
        let left = row.subjects.len() - named.len();
        let more = match left {
            0 => String::new(),
            _ => format!(" and {left} more"),
        };
        text.push_str(&format!("<br>Seen at {}{more}.", named.join(", ")));
    }
    text
}

/// Text that Markdown shows as it is. Punctuation that forms markup or links is written as
/// character references; comments keep words from becoming mentions and references to issues.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in escape(text).chars() {
        let code = u32::from(character);
        match character {
            '@' | '#' => plain.push_str(&format!("&#{code};<!-- -->")),
            '&' | '<' | '>' | '|' | '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '{'
            | '}' | ':' | '/' | '$' | '^' => plain.push_str(&format!("&#{code};")),
            // A name that begins with www and a dot becomes a link by itself.
            '.' if plain.ends_with(['w', 'W']) => plain.push_str(&format!("&#{code};")),
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, model};

    #[test]
    fn hostile_text_forms_no_markup() {
        let hostile = "| <img src=x onerror=alert(1)> [a](http://b.example) @admin #1 **x** `y` www.c.example\n\u{202e}";
        let mut run = fixture::broken();
        run.name = hostile.into();
        run.findings[0].message = hostile.into();
        run.findings[0].subject = hostile.into();
        let page = render(&model::build(&[run, fixture::dead()]), FailOn::Must);
        for bad in [
            "<img",
            "](http://b",
            "@admin",
            " #1 ",
            "**x",
            "`y",
            "www.",
            "\u{202e}",
            "\u{1b}",
        ] {
            assert!(!page.contains(bad), "{bad}\n{page}");
        }
        for line in page.lines().filter(|line| line.starts_with('|')) {
            let columns = line.matches('|').count() - 1;
            assert!([5, 6].contains(&columns), "{line}");
        }
    }

    #[test]
    fn violations_are_rows_with_the_servers_they_concern() {
        let mut second = fixture::broken();
        second.name = "other".into();
        let runs = [fixture::broken(), second, fixture::soft(), fixture::dead()];
        let page = render(&model::build(&runs), FailOn::Must);
        assert!(
            page.starts_with("## mcp-check: a server could not be tested\n"),
            "{page}"
        );
        assert!(page.contains("| 2 of 4: broken, other |"), "{page}");
        assert!(
            page.contains("<details><summary>1 warning</summary>"),
            "{page}"
        );
        assert!(page.contains("**dead** was not tested."), "{page}");
        assert!(page.contains(" and 2 more."), "{page}");
        let clean = render(&model::build(&[fixture::clean()]), FailOn::Must);
        assert!(
            clean.starts_with("## mcp-check: passed\n") && !clean.contains("###"),
            "{clean}"
        );
    }
}
