//! What a server offers: name, capabilities, tools, prompts, resources and templates, at each
//! revision, folded from what it answered. Recorded traffic yields it as well as a live run.

pub mod volatile;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::spec::Revision;
use crate::transcript::{Body, Conversation, Event, Exchange, View, view};

/// What a server offers, at all revisions that were tested.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// Revisions that the server was asked for, oldest first, whether it speaks them or not.
    pub asked: Vec<Revision>,
    /// One for each different offer; revisions with the same offer share it.
    pub offers: Vec<Offer>,
}

/// What a server offers at some revisions. Lists are sorted by name or URI.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The revisions, oldest first.
    pub revisions: Vec<Revision>,
    /// What the server says it is; `null` when it never said.
    pub server_info: Value,
    /// What it declares.
    pub capabilities: Value,
    /// Its advice to the model.
    pub instructions: Option<String>,
    /// Entries of `tools/list`. `None` here and below: declared, and not listed to the end.
    pub tools: Option<Vec<Value>>,
    /// Entries of `prompts/list`.
    pub prompts: Option<Vec<Value>>,
    /// Entries of `resources/list`.
    pub resources: Option<Vec<Value>>,
    /// Entries of `resources/templates/list`.
    pub templates: Option<Vec<Value>>,
}

/// A list of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Entries of `tools/list`, by name.
    Tool,
    /// Entries of `prompts/list`, by name.
    Prompt,
    /// Entries of `resources/list`, by URI.
    Resource,
    /// Entries of `resources/templates/list`, by URI template.
    Template,
}

impl Kind {
    /// Every list.
    pub const ALL: [Self; 4] = [Self::Tool, Self::Prompt, Self::Resource, Self::Template];

    /// The word for one entry.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Template => "resource template",
        }
    }

    /// The member by which clients address an entry.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tool | Self::Prompt => "name",
            Self::Resource => "uri",
            Self::Template => "uriTemplate",
        }
    }

    const fn capability(self) -> &'static str {
        match self {
            Self::Tool => "tools",
            Self::Prompt => "prompts",
            Self::Resource | Self::Template => "resources",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Tool => "tools/list",
            Self::Prompt => "prompts/list",
            Self::Resource => "resources/list",
            Self::Template => "resources/templates/list",
        }
    }

    const fn member(self) -> &'static str {
        match self {
            Self::Tool => "tools",
            Self::Prompt => "prompts",
            Self::Resource => "resources",
            Self::Template => "resourceTemplates",
        }
    }
}

impl Surface {
    /// What the suites of a run show. `asked` comes from [`asked`].
    pub fn of(views: &[View], asked: Vec<Revision>) -> Self {
        let mut surface = Self {
            asked,
            offers: Vec::new(),
        };
        for view in views {
            surface.add(view);
        }
        surface
    }

    /// Adds what the suite of a further revision shows.
    pub fn add(&mut self, view: &View) {
        let Some(main) = view.main() else { return };
        let offer = Offer::of(main);
        match self.offers.iter_mut().find(|known| known.is_same(&offer)) {
            Some(known) => known.revisions.push(view.revision),
            None => self.offers.push(Offer {
                revisions: vec![view.revision],
                ..offer
            }),
        }
    }

    /// The revisions that the server speaks, oldest first.
    pub fn revisions(&self) -> BTreeSet<Revision> {
        let all = self.offers.iter().flat_map(|offer| &offer.revisions);
        all.copied().collect()
    }

    /// The offer at a revision.
    pub fn at(&self, revision: Revision) -> Option<&Offer> {
        let is_it = |offer: &&Offer| offer.revisions.contains(&revision);
        self.offers.iter().find(is_it)
    }
}

/// The revisions that main connections were opened for.
pub fn asked(events: &[Event]) -> Vec<Revision> {
    let asked: BTreeSet<Revision> = events
        .iter()
        .filter_map(|event| match &event.body {
            Body::Opened(opened) if opened.purpose == "main" => Some(opened.revision),
            _ => None,
        })
        .collect();
    asked.into_iter().collect()
}

impl Offer {
    fn of(main: &Conversation) -> Self {
        let list = |kind: Kind| -> Option<Vec<Value>> {
            if !main.session.declares(&[kind.capability()]) {
                return Some(Vec::new());
            }
            listed(main, kind)
        };
        Self {
            revisions: Vec::new(),
            server_info: main.session.server_info.clone(),
            capabilities: main.session.capabilities.clone(),
            instructions: instructions(main),
            tools: list(Kind::Tool),
            prompts: list(Kind::Prompt),
            resources: list(Kind::Resource),
            templates: list(Kind::Template),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let other = Self {
            revisions: self.revisions.clone(),
            ..other.clone()
        };
        *self == other
    }

    /// One of the lists; `None` when it was not listed to the end.
    pub fn list(&self, kind: Kind) -> Option<&[Value]> {
        match kind {
            Kind::Tool => self.tools.as_deref(),
            Kind::Prompt => self.prompts.as_deref(),
            Kind::Resource => self.resources.as_deref(),
            Kind::Template => self.templates.as_deref(),
        }
    }

    /// The entries of a list by what clients address them with. A name that occurs again gets a
    /// number.
    pub fn entries(&self, kind: Kind) -> Option<BTreeMap<String, &Value>> {
        let mut entries = BTreeMap::new();
        for entry in self.list(kind)? {
            let name = address(kind, entry);
            let mut free = name.clone();
            let mut number = 2;
            while entries.contains_key(&free) {
                free = format!("{name} ({number})");
                number += 1;
            }
            entries.insert(free, entry);
        }
        Some(entries)
    }
}

fn address(kind: Kind, entry: &Value) -> String {
    entry[kind.key()].as_str().unwrap_or_default().to_owned()
}

fn instructions(main: &Conversation) -> Option<String> {
    let established = main.session.established.as_ref()?;
    let mut exchanges = main.exchanges();
    let exchange = exchanges.find(|exchange| {
        let mut responses = exchange.responses.iter();
        responses.any(|response| response.at == *established)
    })?;
    let text = exchange.result()?["instructions"].as_str();
    text.map(str::to_owned)
}

/// All pages of the first listing. `None` when one of them is missing.
fn listed(main: &Conversation, kind: Kind) -> Option<Vec<Value>> {
    let mut pages: Vec<Exchange<'_>> = main
        .exchanges()
        .filter(|exchange| exchange.method() == kind.method() && exchange.result().is_some())
        .collect();
    // Checks list again, partly with cursors that are no cursors.
    if pages.iter().any(|page| page.intent() == Some(view::SURVEY)) {
        pages.retain(|page| page.intent() == Some(view::SURVEY));
    }
    let mut entries = Vec::new();
    let mut cursor: Option<&str> = None;
    let mut seen = BTreeSet::new();
    loop {
        let page = pages.iter().find(|page| cursor_of(page) == cursor)?;
        let result = page.result()?;
        entries.extend(result[kind.member()].as_array()?.iter().cloned());
        match result["nextCursor"].as_str() {
            Some(next) if seen.insert(next) => cursor = Some(next),
            _ => break,
        }
    }
    entries.sort_by_cached_key(|entry| (address(kind, entry), entry.to_string()));
    Some(entries)
}

fn cursor_of<'c>(exchange: &Exchange<'c>) -> Option<&'c str> {
    exchange.params()?.get("cursor")?.as_str()
}

#[cfg(test)]
mod tests;
