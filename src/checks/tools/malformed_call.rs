//! A tools/call whose parameters have the wrong shape is answered by a JSON-RPC error.
//!
//! A missing name, a number for a name or an array for the arguments is a fault of the request. A
//! server that does not check the shape hands nonsense to its tools or dies of it. Check `params`
//! against the request type and answer with -32602.
//!
//! ```mcp passes
//! > tools/call {"name":42}
//! < error -32600 "Invalid request"
//! ```
//!
//! ```mcp fails tools.call.malformed-request-is-protocol-error
//! > tools/call {"name":42}
//! < result {"content":[],"isError":true}
//! ```
//!
//! ```mcp fails tools.call.malformed-request-is-protocol-error
//! > tools/call {"arguments":[]}
//! < result {"content":[]}
//! ```
//!
//! ```mcp fails tools.call.malformed-request-is-protocol-error
//! > tools/call {"name":null}
//! < exit 1
//! ```
//!
//! ```mcp fails tools.call.malformed-request-is-protocol-error
//! > tools/call {"arguments":7}
//! < silence
//! ```

use crate::check::common::answers::{UNKNOWN_NAME, evidence_first, judge_unanswered, turned_away};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["tools.call.malformed-request-is-protocol-error"],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "malformed-call";
/// A well-formed call of the unknown tool, for comparison.
const CONTROL: &str = "malformed-call-control";
const SUBJECT: &str = "malformed tools/call";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.surface().has_tool(UNKNOWN_NAME) {
            return;
        }
        let control = json!({"name": UNKNOWN_NAME, "arguments": {}});
        peer.request(Request::new(CONTROL, "tools/call").params(control))
            .await;
        // Nothing can run: there is no name, or one that no tool has.
        for params in [
            json!({"arguments": {}}),
            json!({"name": 42, "arguments": {}}),
            json!({"name": null, "arguments": {}}),
            json!({"name": {}, "arguments": {}}),
            json!({"name": UNKNOWN_NAME, "arguments": []}),
            json!({"name": UNKNOWN_NAME, "arguments": "x"}),
            json!({"name": UNKNOWN_NAME, "arguments": 7}),
        ] {
            let request = Request::new(INTENT, "tools/call").params(params);
            if peer.request(request).await.is_none() && !peer.settle().await {
                break;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("tools.call.malformed-request-is-protocol-error");
    // A server that answers unknown tools by results does so here as well, which tells nothing new.
    let results_for_unknown = view
        .exchanges_meant(CONTROL)
        .any(|exchange| exchange.result().is_some());
    for exchange in view.exchanges_meant(INTENT) {
        let params = exchange.params().cloned().unwrap_or_default();
        let what = shape(&params);
        if judge_unanswered(ruling, &exchange, SUBJECT, &what) {
            continue;
        }
        if let Some(why) = turned_away(&exchange) {
            ruling.inconclusive(why);
            continue;
        }
        let about = |text: String| Problem::new(SUBJECT, text).exchange(&exchange);
        match exchange.reply() {
            Reply::Error(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::Result(..) if results_for_unknown && params["name"].is_string() => {}
            Reply::Result(_, result) if result["isError"] == true => {
                let text = format!("The server answers {what} by a tool result with isError.");
                ruling.odd(about(text));
            }
            _ => {
                ruling.broken(about(format!("The server accepts {what}.")).outright());
            }
        }
    }
    evidence_first(ruling);
    verdicts
}

/// The fault in the parameters.
fn shape(params: &Value) -> String {
    let shown = |value: &Value| serde_json::to_string(value).unwrap_or_default();
    match params.get("name") {
        None => "a tools/call without a name".to_owned(),
        Some(Value::String(_)) => {
            format!(
                "a tools/call with the arguments {}",
                shown(&params["arguments"])
            )
        }
        Some(name) => format!("a tools/call with the name {}", shown(name)),
    }
}
