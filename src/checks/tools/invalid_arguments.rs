//! Arguments that break the tool's schema are refused in a form that the model can learn from.
//!
//! From 2025-11-25 on that is a result with `isError` and a text; before, a JSON-RPC error with code
//! -32602 is as good. Anything else hides a mistake of the model from it, and a server that ends or
//! falls silent takes the whole conversation with it. Most SDKs do this by themselves once the schema
//! they validate with is the one they list.
//!
//! ```mcp passes
//! > ping
//! < default
//! ```
//!
//! ```mcp fails tools.call.invalid-arguments.reported-in-result
//! > tools/call {"name":"add","arguments":{"a":"mcpcheck"}}
//! < error -32602 "a has to be a number"
//! ```
//!
//! ```mcp fails tools.call.invalid-arguments.either-error-form
//! revision 2025-06-18
//! > tools/call {"name":"add","arguments":{"a":"mcpcheck"}}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails tools.call.invalid-arguments.reported-in-result
//! > tools/call {"name":"add","arguments":{"a":[]}}
//! < exit 1
//! > tools/call {"name":"add","arguments":{"a":["mcpcheck"]}}
//! < exit 1
//! ```

use crate::check::common::answers::{is_stack_trace, shown, text_of, texts, turned_away};
use crate::check::common::generated::{Call, Sightings, add_harm, calls, tools};
use crate::check::prelude::*;

const EITHER: &str = "tools.call.invalid-arguments.either-error-form";
const IN_RESULT: &str = "tools.call.invalid-arguments.reported-in-result";

pub(crate) const CHECK: Check = Check {
    covers: &[EITHER, IN_RESULT],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let tools = tools(view);
    let mut sightings: [Sightings; 2] = Default::default();
    for conversation in view.conversations() {
        for call in calls(&tools, conversation) {
            if call.class.is_valid() || turned_away(&call.exchange).is_some() {
                continue;
            }
            let [either, in_result] = &mut sightings;
            if add_harm(either, &call) {
                add_harm(in_result, &call);
                continue;
            }
            judge_form(&mut verdicts, &call);
        }
    }
    for (rule, sightings) in [EITHER, IN_RESULT].into_iter().zip(sightings) {
        let ruling = verdicts.on(rule);
        sightings.rule(ruling);
        if ruling.held.is_empty() {
            ruling.inconclusive("no call with broken arguments was refused");
        }
    }
    verdicts
}

/// A success is judged by another check.
fn judge_form(verdicts: &mut Verdicts, call: &Call<'_>) {
    let name = call.name;
    match call.exchange.reply() {
        Reply::Result(message, result) if result["isError"] == true => {
            verdicts.on(EITHER).held(message.at.clone());
            if texts(result).iter().any(|text| !text.trim().is_empty()) {
                verdicts.on(IN_RESULT).held(message.at.clone());
            } else {
                let text = format!("The tool {name} refuses broken arguments without a word.");
                verdicts.on(IN_RESULT).broken(call.problem(text));
            }
        }
        Reply::Error(message, Some(code::INVALID_PARAMS)) => {
            verdicts.on(EITHER).held(message.at.clone());
            let text = format!(
                "The tool {name} answers broken arguments with code -32602, which models do not see."
            );
            verdicts.on(IN_RESULT).broken(call.problem(text));
        }
        // The header that mirrors the argument was refused before the argument was looked at.
        Reply::Error(_, Some(code::HEADER_MISMATCH)) => {}
        Reply::Error(_, code) => {
            let text = format!(
                "The tool {name} answers broken arguments with {}, instead of a refusal.",
                shown(code)
            );
            let crashed =
                code == Some(code::INTERNAL_ERROR) && is_stack_trace(&text_of(&call.exchange));
            let problem = call.problem(text);
            verdicts.on(EITHER).broken(problem.clone());
            verdicts.on(IN_RESULT).broken(match crashed {
                true => problem.outright(),
                false => problem,
            });
        }
        _ => {}
    }
}
