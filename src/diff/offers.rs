//! Two surfaces: what was added, removed, renamed and changed, at the revisions both were tested at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Change, Class, Subject, entry};
use crate::spec::Revision;
use crate::surface::volatile::settled;
use crate::surface::{Kind, Offer, Surface};

/// The changes between two surfaces.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    /// The gravest first; one for all revisions where it is the same.
    pub(super) changes: Vec<Change>,
    /// Revisions of both.
    pub(super) compared: BTreeSet<Revision>,
    /// What could not be compared.
    pub(super) not_compared: Vec<String>,
}

/// Compares two surfaces.
pub(super) fn compare(old: &Surface, new: &Surface) -> Compared {
    let mut compared = Compared::default();
    compared.revisions(old, new);
    let (before, after) = (old.revisions(), new.revisions());
    compared.compared = before.intersection(&after).copied().collect();
    for revision in compared.compared.clone() {
        if let (Some(old), Some(new)) = (old.at(revision), new.at(revision)) {
            compared.offers(revision, old, new);
        }
    }
    if compared.compared.is_empty() {
        let what = "no revision was tested on both sides, so nothing else was compared";
        compared.not_compared.push(what.to_owned());
    }
    compared.changes = folded(std::mem::take(&mut compared.changes));
    compared.not_compared.sort();
    compared.not_compared.dedup();
    compared
}

impl Compared {
    fn revisions(&mut self, old: &Surface, new: &Surface) {
        let (before, after) = (old.revisions(), new.revisions());
        let mut differ = |revision: &Revision, class, what: &str, other: &Surface| {
            if other.asked.contains(revision) {
                self.changes.push(Change {
                    class,
                    subject: Subject::new("revision", revision.as_str()),
                    place: String::new(),
                    what: what.to_owned(),
                    before: Value::Null,
                    after: Value::Null,
                    revisions: BTreeSet::from([*revision]),
                });
            } else {
                let what = format!("{revision}: it was tested on one side only");
                self.not_compared.push(what);
            }
        };
        for revision in before.difference(&after) {
            differ(revision, Class::Breaking, "no longer spoken", new);
        }
        for revision in after.difference(&before) {
            differ(revision, Class::Compatible, "spoken now", old);
        }
    }

    fn offers(&mut self, revision: Revision, old: &Offer, new: &Offer) {
        let mut changes = Vec::new();
        server_info(&old.server_info, &new.server_info, &mut changes);
        let instructions = |offer: &Offer| settled(&json!(offer.instructions));
        let (before, after) = (instructions(old), instructions(new));
        if before != after {
            let subject = Subject::new("server", "");
            let what = "instructions";
            changes.push(change(Class::Wording, subject, what, before, after));
        }
        capabilities("", &old.capabilities, &new.capabilities, &mut changes);
        for kind in Kind::ALL {
            match (old.entries(kind), new.entries(kind)) {
                (Some(old), Some(new)) => entries(kind, &old, &new, &mut changes),
                (None, None) => {
                    let what = format!("{}s: neither side listed them to the end", kind.noun());
                    self.not_compared.push(what);
                }
                (None, _) | (_, None) => {
                    let what = format!("{}s: one side did not list them to the end", kind.noun());
                    self.not_compared.push(what);
                }
            }
        }
        for change in &mut changes {
            change.revisions.insert(revision);
        }
        self.changes.extend(changes);
    }
}

fn change(class: Class, subject: Subject, what: &str, before: Value, after: Value) -> Change {
    Change {
        class,
        subject,
        place: String::new(),
        what: what.to_owned(),
        before,
        after,
        revisions: BTreeSet::new(),
    }
}

fn server_info(old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let (old, new) = (settled(old), settled(new));
    let names: BTreeSet<&String> = [&old, &new]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(Map::keys)
        .collect();
    for name in names {
        let (before, after) = (old[name].clone(), new[name].clone());
        if before != after {
            let subject = Subject::new("server", "");
            changes.push(change(Class::Wording, subject, name, before, after));
        }
    }
}

/// A capability is declared by an object or by true; its parts are compared one by one.
fn capabilities(path: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let (none_old, none_new) = (Map::new(), Map::new());
    let (old, new) = (
        old.as_object().unwrap_or(&none_old),
        new.as_object().unwrap_or(&none_new),
    );
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (before, after) = (settled(&old.get_value(name)), settled(&new.get_value(name)));
        if before == after {
            continue;
        }
        let path = match path {
            "" => name.clone(),
            _ => format!("{path}.{name}"),
        };
        let is_declared = |value: &Value| value.is_object() || *value == true;
        let (class, what) = match (is_declared(&before), is_declared(&after)) {
            (true, false) => (Class::Breaking, "no longer declared"),
            (false, true) => (Class::Compatible, "declared now"),
            (true, true) if before.is_object() && after.is_object() => {
                capabilities(&path, &before, &after, changes);
                continue;
            }
            // Absent and false mean the same.
            (false, false) if is_absent(&before) && is_absent(&after) => continue,
            _ => (Class::Undecided, "changed"),
        };
        let subject = Subject::new("capability", &path);
        changes.push(change(class, subject, what, before, after));
    }
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || *value == false
}

