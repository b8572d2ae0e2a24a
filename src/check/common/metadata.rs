//! Every text that a server offers about itself: what a client shows to its user and feeds to its
//! model before anything is called.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::listing::{LISTS, listed};
use crate::check::{Evidence, Problem, Ruling};
use crate::scan;
use crate::transcript::{EventRef, View, WireMessage};

/// A text with its place.
#[derive(Clone, Debug)]
pub struct Text<'v> {
    /// The message that carried it.
    pub message: &'v WireMessage,
    /// JSON pointer into the message.
    pub pointer: String,
    /// `tool`, `resource`, `resource template`, `prompt` or `server`.
    pub kind: &'static str,
    /// Name or URI of the item; empty for the server.
    pub item: &'v str,
    /// Path within the item, such as `inputSchema/properties/path/description`.
    pub within: String,
    /// What it is for.
    pub part: Part,
    /// The text.
    pub text: &'v str,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It identifies: names, URIs, names of parameters.
    Name,
    /// It explains: titles, descriptions, instructions.
    Prose,
    /// It is a value: defaults, examples, choices, patterns, media types.
    Value,
    /// It is a message of a prompt, which speaks to the model by its nature.
    Message,
}

/// Kind of the items of each list, in the order of [`LISTS`].
const KINDS: [&str; 4] = ["tool", "resource", "resource template", "prompt"];

/// All texts, each once however often it was listed.
pub fn texts(view: &View) -> Vec<Text<'_>> {
    let mut roots = roots(view);
    // Of equal texts the one on the main connection is shown.
    let main = view.main().map(|conversation| &conversation.label);
    roots.sort_by_key(|root| Some(&root.message.at.connection) != main);
    // Most lists are the same on every connection, which is found out faster than it is walked.
    let mut walked: BTreeMap<_, Vec<&Value>> = BTreeMap::new();
    let mut found = Vec::new();
    for root in roots {
        let before = walked
            .entry((root.kind, root.within, root.item))
            .or_default();
        if !before.contains(&root.value) {
            before.push(root.value);
            root.walk(&mut found);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert((it.kind, it.item, it.within.clone(), it.text)));
    found
}

/// What the server offers: itself, the entries of its lists, and the messages of its prompts.
fn roots(view: &View) -> Vec<Root<'_>> {
    let mut found = Vec::new();
    for method in ["initialize", "server/discover"] {
        for (exchange, result) in view.results_of(method) {
            let members = ["serverInfo", "instructions"];
            found.extend(exchange.responses.first().into_iter().flat_map(|message| {
                members.map(|within| Root {
                    message,
                    kind: "server",
                    item: "",
                    pointer: format!("{}/result/{within}", message.pointer),
                    within,
                    value: &result[within],
                })
            }));
        }
    }
    for ((method, member, key), kind) in LISTS.into_iter().zip(KINDS) {
        found.extend(listed(view, method, member).into_iter().map(|entry| Root {
            message: entry.message,
            kind,
            item: entry.value[key].as_str().unwrap_or_default(),
            pointer: format!("{}{}", entry.message.pointer, entry.pointer(member, "")),
            within: "",
            value: entry.value,
        }));
    }
    for (exchange, result) in view.results_of("prompts/get") {
        let asked = exchange.params().and_then(|params| params["name"].as_str());
        let Some((message, item)) = exchange.responses.first().zip(asked) else {
            continue;
        };
        found.push(Root {
            message,
            kind: "prompt",
            item,
            pointer: format!("{}/result/messages", message.pointer),
            within: "messages",
            value: &result["messages"],
        });
    }
    found
}

/// Rules on every text of a server. What carried them is the evidence that nothing was wrong.
pub fn judge_texts(ruling: &mut Ruling, view: &View, wrong: impl Fn(&Text<'_>) -> Option<Problem>) {
    let texts = texts(view);
    let carriers: BTreeSet<EventRef> = texts.iter().map(|it| it.message.at.clone()).collect();
    for at in carriers {
        ruling.held(at);
    }
    for problem in texts.iter().filter_map(wrong) {
        ruling.broken(problem);
    }
}

/// Where texts are looked for.
struct Root<'v> {
    message: &'v WireMessage,
    kind: &'static str,
    item: &'v str,
    /// Of the value.
    pointer: String,
    /// Where the value is within its item; empty when it is the item.
    within: &'static str,
    value: &'v Value,
}

impl<'v> Root<'v> {
    fn walk(&self, found: &mut Vec<Text<'v>>) {
        let mut open = vec![(self.value, self.within.to_owned(), String::new())];
        while let Some((value, within, below)) = open.pop() {
            let child = |key: &str| {
                let step = key.replace('~', "~0").replace('/', "~1");
                let gap = if within.is_empty() { "" } else { "/" };
                (format!("{within}{gap}{step}"), format!("{below}/{step}"))
            };
            match value {
                Value::String(text) => found.push(self.text(&within, &below, text)),
                Value::Array(items) => {
                    let items = items.iter().enumerate().rev();
                    open.extend(items.map(|(index, item)| {
                        let (within, below) = child(&index.to_string());
                        (item, within, below)
                    }));
                }
                Value::Object(members) => {
                    for (key, member) in members.iter().rev() {
                        let (to, below) = child(key);
                        // The name of a parameter is text as well.
                        if within.ends_with("properties") {
                            found.push(Text {
                                part: Part::Name,
                                ..self.text(&to, &below, key)
                            });
                        }
                        open.push((member, to, below));
                    }
                }
                _ => {}
            }
        }
    }

    fn text(&self, within: &str, below: &str, text: &'v str) -> Text<'v> {
        Text {
            message: self.message,
            pointer: format!("{}{below}", self.pointer),
            kind: self.kind,
            item: self.item,
            within: within.to_owned(),
            part: part(within),
            text,
        }
    }
}

fn part(within: &str) -> Part {
    if within.starts_with("messages") {
        return Part::Message;
    }
    match within.rsplit('/').next().unwrap_or_default() {
        "name" | "uri" | "uriTemplate" => Part::Name,
        "title" | "description" | "instructions" | "$comment" => Part::Prose,
        _ => Part::Value,
    }
}

impl Text<'_> {
    /// Same in every run: `tool:add/description`.
    pub fn subject(&self) -> String {
        if self.item.is_empty() {
            return format!("{}/{}", self.kind, self.within);
        }
        format!("{}:{}/{}", self.kind, self.item, self.within)
    }

    /// The item as the beginning of a sentence: `The tool add`.
    pub fn owner(&self) -> String {
        if self.item.is_empty() {
            return format!("The {}", self.kind);
        }
        format!("The {} {}", self.kind, self.item)
    }

    /// A problem about this text, with the text around the place as evidence.
    pub fn problem(&self, message: String, place: &Range<usize>) -> Problem {
        self.problem_showing(message, scan::around(self.text, place))
    }

    /// As [`Self::problem`], with this to be shown of the text.
    pub fn problem_showing(&self, message: String, excerpt: String) -> Problem {
        let mut problem = Problem::new(self.subject(), message);
        problem.evidence.push(Evidence {
            event: self.message.at.clone(),
            pointer: Some(self.pointer.clone()),
            excerpt,
        });
        problem
    }
}
