//! What is said about one server, below the matrix.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::causes::{Cause, causes};
use super::escape::{escape, escape_lines};
use super::matrix::{Compliance, Mark};
use super::model::Server;
use super::paint::{BOLD, DIM, Look, RED, YELLOW, counted, paint, width, wrap};
use super::table::percent_text;
use crate::engine::outcome::{
    Confidence, Diagnosis, Finding, FindingEvidence, FindingKind, FindingStatus, Status,
};
use crate::spec::Revision;
use crate::transcript::Direction;

/// Messages of one cause that are shown without `-v`.
const SHOWN_MESSAGES: usize = 3;
/// Pieces of evidence that are shown for a message: without `-v`, and with it.
const SHOWN_EVIDENCE: [usize; 2] = [2, 6];
/// Columns after which the pointer of a piece of evidence is cut.
const LONGEST_POINTER: usize = 24;
/// Reasons for not judging that are shown without `--strict`.
const SHOWN_REASONS: usize = 4;

/// The section of one server.
pub fn server(server: &Server, directions: &BTreeMap<String, Direction>, look: Look) -> String {
    let section = Section {
        server,
        directions,
        look,
    };
    let mut text = section.heading();
    match &server.diagnosis {
        Some(diagnosis) => text.push_str(&section.diagnosis(diagnosis)),
        None => {
            text.push_str(&section.facts());
            text.push_str(&section.findings(FindingStatus::Failed));
            text.push_str(&section.lesser_findings());
            text.push_str(&section.not_judged());
            text.push_str(&section.not_tested());
            if look.verbose {
                text.push_str(&section.checks());
            }
        }
    }
    text
}

struct Section<'s> {
    server: &'s Server,
    directions: &'s BTreeMap<String, Direction>,
    look: Look,
}

