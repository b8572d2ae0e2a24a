//! What changed between two versions of a server, and whether it breaks clients.
//!
//! ```text
//! side       a transcript or a report as one side of a comparison
//! schema     two JSON Schemas: which accepts more
//! entry      two versions of a tool, prompt or resource
//! offers     two offers: what was added, removed, renamed, changed
//! verdicts   two judgements
//! page       the comparison for people
//! snapshot   an offer and its verdicts as a text to commit
//! ```

mod entry;
mod offers;
pub mod page;
mod schema;
pub mod side;
pub mod snapshot;
mod verdicts;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::spec::Revision;
pub use side::Side;

/// The `format` member of a comparison as JSON.
pub const FORMAT: &str = "mcp-check/diff";
/// The `version` member.
pub const VERSION: u64 = 1;

/// What a change means for a client that was written for the old version; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Something that a client could rely on is gone, or a request that was valid is refused.
    Breaking,
    /// It cannot be told from what the server says of itself.
    Undecided,
    /// Whatever worked goes on working.
    Compatible,
    /// Texts for people and models, which no program depends on.
    Wording,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What it means.
    pub class: Class,
    /// What changed: `tool echo`, `capabilities`, `server`.
    pub subject: Subject,
    /// Where in it, for example `inputSchema /properties/a`; empty for the whole.
    pub place: String,
    /// One phrase.
    pub what: String,
    /// As it was, where that is short enough to compare.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub before: Value,
    /// As it is.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub after: Value,
    /// The revisions where it was seen, oldest first.
    pub revisions: BTreeSet<Revision>,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// `server`, `capabilities`, or the noun of a list's entries.
    pub kind: String,
    /// Name or URI; empty where there is only one.
    pub name: String,
}

impl Subject {
    fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// A requirement that came out differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VerdictChange {
    /// Which way it went.
    pub turn: Turn,
    /// Catalogue id.
    pub requirement: String,
    /// The subjects of its findings; empty where the whole requirement turned.
    pub subject: String,
    /// What the finding says.
    pub message: String,
    /// The revisions where it turned.
    pub revisions: BTreeSet<Revision>,
}

/// Which way a verdict went; what a reviewer looks at first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// A finding that fails a run, which was not there before.
    NewFailure,
    /// A warning that was not there before.
    NewWarning,
    /// It is gone, and the requirement was seen to hold.
    Mended,
}

/// What changed about one server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServerDiff {
    /// Its name; both names where they differ.
    pub name: String,
    /// What it calls itself: name and version before and after.
    pub before: String,
    /// See `before`.
    pub after: String,
    /// The verdict on the whole.
    pub verdict: Verdict,
    /// The revisions that both sides were tested at.
    pub compared: BTreeSet<Revision>,
    /// The gravest first.
    pub changes: Vec<Change>,
    /// Sorted by turn.
    pub verdicts: Vec<VerdictChange>,
    /// What could not be compared, and why.
    pub not_compared: Vec<String>,
}

/// What the changes amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// One of them breaks clients.
    Breaking,
    /// One of them may.
    Undecided,
    /// None of them does.
    Compatible,
    /// There are none.
    Unchanged,
}

/// What changed between two reports or transcripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// Always [`FORMAT`].
    pub format: &'static str,
    /// Always [`VERSION`].
    pub version: u64,
    /// The gravest of the servers.
    pub verdict: Verdict,
    /// Servers that both have, in the order of the new one.
    pub servers: Vec<ServerDiff>,
    /// Servers that only the new one has.
    pub added: Vec<String>,
    /// Servers that only the old one has.
    pub removed: Vec<String>,
}

impl Diff {
    /// Compares. One server on each side is compared whatever the names are, several by name.
    pub fn between(old: &[Side], new: &[Side]) -> Self {
        let mut diff = Self {
            format: FORMAT,
            version: VERSION,
            verdict: Verdict::Unchanged,
            servers: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
        };
        if let ([old], [new]) = (old, new) {
            diff.servers.push(server(old, new));
        } else {
            for side in new {
                match old.iter().find(|known| known.name == side.name) {
                    Some(known) => diff.servers.push(server(known, side)),
                    None => diff.added.push(side.name.clone()),
                }
            }
            let is_gone = |side: &&Side| new.iter().all(|known| known.name != side.name);
            let gone = old.iter().filter(is_gone);
            diff.removed = gone.map(|side| side.name.clone()).collect();
        }
        let verdicts = diff.servers.iter().map(|server| server.verdict);
        let worst = verdicts.min().unwrap_or(Verdict::Unchanged);
        diff.verdict = match (diff.removed.is_empty(), diff.added.is_empty()) {
            (false, _) => Verdict::Breaking,
            (true, false) => worst.min(Verdict::Compatible),
            (true, true) => worst,
        };
        diff
    }

    /// True when nothing differs, verdicts included.
    pub fn is_empty(&self) -> bool {
        let is_same = |server: &ServerDiff| server.changes.is_empty() && server.verdicts.is_empty();
        self.added.is_empty() && self.removed.is_empty() && self.servers.iter().all(is_same)
    }

    /// As JSON, indented, with a line end.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        crate::report::escape::escape_json(&text) + "\n"
    }
}

fn server(old: &Side, new: &Side) -> ServerDiff {
    let offers = offers::compare(&old.surface, &new.surface);
    let turns = verdicts::compare(old, new);
    let changes = offers.changes;
    let verdict = match changes.iter().map(|change| change.class).min() {
        None => Verdict::Unchanged,
        Some(Class::Breaking) => Verdict::Breaking,
        Some(Class::Undecided) => Verdict::Undecided,
        Some(Class::Compatible | Class::Wording) => Verdict::Compatible,
    };
    let name = match old.name == new.name {
        true => new.name.clone(),
        false => format!("{} to {}", old.name, new.name),
    };
    ServerDiff {
        name,
        before: old.identity(),
        after: new.identity(),
        verdict,
        verdicts: turns.changes,
        compared: offers.compared,
        changes,
        not_compared: [offers.not_compared, turns.not_compared].concat(),
    }
}

#[cfg(test)]
mod tests;
