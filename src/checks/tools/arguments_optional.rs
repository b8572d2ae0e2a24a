//! A tool that needs no arguments can be called without the `arguments` member.
//!
//! The member is optional in the request, and clients leave it out where there is nothing to say. A
//! server that takes its absence for an error, or stumbles over it, has a tool that works in some
//! clients only. Treat an absent member like an empty object, before the arguments are validated.
//!
//! ```mcp passes
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"required":null}
//! > tools/call {"name":"echo"}
//! < result {"content":[]}
//! ```
//!
//! ```mcp fails tools.call.arguments-member-optional
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"required":null}
//! > tools/call {"name":"echo","arguments":null}
//! < error -32602 "arguments is required"
//! > tools/call {"name":"echo"}
//! < result {"content":[]}
//! ```
//!
//! ```mcp fails tools.call.arguments-member-optional
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"required":null}
//! > tools/call {"name":"echo","arguments":null}
//! < exit 1
//! > tools/call {"name":"echo"}
//! < result {"content":[]}
//! ```

use crate::check::common::answers::{Unanswered, turned_away, unanswered};
use crate::check::common::client_features::asker;
use crate::check::prelude::*;

const RULE: &str = "tools.call.arguments-member-optional";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const EMPTY: &str = "call-with-empty-arguments";
const ABSENT: &str = "call-without-arguments";
/// Tools that are tried at most.
const MOST: usize = 2;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let needs_nothing = |tool: &&Callable| tool.arguments == json!({});
        let tools: Vec<Callable> = peer
            .surface()
            .callable
            .iter()
            .filter(needs_nothing)
            .take(MOST)
            .cloned()
            .collect();
        for tool in &tools {
            peer.request(tool.call(EMPTY)).await;
            let params = json!({"name": tool.name});
            peer.request(Request::new(ABSENT, "tools/call").params(params))
                .await;
        }
        if !tools.is_empty() {
            peer.settle().await;
        }
    })
}

/// How a call ended, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Success,
    ToolError,
    Refusal,
}

fn end(exchange: &Exchange<'_>) -> Option<End> {
    match exchange.reply() {
        Reply::Result(_, result) if result["isError"] == true => Some(End::ToolError),
        Reply::Result(..) => Some(End::Success),
        Reply::Error(..) => Some(End::Refusal),
        _ => None,
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let controls: Vec<Exchange<'_>> = view.exchanges_meant(EMPTY).collect();
    for exchange in view.exchanges_meant(ABSENT) {
        let name = exchange.params().map(|params| &params["name"]);
        let mut same = controls.iter();
        let control = same.find(|it| it.params().map(|params| &params["name"]) == name);
        let Some(control) = control else {
            continue;
        };
        judge_pair(ruling, control, &exchange);
    }
    if controls.is_empty() {
        ruling.not_applicable("no tool that is safe to be called takes no arguments");
    }
    verdicts
}

fn judge_pair(ruling: &mut Ruling, control: &Exchange<'_>, exchange: &Exchange<'_>) {
    if let Some(why) = turned_away(control).or_else(|| turned_away(exchange)) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: &str| {
        Problem::new(asker(exchange), text)
            .exchange(control)
            .exchange(exchange)
            .hint("Read absent arguments as an empty object.")
    };
    match (end(control), end(exchange), exchange.responses.first()) {
        (Some(one), Some(other), Some(answer)) if one == other => {
            ruling.held(answer.at.clone());
        }
        (Some(End::Success | End::ToolError), Some(End::Refusal), _)
        | (Some(End::Success), Some(End::ToolError), _) => {
            let text = "The tool works with empty arguments, but not when the member is absent.";
            ruling.broken(about(text));
        }
        (Some(_), None, _) => match unanswered(exchange) {
            Some(Unanswered::Ended(_) | Unanswered::Lost | Unanswered::Stuck) => {
                let text = "A call without the arguments member is not answered.";
                ruling.broken(about(text));
            }
            _ => {
                ruling.inconclusive("the call was not answered");
            }
        },
        _ => {
            ruling.inconclusive("the two calls ended in ways that cannot be compared");
        }
    }
}
