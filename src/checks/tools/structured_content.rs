//! A structured tool result keeps the promises of the tool's output schema.
//!
//! Clients parse `structuredContent` with the listed schema; where it is missing, does not fit or, up
//! to 2025-11-25, is no object, the call fails although the tool worked. Older clients read the text
//! only, so the same data belongs into a text block as JSON.
//!
//! ```mcp passes
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"{\"sum\": 2}"}],"structuredContent":{"sum":2.0}}
//! ```
//!
//! ```mcp fails tools.call.structured-content-matches-output-schema
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"{\"sum\":\"2\"}"}],"structuredContent":{"sum":"2"}}
//! ```
//!
//! ```mcp fails tools.call.structured-content-present-with-output-schema
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"2"}]}
//! ```
//!
//! ```mcp fails tools.call.structured-content-is-object
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"[2]"}],"structuredContent":[2]}
//! ```
//!
//! ```mcp fails tools.call.structured-content-text-fallback
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"two"}],"structuredContent":{"sum":2}}
//! ```

use crate::check::common::answers::{is_in_text, texts};
use crate::check::common::generated::fits_schema;
use crate::check::common::json_schema::{dialects, validator};
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[IS_OBJECT, MATCHES, PRESENT, TEXT],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const IS_OBJECT: &str = "tools.call.structured-content-is-object";
const MATCHES: &str = "tools.call.structured-content-matches-output-schema";
const PRESENT: &str = "tools.call.structured-content-present-with-output-schema";
const TEXT: &str = "tools.call.structured-content-text-fallback";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let tools = listed(view, "tools/list", "tools");
    let calls = view
        .exchanges()
        .filter(|exchange| exchange.method() == "tools/call" && fits_schema(exchange));
    for exchange in calls {
        let name = exchange.params().and_then(|params| params["name"].as_str());
        let is_called = |value: &Value| name.is_some_and(|name| value["name"] == name);
        let tool = tools.iter().find(|tool| is_called(tool.value));
        if let Some(tool) = tool {
            judge_structured(&mut verdicts, view.revision, &exchange, tool.value);
        }
    }
    let mut listed = tools.iter();
    let has_schema = listed.any(|tool| tool.value["outputSchema"].is_object());
    for id in [MATCHES, PRESENT] {
        let ruling = verdicts.on(id);
        match has_schema {
            true if ruling.held.is_empty() => {
                ruling.inconclusive("no tool with an outputSchema was called with success")
            }
            true => ruling,
            false => ruling.not_applicable("no tool has an outputSchema"),
        };
    }
    for id in [IS_OBJECT, TEXT] {
        verdicts
            .on(id)
            .not_applicable("no result has structuredContent");
    }
    verdicts
}

fn about(tool: &Value, exchange: &Exchange<'_>, text: String) -> Problem {
    let name = tool["name"].as_str().unwrap_or_default();
    Problem::new(format!("tool:{name}"), text).exchange(exchange)
}

fn judge_structured(
    verdicts: &mut Verdicts,
    revision: Revision,
    exchange: &Exchange<'_>,
    tool: &Value,
) {
    let Reply::Result(message, result) = exchange.reply() else {
        return;
    };
    let kind = result.get("resultType");
    let is_complete = kind.is_none_or(|kind| kind == "complete");
    if !is_complete || result.get("task").is_some() {
        return;
    }
    let is_error = result["isError"] == true;
    let schema = tool.get("outputSchema").filter(|schema| schema.is_object());
    let Some(structured) = result.get("structuredContent") else {
        if !is_error && schema.is_some() {
            let text = format!(
                "{} has an outputSchema, but its result has no structuredContent.",
                tool["name"]
            );
            verdicts.on(PRESENT).broken(about(tool, exchange, text));
        }
        return;
    };
    if revision.era() == Era::Handshake {
        if !structured.is_object() {
            let text = format!("The structuredContent of {} is no object.", tool["name"]);
            verdicts.on(IS_OBJECT).broken(about(tool, exchange, text));
            return;
        }
        verdicts.on(IS_OBJECT).held(message.at.clone());
    }
    if let Some(schema) = schema {
        verdicts.on(PRESENT).held(message.at.clone());
        judge_instance(
            verdicts.on(MATCHES),
            revision,
            exchange,
            tool,
            (schema, structured),
        );
    }
    if is_error {
        return;
    }
    if is_in_text(&texts(result), structured) {
        verdicts.on(TEXT).held(message.at.clone());
    } else {
        let text = format!(
            "No text block of {} holds its structuredContent as JSON.",
            tool["name"]
        );
        verdicts.on(TEXT).broken(about(tool, exchange, text));
    }
}

/// Error results are exempt in most SDKs and in no text: a mismatch there is odd at most.
fn judge_instance(
    ruling: &mut Ruling,
    revision: Revision,
    exchange: &Exchange<'_>,
    tool: &Value,
    (schema, structured): (&Value, &Value),
) {
    let drafts = dialects(schema, revision).unwrap_or_default();
    let compiled: Vec<_> = drafts
        .iter()
        .filter_map(|draft| validator(schema, *draft))
        .collect();
    let faults: Vec<Option<String>> = compiled
        .iter()
        .map(|validator| {
            let fault = validator.validate(structured).err()?;
            Some(format!(
                "{} at {:?}",
                fault.masked(),
                fault.instance_path().as_str()
            ))
        })
        .collect();
    match faults.iter().flatten().next() {
        _ if faults.is_empty() => {
            ruling.inconclusive(format!(
                "the outputSchema of {} cannot be compiled",
                tool["name"]
            ));
        }
        Some(fault) if !faults.contains(&None) => {
            let text = format!(
                "The structuredContent of {} does not fit its outputSchema: {fault}.",
                tool["name"]
            );
            let problem = about(tool, exchange, text);
            match exchange
                .result()
                .is_some_and(|result| result["isError"] == true)
            {
                true => ruling.odd(problem),
                false => ruling.broken(problem),
            };
        }
        _ => {
            ruling.held(exchange.request.at.clone());
        }
    }
}
