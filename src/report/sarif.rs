//! The report as SARIF 2.1.0, which code scanners and their dashboards read.
//!
//! A rule is a check, a result a finding, and its place the logical location `server/subject`: a
//! server has no source files that anybody here could name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::escape::{escape, escape_json};
use super::model::{Report, Server};
use crate::check::explain::headline;
use crate::checks;
use crate::engine::outcome::{Finding, FindingKind, FindingStatus, Severity, Status};
use crate::spec::catalogue;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The report, indented, with a line end.
pub fn render(report: &Report) -> String {
    let text = serde_json::to_string_pretty(&log(report)).unwrap_or_default();
    escape_json(&text) + "\n"
}

fn log(report: &Report) -> Value {
    let findings = || report.servers.iter().flat_map(|server| &server.findings);
    let ids: BTreeSet<&str> = findings().map(|finding| finding.check.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let rules: Vec<Value> = ids
        .iter()
        .map(|id| {
            let of_rule: Vec<&Finding> = findings().filter(|it| it.check == *id).collect();
            rule(id, &of_rule)
        })
        .collect();
    let results: Vec<Value> = report
        .servers
        .iter()
        .flat_map(|server| server.findings.iter().map(move |it| (server, it)))
        .map(|(server, finding)| {
            let index = ids.iter().position(|id| *id == finding.check);
            result(server, finding, index)
        })
        .collect();
    let notes: Vec<Value> = report.servers.iter().flat_map(notifications).collect();
    let tested = report.servers.iter().all(|it| it.diagnosis.is_none());
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "rules": rules,
            }},
            "automationDetails": {"id": "mcp-check/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": tested,
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    })
}

/// A check, as far as its findings show it.
fn rule(id: &str, findings: &[&Finding]) -> Value {
    let entries = checks::all();
    let source = entries.iter().find(|entry| entry.id == id);
    let says = source.map_or_else(|| id.to_owned(), |entry| headline(entry.source));
    let worst = findings.iter().map(|it| it.severity).max();
    let status = findings.iter().map(|it| it.status).min();
    let is_security = findings.iter().any(|it| it.kind == FindingKind::Security);
    let mut tags: BTreeSet<&str> = findings.iter().map(|it| kind(it.kind)).collect();
    tags.insert("mcp");
    let mut properties = json!({ "tags": tags, "precision": "very-high" });
    if let (true, Some(worst)) = (is_security, worst) {
        properties["security-severity"] = json!(score(worst));
    }
    let help = format!("`mcp-check explain {id}` says what is asked, where, and how to mend it.");
    let mut rule = json!({
        "id": id,
        "shortDescription": {"text": escape(&says)},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": status.map_or("none", level)},
        "properties": properties,
    });
    if let Some(url) = findings.first().and_then(|finding| page(finding)) {
        rule["helpUri"] = json!(url);
    }
    rule
}

/// The page of the specification that asks for it, at the newest revision where it is broken.
fn page(finding: &Finding) -> Option<String> {
    let row = catalogue().get(finding.requirements.first()?)?;
    Some(row.page_url(*finding.revisions.last()?))
}

fn result(server: &Server, finding: &Finding, rule: Option<usize>) -> Value {
    let mut text = escape(&finding.message);
    if let Some(hint) = &finding.hint {
        text.push_str(&format!(" {}", escape(hint)));
    }
    let (server_name, subject) = (escape(&server.name), escape(&finding.subject));
    let place = match subject.is_empty() {
        true => server_name.clone(),
        false => format!("{server_name}/{subject}"),
    };
    let evidence: Vec<Value> = finding
        .evidence
        .iter()
        .map(|it| json!({"event": it.event, "pointer": it.pointer, "excerpt": escape(&it.excerpt)}))
        .collect();
    let mut properties = json!({
        "requirements": finding.requirements,
        "kind": kind(finding.kind),
        "severity": finding.severity.as_str(),
        "confidence": finding.confidence.as_str(),
        "revisions": finding.revisions,
        "transports": finding.transports,
        "count": finding.count,
        "evidence": evidence,
    });
    if finding.kind == FindingKind::Security {
        properties["security-severity"] = json!(score(finding.severity));
    }
    json!({
        "ruleId": finding.check,
        "ruleIndex": rule,
        "kind": "fail",
        "level": level(finding.status),
        "message": {"text": text},
        "locations": [{
            "logicalLocations": [{
                "name": if subject.is_empty() { &server_name } else { &subject },
                "fullyQualifiedName": place,
                "kind": "member",
            }],
        }],
        "partialFingerprints": {
            "mcpCheckFinding/v1": finding.fingerprint,
            "mcpCheckServer/v1": server_name,
        },
        "properties": properties,
    })
}

