//! The input schema of a tool is an object schema, and up to 2025-11-25 so is the output schema.
//!
//! Arguments and structured results are JSON objects, so the root of the schema has `"type":
//! "object"`. Clients hand the schema to model APIs that refuse the whole request, with all other
//! tools, when one root is null or of another type. For a tool without parameters write
//! `{"type": "object", "additionalProperties": false}`.
//!
//! ```mcp passes
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}}],
//! | "nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.root-object
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"properties":{}}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.root-object
//! revision 2025-03-26
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":null}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.not-null tools.input-schema.root-object
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":null}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.output-schema.root-object
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}}],
//! | "nextCursor":null}
//! ```

use crate::check::common::listing::{Listed, listed};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "tools.input-schema.not-null",
        "tools.input-schema.root-object",
        "tools.output-schema.root-object",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const ROOT: &str = "tools.input-schema.root-object";
const NOT_NULL: &str = "tools.input-schema.not-null";
const OUTPUT: &str = "tools.output-schema.root-object";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let tools: Vec<_> = listed(view, "tools/list", "tools")
        .into_iter()
        .filter(|tool| tool.value.is_object())
        .collect();
    for tool in &tools {
        judge_input(&mut verdicts, tool);
        if let Some(schema) = tool
            .value
            .get("outputSchema")
            .filter(|schema| schema.is_object())
        {
            let ruling = verdicts.on(OUTPUT);
            match root_fault(schema) {
                None => ruling.held(tool.message.at.clone()),
                Some(fault) => ruling.broken(about(tool, "outputSchema", &fault)),
            };
        }
    }
    if tools.is_empty() {
        for id in [ROOT, NOT_NULL] {
            verdicts.on(id).not_applicable("no tools were listed");
        }
    }
    verdicts
        .on(OUTPUT)
        .not_applicable("no tool has an outputSchema");
    verdicts
}

fn judge_input(verdicts: &mut Verdicts, tool: &Listed<'_>) {
    let at = &tool.message.at;
    let schema = tool.value.get("inputSchema");
    match schema {
        Some(Value::Null) => verdicts
            .on(NOT_NULL)
            .broken(about(tool, "inputSchema", "is null")),
        _ => verdicts.on(NOT_NULL).held(at.clone()),
    };
    let fault = match schema {
        None => Some("is missing".to_owned()),
        Some(schema) => root_fault(schema),
    };
    match fault {
        None => verdicts.on(ROOT).held(at.clone()),
        Some(fault) => verdicts.on(ROOT).broken(about(tool, "inputSchema", &fault)),
    };
}

/// What is wrong with the root of a schema, as the end of a sentence.
fn root_fault(schema: &Value) -> Option<String> {
    if !schema.is_object() {
        return Some(format!("is {schema}, not an object"));
    }
    match schema.get("type") {
        None => Some("has no `type`; it has to be the string \"object\"".to_owned()),
        Some(Value::String(kind)) if kind == "object" => None,
        Some(other) => Some(format!("has the type {other}, not the string \"object\"")),
    }
}

fn about(tool: &Listed<'_>, member: &str, fault: &str) -> Problem {
    let place = tool.pointer("tools", &format!("/{member}"));
    let text = format!("The {member} of {} {fault}.", tool.value["name"]);
    Problem::new(tool.subject("tool", "name"), text)
        .at_pointer(tool.message, &place)
        .hint("Write {\"type\": \"object\"} with the properties below it.")
}
