//! `explain`: the page of a check, a requirement or a security check.

use super::args::{ExplainArgs, When};
use super::exit::ExitCode;
use super::list::span;
use super::nearest::nearest;
use super::output::{print, print_page};
use crate::check::{Entry, explain};
use crate::checks;
use crate::errors::Error;
use crate::report::paint::{BOLD, DIM, paint, wrap};
use crate::spec::{
    Requirement, Rule, SecurityCheck, TransportKind, catalogue, security_check, security_checks,
};

/// Columns of the text.
const COLUMNS: usize = 92;

/// Prints the page of an id.
///
/// # Errors
/// The id is not known; the error names the nearest ones.
pub fn explain(args: &ExplainArgs) -> Result<ExitCode, Error> {
    let id = args.id.as_str();
    let entries = checks::all();
    if let Some(entry) = entries.iter().find(|entry| entry.id == id) {
        print(check_page(entry).as_bytes());
        return Ok(ExitCode::Clean);
    }
    let page = catalogue()
        .get(id)
        .map(|row| requirement_page(row, &entries))
        .or_else(|| security_check(id).map(|row| security_page(row, &entries)));
    let page = page.ok_or_else(|| unknown(id, &entries))?;
    print_page(&page, false, When::Auto);
    Ok(ExitCode::Clean)
}

fn unknown(id: &str, entries: &[Entry]) -> Error {
    let names = entries
        .iter()
        .map(|entry| entry.id)
        .chain(catalogue().iter().map(|row| row.id.as_str()))
        .chain(security_checks().iter().map(|check| check.id.as_str()));
    let near = nearest(id, names);
    let help = if near.is_empty() {
        "`mcp-check list` shows the checks, `mcp-check list --requirements` the requirements"
            .to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Error::usage_with(format!("there is no check or requirement {id:?}"), help)
}

/// The text of the check's file as it is, with what it decides below.
fn check_page(entry: &Entry) -> String {
    let mut page = format!("# {}\n\n", entry.id);
    page.push_str(explain::page(entry.source).trim_end());
    page.push_str("\n\nIt decides:\n\n");
    for id in entry.check.covers {
        let (facts, says) = match Rule::find(id) {
            Some(Rule::Requirement(row)) => (format!("{}, {}", row.level, span(row)), &row.says),
            Some(Rule::Security(row)) => {
                (format!("security, {}", row.severity.as_str()), &row.idea)
            }
            None => continue,
        };
        page.push_str(&format!("- `{id}` ({facts}): {says}\n"));
    }
    page
}

fn requirement_page(row: &Requirement, entries: &[Entry]) -> String {
    let mut page = format!("{}\n\n", paint(BOLD, &row.id));
    page.push_str(&paragraph(&row.says, 2));
    page.push('\n');
    page.push_str(&field("Level", &levels(row)));
    page.push_str(&field("Revisions", &span(row)));
    page.push_str(&field("Transports", &transports(row)));
    if let Some(newest) = row.revisions.last() {
        page.push_str(&field("Specification", &row.page_url(*newest)));
    }
    page.push_str(&field("Checks", &judges(&row.id, entries)));
    page.push_str(&titled("How it can be judged", &row.probe));
    if let Some(note) = &row.note {
        page.push_str(&titled("Note", note));
    }
    page
}

/// The checks that decide it.
fn judges(id: &str, entries: &[Entry]) -> String {
    let judges: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.check.covers.contains(&id))
        .map(|entry| entry.id)
        .collect();
    if judges.is_empty() {
        return "none yet".to_owned();
    }
    judges.join(", ")
}

fn levels(row: &Requirement) -> String {
    let mut text = row.level.to_string();
    for (revision, level) in &row.level_by_revision {
        text.push_str(&format!("; {level} in {revision}"));
    }
    if row.strength == crate::spec::Strength::Derived {
        text.push_str(
            ", by descriptive wording: a warning at most, unless a schema type is broken",
        );
    }
    text
}

fn transports(row: &Requirement) -> String {
    if row.transports.len() == TransportKind::ALL.len() {
        return "all".into();
    }
    let names: Vec<&str> = row.transports.iter().map(|it| it.as_str()).collect();
    names.join(", ")
}

fn security_page(check: &SecurityCheck, entries: &[Entry]) -> String {
    let word = |value: serde_json::Result<serde_json::Value>| {
        let value = value.unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    };
    let mut page = format!("{}\n\n", paint(BOLD, &check.id));
    page.push_str(&paragraph(&check.idea, 2));
    page.push('\n');
    page.push_str(&field("Severity", check.severity.as_str()));
    page.push_str(&field("Mode", &word(serde_json::to_value(check.mode))));
    page.push_str(&field("Applies to", &check.applies_to));
    page.push_str(&field("References", &check.references.join(", ")));
    page.push_str(&field("Checks", &judges(&check.id, entries)));
    page.push_str(&titled("What is sent", &check.payloads));
    page.push_str(&titled("What counts as proof", &check.oracle));
    page.push_str(&titled("What does not count", &check.false_positives));
    page
}

fn titled(title: &str, text: &str) -> String {
    format!("\n  {}\n{}", paint(BOLD, title), paragraph(text, 2))
}

fn paragraph(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let lines = wrap(text, COLUMNS - by);
    lines
        .iter()
        .map(|line| format!("{indent}{line}\n"))
        .collect()
}

fn field(name: &str, value: &str) -> String {
    let mut text = String::new();
    for (index, line) in wrap(value, COLUMNS - 18).iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        let name = paint(DIM, &format!("{name:<14}"));
        text.push_str(&format!("  {name}  {line}\n"));
    }
    text
}