/// Why a server, or a requirement of it, could not be judged.
fn notifications(server: &Server) -> Vec<Value> {
    let name = escape(&server.name);
    let notification = |text: &str| {
        json!({
            "level": "error",
            "message": {"text": format!("{name}: {}", escape(text))},
        })
    };
    let diagnosis = server.diagnosis.iter().map(|it| notification(&it.message));
    let broken = server
        .outcomes
        .iter()
        .filter(|it| it.status == Status::Broken);
    let broken = broken.filter_map(|it| it.reason.as_deref().map(notification));
    diagnosis.chain(broken).collect()
}

const fn level(status: FindingStatus) -> &'static str {
    match status {
        FindingStatus::Failed => "error",
        FindingStatus::Warned => "warning",
        FindingStatus::Info => "note",
    }
}

const fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Conformance => "conformance",
        FindingKind::Robustness => "robustness",
        FindingKind::Security => "security",
    }
}

/// The middle of each band by which dashboards tell severities (a CVSS score as text).
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, model};

    fn validator() -> jsonschema::Validator {
        let schema = include_str!("../../schemas/sarif/sarif-2.1.0.schema.json");
        let mut schema: Value = serde_json::from_str(schema).unwrap();
        // This pattern is no regular expression, and we write no such member.
        for owner in ["run", "toolComponent"] {
            let language = format!("/definitions/{owner}/properties/language");
            let language = schema.pointer_mut(&language).unwrap();
            language.as_object_mut().unwrap().shift_remove("pattern");
        }
        jsonschema::draft7::new(&schema).unwrap()
    }

    fn sarif(runs: &[crate::engine::ServerRun]) -> Value {
        serde_json::from_str(&render(&model::build(runs))).unwrap()
    }

    fn everything() -> Value {
        sarif(&[
            fixture::clean(),
            fixture::soft(),
            fixture::broken(),
            fixture::weak(),
            fixture::dead(),
            fixture::bug(),
        ])
    }

    #[test]
    fn it_is_sarif() {
        let (validator, log) = (validator(), everything());
        let faults: Vec<String> = validator
            .iter_errors(&log)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
        for (pointer, value) in [
            ("/runs/0/results/0/level", json!("fatal")),
            ("/runs/0/results/0/message", json!({})),
            ("/runs/0/tool/driver/rules/0/id", json!(null)),
        ] {
            let mut log = log.clone();
            *log.pointer_mut(pointer).unwrap() = value;
            assert!(!validator.is_valid(&log), "{pointer}");
        }
    }

    #[test]
    fn results_point_at_their_rules_and_say_how_grave_they_are() {
        let log = everything();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(
                run["tool"]["driver"]["rules"][index]["id"],
                result["ruleId"]
            );
            let is_security = result["properties"]["kind"] == "security";
            let score = &result["properties"]["security-severity"];
            assert_eq!(is_security, score.is_string(), "{result}");
        }
        let echo = results
            .iter()
            .find(|it| it["properties"]["requirements"][0] == "jsonrpc.response-id-echo");
        let echo = echo.unwrap();
        assert_eq!(
            (&echo["level"], &echo["kind"]),
            (&json!("error"), &json!("fail"))
        );
        let place = &echo["locations"][0]["logicalLocations"][0];
        assert_eq!(place["fullyQualifiedName"], "broken/method:ping");
        let fingerprint = &echo["partialFingerprints"]["mcpCheckFinding/v1"];
        assert_eq!(fingerprint, "8fcee1060612930a");
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    }

    #[test]
    fn text_of_a_server_is_escaped() {
        let text = render(&model::build(&[fixture::broken(), fixture::dead()]));
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text}");
    }
}
