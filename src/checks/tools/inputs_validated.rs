//! A tool checks its arguments before it runs.
//!
//! Models get arguments wrong. A tool that runs without a required argument, or with an object where
//! it listed a string, answers a question that nobody asked, and the model takes the answer for
//! true. Validate with the very schema that is listed. Lenient readings, such as `"5"` for 5, are not
//! held against a server; a bound that is not enforced is a warning.
//!
//! ```mcp passes
//! > ping
//! < default
//! ```
//!
//! ```mcp fails tools.call.inputs-validated
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"2"}],"structuredContent":{"sum":2}}
//! ```
//!
//! ```mcp passes
//! # A refusal that forgot to say that it is one.
//! > tools/call {"name":"add","arguments":{"a":null}}
//! < result {"content":[{"type":"text","text":"Error: a is required"}]}
//! ```

use std::collections::BTreeSet;

use crate::check::common::answers::texts;
use crate::check::common::generated::{Call, Class, calls, tools};
use crate::check::prelude::*;

const RULE: &str = "tools.call.inputs-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Slips at so many places are no accident.
const ENOUGH: usize = 2;

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let tools = tools(view);
    let conversations = view.conversations().iter();
    let calls: Vec<Call<'_>> = conversations.flat_map(|it| calls(&tools, it)).collect();
    let answers_well = |name: &str| {
        let mut controls = calls.iter().filter(|call| call.class == Class::Control);
        controls.any(|call| call.name == name && call.succeeded())
    };
    let mut strict: Vec<(&Call<'_>, String)> = Vec::new();
    let mut bounds: Vec<&Call<'_>> = Vec::new();
    for call in calls.iter().filter(|call| !call.class.is_valid()) {
        if call.was_refused() {
            ruling.held(call.exchange.request.at.clone());
            continue;
        }
        let slipped = call.success().is_some_and(|result| !says_error(result));
        if !slipped || !answers_well(call.name) {
            continue;
        }
        match call.class {
            Class::Strict => strict.push((call, place(call, view.revision))),
            Class::Range | Class::Closed => bounds.push(call),
            _ => {}
        }
    }
    let places: BTreeSet<(&str, &str)> = strict
        .iter()
        .map(|(call, place)| (call.name, place.as_str()))
        .collect();
    let is_enough = places.len() >= ENOUGH;
    for (call, place) in &strict {
        let text = format!(
            "The tool {} ran with {}, which its schema excludes at {place:?}.",
            call.name,
            call.arguments()
        );
        let problem = call.problem(text).hint(HINT);
        match is_enough {
            true => ruling.broken(problem),
            false => ruling.odd(problem),
        };
    }
    for call in bounds {
        let (name, arguments) = (call.name, call.arguments());
        let text = format!("The tool {name} ran with {arguments}, beyond a bound of its schema.");
        ruling.odd(call.problem(text));
    }
    if ruling.held.is_empty() {
        ruling.inconclusive("no tool was called with arguments that break its schema");
    }
    verdicts
}

const HINT: &str = "Validate the arguments with the listed schema before the tool runs.";

/// The member that is wrong or missing.
fn place(call: &Call<'_>, revision: Revision) -> String {
    use crate::check::common::json_schema::{dialects, validator};
    let schema = &call.tool["inputSchema"];
    let arguments = call.exchange.params().map(|params| &params["arguments"]);
    let draft = dialects(schema, revision).and_then(|all| all.into_iter().next());
    let validator = draft.and_then(|draft| validator(schema, draft));
    let (Some(arguments), Some(validator)) = (arguments, validator) else {
        return String::new();
    };
    let Some(error) = validator.iter_errors(arguments).next() else {
        return String::new();
    };
    let pointer = error.instance_path().to_string();
    match error.kind() {
        jsonschema::error::ValidationErrorKind::Required { property } => {
            format!("{pointer}/{}", property.as_str().unwrap_or_default())
        }
        _ => pointer,
    }
}

/// Many tools tell of a failure in the text and forget `isError`.
fn says_error(result: &Value) -> bool {
    const WORDS: [&str; 9] = [
        "error",
        "invalid",
        "required",
        "must ",
        "missing",
        "fail",
        "exception",
        "expected",
        "not found",
    ];
    texts(result).iter().any(|text| {
        let text = text.to_lowercase();
        WORDS.iter().any(|word| text.contains(word))
    })
}
