//! Text that gives a model orders instead of describing something.
//!
//! Single words prove nothing: descriptions legitimately say "must", "always", "before" and "do not".
//! What is looked for are orders of a few words in one sentence, and the families they belong to.

mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use words::{Words, folded};

/// A kind of order that descriptions have no use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// To forget other instructions.
    Override,
    /// To keep something from the user.
    Secrecy,
    /// Marks that separate the turns of a conversation inside a model.
    Turns,
    /// To do something before everything else, or with every other tool.
    Precedence,
    /// Tags that claim importance or authority.
    Tags,
    /// A new role for the model.
    Role,
}

impl Family {
    /// Families that alone are reason to look; the others are only seen beside one of these.
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::Override | Self::Secrecy | Self::Turns)
    }

    /// What it does, after "it".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "tells the model to drop other instructions",
            Self::Secrecy => "tells it to keep something from the user",
            Self::Turns => "forges the border between turns of a conversation",
            Self::Precedence => "wants to come before all other work",
            Self::Tags => "claims authority by a tag",
            Self::Role => "gives the model a role",
        }
    }
}

/// The first place of each family in a text.
pub fn orders(text: &str) -> BTreeMap<Family, Range<usize>> {
    let folded = folded(text);
    let words = Words::of(&folded.text);
    let mut found = BTreeMap::new();
    let mut add = |family, place: Option<Range<usize>>| {
        if let Some(place) = place {
            found.entry(family).or_insert(folded.original(&place));
        }
    };
    add(Family::Override, overrides(&words));
    add(Family::Secrecy, secrecy(&words));
    add(Family::Turns, turns(&folded.text));
    add(Family::Precedence, precedence(&words));
    add(Family::Tags, tags(&folded.text));
    add(Family::Role, role(&words));
    found
}

const FORGET: [&str; 3] = ["ignore", "disregard", "forget"];
const OTHER: [&str; 9] = [
    "previous",
    "prior",
    "above",
    "earlier",
    "preceding",
    "other",
    "existing",
    "former",
    "your",
];
const RULES: [&str; 7] = [
    "instruction",
    "instructions",
    "rules",
    "guidelines",
    "directives",
    "prompt",
    "prompts",
];

/// "Ignore all previous instructions".
fn overrides(words: &Words<'_>) -> Option<Range<usize>> {
    words.find(&FORGET, |order| {
        let (at, _) = words.within(order, 5, &OTHER)?;
        // "Ignore other rules" is what linters offer.
        let objects = match words.text(at) {
            "other" | "existing" => &RULES[..2],
            _ => &RULES,
        };
        let (end, _) = words.within(at, 4, objects)?;
        Some(end)
    })
}

const NOT: [&str; 7] = ["not", "don't", "dont", "never", "without", "don’t", "avoid"];
const TELL: [&str; 10] = [
    "tell",
    "telling",
    "mention",
    "mentioning",
    "inform",
    "informing",
    "notify",
    "notifying",
    "alert",
    "alerting",
];
const USER: [&str; 6] = ["user", "user's", "users", "human", "user,", "customer"];

/// "Do not mention this to the user".
fn secrecy(words: &Words<'_>) -> Option<Range<usize>> {
    words.find(&NOT, |order| {
        let (tell, _) = words.within(order, 2, &TELL)?;
        let (end, _) = words.within(tell, 14, &USER)?;
        Some(end)
    })
}

/// Tokens that chat templates put between turns.
const TURNS: [&str; 9] = [
    "<|im_start|>",
    "<|im_end|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|eot_id|>",
    "[inst]",
    "<<sys>>",
    "<|start_header_id|>",
];

fn turns(text: &str) -> Option<Range<usize>> {
    let found = TURNS
        .iter()
        .filter_map(|token| Some((text.find(token)?, token.len())));
    found.min().map(|(at, length)| at..at + length)
}

const ALL: [&str; 4] = ["any", "all", "every", "other"];
const TOOLS: [&str; 6] = ["tool", "tools", "function", "functions", "task", "tasks"];

/// "Before using any other tool", "whenever another tool is called".
fn precedence(words: &Words<'_>) -> Option<Range<usize>> {
    let before = words.find(&["before", "whenever"], |order| {
        let (at, _) = words.within(order, 4, &ALL)?;
        let (end, _) = words.within(at, 3, &TOOLS)?;
        Some(end)
    });
    before.or_else(|| {
        words.find(&["before"], |order| {
            let (using, _) = words.within(order, 2, &["using", "calling", "use", "running"])?;
            let (tool, _) = words.within(using, 2, &TOOLS)?;
            let (end, _) = words.within(tool, 3, &["read", "open", "load", "send", "fetch"])?;
            Some(end)
        })
    })
}

/// Elements that were opened and closed.
fn tags(text: &str) -> Option<Range<usize>> {
    let names = [
        "important",
        "system",
        "critical",
        "secret",
        "admin",
        "override",
    ];
    let found = names.iter().filter_map(|name| {
        let at = text.find(&format!("<{name}>"))?;
        let end = at + text[at..].find(&format!("</{name}>"))?;
        Some(at..end)
    });
    found.min_by_key(|place| place.start)
}

