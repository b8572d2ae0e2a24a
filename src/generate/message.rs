//! Requests of the protocol that break one rule of their definition, made from the embedded schemas.

use std::rc::Rc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::model::{Node, read_definition};
use crate::check::common::broken_message::{breaks_only, faults, is_wrong_in_any};
use crate::spec::{Revision, methods};

/// A request that differs from one in good order at a single place, and breaks its definition there.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenRequest {
    /// Method of the request in good order.
    pub method: String,
    /// What is wrong, in a few words.
    pub rule: String,
    /// JSON pointer to the place.
    pub at: String,
    /// What is to be sent first where not everything can be.
    pub worth: Worth,
    /// The request in good order. The broken ones are made from it when they are asked for: there are
    /// hundreds, all but alike.
    sound: Rc<Value>,
    /// The names of the members that lead to the place.
    path: Vec<String>,
    /// The values that are wrong there, smallest first; `None` leaves the member out. The last one is
    /// meant to be sent.
    values: Vec<Option<Value>>,
}

/// How much is to be learnt from a request, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// A member of the method's own, one of the envelope, the metadata as a whole, the token of progress.
    Special,
    /// The params as a whole.
    Whole,
    /// A member within a member of the method's own; a method may have many.
    Inner,
    /// A further kind of number where a number is wrong as well.
    Alike,
    /// One of the many members of the metadata, which libraries read for all methods.
    Metadata,
}

/// Values by kind, smallest first. Which of them are wrong at a place the validator says.
fn kinds() -> [(&'static str, Vec<Value>); 8] {
    [
        ("null", vec![json!(null)]),
        ("a boolean", vec![json!(false), json!(true)]),
        ("a number", vec![json!(0), json!(7), json!(1_i64 << 53)]),
        ("a negative number", vec![json!(-1), json!(i64::MIN)]),
        ("a fraction", vec![json!(0.5), json!(1.5), json!(1e300)]),
        (
            "a string",
            vec![json!(""), json!("mcpcheck"), json!("\u{0}\u{1f600}")],
        ),
        (
            "an array",
            vec![json!([]), json!(["mcpcheck"]), json!([[[]]])],
        ),
        (
            "an object",
            vec![json!({}), json!({"mcpcheck": 1}), json!({"": {"": {}}})],
        ),
    ]
}

/// Objects are searched for places this deep, counted from the request.
const DEEPEST: usize = 5;

/// Where the members of a method's params are, counted likewise.
const DEPTH_OF_OWN: usize = 2;

/// Makes broken requests from one in good order, the worthiest first, else in an order of the seed.
/// `None` when the schemas do not confirm that it is, or the revision has no such method.
pub fn broken_requests(revision: Revision, sound: &Value, seed: u64) -> Option<Vec<BrokenRequest>> {
    let method = sound["method"].as_str()?;
    if !faults(revision, Some(method), sound).is_empty() {
        return None;
    }
    let own = methods::request_definition(revision, method)?;
    let mut walk = Walk {
        revision,
        method,
        sound: Rc::new(sound.clone()),
        seed,
        made: Vec::new(),
    };
    let envelope = read_definition(revision, "JSONRPCRequest")?;
    walk.members(&envelope, &mut Vec::new(), 1);
    let request = read_definition(revision, own)?;
    walk.members(&request, &mut Vec::new(), DEEPEST);
    let mut made = walk.made;
    let numbers = places_of_numbers(&made);
    for one in &mut made {
        one.worth = worth(one, &numbers);
    }
    made.sort_by_cached_key(|one| {
        let shuffled = digest(seed, &[&one.method, &one.at, &one.rule]);
        (one.worth, shuffled)
    });
    Some(made)
}

/// The places where a plain number is wrong.
fn places_of_numbers(made: &[BrokenRequest]) -> Vec<String> {
    let at_number = |one: &BrokenRequest| one.rule.strip_prefix("a number at ").map(str::to_owned);
    made.iter().filter_map(at_number).collect()
}

fn worth(one: &BrokenRequest, numbers: &[String]) -> Worth {
    let is_number = ["a negative number at ", "a fraction at "]
        .iter()
        .any(|kind| one.rule.starts_with(kind));
    if is_number && numbers.contains(&one.at) {
        Worth::Alike
    } else if one.at == "/params" {
        Worth::Whole
    } else if one.at.starts_with("/params/_meta/") && one.at != "/params/_meta/progressToken" {
        Worth::Metadata
    } else if !one.is_common() && one.at.matches('/').count() > DEPTH_OF_OWN {
        Worth::Inner
    } else {
        Worth::Special
    }
}

impl BrokenRequest {
    /// The request, with the id of the request in good order unless that is what is wrong.
    pub fn message(&self) -> Value {
        let made = self.values.last().and_then(|value| self.with(value));
        made.unwrap_or_default()
    }

    /// Requests with a smaller value at the place, smallest first; as proven as [`Self::message`].
    pub fn smaller(&self) -> impl Iterator<Item = Value> {
        let smaller = self
            .values
            .split_last()
            .map_or(&[][..], |(_, others)| others);
        smaller.iter().filter_map(|value| self.with(value))
    }

    fn with(&self, value: &Option<Value>) -> Option<Value> {
        with(&self.sound, &self.path, value.clone())
    }

    /// True when what is wrong has nothing to do with the method.
    pub fn breaks_envelope(&self) -> bool {
        ["/jsonrpc", "/id", "/method"].contains(&self.at.as_str())
    }

    /// True when it would be wrong in a request for any method, so that it may be no request at all.
    pub fn breaks_any_request(&self) -> bool {
        is_wrong_in_any(&self.at)
    }

    /// True when the place is the same in requests for any method.
    pub fn is_common(&self) -> bool {
        self.breaks_envelope() || self.at.starts_with("/params/_meta")
    }
}

struct Walk<'w> {
    revision: Revision,
    method: &'w str,
    sound: Rc<Value>,
    seed: u64,
    made: Vec<BrokenRequest>,
}