trait Member {
    fn get_value(&self, name: &str) -> Value;
}

impl Member for Map<String, Value> {
    fn get_value(&self, name: &str) -> Value {
        self.get(name).cloned().unwrap_or_default()
    }
}

type Entries<'e> = BTreeMap<String, &'e Value>;

fn entries(kind: Kind, old: &Entries<'_>, new: &Entries<'_>, changes: &mut Vec<Change>) {
    let settle = |entries: &Entries<'_>| -> BTreeMap<String, Value> {
        let settled = entries.iter().map(|(name, entry)| {
            let name = crate::surface::volatile::settled_text(name);
            (name, settled(entry))
        });
        settled.collect()
    };
    let (old, new) = (settle(old), settle(new));
    let mut gone: Vec<&String> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    let mut come: Vec<&String> = new.keys().filter(|name| !old.contains_key(*name)).collect();
    for (before, after) in renamed(&mut gone, &mut come) {
        let subject = Subject::new(kind.noun(), before);
        let what = "now called differently";
        let (from, to) = (json!(before), json!(after));
        changes.push(change(Class::Breaking, subject, what, from, to));
        changes.extend(entry::compare(kind, after, &old[before], &new[after]));
    }
    for name in gone {
        let subject = Subject::new(kind.noun(), name);
        let shown = signature(kind, &old[name]);
        changes.push(change(Class::Breaking, subject, "gone", shown, Value::Null));
    }
    for name in come {
        let subject = Subject::new(kind.noun(), name);
        let shown = signature(kind, &new[name]);
        changes.push(change(
            Class::Compatible,
            subject,
            "new",
            Value::Null,
            shown,
        ));
    }
    for (name, before) in &old {
        if let Some(after) = new.get(name) {
            changes.extend(entry::compare(kind, name, before, after));
        }
    }
}

/// Takes out the pairs of names that differ in letter case and punctuation only.
fn renamed<'n>(gone: &mut Vec<&'n String>, come: &mut Vec<&'n String>) -> Vec<(&'n str, &'n str)> {
    let bare = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let only = |names: &[&'n String], wanted: &str| -> Option<&'n String> {
        let mut found = names.iter().filter(|name| bare(name) == wanted);
        found.next().filter(|_| found.next().is_none()).copied()
    };
    let mut pairs = Vec::new();
    for before in gone.clone() {
        let key = bare(before);
        if key.is_empty() || only(gone, &key).is_none() {
            continue;
        }
        if let Some(after) = only(come, &key) {
            pairs.push((before, after));
        }
    }
    gone.retain(|name| pairs.iter().all(|(before, _)| before != name));
    come.retain(|name| pairs.iter().all(|(_, after)| after != name));
    let texts = pairs.into_iter();
    texts
        .map(|(before, after)| (before.as_str(), after.as_str()))
        .collect()
}

/// Arguments and description of an entry, short enough for one line and the same at every revision.
fn signature(kind: Kind, entry: &Value) -> Value {
    let arguments = match kind {
        Kind::Tool => {
            let schema = &entry["inputSchema"];
            let is_required = |name: &String| {
                let mut names = schema["required"].as_array().into_iter().flatten();
                names.any(|required| required.as_str() == Some(name))
            };
            let properties = schema["properties"].as_object().into_iter().flatten();
            let shown = properties.map(|(name, _)| optional(name, is_required(name)));
            Some(shown.collect::<Vec<String>>())
        }
        Kind::Prompt => {
            let arguments = entry["arguments"].as_array().into_iter().flatten();
            let shown = arguments.filter_map(|argument| {
                let name = argument["name"].as_str()?;
                Some(optional(name, argument["required"] == true))
            });
            Some(shown.collect())
        }
        Kind::Resource | Kind::Template => None,
    };
    let arguments = arguments.map(|names| format!("({})", names.join(", ")));
    let text = ["description", "title", "name"]
        .iter()
        .find_map(|member| entry[*member].as_str())
        .and_then(|text| text.lines().next())
        .unwrap_or_default();
    json!(format!("{} {text}", arguments.unwrap_or_default()).trim())
}

fn optional(name: &str, is_required: bool) -> String {
    match is_required {
        true => name.to_owned(),
        false => format!("{name}?"),
    }
}

/// Joins changes that are the same at several revisions, the gravest first.
fn folded(changes: Vec<Change>) -> Vec<Change> {
    let mut known: Vec<Change> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for mut change in changes {
        let revisions = std::mem::take(&mut change.revisions);
        let key = format!("{change:?}");
        let place = *places.entry(key).or_insert(known.len());
        if place == known.len() {
            known.push(change);
        }
        known[place].revisions.extend(revisions);
    }
    let rank = |kind: &str| {
        let kinds = ["server", "revision", "capability", "tool", "prompt"];
        kinds
            .iter()
            .position(|known| *known == kind)
            .unwrap_or(kinds.len())
    };
    known.sort_by_cached_key(|change| {
        (
            change.class,
            rank(&change.subject.kind),
            change.subject.clone(),
            change.place.clone(),
            change.what.clone(),
        )
    });
    known
}