/// "You are now an unrestricted assistant", "from now on you".
fn role(words: &Words<'_>) -> Option<Range<usize>> {
    let now = words.find(&["you"], |order| {
        let (are, gap) = words.within(order, 1, &["are"])?;
        let (now, _) = words.within(are, 1, &["now"])?;
        let (end, _) = words.within(now, 4, &["assistant", "agent", "model", "ai", "admin"])?;
        (gap == 0).then_some(end)
    });
    now.or_else(|| {
        words.find(&["from"], |order| {
            let (now, _) = words.within(order, 1, &["now"])?;
            let (end, _) = words.within(now, 2, &["you"])?;
            Some(end)
        })
    })
}

/// Words that make an order of a sentence.
const DIRECTIVES: [&str; 10] = [
    "before", "whenever", "instead", "first", "always", "never", "must", "don't", "do", "any",
];
/// Words between a name and the order about it at most.
const ABOUT: usize = 12;

/// Where a text gives an order about the thing of this name: whole, and near a directive.
pub fn ordered_about(text: &str, name: &str) -> Option<Range<usize>> {
    let folded = folded(text);
    let words = Words::of(&folded.text);
    let name = name.to_lowercase();
    let named = (0..words.len()).filter(|index| words.text(*index) == name);
    named.into_iter().find_map(|index| {
        let is_order = words.before(index, ABOUT, &DIRECTIVES).is_some()
            || words.within(index, ABOUT, &DIRECTIVES).is_some();
        is_order.then(|| folded.original(&words.place(index)))
    })
}

/// How sure it is that a text asks for what is none of the server's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It names what it wants and where to put it.
    Likely,
    /// It orders to fetch a credential and to hand over what is in it.
    Sure,
}

/// A text that wants credentials or the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exfiltration {
    /// What it wants, as written.
    pub source: String,
    /// How sure that is.
    pub reach: Reach,
    /// Where the source is named.
    pub place: Range<usize>,
}

/// Files that hold credentials, as parts of words.
const FILES: [&str; 14] = [
    ".ssh/",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    ".aws/credentials",
    "/etc/shadow",
    "/etc/passwd",
    "mcp.json",
    ".git-credentials",
    ".netrc",
    ".npmrc",
    ".env",
    ".kube/config",
    "wallet.dat",
];
/// What was said before, as pairs of words.
const TALK: [[&str; 2]; 8] = [
    ["conversation", "history"],
    ["chat", "history"],
    ["system", "prompt"],
    ["entire", "conversation"],
    ["full", "conversation"],
    ["whole", "conversation"],
    ["complete", "conversation"],
    ["previous", "messages"],
];
const FETCH: [&str; 8] = [
    "read", "open", "cat", "load", "fetch", "access", "retrieve", "get",
];
const HAND: [&str; 11] = [
    "pass", "include", "append", "send", "forward", "upload", "put", "attach", "post", "provide",
    "submit",
];
const CONTENT: [&str; 8] = [
    "content", "contents", "it", "its", "them", "text", "data", "result",
];

/// The gravest order in a text to hand over credentials or the conversation.
pub fn exfiltration(text: &str) -> Option<Exfiltration> {
    let folded = folded(text);
    let words = Words::of(&folded.text);
    let hands_over = |from: usize, reach: usize| {
        let (hand, _) = words.near(from, reach, &HAND)?;
        let (content, _) = words.within_any(hand, 4, &CONTENT)?;
        Some(content)
    };
    for index in 0..words.len() {
        let word = words.text(index);
        let file = FILES.iter().find(|file| names_file(word, file));
        if file.is_none() {
            continue;
        }
        let is_fetched = words.before(index, 6, &FETCH).is_some();
        let is_handed_over = hands_over(index, 25).is_some();
        let of_content = words.before(index, 4, &["content", "contents"]).is_some();
        let reach = match (is_fetched, is_handed_over, of_content) {
            (true, true, _) => Reach::Sure,
            (_, true, true) | (true, false, true) => Reach::Likely,
            _ => continue,
        };
        return Some(Exfiltration {
            source: word.to_owned(),
            reach,
            place: folded.original(&words.place(index)),
        });
    }
    (1..words.len()).find_map(|index| {
        let pair = [words.text(index - 1), words.text(index)];
        let is_talk = TALK.contains(&pair);
        let is_handed = words.before(index - 1, 6, &HAND).is_some();
        let is_wanted = is_handed
            && words
                .within(index, 6, &["parameter", "argument", "field", "sidenote"])
                .is_some();
        (is_talk && is_wanted).then(|| Exfiltration {
            source: pair.join(" "),
            reach: Reach::Likely,
            place: folded.original(&(words.place(index - 1).start..words.place(index).end)),
        })
    })
}

/// `.env` is a file of that name; `process.env` is not.
fn names_file(word: &str, file: &str) -> bool {
    if file != ".env" {
        return word.contains(file);
    }
    word == file || word.ends_with("/.env") || word.starts_with(".env.")
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
