//! Two versions of one tool, prompt, resource or template.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::schema::{self, Effect, Step};
use super::{Change, Class, Subject};
use crate::surface::Kind;

/// Members that only people and models read.
const TEXTS: [&str; 3] = ["title", "description", "icons"];

/// What changed within an entry. Both are settled. The revisions are filled in later.
pub(super) fn compare(kind: Kind, name: &str, old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Changes {
        subject: Subject::new(kind.noun(), name),
        all: Vec::new(),
    };
    let none = serde_json::Map::new();
    let members = |entry: &'_ Value| entry.as_object().cloned().unwrap_or_else(|| none.clone());
    let (old, new) = (members(old), members(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for member in names {
        let (before, after) = (old.get(member), new.get(member));
        if before != after {
            changes.member(kind, member, before, after);
        }
    }
    changes.all
}

struct Changes {
    subject: Subject,
    all: Vec<Change>,
}

impl Changes {
    fn add(&mut self, class: Class, place: &str, what: &str, before: Value, after: Value) {
        self.all.push(Change {
            class,
            subject: self.subject.clone(),
            place: place.to_owned(),
            what: what.to_owned(),
            before,
            after,
            revisions: BTreeSet::new(),
        });
    }

    fn member(&mut self, kind: Kind, name: &str, before: Option<&Value>, after: Option<&Value>) {
        let shown = |value: Option<&Value>| value.cloned().unwrap_or_default();
        let class = match (kind, name) {
            // How clients address it: an entry that is found again under another name.
            (_, key) if key == kind.key() => return,
            // What it holds, not what it is.
            (Kind::Resource, "size") => return,
            (Kind::Tool, "inputSchema") => return self.schemas(name, before, after, of_input),
            (Kind::Tool, "outputSchema") => return self.output(before, after),
            (Kind::Tool, "annotations") => return self.hints(before, after),
            (Kind::Tool, "execution") => return self.execution(before, after),
            (Kind::Prompt, "arguments") => return self.arguments(before, after),
            (Kind::Resource | Kind::Template, "name" | "annotations") => Class::Wording,
            (_, text) if TEXTS.contains(&text) => Class::Wording,
            _ => Class::Undecided,
        };
        self.add(class, name, "", shown(before), shown(after));
    }

    fn schemas(
        &mut self,
        place: &str,
        before: Option<&Value>,
        after: Option<&Value>,
        class: fn(Effect) -> Class,
    ) {
        let anything = json!(true);
        let (before, after) = (before.unwrap_or(&anything), after.unwrap_or(&anything));
        for Step {
            at,
            effect,
            what,
            before,
            after,
        } in schema::compare(before, after)
        {
            let place = format!("{place} {at}");
            self.add(class(effect), place.trim_end(), &what, before, after);
        }
    }

    fn output(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let place = "outputSchema";
        match (before, after) {
            (None, Some(_)) => {
                let what = "the structure of results is promised now";
                self.add(Class::Compatible, place, what, Value::Null, Value::Null);
            }
            (Some(_), None) => {
                let what = "the structure of results is not promised any more";
                self.add(Class::Breaking, place, what, Value::Null, Value::Null);
            }
            _ => self.schemas(place, before, after, of_output),
        }
    }

    /// Compares what hints mean, not whether they are spelt out.
    fn hints(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let none = Value::Null;
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        let place = "annotations";
        // The safe value, and the value where the hint is absent (schema#toolannotations).
        for (hint, safe, default) in [
            ("readOnlyHint", true, false),
            ("destructiveHint", false, true),
            ("idempotentHint", true, false),
            ("openWorldHint", false, true),
        ] {
            let meant = |annotations: &Value| annotations[hint].as_bool().unwrap_or(default);
            let (was, is) = (meant(before), meant(after));
            let (class, what) = match (was == is, is == safe) {
                (true, _) if before[hint] == after[hint] => continue,
                (true, _) => (Class::Wording, format!("{hint} means what it meant")),
                (false, true) => (Class::Compatible, hint.to_owned()),
                (false, false) => (Class::Undecided, format!("{hint}: a promise is withdrawn")),
            };
            let (before, after) = (before[hint].clone(), after[hint].clone());
            let before = if class == Class::Wording {
                Value::Null
            } else {
                before
            };
            self.add(class, place, &what, before, after);
        }
        let rest = |annotations: &Value| {
            let mut rest = annotations.as_object().cloned().unwrap_or_default();
            rest.retain(|name, _| !name.ends_with("Hint"));
            Value::Object(rest)
        };
        let (before, after) = (rest(before), rest(after));
        if before != after {
            self.add(Class::Wording, place, "", before, after);
        }
    }

    fn execution(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let none = json!({});
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        // Absent means forbidden (schema#toolexecution).
        let support = |execution: &Value| match execution["taskSupport"].as_str() {
            None => "forbidden".to_owned(),
            Some(text) => text.to_owned(),
        };
        let (was, is) = (support(before), support(after));
        let place = "execution";
        let class = match (was.as_str(), is.as_str()) {
            (was, is) if was == is => {
                let what = "means what it meant";
                self.add(Class::Wording, place, what, Value::Null, after.clone());
                return;
            }
            (_, "required") | ("required" | "optional", "forbidden") => Class::Breaking,
            (_, "optional") => Class::Compatible,
            _ => Class::Undecided,
        };
        self.add(class, place, "taskSupport", was.into(), is.into());
    }

    fn arguments(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let (old, new) = (by_name(before), by_name(after));
        let is_required = |argument: &Value| argument["required"] == true;
        for (name, argument) in &new {
            let place = format!("arguments {name}");
            let Some(known) = old.get(name) else {
                let (class, what) = match is_required(argument) {
                    true => (Class::Breaking, "new required argument"),
                    false => (Class::Compatible, "new optional argument"),
                };
                self.add(class, &place, what, Value::Null, Value::Null);
                continue;
            };
            match (is_required(known), is_required(argument)) {
                (false, true) => {
                    let what = "is required now";
                    self.add(Class::Breaking, &place, what, Value::Null, Value::Null);
                }
                (true, false) => {
                    let what = "is no longer required";
                    self.add(Class::Compatible, &place, what, Value::Null, Value::Null);
                }
                _ => {}
            }
            for text in ["title", "description"] {
                if known[text] != argument[text] {
                    let (before, after) = (known[text].clone(), argument[text].clone());
                    self.add(Class::Wording, &place, text, before, after);
                }
            }
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let place = format!("arguments {name}");
            let what = "argument is gone";
            self.add(Class::Undecided, &place, what, Value::Null, Value::Null);
        }
    }
}

fn by_name(arguments: Option<&Value>) -> BTreeMap<String, &Value> {
    let list = arguments.and_then(Value::as_array);
    let named = list.into_iter().flatten().filter_map(|argument| {
        let name = argument["name"].as_str()?;
        Some((name.to_owned(), argument))
    });
    named.collect()
}

/// A client goes on sending what the old schema allowed.
fn of_input(effect: Effect) -> Class {
    match effect {
        Effect::Narrower | Effect::Apart => Class::Breaking,
        Effect::Wider | Effect::Described | Effect::Opened => Class::Compatible,
        Effect::Closed | Effect::Unknown => Class::Undecided,
        Effect::Wording => Class::Wording,
    }
}

/// A client goes on expecting what the old schema promised.
fn of_output(effect: Effect) -> Class {
    match effect {
        Effect::Wider | Effect::Apart => Class::Breaking,
        Effect::Narrower | Effect::Described | Effect::Closed => Class::Compatible,
        Effect::Opened | Effect::Unknown => Class::Undecided,
        Effect::Wording => Class::Wording,
    }
}
