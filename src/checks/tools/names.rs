//! Tool names are unique, not longer than 128 characters and free of unusual characters.
//!
//! The name is all a model has to call a tool by. Of two tools with one name only one can be
//! reached, and many model APIs refuse names with blanks or other characters than ASCII letters,
//! digits, underscore, hyphen and dot. Rename the tool; the `title` can hold any text.
//!
//! ```mcp passes
//! > tools/list
//! < merge {"tools":[{"name":"a.b-c_D9","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.name.unique
//! > tools/list {"cursor":null}
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"}},
//! | {"name":"a","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.name.unique
//! > tools/list {"cursor":null}
//! < merge {"nextCursor":"page-2"}
//! > tools/list {"cursor":"page-2"}
//! < merge /tools/0 {"name":"echo"}
//! ```
//!
//! ```mcp fails tools.name.length
//! > tools/list
//! < merge {"tools":[{"name":"","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.name.charset
//! > tools/list
//! < merge {"tools":[{"name":"größe","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.name.charset tools.name.no-special-characters
//! > tools/list
//! < merge {"tools":[{"name":"say hello","inputSchema":{"type":"object"}}],"nextCursor":null}
//! ```

use crate::check::common::listing::{Listed, listed, namesakes};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "tools.name.charset",
        "tools.name.length",
        "tools.name.no-special-characters",
        "tools.name.unique",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// server/tools#tool-names
const LONGEST: usize = 128;

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for tool in listed(view, "tools/list", "tools") {
        let Some(name) = tool.value["name"].as_str() else {
            continue;
        };
        verdicts
            .on("tools.name.unique")
            .held(tool.message.at.clone());
        judge_length(verdicts.on("tools.name.length"), &tool, name);
        judge_characters(&mut verdicts, &tool, name);
    }
    let ruling = verdicts.on("tools.name.unique");
    for (one, other) in namesakes(view, "tools/list", "tools", "name") {
        let text = format!("Two tools have the name {}.", one.value["name"]);
        let problem = about(&one, text);
        ruling.broken(problem.at_pointer(other.message, &other.pointer("tools", "/name")));
    }
    if verdicts.on("tools.name.unique").held.is_empty() {
        for id in CHECK.covers {
            verdicts.on(id).not_applicable("no tools were listed");
        }
    }
    verdicts
}

fn about(tool: &Listed<'_>, text: String) -> Problem {
    Problem::new(tool.subject("tool", "name"), text)
        .at_pointer(tool.message, &tool.pointer("tools", "/name"))
}

fn judge_length(ruling: &mut Ruling, tool: &Listed<'_>, name: &str) {
    match name.chars().count() {
        0 => ruling.broken(about(tool, "A tool has an empty name.".to_owned())),
        1..=LONGEST => ruling.held(tool.message.at.clone()),
        length => {
            let text = format!("A tool name has {length} characters, more than {LONGEST}.");
            ruling.broken(about(tool, text))
        }
    };
}

fn judge_characters(verdicts: &mut Verdicts, tool: &Listed<'_>, name: &str) {
    let is_usual = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let odd: Vec<char> = name
        .chars()
        .filter(|character| !is_usual(*character))
        .collect();
    let ruling = verdicts.on("tools.name.charset");
    if odd.is_empty() {
        ruling.held(tool.message.at.clone());
    } else {
        let text = format!(
            "The tool name {name:?} has characters outside A-Z a-z 0-9 _ - . : {}",
            shown(&odd)
        );
        ruling.broken(about(tool, text));
    }
    let special: Vec<char> = odd
        .into_iter()
        .filter(|character| !character.is_alphanumeric())
        .collect();
    let ruling = verdicts.on("tools.name.no-special-characters");
    if special.is_empty() {
        ruling.held(tool.message.at.clone());
    } else {
        let text = format!(
            "The tool name {name:?} has special characters: {}",
            shown(&special)
        );
        ruling.broken(about(tool, text));
    }
}

/// Each character once, those that cannot be seen by their code points.
fn shown(characters: &[char]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for character in characters {
        let part = match character {
            ' ' => "space".to_owned(),
            visible if visible.is_ascii_graphic() || visible.is_alphanumeric() => {
                visible.to_string()
            }
            hidden => format!("U+{:04X}", u32::from(*hidden)),
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(" ")
}
