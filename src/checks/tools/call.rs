//! A tool that is listed can be called under its name.
//!
//! The list is all that a model has to go by. A listed tool that is then answered as unknown, or
//! whose call ends the server, was promised and is not there: register tools and list them from one
//! place. Only tools that are safe to call are called.
//!
//! ```mcp passes
//! > tools/call {"name":"echo"}
//! < result {"content":[{"type":"text","text":"No such file"}],"isError":true}
//! ```
//!
//! ```mcp fails tools.call.listed-tool-is-callable
//! > tools/call {"name":"echo"}
//! < error -32602 "Tool echo not found"
//! ```
//!
//! ```mcp fails tools.call.listed-tool-is-callable
//! > tools/call {"name":"echo"}
//! < exit 1
//! ```
//!
//! ```mcp inconclusive
//! revision 2024-11-05
//! ```

use crate::check::common::answers::{Unanswered, says_unknown, text_of, turned_away, unanswered};
use crate::check::common::is_ordinary;
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["tools.call.listed-tool-is-callable"],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("tools.call.listed-tool-is-callable");
    let tools = listed(view, "tools/list", "tools");
    let calls = view
        .exchanges()
        .filter(|exchange| exchange.method() == "tools/call" && is_ordinary(exchange));
    for exchange in calls {
        let name = exchange.params().and_then(|params| params["name"].as_str());
        let Some(name) = name else {
            continue;
        };
        if let Some(tool) = tools.iter().find(|tool| tool.value["name"] == name) {
            judge_callable(ruling, &exchange, tool.value, name);
        }
    }
    match tools.is_empty() {
        true => ruling.not_applicable("no tools were listed"),
        false if ruling.held.is_empty() => ruling.inconclusive("no tool could be called safely"),
        false => ruling,
    };
    verdicts
}

fn judge_callable(ruling: &mut Ruling, exchange: &Exchange<'_>, tool: &Value, name: &str) {
    let needs_task = tool["execution"]["taskSupport"] == "required";
    if let (Some(_), _) | (_, true) = (turned_away(exchange), needs_task) {
        return;
    }
    let about = |text: String| Problem::new(format!("tool:{name}"), text).exchange(exchange);
    match unanswered(exchange) {
        Some(Unanswered::Ended(event)) => {
            let text = format!("The server ended when its tool {name} was called.");
            ruling.broken(about(text).event(event, "connection ended"));
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
            ruling.broken(about(text));
        }
        Some(answer) => {
            ruling.held(answer.at.clone());
        }
        None => {}
    }
}
