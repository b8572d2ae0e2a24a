//! The report of a scripted session for people: each expectation, in the order of its lines.

use super::escape::escape;
use super::model::{Report, Server};
use super::paint::{BOLD, GREEN, Look, RED, YELLOW, counted, paint};
use super::standing::Standing;
use crate::engine::outcome::{Outcome, Status};
use crate::engine::scripted::CHECK;

/// True when a session was played instead of the checks.
pub fn is_scripted(report: &Report) -> bool {
    let mut outcomes = report.servers.iter().flat_map(|server| &server.outcomes);
    outcomes.any(|outcome| outcome.check == CHECK)
}

/// The page, with colours as ANSI escapes.
pub fn render(report: &Report, look: Look) -> String {
    let mut page = String::new();
    let (mut held, mut all) = (0, 0);
    for server in &report.servers {
        let revisions: Vec<&str> = server.revisions.iter().map(|it| it.as_str()).collect();
        let name = paint(BOLD, &escape(&server.name));
        if !look.quiet {
            page.push_str(&format!("{name} at {}\n", revisions.join(", ")));
        }
        for outcome in sorted(server) {
            all += 1;
            held += usize::from(outcome.status == Status::Passed);
            if !look.quiet {
                page.push_str(&lines(server, outcome));
            }
        }
        if let Some(diagnosis) = &server.diagnosis {
            page.push_str(&format!("  {}\n", escape(&diagnosis.message)));
        }
    }
    let standing = Standing::of_report(report, look.fail_on);
    let style = if held == all { GREEN } else { RED.bold() };
    let expectations = counted(all, "expectation");
    let line = format!(
        "{held} of {expectations} hold (exit {}).",
        standing.exit_code()
    );
    page.push_str(&format!("\n{}\n", paint(style, &line)));
    page
}

fn sorted(server: &Server) -> Vec<&Outcome> {
    let number = |outcome: &&Outcome| -> usize {
        let digits = outcome.requirement.rsplit('-').next().unwrap_or_default();
        digits.parse().unwrap_or_default()
    };
    let mut outcomes: Vec<&Outcome> = server.outcomes.iter().collect();
    outcomes.sort_by_key(number);
    outcomes
}

fn lines(server: &Server, outcome: &Outcome) -> String {
    let name = outcome.requirement.replace("script.line-", "line ");
    let (style, word) = match outcome.status {
        Status::Passed => (GREEN, "holds"),
        Status::Failed => (RED, "broken"),
        _ => (YELLOW, "not judged"),
    };
    let mut text = format!("  {name:<9} {}", paint(style, word));
    if let Some(reason) = &outcome.reason {
        text.push_str(&format!(": {}", escape(reason)));
    }
    text.push('\n');
    let is_about = |ids: &[String]| ids.contains(&outcome.requirement);
    let findings = server
        .findings
        .iter()
        .filter(|it| is_about(&it.requirements));
    for evidence in findings.flat_map(|finding| &finding.evidence) {
        let excerpt = escape(&evidence.excerpt);
        text.push_str(&format!("      {}  {excerpt}\n", evidence.event));
    }
    text
}
