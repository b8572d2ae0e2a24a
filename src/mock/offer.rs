//! What the built-in server offers: its tools, resources and prompts, as each revision writes them.

use serde_json::{Value, json};

use crate::spec::Revision;

/// The cursor of the second page of tools.
pub(super) const SECOND_PAGE: &str = "page-2";

/// The texts of the numbered memos, from 1.
const MEMOS: [&str; 3] = ["Buy milk.", "Call Ada.", "Water the plants."];

const WELCOME: &str = "memo://welcome";
const LOGO: &str = "memo://logo";

/// A PNG image of one transparent pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Name and version of the built-in server.
pub(super) fn server_info() -> Value {
    json!({ "name": "mcp-check-mock", "version": env!("CARGO_PKG_VERSION") })
}

/// The capabilities that it declares when the script names none.
pub(super) fn capabilities(revision: Revision) -> Value {
    let mut capabilities = json!({
        "tools": {},
        "resources": { "subscribe": true },
        "prompts": {},
        "logging": {},
    });
    if revision >= Revision::V2025_03_26 {
        capabilities["completions"] = json!({});
    }
    capabilities
}

/// The page of tools behind a cursor, and the cursor of the next one. `None` for a cursor that was
/// never given out.
pub(super) fn tools(revision: Revision, cursor: Option<&str>) -> Option<(Value, Option<&str>)> {
    match cursor {
        None => Some((json!([echo(revision), add(revision)]), Some(SECOND_PAGE))),
        Some(SECOND_PAGE) => Some((json!([write_note()]), None)),
        Some(_) => None,
    }
}

fn echo(revision: Revision) -> Value {
    let mut tool = json!({
        "name": "echo",
        "description": "Returns the text it is given.",
        "inputSchema": {
            "type": "object",
            "properties": { "text": { "type": "string", "description": "What to return." } },
            "required": ["text"],
        },
    });
    mark_safe(&mut tool, revision);
    tool
}

fn add(revision: Revision) -> Value {
    let mut tool = json!({
        "name": "add",
        "description": "Adds two numbers.",
        "inputSchema": {
            "type": "object",
            "properties": { "a": { "type": "number" }, "b": { "type": "number" } },
            "required": ["a", "b"],
        },
    });
    if revision >= Revision::V2025_06_18 {
        tool["outputSchema"] = json!({
            "type": "object",
            "properties": { "sum": { "type": "number" } },
            "required": ["sum"],
        });
    }
    mark_safe(&mut tool, revision);
    tool
}

fn write_note() -> Value {
    json!({
        "name": "write_note",
        "description": "Keeps a note.",
        "inputSchema": {
            "type": "object",
            "properties": { "text": { "type": "string" } },
            "required": ["text"],
        },
    })
}

/// Hints exist from 2025-03-26 on (schema#toolannotations).
fn mark_safe(tool: &mut Value, revision: Revision) {
    if revision >= Revision::V2025_03_26 {
        tool["annotations"] = json!({ "readOnlyHint": true, "openWorldHint": false });
    }
}

/// Why a call brought no result.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CallFault {
    UnknownTool,
    BadArguments(&'static str),
}

/// Runs a tool. Nothing is kept: the server has no memory.
pub(super) fn call(revision: Revision, name: &str, arguments: &Value) -> Result<Value, CallFault> {
    let text = || {
        let text = arguments["text"].as_str();
        text.ok_or(CallFault::BadArguments("`text` has to be a string"))
    };
    match name {
        "echo" => Ok(content(text()?)),
        "write_note" => text().map(|_| content("Noted.")),
        "add" => {
            let number = |name: &str| arguments[name].as_f64();
            let (Some(a), Some(b)) = (number("a"), number("b")) else {
                return Err(CallFault::BadArguments("`a` and `b` have to be numbers"));
            };
            let sum = json!({ "sum": a + b });
            let mut result = content(&sum.to_string());
            if revision >= Revision::V2025_06_18 {
                result["structuredContent"] = sum;
            }
            Ok(result)
        }
        _ => Err(CallFault::UnknownTool),
    }
}

/// A tool result that holds one text.
pub(super) fn content(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

pub(super) fn resources() -> Value {
    json!([
        { "uri": WELCOME, "name": "welcome", "mimeType": "text/plain" },
        { "uri": LOGO, "name": "logo", "mimeType": "image/png" },
    ])
}

pub(super) fn resource_templates() -> Value {
    json!([{ "uriTemplate": "memo://numbered/{number}", "name": "numbered", "mimeType": "text/plain" }])
}

/// The contents of a resource; `None` when there is no such resource.
pub(super) fn read(uri: &str) -> Option<Value> {
    let text = |text: &str| json!([{ "uri": uri, "mimeType": "text/plain", "text": text }]);
    match uri {
        WELCOME => Some(text("Welcome.")),
        LOGO => Some(json!([{ "uri": uri, "mimeType": "image/png", "blob": PIXEL }])),
        _ => {
            let number = uri.strip_prefix("memo://numbered/")?;
            let index = numbers().position(|known| known == number)?;
            Some(text(MEMOS[index]))
        }
    }
}

pub(super) fn prompts() -> Value {
    json!([
        {
            "name": "greet",
            "description": "Greets somebody.",
            "arguments": [{ "name": "name", "description": "Whom to greet.", "required": true }],
        },
        { "name": "help", "description": "Asks what the server can do." },
    ])
}

/// Why a prompt was not given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PromptFault {
    Unknown,
    MissingName,
}

pub(super) fn prompt(name: &str, arguments: &Value) -> Result<Value, PromptFault> {
    let text = match name {
        "greet" => match arguments["name"].as_str() {
            Some(name) => format!("Please greet {name}."),
            None => return Err(PromptFault::MissingName),
        },
        "help" => "What can you do?".to_owned(),
        _ => return Err(PromptFault::Unknown),
    };
    Ok(json!({
        "messages": [{ "role": "user", "content": { "type": "text", "text": text } }],
    }))
}

/// The values that complete an argument; `None` when the reference or the argument is unknown.
pub(super) fn completions(reference: &Value, argument: &str, prefix: &str) -> Option<Vec<String>> {
    let kind = reference["type"].as_str()?;
    let values: Vec<String> = match (kind, argument) {
        ("ref/prompt", "name") if reference["name"] == "greet" => {
            vec!["Ada".to_owned(), "Alan".to_owned(), "Grace".to_owned()]
        }
        ("ref/resource", "number") if reference["uri"] == "memo://numbered/{number}" => {
            numbers().collect()
        }
        _ => return None,
    };
    let fits = |value: &String| value.starts_with(prefix);
    Some(values.into_iter().filter(fits).collect())
}

fn numbers() -> impl Iterator<Item = String> {
    (1..=MEMOS.len()).map(|number| number.to_string())
}
