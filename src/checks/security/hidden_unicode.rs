//! Names, descriptions and instructions hold nothing that a reader cannot see.
//!
//! A model reads every character of a description; the person who approves a server sees only the
//! visible ones. Tag characters, runs of variation selectors and characters without width carry
//! whole sentences that way, and characters that turn the direction of text show one thing and say
//! another. Emoji, joiners of Persian, Arabic and Indic scripts and marks of direction in such text
//! are what these characters are for and are left alone. To fix it, remove the characters; where
//! they came from is worth knowing.
//!
//! ```mcp passes
//! > tools/list
//! < merge /tools/0 {"description": "Adds \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"}
//! ```
//!
//! ```mcp fails sec.meta.hidden-unicode
//! > tools/list
//! < merge /tools/0 {"description": "Adds.\udb40\udc52\udb40\udc65\udb40\udc61\udb40\udc64"}
//! ```
//!
//! ```mcp fails sec.meta.hidden-unicode
//! > tools/list
//! < merge /tools/0 {"title": "safe\u202etext.exe"}
//! ```
//!
//! ```mcp fails sec.meta.hidden-unicode
//! > tools/list
//! < merge /tools/0/inputSchema {"properties": {"a\u200bb": {"type": "string"}}}
//! ```

use crate::check::common::metadata::{Part, Text, judge_texts};
use crate::check::prelude::*;
use crate::scan::unicode::{Hidden, Means, hidden, is_invisible};

const HIDDEN: &str = "sec.meta.hidden-unicode";

pub(crate) const CHECK: Check = Check {
    covers: &[HIDDEN],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    judge_texts(verdicts.on(HIDDEN), view, problem);
    verdicts
}

/// The gravest of what is hidden in a text.
fn problem(text: &Text<'_>) -> Option<Problem> {
    let mut found = hidden(text.text);
    let in_name = (text.part == Part::Name).then(|| text.text.find(is_invisible));
    if let (true, Some(Some(at))) = (found.is_empty(), in_name) {
        found.push(Hidden {
            means: Means::InWord,
            place: at..text.text.len(),
            decoded: None,
        });
    }
    let worst = found.iter().min_by_key(|it| it.means)?;
    let how = match worst.means {
        Means::Tags => "tag characters",
        Means::Direction => "characters that turn the direction of text",
        Means::Selectors => "a run of variation selectors",
        Means::Run => "a run of characters without width",
        Means::InWord => "a character without width within a word",
    };
    let says = match &worst.decoded {
        Some(decoded) => format!("; hidden in them is {decoded:?}"),
        None => String::new(),
    };
    let message = format!("{} has {how} in {}{says}.", text.owner(), text.within);
    let problem = text.problem(message, &worst.place);
    Some(match worst.means {
        // One such character is often the remains of copying from a web page.
        Means::InWord => problem
            .severity(Severity::Medium)
            .confidence(Confidence::Firm),
        Means::Run => problem.confidence(Confidence::Firm),
        _ => problem,
    })
}
