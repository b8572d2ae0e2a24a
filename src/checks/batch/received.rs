//! In 2025-03-26 the server serves arrays of requests.
//!
//! Receiving batches is mandatory in this one revision, although many SDKs agree on it without
//! support for them. A server that cannot do this had better agree on another revision.
//!
//! ```mcp passes
//! revision 2025-03-26
//! > batch
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2025-03-26
//! transport http
//! > batch
//! < default
//! ```
//!
//! ```mcp fails batch.received
//! revision 2025-03-26
//! > batch
//! < error -32600 "Invalid Request"
//! ```
//!
//! ```mcp fails batch.received
//! revision 2025-03-26
//! > batch
//! < exit 1
//! ```
//!
//! ```mcp fails batch.received
//! revision 2025-03-26
//! transport http
//! > batch
//! < http 400
//! ```

use crate::check::common::broken_input::{send_apart, shown};
use crate::check::common::http::is_beside_the_point;
use crate::check::prelude::*;

const RULE: &str = "batch.received";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "batch-of-requests";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let ping = |id: &str| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
        let batch = json!([ping("mcpcheck-batch-1"), ping("mcpcheck-batch-2")]);
        send_apart(peer, vec![Raw::new(INTENT, batch.to_string())]).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for sent in view.sent(INTENT) {
        judge_batch(ruling, view, &sent);
    }
    verdicts
}

fn judge_batch(ruling: &mut Ruling, view: &View, sent: &Sent<'_>) {
    let mut first = None;
    let all_answered = view.exchanges_meant(INTENT).all(|exchange| {
        let answer = exchange.responses.first().filter(|_| exchange.exact);
        first = first.take().or(answer.map(|answer| answer.at.clone()));
        answer.is_some()
    });
    if let (true, Some(at)) = (all_answered, first) {
        ruling.held(at);
        return;
    }
    let reaction = sent.reactions().first().copied();
    let what = match sent.http_response() {
        Some((_, response)) if is_beside_the_point(response.status) => {
            ruling.inconclusive(format!("a batch met HTTP {}", response.status));
            return;
        }
        Some((_, response)) if response.status != 200 => {
            format!("was answered by HTTP {}", response.status)
        }
        _ if sent.gone().is_some() => "ended the server".to_owned(),
        _ if reaction.is_some() => "was refused as a whole".to_owned(),
        _ => "was not answered completely".to_owned(),
    };
    let text = format!("A batch of two pings {what}.");
    let mut problem = Problem::new("batch", text).event(sent.event, shown(sent));
    if let Some(reaction) = reaction {
        problem = problem.message(reaction);
    }
    ruling.broken(problem);
}
