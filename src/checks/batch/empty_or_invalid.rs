//! In 2025-03-26 an empty batch is refused by one error -32600, an invalid element by one each.
//!
//! Whoever sends such a batch has a bug, and learns of it by the answer only. A server that fails
//! here usually takes every element for an object without looking. Test for the empty array, and
//! answer each element that is no message by an error.
//!
//! ```mcp passes
//! revision 2025-03-26
//! > batch
//! < default
//! ```
//!
//! ```mcp fails batch.empty-or-invalid
//! revision 2025-03-26
//! >2 batch
//! < silence
//! ```
//!
//! ```mcp fails batch.empty-or-invalid
//! revision 2025-03-26
//! >3 batch
//! < exit 1
//! ```

use crate::check::common::broken_input::{judge_survival_in, send_apart, shown};
use crate::check::common::http::is_beside_the_point;
use crate::check::prelude::*;

const RULE: &str = "batch.empty-or-invalid";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const VALID: &str = "batch-of-one";
const BROKEN: &str = "batch-broken";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let ping = r#"[{"jsonrpc":"2.0","id":"mcpcheck-batch-one","method":"ping"}]"#;
        let frames = [(VALID, ping), (BROKEN, "[]"), (BROKEN, "[1,2]")];
        let frames = frames.map(|(intent, frame)| Raw::new(intent, frame));
        send_apart(peer, frames.into()).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let serves_batches = view
        .exchanges_meant(VALID)
        .any(|exchange| exchange.exact && !exchange.responses.is_empty());
    if !serves_batches {
        ruling.not_applicable("the server does not serve batches");
        return verdicts;
    }
    for sent in view.sent(BROKEN) {
        if judge_survival_in(view, ruling, &sent, "batch") {
            judge_answer(ruling, &sent);
        }
    }
    verdicts
}

fn judge_answer(ruling: &mut Ruling, sent: &Sent<'_>) {
    let shown = shown(sent);
    let reactions = sent.reactions();
    let is_refusal = |message: &&WireMessage| {
        matches!(
            &message.parsed.message,
            Message::Error {
                code: Some(code::INVALID_REQUEST),
                ..
            }
        )
    };
    let what = match (sent.http_response(), reactions.first()) {
        (Some((event, response)), _) if response.status == 400 => {
            ruling.held(event.reference());
            return;
        }
        (Some((_, response)), None) if is_beside_the_point(response.status) => {
            ruling.inconclusive(format!("a batch met HTTP {}", response.status));
            return;
        }
        (_, Some(first)) if reactions.iter().all(is_refusal) => {
            ruling.held(first.at.clone());
            return;
        }
        (Some((_, response)), None) => format!("was answered by HTTP {} alone", response.status),
        (None, None) => "was not answered".to_owned(),
        (_, Some(_)) => "was answered by something else than errors -32600".to_owned(),
    };
    let problem = Problem::new("batch", format!("The batch {shown} {what}."));
    ruling.odd(problem.event(sent.event, shown));
}
