//! What is judged over several servers at once: those that one configuration gives to one client.

use serde_json::Value;

use super::common::metadata;
use super::{Evidence, Problem, Verdicts};
use crate::spec::{Revision, TransportKind};
use crate::transcript::{EventRef, View};

/// Judges the servers of one configuration. The verdicts come in the order of the servers.
pub type JudgeAcross = fn(&[Side]) -> Vec<Verdicts>;

/// One of the servers, with every text that it offers at its newest revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Name in the configuration.
    pub name: String,
    /// What it says it is.
    pub server_info: Value,
    /// Its newest revision.
    pub revision: Revision,
    /// How it is reached.
    pub transport: TransportKind,
    /// Its texts.
    pub texts: Vec<OfferedText>,
}

/// A text of a server, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedText {
    /// `tool`, `resource`, `resource template`, `prompt` or `server`.
    pub kind: &'static str,
    /// Name or URI of the item; empty for the server.
    pub item: String,
    /// Path within the item.
    pub within: String,
    /// True for titles, descriptions and instructions.
    pub is_prose: bool,
    /// The text.
    pub text: String,
    /// The event that carried it.
    pub event: EventRef,
    /// JSON pointer into the frame.
    pub pointer: String,
}

impl Side {
    /// The server that a view shows.
    pub fn of(name: &str, view: &View) -> Self {
        let texts = metadata::texts(view).into_iter().map(|it| OfferedText {
            kind: it.kind,
            item: it.item.to_owned(),
            within: it.within,
            is_prose: it.part == metadata::Part::Prose,
            text: it.text.to_owned(),
            event: it.message.at.clone(),
            pointer: it.pointer,
        });
        Self {
            name: name.to_owned(),
            server_info: view.session().server_info,
            revision: view.revision,
            transport: view.transport,
            texts: texts.collect(),
        }
    }

    /// The names of its tools and prompts.
    pub fn names(&self) -> impl Iterator<Item = &OfferedText> {
        let is_name = |it: &&OfferedText| it.within == "name";
        let is_called = |it: &&OfferedText| matches!(it.kind, "tool" | "prompt");
        self.texts.iter().filter(is_called).filter(is_name)
    }
}

impl OfferedText {
    /// A problem with this text as evidence.
    pub fn problem(&self, subject: String, message: String, excerpt: String) -> Problem {
        let mut problem = Problem::new(subject, message);
        problem.evidence.push(Evidence {
            event: self.event.clone(),
            pointer: Some(self.pointer.clone()),
            excerpt,
        });
        problem
    }
}
