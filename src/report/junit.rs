//! The report as JUnit XML, for CI pages: a suite per server, a case per check and revision.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as XmlReport, TestCase, TestCaseStatus, TestSuite};

use super::escape::escape;
use super::model::{Report, Server};
use crate::engine::outcome::{Diagnosis, Finding, FindingStatus, Outcome, Status};
use crate::spec::{Revision, TransportKind};

/// The XML document.
pub fn render(report: &Report) -> String {
    let mut xml = XmlReport::new(report.tool.name);
    for server in &report.servers {
        xml.add_test_suite(suite(server));
    }
    xml.to_string().unwrap_or_default()
}

fn suite(server: &Server) -> TestSuite {
    let mut suite = TestSuite::new(escape(&server.name));
    suite.add_property(("target", escape(&server.target).as_str()));
    if let Some(diagnosis) = &server.diagnosis {
        suite.add_test_case(not_tested(server, diagnosis));
    }
    let mut cases: BTreeMap<(&str, Revision, TransportKind), Vec<&Outcome>> = BTreeMap::new();
    for outcome in &server.outcomes {
        let key = (outcome.check.as_str(), outcome.revision, outcome.transport);
        cases.entry(key).or_default().push(outcome);
    }
    for ((check, revision, transport), outcomes) in cases {
        let mut case = case(server, check, revision, &outcomes);
        case.set_classname(format!("{}.{revision}.{transport}", escape(&server.name)));
        suite.add_test_case(case);
    }
    suite
}

fn not_tested(server: &Server, diagnosis: &Diagnosis) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(escape(&diagnosis.message));
    let kind = serde_json::to_value(diagnosis.kind).unwrap_or_default();
    status.set_type(kind.as_str().unwrap_or_default());
    status.set_description(escape(&diagnosis.next));
    let mut case = TestCase::new("connect", status);
    case.set_classname(escape(&server.name));
    case
}

fn case(server: &Server, check: &str, revision: Revision, outcomes: &[&Outcome]) -> TestCase {
    let of = |status| {
        let findings = server.findings.iter().filter(move |finding| {
            finding.check == check
                && finding.status == status
                && finding.revisions.contains(&revision)
        });
        findings.collect::<Vec<&Finding>>()
    };
    let has = |status| outcomes.iter().any(|outcome| outcome.status == status);
    let status = if has(Status::Broken) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("defect of mcp-check");
        status.set_message(reasons(outcomes, Status::Broken));
        status
    } else if has(Status::Failed) {
        failure(&of(FindingStatus::Failed), outcomes)
    } else if has(Status::Warned) || has(Status::Passed) {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::skipped();
        let open = has(Status::Inconclusive);
        let why = if open {
            Status::Inconclusive
        } else {
            Status::NotApplicable
        };
        status.set_message(reasons(outcomes, why));
        status
    };
    let mut case = TestCase::new(check, status);
    case.set_assertions(outcomes.len());
    let warned = of(FindingStatus::Warned);
    if !warned.is_empty() {
        case.set_system_out(text(&warned));
    }
    case
}

fn failure(findings: &[&Finding], outcomes: &[&Outcome]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(reasons(outcomes, Status::Failed));
    let ids: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Failed)
        .map(|outcome| outcome.requirement.as_str())
        .collect();
    status.set_type(ids.join(" "));
    status.set_description(text(findings));
    status
}

fn reasons(outcomes: &[&Outcome], status: Status) -> String {
    let mut reasons: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.status == status)
        .filter_map(|outcome| outcome.reason.as_deref().map(escape))
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join("; ")
}

/// The findings with the bytes that prove them.
fn text(findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let level = match finding.level {
            Some(level) => level.as_str().to_owned(),
            None => format!("{} security:", finding.severity.as_str()),
        };
        let ids = finding.requirements.join(", ");
        text.push_str(&format!("{level} {ids}: {}\n", escape(&finding.message)));
        for evidence in &finding.evidence {
            let excerpt = escape(&evidence.excerpt);
            text.push_str(&format!("  {}  {excerpt}\n", evidence.event));
        }
        if let Some(hint) = &finding.hint {
            text.push_str(&format!("  Hint: {}\n", escape(hint)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, model};

    #[test]
    fn each_verdict_has_its_place() {
        let report = model::build(&[fixture::broken(), fixture::dead()]);
        let want = include_str!("testdata/report.xml");
        assert_eq!(render(&report), want);
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut run = fixture::broken();
        run.name = "a<b>&\u{1b}".into();
        run.findings[0].message = "]]></failure>\u{0}\u{202e}".into();
        let xml = render(&model::build(&[run]));
        assert!(xml.contains(r"a&lt;b&gt;&amp;\u{1b}"), "{xml}");
        assert!(
            xml.contains(r"]]&gt;&lt;/failure&gt;\u{0}\u{202e}"),
            "{xml}"
        );
    }
}