impl Section<'_> {
    fn heading(&self) -> String {
        let name = escape(&self.server.name);
        let room = self.look.sentence().saturating_sub(width(&name) + 1);
        let rule = self.look.rule(room);
        format!("{} {}\n", paint(BOLD, &name), paint(DIM, &rule))
    }

    fn diagnosis(&self, diagnosis: &Diagnosis) -> String {
        let sign = paint(RED.bold(), self.look.sign(Mark::NonCompliant));
        let message = escape_lines(&diagnosis.message);
        let mut lines = message.split('\n');
        let first = format!("Not tested: {}", lines.next().unwrap_or_default());
        let mut text = format!("  {sign} ");
        text.push_str(self.indented(&first, 4).trim_start());
        for line in lines.filter(|line| !line.trim().is_empty()) {
            let line = self.look.cut(line, self.look.width.saturating_sub(6));
            text.push_str(&format!("      {}\n", paint(DIM, &line)));
        }
        text.push_str(&self.indented(&escape(&diagnosis.next), 4));
        text
    }

    fn facts(&self) -> String {
        let server = self.server;
        let mut what = identity(&server.server_info);
        if let Some(transport) = server.transport {
            what.push_str(&format!(" over {transport}"));
        }
        match server.starts {
            0 => {}
            1 => what.push_str(", started once"),
            starts => what.push_str(&format!(", started {starts} times")),
        }
        let target = escape(&server.target);
        let room = self.look.sentence().saturating_sub(2);
        let mut text = self.indented(&what, 2);
        if let Some(line) = leftovers(server.leftover_processes) {
            text.push_str(&self.indented(&line, 2));
        }
        text.push_str(&format!(
            "  {}\n",
            paint(DIM, &self.look.cut(&target, room))
        ));
        text.push_str(&self.generated());
        text.push('\n');
        for (revision, share) in server.compliance.iter().rev() {
            text.push_str(&self.share(*revision, share));
        }
        text
    }

    /// One line about the generated calls; with their seed they can be sent again.
    fn generated(&self) -> String {
        let rows = &self.server.generated;
        let Some(first) = rows.first() else {
            return String::new();
        };
        let calls: u32 = rows.iter().map(|row| row.calls).sum();
        let tools = rows.iter().map(|row| row.tools).max().unwrap_or_default();
        let messages: u32 = rows.iter().map(|row| row.messages).sum();
        let as_size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let mut line = format!(
            "{} of {} with generated arguments, {}, seed {}",
            counted(as_size(calls), "call"),
            counted(tools, "tool"),
            counted(as_size(messages), "generated request"),
            first.seed
        );
        if rows.iter().any(|row| !row.complete) {
            line.push_str("; not all that were planned");
        }
        let lines = wrap(&line, self.look.sentence().saturating_sub(2));
        let lines = lines.iter().map(|line| format!("  {}\n", paint(DIM, line)));
        lines.collect()
    }

    fn share(&self, revision: Revision, share: &Compliance) -> String {
        let percent = share
            .percent
            .map_or_else(|| self.look.sign(Mark::None).to_owned(), percent_text);
        let mut rest = format!(
            "{} of {} MUST-level requirements hold",
            share.held, share.judged
        );
        if share.not_judged > 0 {
            rest.push_str(&format!(", {} not judged", share.not_judged));
        }
        format!("  {revision}  {percent:>6}  {}\n", paint(DIM, &rest))
    }

    fn findings(&self, status: FindingStatus) -> String {
        let mut text = String::new();
        for cause in causes(&self.server.findings, status) {
            text.push('\n');
            text.push_str(&self.cause(&cause, status));
        }
        text
    }

    /// Warnings and remarks: in full with `-v`, else counted on one line.
    fn lesser_findings(&self) -> String {
        if self.look.verbose {
            let warned = self.findings(FindingStatus::Warned);
            return warned + &self.findings(FindingStatus::Info);
        }
        let warned = causes(&self.server.findings, FindingStatus::Warned);
        let is_weakness = |cause: &&Cause<'_>| cause.kind == FindingKind::Security;
        let weaknesses = warned.iter().filter(is_weakness).count();
        let counts = [
            (warned.len() - weaknesses, "SHOULD-level deviation"),
            (weaknesses, "security warning"),
            (
                causes(&self.server.findings, FindingStatus::Info).len(),
                "remark",
            ),
        ];
        let seen = counts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = seen.map(|(count, noun)| counted(*count, noun)).collect();
        let list = match parts.as_slice() {
            [] => return String::new(),
            [one] => one.clone(),
            [all @ .., last] => format!("{} and {last}", all.join(", ")),
        };
        let verb = match counts.iter().map(|(count, _)| count).sum() {
            1 => "shows it",
            _ => "lists them",
        };
        let sign = self.look.painted_sign(Mark::Partial);
        format!("\n  {sign} {list}; -v {verb}.\n")
    }

    fn cause(&self, cause: &Cause<'_>, status: FindingStatus) -> String {
        let mut text = self.cause_heading(cause, status);
        let most = if self.look.verbose {
            usize::MAX
        } else {
            SHOWN_MESSAGES
        };
        for (index, finding) in cause.findings.iter().take(most).enumerate() {
            text.push_str(&self.indented(&escape(&finding.message), 4));
            if index == 0 || self.look.verbose {
                text.push_str(&self.evidence(finding));
                text.push_str(&self.reproducer(finding));
            }
        }
        let hidden = cause.findings.len().saturating_sub(most);
        if hidden > 0 {
            let more = format!("and {hidden} more like it; -v lists them");
            text.push_str(&format!("    {}\n", paint(DIM, &more)));
        }
        if let Some(hint) = cause.hint() {
            text.push_str(&self.indented(&format!("Hint: {}", escape(hint)), 4));
        }
        text
    }

    fn cause_heading(&self, cause: &Cause<'_>, status: FindingStatus) -> String {
        let (mark, style) = match status {
            FindingStatus::Failed => (Mark::NonCompliant, RED.bold()),
            FindingStatus::Warned => (Mark::Partial, YELLOW),
            FindingStatus::Info => (Mark::None, DIM),
        };
        let level = match (status, cause.kind, cause.level) {
            (FindingStatus::Info, ..) => "remark".to_owned(),
            (_, FindingKind::Robustness, _) => "robustness".to_owned(),
            (_, FindingKind::Security, _) => match cause.confidence {
                Confidence::Proven => format!("security, {}", cause.severity.as_str()),
                unsure => format!("security, {}, {}", cause.severity.as_str(), unsure.as_str()),
            },
            (FindingStatus::Warned, _, Some(level)) if level.is_must() => {
                format!("{level}, a warning here")
            }
            (_, _, Some(level)) => level.to_string(),
            (_, _, None) => String::new(),
        };
        let sign = paint(style, &format!("{} {level}", self.look.sign(mark)));
        let ids = paint(BOLD, &cause.requirements.join(", "));
        let revisions = format!("({})", self.revisions(&cause.revisions));
        format!("  {sign}  {ids}  {}\n", paint(DIM, &revisions))
    }

    fn revisions(&self, seen: &BTreeSet<Revision>) -> String {
        let tested = &self.server.revisions;
        if tested.len() > 1 && tested.iter().all(|revision| seen.contains(revision)) {
            return "all revisions".into();
        }
        let texts: Vec<&str> = seen.iter().map(|revision| revision.as_str()).collect();
        texts.join(", ")
    }

    /// The first pieces of evidence, in the order in which they happened.
    fn evidence(&self, finding: &Finding) -> String {
        let most = SHOWN_EVIDENCE[usize::from(self.look.verbose)];
        let mut shown: Vec<&FindingEvidence> = finding.evidence.iter().take(most).collect();
        shown.sort_by_key(|evidence| position(&evidence.event));
        let lines = shown.into_iter().map(|it| self.evidence_line(it));
        lines.collect()
    }

    /// The smallest messages that show it, as a script without its header.
    fn reproducer(&self, finding: &Finding) -> String {
        let Some(script) = &finding.reproducer else {
            return String::new();
        };
        let is_message = |line: &&str| line.starts_with(['>', '<']);
        let room = self.look.sentence().saturating_sub(6);
        let mut text = self.indented(
            "Seen again on a fresh connection, with nothing else sent:",
            4,
        );
        for line in script.lines().filter(is_message) {
            text.push_str(&format!("      {}\n", self.look.cut(&escape(line), room)));
        }
        text
    }

    /// The excerpt, cut so that the place in the transcript ends at the edge of the page.
    fn evidence_line(&self, evidence: &FindingEvidence) -> String {
        let arrow = match self.directions.get(&evidence.event) {
            Some(Direction::Sent) => "->",
            Some(Direction::Received) => "<-",
            Some(Direction::Noted) | None => "  ",
        };
        let mut place = escape(&evidence.event);
        if let Some(pointer) = &evidence.pointer {
            let pointer = self.look.cut(&escape(pointer), LONGEST_POINTER);
            place.push_str(&format!(" {pointer}"));
        }
        let used = 4 + arrow.len() + 1 + 2 + width(&place);
        let room = self.look.sentence().saturating_sub(used).max(12);
        let excerpt = self.look.cut(&escape(&evidence.excerpt), room);
        let gap = " ".repeat(room.saturating_sub(width(&excerpt)) + 2);
        format!("    {arrow} {excerpt}{gap}{}\n", paint(DIM, &place))
    }

    /// Requirements that apply and could be judged at no revision, by reason.
    fn not_judged(&self) -> String {
        let mut judged = BTreeSet::new();
        let mut open: BTreeMap<&str, &str> = BTreeMap::new();
        for outcome in &self.server.outcomes {
            let id = outcome.requirement.as_str();
            match outcome.status {
                Status::Passed | Status::Warned | Status::Failed => {
                    judged.insert(id);
                }
                Status::Inconclusive | Status::Broken => {
                    open.entry(id)
                        .or_insert(outcome.reason.as_deref().unwrap_or("no reason given"));
                }
                Status::NotApplicable => {}
            }
        }
        open.retain(|id, _| !judged.contains(id));
        if open.is_empty() {
            return String::new();
        }
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, reason) in &open {
            by_reason.entry(reason).or_default().push(id);
        }
        let mut reasons: Vec<(&str, Vec<&str>)> = by_reason.into_iter().collect();
        reasons.sort_by_key(|(reason, ids)| (std::cmp::Reverse(ids.len()), *reason));
        let more = if self.look.strict {
            ""
        } else {
            "; --strict lists them"
        };
        let head = counted(open.len(), "requirement");
        let mut text = format!("\n  Not judged: {head}{}\n", paint(DIM, more));
        let most = if self.look.strict {
            usize::MAX
        } else {
            SHOWN_REASONS
        };
        for (reason, ids) in reasons.iter().take(most) {
            text.push_str(&self.reason(reason, ids));
        }
        let rest: usize = reasons.iter().skip(most).map(|(_, ids)| ids.len()).sum();
        if rest > 0 {
            text.push_str(&format!("    {rest:>3}  for other reasons\n"));
        }
        text
    }

    fn reason(&self, reason: &str, ids: &[&str]) -> String {
        let reason = self.indented(&escape(reason), 9);
        let mut text = format!("    {:>3}  {}", ids.len(), reason.trim_start());
        if self.look.strict {
            for id in ids {
                text.push_str(&format!("         {}\n", paint(DIM, id)));
            }
        }
        text
    }

    fn not_tested(&self) -> String {
        if self.server.not_tested.is_empty() {
            return String::new();
        }
        let mut text = "\n  Not tested\n".to_owned();
        for left_out in &self.server.not_tested {
            let mut line = format!("{}: {}", escape(&left_out.what), escape(&left_out.why));
            if !left_out.how_to.is_empty() {
                line.push_str(&format!(" ({})", escape(&left_out.how_to)));
            }
            text.push_str(&self.indented(&line, 4));
        }
        text
    }

    /// Verdicts per check, with `-v`.
    fn checks(&self) -> String {
        let mut checks: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        for outcome in &self.server.outcomes {
            let column = match outcome.status {
                Status::Passed => 0,
                Status::Failed | Status::Warned => 1,
                Status::Inconclusive | Status::Broken => 2,
                Status::NotApplicable => 3,
            };
            checks.entry(&outcome.check).or_default()[column] += 1;
        }
        let longest = checks.keys().map(|id| width(id)).max().unwrap_or(0).max(5);
        let head = format!(
            "  {:longest$}  {:>6}  {:>6}  {:>10}  {:>3}",
            "Check", "passed", "broken", "not judged", "n/a"
        );
        let mut text = format!("\n{}\n", paint(DIM, &head));
        for (check, [passed, broken, open, other]) in checks {
            text.push_str(&format!(
                "  {check:longest$}  {passed:>6}  {broken:>6}  {open:>10}  {other:>3}\n"
            ));
        }
        text
    }

    fn indented(&self, text: &str, by: usize) -> String {
        let lines = wrap(text, self.look.sentence().saturating_sub(by));
        let indent = " ".repeat(by);
        lines
            .iter()
            .map(|line| format!("{indent}{line}\n"))
            .collect()
    }
}

/// Connection and position of an event, to be compared as such.
fn position(event: &str) -> (&str, u32) {
    let (connection, seq) = event.rsplit_once('#').unwrap_or((event, ""));
    (connection, seq.parse().unwrap_or(u32::MAX))
}

/// Name and version as the server gives them.
fn identity(server_info: &Value) -> String {
    let text = |key: &str| server_info[key].as_str().map(escape);
    match (text("name"), text("version")) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name,
        (None, _) => "a server without a name".into(),
    }
}

/// What the server left running, if anything.
fn leftovers(count: u32) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 process outlived the server and was ended by mcp-check".to_owned()),
        count => Some(format!(
            "{count} processes outlived the server and were ended by mcp-check"
        )),
    }
}
