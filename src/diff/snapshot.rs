//! What a server offers and how it is judged, as a text to commit and to review: sorted, and
//! without times, random ids and ports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use similar::TextDiff;

use super::side::Side;
use crate::engine::outcome::FindingStatus;
use crate::report::escape::escape;
use crate::report::paint::{BOLD, DIM, GREEN, RED, paint};
use crate::spec::Revision;
use crate::surface::volatile::{settled, settled_text};
use crate::surface::{Kind, Offer};

const HEAD: &str = "\
# What a server offers and how mcp-check judges it. `mcp-check snapshot TARGET` compares the
# server with this file, and with --accept writes it.
format 1
";

/// The text for these servers.
pub fn render(sides: &[Side]) -> String {
    let mut text = HEAD.to_owned();
    for side in sides {
        text.push_str(&format!("\nserver {}\n", escape(&side.name)));
        let revisions = side.surface.revisions();
        text.push_str(&format!("speaks {}\n", dates(&revisions)));
        let mut lines = Lines {
            all: &revisions,
            text: &mut text,
        };
        for (name, of) in PARTS {
            lines.part(name, side, of);
        }
        for kind in Kind::ALL {
            lines.list(kind, side);
        }
        lines.verdicts(side);
    }
    text
}

type Part = fn(&Offer) -> Value;

const PARTS: [(&str, Part); 3] = [
    ("server info", |offer| offer.server_info.clone()),
    ("capabilities", |offer| offer.capabilities.clone()),
    ("instructions", |offer| offer.instructions.clone().into()),
];

struct Lines<'l> {
    all: &'l BTreeSet<Revision>,
    text: &'l mut String,
}

impl Lines<'_> {
    fn part(&mut self, name: &str, side: &Side, of: Part) {
        let offers = side.surface.offers.iter();
        let values = offers.map(|offer| (offer, settled(&of(offer))));
        for (value, revisions) in folded(values) {
            if !value.is_null() {
                self.heading(name, &revisions);
                self.value(&value, 1);
            }
        }
    }

    fn list(&mut self, kind: Kind, side: &Side) {
        let mut names: BTreeMap<String, Vec<(&Offer, Value)>> = BTreeMap::new();
        for offer in &side.surface.offers {
            match offer.entries(kind) {
                None => {
                    let revisions = offer.revisions.iter().copied().collect();
                    let noun = kind.noun();
                    self.heading(&format!("{noun}s were not listed to the end"), &revisions);
                }
                Some(entries) => {
                    for (name, entry) in entries {
                        let mut entry = settled(entry);
                        // How large a resource is says what it holds, not what it is.
                        if let (Kind::Resource, Some(members)) = (kind, entry.as_object_mut()) {
                            members.shift_remove("size");
                        }
                        let versions = names.entry(settled_text(&name)).or_default();
                        versions.push((offer, entry));
                    }
                }
            }
        }
        for (name, versions) in names {
            for (entry, revisions) in folded(versions.into_iter()) {
                self.heading(&format!("{} {}", kind.noun(), escape(&name)), &revisions);
                self.members(kind, &entry);
            }
        }
    }

    fn members(&mut self, kind: Kind, entry: &Value) {
        let Some(members) = entry.as_object() else {
            return self.value(entry, 1);
        };
        for (name, value) in members {
            if name != kind.key() {
                self.text.push_str(&format!("    {}:\n", escape(name)));
                self.value(value, 2);
            }
        }
    }

    fn heading(&mut self, what: &str, revisions: &BTreeSet<Revision>) {
        let place = match self.all.is_subset(revisions) {
            true => String::new(),
            false => format!(" at {}", dates(revisions)),
        };
        self.text.push_str(&format!("\n{what}{place}\n"));
    }

    fn value(&mut self, value: &Value, depth: usize) {
        let text = match value {
            Value::String(text) => text.clone(),
            value => serde_json::to_string_pretty(value).unwrap_or_default(),
        };
        let indent = " ".repeat(depth * 4);
        for line in text.lines() {
            let line = format!("{indent}{}", escape(line));
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn verdicts(&mut self, side: &Side) {
        self.text.push_str("\nverdicts\n");
        let mut rows: BTreeMap<(FindingStatus, String, String), BTreeSet<Revision>> =
            BTreeMap::new();
        for finding in &side.findings {
            if finding.status != FindingStatus::Info {
                let requirement = finding.requirements.join(" ");
                let key = (finding.status, requirement, settled_text(&finding.subject));
                rows.entry(key).or_default().extend(&finding.revisions);
            }
        }
        if rows.is_empty() {
            self.text
                .push_str("    every requirement that was judged holds\n");
        }
        for ((status, requirement, subject), revisions) in rows {
            let word = match status {
                FindingStatus::Failed => "broken",
                _ => "warned",
            };
            let place = match self.all.is_subset(&revisions) {
                true => String::new(),
                false => format!("  at {}", dates(&revisions)),
            };
            let subject = escape(&subject);
            let row = format!("    {word} {requirement}  {subject}{place}");
            self.text.push_str(&format!("{row}\n"));
        }
    }
}

/// Equal values, each once, with the revisions where it is the value.
fn folded<'o>(
    values: impl Iterator<Item = (&'o Offer, Value)>,
) -> Vec<(Value, BTreeSet<Revision>)> {
    let mut folded: Vec<(Value, BTreeSet<Revision>)> = Vec::new();
    for (offer, value) in values {
        match folded.iter_mut().find(|(known, _)| *known == value) {
            Some((_, revisions)) => revisions.extend(&offer.revisions),
            None => folded.push((value, offer.revisions.iter().copied().collect())),
        }
    }
    folded.sort_by_key(|(_, revisions)| revisions.first().copied());
    folded
}

fn dates(revisions: &BTreeSet<Revision>) -> String {
    let texts: Vec<&str> = revisions.iter().map(|revision| revision.as_str()).collect();
    texts.join(", ")
}

/// The lines that differ, with some around them. `None` when none does.
pub fn difference(committed: &str, now: &str) -> Option<String> {
    if committed == now {
        return None;
    }
    let diff = TextDiff::from_lines(committed, now);
    let mut page = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        page.push_str(&format!("{}\n", paint(DIM, &hunk.header().to_string())));
        for change in hunk.iter_changes() {
            let text = escape(change.value().trim_end_matches('\n'));
            let line = match change.tag() {
                similar::ChangeTag::Delete => paint(RED, &format!("-{text}")),
                similar::ChangeTag::Insert => paint(GREEN, &format!("+{text}")),
                similar::ChangeTag::Equal => format!(" {text}"),
            };
            page.push_str(&format!("{line}\n"));
        }
    }
    if page.is_empty() {
        page.push_str(&paint(BOLD, "only the line ends differ\n"));
    }
    Some(page)
}
