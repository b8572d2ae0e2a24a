//! Lists as they were walked: pages in order, entries with their places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::is_ordinary;
use crate::check::peer::{Answer, Peer, Request};
use crate::rpc::Part;
use crate::transcript::{Conversation, Exchange, Reply, View, WireMessage};

/// Intent of list requests that walk all pages of a list once more.
pub const WALK: &str = "list-walk";

/// The four list methods, the member that holds the entries, and the member that names one.
pub const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "name"),
    ("resources/list", "resources", "uri"),
    (
        "resources/templates/list",
        "resourceTemplates",
        "uriTemplate",
    ),
    ("prompts/list", "prompts", "name"),
];

/// One request of a list.
#[derive(Clone, Debug)]
pub struct Page<'v> {
    /// The request and its answer.
    pub exchange: Exchange<'v>,
    /// The result, with the message that carried it; `None` when there was none.
    pub answer: Option<(&'v WireMessage, &'v Value)>,
}

/// The pages of one list in the order they were fetched, each by the cursor of the page before it.
#[derive(Clone, Debug)]
pub struct Walk<'v> {
    /// Never empty.
    pub pages: Vec<Page<'v>>,
}

/// One entry of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'v> {
    /// The message that carried it.
    pub message: &'v WireMessage,
    /// The entry.
    pub value: &'v Value,
    /// Number of its page, from 0.
    pub page: usize,
    /// Its position on the page, from 0.
    pub index: usize,
}

impl<'v> Page<'v> {
    /// The cursor of the next page, when it is a string.
    pub fn next(&self) -> Option<&'v str> {
        self.answer?.1["nextCursor"].as_str()
    }

    /// The entries; empty when there are none or they are no array.
    pub fn entries(&self, member: &str) -> &'v [Value] {
        let found = self
            .answer
            .and_then(|(_, result)| result[member].as_array());
        found.map_or(&[], Vec::as_slice)
    }
}

impl<'v> Walk<'v> {
    /// The pages up to, and without, the first that repeats an earlier one.
    pub fn distinct(&self, member: &str) -> &[Page<'v>] {
        let end = self.repeats(member).unwrap_or(self.pages.len());
        &self.pages[..end]
    }

    /// Number of the first page that has the entries and the next cursor of an earlier one: from
    /// there on the walk goes in a circle.
    pub fn repeats(&self, member: &str) -> Option<usize> {
        (1..self.pages.len()).find(|&late| {
            let page = &self.pages[late];
            page.next().is_some()
                && self.pages[..late].iter().any(|early| {
                    early.next() == page.next() && early.entries(member) == page.entries(member)
                })
        })
    }

    /// True when the last page names no further one.
    pub fn is_complete(&self) -> bool {
        let last = self.pages.last();
        last.is_some_and(|page| page.answer.is_some() && page.next().is_none())
    }

    /// The entries of the distinct pages.
    pub fn entries(&self, member: &str) -> Vec<Listed<'v>> {
        let pages = self.distinct(member).iter().enumerate();
        pages
            .filter_map(|(page, found)| Some((page, found, found.answer?.0)))
            .flat_map(|(page, found, message)| {
                let entries = found.entries(member).iter().enumerate();
                entries.map(move |(index, value)| Listed {
                    message,
                    value,
                    page,
                    index,
                })
            })
            .collect()
    }

    /// Entries that have the same text in the member `key`: each later one with the first.
    pub fn duplicates(&self, member: &str, key: &str) -> Vec<(Listed<'v>, Listed<'v>)> {
        let mut first: BTreeMap<&str, Listed<'v>> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in self.entries(member) {
            let Some(name) = entry.value[key].as_str() else {
                continue;
            };
            match first.get(name) {
                Some(known) => found.push((*known, entry)),
                None => {
                    first.insert(name, entry);
                }
            }
        }
        found
    }
}

impl<'v> Walk<'v> {
    /// True when an entry stands twice because a page begins with the end of the page before it,
    /// which is a matter of paging and not of the list.
    pub fn is_overlap(&self, member: &str, one: &Listed<'v>, other: &Listed<'v>) -> bool {
        if other.page != one.page + 1 {
            return false;
        }
        let (before, after) = (
            self.pages[one.page].entries(member),
            self.pages[other.page].entries(member),
        );
        let most = before.len().min(after.len());
        (other.index + 1..=most).any(|length| before.ends_with(&after[..length]))
    }
}

/// Pages that one walk fetches at most.
const MOST_PAGES: usize = 60;

