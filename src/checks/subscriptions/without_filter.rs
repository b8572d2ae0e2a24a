//! subscriptions/listen without a filter is answered by -32602.
//!
//! The filter is a required member. A client that forgot it and is acknowledged waits for changes that
//! never come, or gets all of them; the error tells it what to mend. Check the parameters before the
//! subscription is opened.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > subscriptions/listen
//! < error -32602 "notifications is required"
//! ```
//!
//! ```mcp fails subscriptions.invalid-params
//! revision 2026-07-28
//! > subscriptions/listen
//! < notify notifications/subscriptions/acknowledged {"notifications":{},
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp fails subscriptions.invalid-params
//! revision 2026-07-28
//! > subscriptions/listen
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! > subscriptions/listen
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{shown, text_of};
use crate::check::common::subscription::{belongs, is_acknowledgment};
use crate::check::prelude::*;

const RULE: &str = "subscriptions.invalid-params";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listen-without-filter";
const SUBJECT: &str = "method:subscriptions/listen";
/// A server that takes the request does not answer it.
const PATIENCE: Duration = Duration::from_secs(1);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let id = Id::from("mcp-check-no-filter");
        let mut bare = Request::new(INTENT, "subscriptions/listen")
            .params(json!({}))
            .id(id.clone());
        bare.deadline = Some(PATIENCE);
        if peer.request(bare).await.is_none() && peer.transport() == TransportKind::Stdio {
            // What was opened is not left open for those who come next.
            let params = json!({"requestId": id.to_value()});
            peer.notify(
                "end-listen-without-filter",
                "notifications/cancelled",
                Some(params),
            )
            .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for listen in view.exchanges_meant(INTENT) {
        judge_no_filter(verdicts.on(RULE), &listen);
    }
    verdicts
}

fn acknowledgment<'c>(listen: &Exchange<'c>) -> Option<&'c WireMessage> {
    let mut received = listen.conversation.received();
    received.find(|message| is_acknowledgment(message) && belongs(message, listen))
}

fn judge_no_filter(ruling: &mut Ruling, listen: &Exchange<'_>) {
    let about = |text: String| Problem::new(SUBJECT, text).exchange(listen);
    match (acknowledgment(listen), listen.reply()) {
        (Some(message), _) => {
            let text = "A listen request without a filter is acknowledged.".to_owned();
            ruling.broken(about(text).message(message));
        }
        (None, Reply::Error(message, Some(code::INVALID_PARAMS))) => {
            ruling.held(message.at.clone());
        }
        (None, Reply::Error(_, Some(code::METHOD_NOT_FOUND))) => {
            ruling.inconclusive("subscriptions/listen does not exist");
        }
        (None, Reply::Error(..)) if text_of(listen).contains("limit") => {
            ruling.inconclusive("the server limits the number of subscriptions");
        }
        (None, Reply::Error(_, code)) => {
            let code = shown(code);
            let text = format!("A listen request without a filter gets {code}, not -32602.");
            ruling.broken(about(text));
        }
        _ => {
            ruling.inconclusive("a listen request without a filter was not answered");
        }
    }
}
