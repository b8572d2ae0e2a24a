//! `list`: what is checked.

use std::collections::BTreeSet;

use super::args::{ListArgs, When};
use super::exit::ExitCode;
use super::output::print_page;
use crate::check::explain::headline;
use crate::checks;
use crate::errors::Error;
use crate::report::paint::{BOLD, DIM, paint, wrap};
use crate::spec::{Requirement, Revision, catalogue, security_checks};

/// Columns of a sentence below its id.
const COLUMNS: usize = 92;

/// Lists checks or requirements.
///
/// # Errors
/// Nothing contains the word.
pub fn list(args: &ListArgs) -> Result<ExitCode, Error> {
    let word = args.word.as_deref().unwrap_or_default();
    let (page, count) = if args.requirements {
        requirements(word)
    } else {
        all_checks(word)
    };
    if count == 0 {
        return Err(Error::NothingSelected {
            asked: format!("{word:?}"),
        });
    }
    print_page(&page, false, When::Auto);
    Ok(ExitCode::Clean)
}

fn all_checks(word: &str) -> (String, usize) {
    let mut page = String::new();
    let mut count = 0;
    for entry in checks::all() {
        let headline = headline(entry.source);
        let covers = entry.check.covers.join(" ");
        if !contains(&[entry.id, &headline, &covers], word) {
            continue;
        }
        count += 1;
        page.push_str(&item(entry.id, "", &headline));
    }
    (page, count)
}

fn requirements(word: &str) -> (String, usize) {
    let entries = checks::all();
    let covered: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| entry.check.covers.iter().copied())
        .collect();
    let open = |id: &str| match covered.contains(id) {
        true => "",
        false => ", not judged yet",
    };
    let mut page = String::new();
    let mut count = 0;
    for row in catalogue().iter() {
        if !contains(&[&row.id, row.level.as_str(), &row.says], word) {
            continue;
        }
        count += 1;
        let facts = format!("{}, {}{}", row.level, span(row), open(&row.id));
        page.push_str(&item(&row.id, &facts, &row.says));
    }
    for row in security_checks() {
        if !contains(&[&row.id, row.severity.as_str(), &row.idea], word) {
            continue;
        }
        count += 1;
        let facts = format!("security, {}{}", row.severity.as_str(), open(&row.id));
        page.push_str(&item(&row.id, &facts, &row.idea));
    }
    (page, count)
}

fn item(id: &str, facts: &str, sentence: &str) -> String {
    let mut text = paint(BOLD, id);
    if !facts.is_empty() {
        text.push_str("  ");
        text.push_str(&paint(DIM, facts));
    }
    text.push('\n');
    for line in wrap(sentence, COLUMNS) {
        text.push_str(&format!("    {line}\n"));
    }
    text
}

fn contains(texts: &[&str], word: &str) -> bool {
    let word = word.to_lowercase();
    texts.iter().any(|text| text.to_lowercase().contains(&word))
}

/// The revisions of a requirement: `2025-03-26 to 2025-11-25`, or one by one where there are gaps.
pub fn span(row: &Requirement) -> String {
    let revisions = &row.revisions;
    let (Some(first), Some(last)) = (revisions.first(), revisions.last()) else {
        return "no revision".into();
    };
    let between = Revision::ALL
        .iter()
        .filter(|revision| *first <= **revision && **revision <= *last);
    if revisions.len() == Revision::ALL.len() {
        return "all revisions".into();
    }
    if revisions.len() > 1 && between.count() == revisions.len() {
        return format!("{first} to {last}");
    }
    let texts: Vec<&str> = revisions.iter().map(|revision| revision.as_str()).collect();
    texts.join(", ")
}
