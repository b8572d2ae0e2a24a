//! A malformed cancellation is ignored.
//!
//! Cancelling is fire and forget: the client does not wait for an answer and cannot be told what is
//! wrong with it. A parser that throws here takes the connection down with it. Catch its error
//! where notifications are read, and go on. The probe leaves out the params, then the id of the
//! request, and then sends an object as the id. A server that answers every notification is reported
//! for that alone.
//!
//! ```mcp passes
//! > notifications/cancelled
//! < silence
//! ```
//!
//! ```mcp fails cancel.malformed-ignored
//! > notifications/cancelled {"requestId":{"not":"an id"}}
//! < exit 1
//! ```
//!
//! ```mcp fails cancel.malformed-ignored
//! > notifications/cancelled
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"Invalid params"}}
//! ```

use crate::check::common::broken_input::judge_survival_in;
use crate::check::common::cancellation::{judge_response, response_to_cancellation};
use crate::check::common::handshake::{list_methods, next_answer};
use crate::check::prelude::*;

const ID: &str = "cancel.malformed-ignored";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "malformed-cancellation";
const METHOD: &str = "notifications/cancelled";
const SUBJECT: &str = "method:notifications/cancelled";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut fresh: Option<Box<dyn Peer>> = None;
        for params in [
            None,
            Some(json!({"reason": "which one?"})),
            Some(json!({"requestId": {"not": "an id"}})),
        ] {
            let mut connection = match fresh.take() {
                Some(connection) => connection,
                None => match opened(peer).await {
                    Some(connection) => connection,
                    None => return,
                },
            };
            connection.notify(INTENT, METHOD, params).await;
            match connection.settle().await {
                true => fresh = Some(connection),
                false => connection.close().await,
            }
        }
        if let Some(mut connection) = fresh {
            connection.close().await;
        }
    })
}

/// A connection on which a request was answered. Some servers of both eras take what follows
/// server/discover for a handshake, until another request of 2026-07-28 came.
async fn opened(peer: &mut dyn Peer) -> Option<Box<dyn Peer>> {
    let list = list_methods(peer.session()).first().copied();
    let mut fresh = peer.open(Opening::Ready).await?;
    if let Some(list) = list {
        fresh.request(Request::new("first-request", list)).await;
    }
    fresh.settle().await.then_some(fresh)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for sent in view.sent(INTENT) {
        if !judge_survival_in(view, ruling, &sent, SUBJECT) {
            continue;
        }
        match (response_to_cancellation(&sent), next_answer(&sent)) {
            (Some(response), _) => judge_response(ruling, &sent, response),
            (None, Some(answer)) => {
                ruling.held(answer.at.clone());
            }
            (None, None) => {}
        }
    }
    verdicts
}