impl Walk<'_> {
    /// Breaks the members of an object that the request in good order has, or could have.
    fn members(&mut self, node: &Node, path: &mut Vec<String>, deepest: usize) {
        if let Node::Union(nodes) = node {
            for node in nodes {
                self.members(node, path, deepest);
            }
            return;
        }
        let Node::Object(members, _) = node else {
            return;
        };
        let here = self.sound.pointer(&pointer(path));
        if path.len() >= deepest || here.is_some_and(|here| !here.is_object()) {
            return;
        }
        for member in members {
            path.push(member.name.clone());
            let at = pointer(path);
            // A request without an id is a notification, which is another thing.
            if member.required && at != "/id" {
                self.add(format!("no {at}"), path, vec![None]);
            }
            for (kind, values) in kinds() {
                let values = values.into_iter().map(Some).collect();
                self.add(format!("{kind} at {at}"), path, values);
            }
            self.members(&member.node, path, deepest);
            path.pop();
        }
    }

    /// Adds one request for a kind of value, if any such value is wrong at the place. The seed
    /// chooses among several.
    fn add(&mut self, rule: String, path: &[String], values: Vec<Option<Value>>) {
        let at = pointer(path);
        if self.made.iter().any(|known| known.rule == rule) {
            return;
        }
        let mut proven = values;
        proven.retain(|value| self.is_proven(path, &at, value.clone()));
        if proven.is_empty() {
            return;
        }
        let chosen = usize::from(digest(self.seed, &[self.method, &rule])[0]) % proven.len();
        proven.truncate(chosen + 1);
        self.made.push(BrokenRequest {
            method: self.method.to_owned(),
            rule,
            at,
            worth: Worth::Special,
            sound: Rc::clone(&self.sound),
            path: path.to_vec(),
            values: proven,
        });
    }

    /// True when the request with that value at the place is wrong there and nowhere else, and can be
    /// taken for nothing else.
    fn is_proven(&self, path: &[String], at: &str, value: Option<Value>) -> bool {
        with(&self.sound, path, value).is_some_and(|message| {
            !is_other_method(&message, at)
                && !may_be_another_id(&message, at)
                && !self.is_object_for_object(&message, at)
                && breaks_only(self.revision, self.method, &message, at)
        })
    }

    /// Another object would lack several members at once; each is left out by itself.
    fn is_object_for_object(&self, message: &Value, at: &str) -> bool {
        let is_object = |whole: &Value| whole.pointer(at).is_some_and(Value::is_object);
        is_object(&self.sound) && is_object(message)
    }
}

/// Another name is a request for another method, and may be in good order.
fn is_other_method(message: &Value, at: &str) -> bool {
    at == "/method" && message["method"].is_string()
}

/// Lenient servers take true for 1 and 1.5 for 1, which is the id of another request; its answer would be
/// taken for a second one to that.
fn may_be_another_id(message: &Value, at: &str) -> bool {
    at == "/id" && (message["id"].is_boolean() || message["id"].is_number())
}

fn pointer(path: &[String]) -> String {
    let escaped = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    path.iter().map(escaped).collect()
}

/// The request with one member replaced, added with the objects around it, or left out. `None` where
/// there is no such place.
fn with(sound: &Value, path: &[String], value: Option<Value>) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut message = sound.clone();
    let mut members = message.as_object_mut()?;
    for parent in parents {
        let inner = match value {
            Some(_) => members.entry(parent).or_insert_with(|| json!({})),
            None => members.get_mut(parent)?,
        };
        members = inner.as_object_mut()?;
    }
    match value {
        Some(value) => {
            members.insert(last.clone(), value);
        }
        None => {
            members.shift_remove(last)?;
        }
    }
    Some(message)
}

fn digest(seed: u64, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_le_bytes());
    for part in parts {
        hasher.update([0]);
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