/// Walks a list to its end, or until a cursor repeats; what has no pages is asked for once. Each
/// request is changed by `change`. The results in order.
pub async fn walk_with(
    peer: &mut dyn Peer,
    intent: &str,
    method: &str,
    change: &dyn Fn(Request) -> Request,
) -> Vec<Part> {
    let mut pages = Vec::new();
    let mut cursors = BTreeSet::new();
    let mut request = Request::new(intent, method);
    while pages.len() < MOST_PAGES {
        let Some(Answer::Result(result)) = peer.request(change(request)).await else {
            break;
        };
        let next = result["nextCursor"].as_str().map(str::to_owned);
        pages.push(result);
        let Some(next) = next.filter(|next| cursors.insert(next.clone())) else {
            break;
        };
        request = Request::new(intent, method).params(json!({"cursor": next}));
    }
    pages
}

/// Walks a list to its end. Its entries, or `None` when it has no answer.
pub async fn walk_all(
    peer: &mut dyn Peer,
    intent: &str,
    method: &str,
    member: &str,
) -> Option<Vec<Value>> {
    let pages = walk_with(peer, intent, method, &|request| request).await;
    let entries = |page: &Part| page[member].as_array().cloned().unwrap_or_default();
    (!pages.is_empty()).then(|| pages.iter().flat_map(entries).collect())
}

/// The walks over a list on one connection: those that any client makes, and those of [`WALK`].
pub fn walks_on<'v>(conversation: &'v Conversation, method: &str) -> Vec<Walk<'v>> {
    let mut walks: Vec<Walk<'v>> = Vec::new();
    for exchange in conversation.exchanges() {
        let is_walk = is_ordinary(&exchange) || exchange.intent() == Some(WALK);
        if exchange.method() != method || !is_walk {
            continue;
        }
        let answer = match exchange.reply() {
            Reply::Result(message, result) => Some((message, result)),
            _ => None,
        };
        let cursor = exchange.params().and_then(|params| params.get("cursor"));
        let page = Page { exchange, answer };
        let Some(cursor) = cursor else {
            walks.push(Walk { pages: vec![page] });
            continue;
        };
        let continued = walks.iter_mut().rev().find(|walk| {
            let last = walk.pages.last().and_then(Page::next);
            last.is_some() && last == cursor.as_str()
        });
        if let Some(walk) = continued {
            walk.pages.push(page);
        }
    }
    walks
}

/// All walks over a list, by connection.
pub fn walks<'v>(view: &'v View, method: &str) -> Vec<Walk<'v>> {
    let conversations = view.conversations().iter();
    conversations
        .flat_map(|conversation| walks_on(conversation, method))
        .collect()
}

/// The entries of a list as first walked on each connection.
pub fn listed<'v>(view: &'v View, method: &str, member: &str) -> Vec<Listed<'v>> {
    let conversations = view.conversations().iter();
    conversations
        .filter_map(|conversation| walks_on(conversation, method).into_iter().next())
        .flat_map(|walk| walk.entries(member))
        .collect()
}

impl Listed<'_> {
    /// JSON pointer from the message to a place within the entry of the list `member`.
    pub fn pointer(&self, member: &str, within: &str) -> String {
        format!("/result/{member}/{}{within}", self.index)
    }

    /// What the entry is called in findings: `tool:add` for the kind `tool` and the key `name`.
    /// The kind alone when it has no such text.
    pub fn subject(&self, kind: &str, key: &str) -> String {
        match self.value[key].as_str() {
            Some(name) => format!("{kind}:{name}"),
            None => kind.to_owned(),
        }
    }
}

/// Entries of one list that share a name in every walk. What stands twice because pages overlap is
/// left out.
pub fn namesakes<'v>(
    view: &'v View,
    method: &str,
    member: &str,
    key: &str,
) -> Vec<(Listed<'v>, Listed<'v>)> {
    let walks = walks(view, method);
    let Some(first) = walks.first() else {
        return Vec::new();
    };
    let is_shared = |name: &Value| {
        walks.iter().filter(|walk| walk.is_complete()).all(|walk| {
            let duplicates = walk.duplicates(member, key);
            duplicates
                .iter()
                .any(|(entry, _)| &entry.value[key] == name)
        })
    };
    let mut found = first.duplicates(member, key);
    found.retain(|(one, other)| {
        let is_certain = one.page == other.page || is_shared(&one.value[key]);
        is_certain && !first.is_overlap(member, one, other)
    });
    found
}
