//! A call of a tool that does not exist is answered by a JSON-RPC error, with code -32602.
//!
//! The name comes from the client, so an unknown one is a fault of the request and not of a tool. A
//! client that gets a tool result believes that something ran; with `isError` it at least sees the
//! text. Look the name up before anything else and answer with -32602 "Unknown tool".
//!
//! ```mcp passes
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32602 "Unknown tool"
//! ```
//!
//! ```mcp fails tools.call.unknown-tool-is-protocol-error
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < result {"content":[{"type":"text","text":"Unknown tool"}],"isError":true}
//! ```
//!
//! ```mcp fails tools.call.unknown-tool-is-protocol-error
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < result {"content":[]}
//! ```
//!
//! ```mcp fails tools.call.unknown-tool-is-protocol-error
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < exit 1
//! ```
//!
//! ```mcp fails tools.call.unknown-tool-code
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{
    UNKNOWN_NAME, is_missing, judge_unanswered, shown, turned_away,
};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "tools.call.unknown-tool-code",
        "tools.call.unknown-tool-is-protocol-error",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-tool";
const SUBJECT: &str = "unknown tool";
const PROTOCOL_ERROR: &str = "tools.call.unknown-tool-is-protocol-error";
const CODE: &str = "tools.call.unknown-tool-code";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.surface().has_tool(UNKNOWN_NAME) {
            return;
        }
        let params = json!({"name": UNKNOWN_NAME, "arguments": {}});
        peer.request(Request::new(INTENT, "tools/call").params(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        let ruling = verdicts.on(PROTOCOL_ERROR);
        if judge_unanswered(
            ruling,
            &exchange,
            SUBJECT,
            "a call of a tool that does not exist",
        ) {
            continue;
        }
        if let Some(why) = turned_away(&exchange) {
            ruling.inconclusive(why.clone());
            verdicts.on(CODE).inconclusive(why);
            continue;
        }
        let about = |text: &str| Problem::new(SUBJECT, text).exchange(&exchange);
        match exchange.reply() {
            Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "tools/call") => {
                ruling.inconclusive("tools/call does not exist");
            }
            Reply::Error(message, code) => {
                ruling.held(message.at.clone());
                judge_code(verdicts.on(CODE), &exchange, message, code);
            }
            Reply::Result(_, result) if result["isError"] == true => {
                let text = "A call of a tool that does not exist is answered by a tool result with isError.";
                let hint = "Several SDKs do this by default; clients cope, but cannot tell it from a failed tool.";
                ruling.broken(about(text).hint(hint));
            }
            _ => {
                let text = "A call of a tool that does not exist succeeds.";
                ruling.broken(about(text).outright());
            }
        }
    }
    verdicts
        .on(CODE)
        .not_applicable("the call was not answered by an error");
    verdicts
}

fn judge_code(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    code: Option<i64>,
) {
    if code == Some(code::INVALID_PARAMS) {
        ruling.held(message.at.clone());
        return;
    }
    let text = format!(
        "An unknown tool is answered with {} instead of -32602.",
        shown(code)
    );
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
}
