//! prompts/get with an unknown name is answered by -32602.
//!
//! The name comes from the client, so an unknown one is a fault of the request; the code tells the
//! client that its list is out of date. A result for a prompt that does not exist puts words into
//! the conversation that nobody wrote. Look the name up first and answer with -32602.
//!
//! ```mcp passes
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32602 "Unknown prompt"
//! ```
//!
//! ```mcp fails prompts.get.unknown-name-error
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails prompts.get.unknown-name-error
//! > prompts/get {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < result {"messages":[]}
//! ```

use crate::check::common::answers::{
    UNKNOWN_NAME, is_missing, judge_unanswered, shown, turned_away,
};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["prompts.get.unknown-name-error"],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-prompt";
const SUBJECT: &str = "unknown prompt";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let params = json!({"name": UNKNOWN_NAME});
        peer.request(Request::new(INTENT, "prompts/get").params(params))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("prompts.get.unknown-name-error");
    for exchange in view.exchanges_meant(INTENT) {
        judge_unknown(ruling, view, &exchange);
    }
    verdicts
}

fn judge_unknown(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        "prompts/get with an unknown name",
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => ruling.held(message.at.clone()),
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "prompts/get") => {
            ruling.inconclusive("prompts/get does not exist")
        }
        Reply::Error(_, code) => {
            let text = format!(
                "An unknown prompt is answered with {} instead of -32602.",
                shown(code)
            );
            ruling.broken(about(text))
        }
        _ => ruling.broken(about("An unknown prompt is answered by a result.".into()).outright()),
    };
}
