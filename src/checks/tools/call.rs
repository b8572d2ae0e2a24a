//! A listed tool can be called, and its structured result keeps the promises of its output schema.
//!
//! Clients parse `structuredContent` with the schema that the list gave them; where it is missing,
//! of another shape or, up to 2025-11-25, no object, the call fails although the tool worked. Older
//! clients read the text only, so the same data belongs into a text block as JSON. Only tools that
//! are safe to call are called.
//!
//! ```mcp passes
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"{\"sum\": 2}"}],"structuredContent":{"sum":2.0}}
//! ```
//!
//! ```mcp fails tools.call.listed-tool-is-callable
//! > tools/call {"name":"echo"}
//! < error -32602 "Tool echo not found"
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

use crate::check::common::answers::{
    Unanswered, same_json, says_unknown, text_of, texts, turned_away, unanswered,
};
use crate::check::common::is_ordinary;
use crate::check::common::json_schema::{dialects, validator};
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "tools.call.listed-tool-is-callable",
        "tools.call.structured-content-is-object",
        "tools.call.structured-content-matches-output-schema",
        "tools.call.structured-content-present-with-output-schema",
        "tools.call.structured-content-text-fallback",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const CALLABLE: &str = "tools.call.listed-tool-is-callable";
const IS_OBJECT: &str = "tools.call.structured-content-is-object";
const MATCHES: &str = "tools.call.structured-content-matches-output-schema";
const PRESENT: &str = "tools.call.structured-content-present-with-output-schema";
const TEXT: &str = "tools.call.structured-content-text-fallback";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let tools: Vec<&Value> = listed(view, "tools/list", "tools").iter().map(|tool| tool.value).collect();
    let calls = view
        .exchanges()
        .filter(|exchange| exchange.method() == "tools/call" && is_ordinary(exchange));
    for exchange in calls {
        let name = exchange.params().and_then(|params| params["name"].as_str());
        let tool = tools.iter().find(|tool| name.is_some() && tool["name"].as_str() == name);
        let (Some(tool), Some(name)) = (tool, name) else {
            continue;
        };
        judge_callable(verdicts.on(CALLABLE), &exchange, tool, name);
        judge_structured(&mut verdicts, view.revision, &exchange, tool);
    }
    if tools.iter().any(|tool| tool["outputSchema"].is_object()) {
        for id in [MATCHES, PRESENT] {
            not_seen(verdicts.on(id), "no tool with an outputSchema was called with success");
        }
    }
    for id in [MATCHES, PRESENT] {
        verdicts.on(id).not_applicable("no tool has an outputSchema");
    }
    for id in [IS_OBJECT, TEXT] {
        verdicts.on(id).not_applicable("no result has structuredContent");
    }
    match tools.is_empty() {
        true => verdicts.on(CALLABLE).not_applicable("no tools were listed"),
        false => not_seen(verdicts.on(CALLABLE), "no tool could be called safely"),
    };
    verdicts
}

fn not_seen<'r>(ruling: &'r mut Ruling, why: &str) -> &'r mut Ruling {
    match ruling.held.is_empty() {
        true => ruling.inconclusive(why),
        false => ruling,
    }
}

fn about(tool: &Value, exchange: &Exchange<'_>, text: String) -> Problem {
    let name = tool["name"].as_str().unwrap_or_default();
    Problem::new(format!("tool:{name}"), text).exchange(exchange)
}

fn judge_callable(ruling: &mut Ruling, exchange: &Exchange<'_>, tool: &Value, name: &str) {
    let needs_task = tool["execution"]["taskSupport"] == "required";
    if let (Some(_), _) | (_, true) = (turned_away(exchange), needs_task) {
        return;
    }
    match unanswered(exchange) {
        Some(Unanswered::Ended(event)) => {
            let text = format!("The server ended when its tool {name} was called.");
            ruling.broken(about(tool, exchange, text).event(event, "connection ended"));
            return;
        }
        Some(_) => return,
        None => {}
    }
    let is_unknown = match exchange.reply() {
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => true,
        Reply::Result(_, result) if result["isError"] != true => false,
        _ => says_unknown(&text_of(exchange), "tool", name),
    };
    match exchange.responses.first() {
        Some(_) if is_unknown => {
            let text = format!("The listed tool {name} is answered as if it did not exist.");
            ruling.broken(about(tool, exchange, text));
        }
        Some(answer) => {
            ruling.held(answer.at.clone());
        }
        None => {}
    }
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
    let is_complete = result.get("resultType").is_none_or(|kind| kind == "complete");
    if !is_complete || result.get("task").is_some() {
        return;
    }
    let is_error = result["isError"] == true;
    let schema = tool.get("outputSchema").filter(|schema| schema.is_object());
    let Some(structured) = result.get("structuredContent") else {
        if !is_error && schema.is_some() {
            let text = format!("{} has an outputSchema, but its result has no structuredContent.", tool["name"]);
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
        judge_instance(verdicts.on(MATCHES), revision, exchange, tool, (schema, structured));
    }
    if is_error {
        return;
    }
    if is_in_text(result, structured) {
        verdicts.on(TEXT).held(message.at.clone());
    } else {
        let text = format!("No text block of {} holds its structuredContent as JSON.", tool["name"]);
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
    let compiled: Vec<_> = drafts.iter().filter_map(|draft| validator(schema, *draft)).collect();
    let faults: Vec<Option<String>> = compiled
        .iter()
        .map(|validator| {
            let fault = validator.validate(structured).err()?;
            Some(format!("{} at {:?}", fault.masked(), fault.instance_path().as_str()))
        })
        .collect();
    match faults.iter().flatten().next() {
        _ if faults.is_empty() => {
            ruling.inconclusive(format!("the outputSchema of {} cannot be compiled", tool["name"]));
        }
        Some(fault) if !faults.contains(&None) => {
            let text = format!(
                "The structuredContent of {} does not fit its outputSchema: {fault}.",
                tool["name"]
            );
            let problem = about(tool, exchange, text);
            match exchange.result().is_some_and(|result| result["isError"] == true) {
                true => ruling.odd(problem),
                false => ruling.broken(problem),
            };
        }
        _ => {
            ruling.held(exchange.request.at.clone());
        }
    }
}

/// Some SDKs wrap what is no object in an object of one member, and write the text without it.
fn is_in_text(result: &Value, structured: &Value) -> bool {
    let inner = structured.as_object().filter(|members| members.len() == 1);
    let inner = inner.and_then(|members| members.values().next());
    let texts = texts(result);
    let says = |text: &str, value: &Value| {
        let parsed = serde_json::from_str::<Value>(text);
        value.as_str() == Some(text) || parsed.is_ok_and(|parsed| same_json(&parsed, value))
    };
    let spread = inner.and_then(Value::as_array).filter(|items| items.len() == texts.len());
    texts.iter().any(|text| says(text, structured) || inner.is_some_and(|inner| says(text, inner)))
        || spread.is_some_and(|items| items.iter().zip(&texts).all(|(item, text)| says(text, item)))
}
