//! A tool that cannot do its work says so in its result, with `isError`.
//!
//! A JSON-RPC error is for requests that are wrong. Clients report it to their user, or end the
//! turn, and the model that could have tried something else never reads it. Catch what goes wrong
//! inside a tool and return it as text with `isError: true`. Only tools that are safe to call are
//! called, with arguments that fit their schema.
//!
//! ```mcp passes
//! > tools/call {"name":"echo"}
//! < result {"content":[{"type":"text","text":"No such file"}],"isError":true}
//! ```
//!
//! ```mcp fails tools.call.execution-errors-in-result
//! > tools/call {"name":"echo"}
//! < error -32000 "No such file: mcpcheck"
//! ```
//!
//! ```mcp passes
//! # The server believes that the arguments are wrong.
//! > tools/call {"name":"echo"}
//! < error -32602 "text has to be a path"
//! > tools/call {"name":"add"}
//! < result {"content":[{"type":"text","text":"too large"}],"isError":true}
//! ```
//!
//! ```mcp inconclusive
//! > tools/call
//! < default
//! ```

use crate::check::common::answers::{says_unknown, text_of, turned_away};
use crate::check::common::client_features::asker;
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

const RULE: &str = "tools.call.execution-errors-in-result";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// These say that the request is wrong, or that something is missing before the tool can run.
const OTHER_MATTERS: [i64; 6] = [
    code::PARSE_ERROR,
    code::INVALID_REQUEST,
    code::METHOD_NOT_FOUND,
    code::INVALID_PARAMS,
    code::HEADER_MISMATCH,
    code::UNSUPPORTED_PROTOCOL_VERSION,
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let calls = view
        .exchanges()
        .filter(|exchange| exchange.method() == "tools/call" && is_ordinary(exchange));
    for exchange in calls.filter(|exchange| turned_away(exchange).is_none()) {
        match exchange.reply() {
            Reply::Result(message, result) if result["isError"] == true => {
                ruling.held(message.at.clone());
            }
            Reply::Error(_, Some(code))
                if !OTHER_MATTERS.contains(&code) && !is_about_the_request(&exchange) =>
            {
                let text = "A call that fits the tool's schema is answered by a JSON-RPC error.";
                ruling.broken(Problem::new(asker(&exchange), text).exchange(&exchange));
            }
            _ => {}
        }
    }
    if ruling.held.is_empty() {
        ruling.inconclusive("no call of a tool failed");
    }
    verdicts
}

/// That a listed tool is unknown, or that the client lacks a capability, is judged elsewhere.
fn is_about_the_request(exchange: &Exchange<'_>) -> bool {
    let name = exchange.params().and_then(|params| params["name"].as_str());
    let text = text_of(exchange);
    name.is_some_and(|name| says_unknown(&text, "tool", name)) || text.contains("capabilit")
}
