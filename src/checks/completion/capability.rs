//! A server that completes arguments declares the completions capability.
//!
//! Clients look at the capabilities and do not ask for completions that were not announced, so the
//! suggestions of such a server stay unseen. Declare `completions`, or answer
//! `completion/complete` with -32601. An empty answer is harmless and only warned about. 2024-11-05
//! has no such capability.
//!
//! ```mcp passes
//! capabilities {"prompts":{}}
//! > completion/complete
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails completion.capability.declared
//! capabilities {"prompts":{}}
//! > completion/complete
//! < result {"completion":{"values":["Ada"]}}
//! ```
//!
//! ```mcp fails completion.unsupported-method-not-found
//! capabilities {"prompts":{}}
//! > completion/complete
//! < error -32600 "Not supported"
//! ```
//!
//! ```mcp fails completion.capability.declared
//! capabilities {}
//! > completion/complete
//! < result {"completion":{"values":[]}}
//! ```

use crate::check::common::answers::{UNKNOWN_NAME, judge_undeclared, shown, turned_away};
use crate::check::common::completable::completable;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[DECLARED, CODE],
    transports: Transports::All,
    needs: &[Need::LacksCapability(&["completions"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const DECLARED: &str = "completion.capability.declared";
const CODE: &str = "completion.unsupported-method-not-found";
const INTENT: &str = "completion-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let first = completable(peer.surface()).into_iter().next();
        let (reference, argument) = first.unwrap_or_else(|| {
            let unknown = json!({"type": "ref/prompt", "name": UNKNOWN_NAME});
            (unknown, "mcpcheck".to_owned())
        });
        let params = json!({"ref": reference, "argument": {"name": argument, "value": ""}});
        peer.request(Request::new(INTENT, "completion/complete").params(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        let ruling = verdicts.on(DECLARED);
        judge_undeclared(ruling, &exchange, "completions", "/completion/values");
        judge_code(verdicts.on(CODE), &exchange);
    }
    verdicts
}

/// A result is a matter of the capability.
fn judge_code(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    match exchange.reply() {
        Reply::Error(message, Some(code::METHOD_NOT_FOUND)) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, code) => {
            let text = format!(
                "completion/complete, which is not declared, is answered with {}, not -32601.",
                shown(code)
            );
            let problem = Problem::new("method:completion/complete", text);
            ruling.broken(problem.exchange(exchange));
        }
        _ => {
            ruling.inconclusive("completion/complete was not answered by an error");
        }
    }
}
