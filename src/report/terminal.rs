//! The report for people: the matrix, then one section per server, then the verdict.

use std::collections::BTreeMap;

use super::model::{Report, Server};
use super::paint::{DIM, GREEN, Look, RED, YELLOW, counted, paint, wrap};
use super::sections;
use super::standing::Standing;
use super::table;
use crate::engine::outcome::{FindingKind, FindingStatus};
use crate::transcript::Direction;

/// Who caused the events that findings point at: by server name and event.
pub type Directions = BTreeMap<String, BTreeMap<String, Direction>>;

/// The page, with colours as ANSI escapes.
pub fn render(report: &Report, directions: &Directions, look: Look) -> String {
    let mut page = String::new();
    if !look.quiet {
        // A table in which nothing was judged says less than the diagnoses do.
        if report
            .servers
            .iter()
            .any(|server| server.diagnosis.is_none())
        {
            page.push_str(&table::render(report, look));
            page.push('\n');
        }
        let unknown = BTreeMap::new();
        for (index, server) in report.servers.iter().enumerate() {
            if index > 0 {
                page.push('\n');
            }
            let directions = directions.get(&server.name).unwrap_or(&unknown);
            page.push_str(&sections::server(server, directions, look));
        }
        page.push_str(&how_to_see_more(report, look));
        page.push('\n');
    }
    page.push_str(&verdict(report, look));
    page
}

fn how_to_see_more(report: &Report, look: Look) -> String {
    let shown = |status| look.verbose || status == FindingStatus::Failed;
    let mut findings = report.servers.iter().flat_map(|server| &server.findings);
    if !findings.any(|finding| shown(finding.status)) {
        return String::new();
    }
    let text = "`mcp-check explain ID` says more about any id above: what is asked, where the \
                specification asks it, and how to mend it.";
    let lines = wrap(text, look.sentence());
    format!("\n{}\n", paint(DIM, &lines.join("\n")))
}

/// The last line: how it came out, and the exit code that says so.
fn verdict(report: &Report, look: Look) -> String {
    let standing = Standing::of_report(report, look.fail_on);
    let servers = &report.servers;
    let those: Vec<&Server> = servers
        .iter()
        .filter(|server| Standing::of_server(server, look.fail_on) == standing)
        .collect();
    let names = names(&those, servers.len());
    let (style, text) = match standing {
        Standing::Defect => (
            RED.bold(),
            format!("Defect: mcp-check failed to judge {names}; please report this"),
        ),
        Standing::NotTested => (RED.bold(), format!("Not tested: {names}")),
        Standing::Failing => (
            RED.bold(),
            format!("Failed: {}", failing(&those, &names, look)),
        ),
        Standing::Clean => clean(report, look),
    };
    let line = format!("{text} (exit {}).", standing.exit_code());
    let lines = wrap(&line, look.sentence());
    format!("{}\n", paint(style, &lines.join("\n")))
}

fn names(those: &[&Server], all: usize) -> String {
    let names: Vec<String> = those
        .iter()
        .map(|server| super::escape::escape(&server.name))
        .collect();
    if all == 1 {
        return names.join(", ");
    }
    format!("{} of {all} servers: {}", those.len(), names.join(", "))
}

fn failing(those: &[&Server], names: &str, look: Look) -> String {
    let count = |status, is_weakness: bool| {
        let findings = those.iter().flat_map(|server| &server.findings);
        let requirements: std::collections::BTreeSet<(&str, &str)> = findings
            .filter(|finding| finding.status == status && look.fail_on.includes(status))
            .filter(|finding| (finding.kind == FindingKind::Security) == is_weakness)
            .flat_map(|finding| {
                let check = finding.check.as_str();
                finding
                    .requirements
                    .iter()
                    .map(move |id| (check, id.as_str()))
            })
            .collect();
        requirements.len()
    };
    let failed = count(FindingStatus::Failed, false);
    let weak = count(FindingStatus::Failed, true);
    let warned = count(FindingStatus::Warned, false) + count(FindingStatus::Warned, true);
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(format!("{} broken", counted(failed, "requirement")));
    }
    if weak > 0 {
        parts.push(counted(weak, "security problem"));
    }
    if warned > 0 {
        parts.push(counted(warned, "warning"));
    }
    let of = if failed + warned == 0 { "in" } else { "by" };
    format!("{} {of} {names}", parts.join(" and "))
}

fn clean(report: &Report, look: Look) -> (anstyle::Style, String) {
    let statuses: Vec<FindingStatus> = report
        .servers
        .iter()
        .flat_map(|server| server.findings.iter().map(|finding| finding.status))
        .collect();
    let judged = report
        .servers
        .iter()
        .flat_map(|server| server.compliance.values());
    if judged.map(|share| share.judged).sum::<usize>() == 0 {
        return (
            YELLOW,
            "Passed, but no MUST-level requirement was judged".into(),
        );
    }
    if statuses.contains(&FindingStatus::Failed) {
        return (
            YELLOW,
            "Requirements are broken, and --fail-on never lets that pass".into(),
        );
    }
    if statuses.contains(&FindingStatus::Warned) && !look.verbose {
        return (GREEN, "Passed: nothing worse than warnings".into());
    }
    (
        GREEN,
        "Passed: every requirement that was judged holds".into(),
    )
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
