//! Changes are told on subscriptions only, each hears what it asked for, and a result ends it.
//!
//! A client that opened no subscription does not expect to hear of changes, and one that asked for
//! one kind has no use for the others. Progress and log messages belong to the request that caused
//! them, not to a subscription. When a server ends a subscription, its result names it by the
//! subscription id, so that the client can tell an end from a loss.
//!
//! ```mcp passes
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! ```
//!
//! ```mcp fails subscriptions.change-notifications-only-on-listen
//! revision 2026-07-28
//! > tools/list
//! < notify notifications/tools/list_changed
//! < default
//! ```
//!
//! ```mcp fails subscriptions.opt-in-only
//! revision 2026-07-28
//! > subscriptions/listen id "mcp-check-s"
//! < default
//! < notify notifications/prompts/list_changed {"_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp fails subscriptions.no-request-scoped-notifications
//! revision 2026-07-28
//! > subscriptions/listen id "mcp-check-s"
//! < default
//! < notify notifications/message {"level":"info","data":"a",
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp fails subscriptions.close-result-shape
//! revision 2026-07-28
//! > subscriptions/listen id "mcp-check-s"
//! < default
//! < result {"resultType":"complete","_meta":{}}
//! ```

use crate::check::common::logs::LEVEL_KEY;
use crate::check::common::subscription::{
    ID_KEY, belongs, id_of, is_acknowledgment, is_of_subscription, is_wanted, open,
};
use crate::check::prelude::*;

const ONLY_ON_LISTEN: &str = "subscriptions.change-notifications-only-on-listen";
const OPT_IN: &str = "subscriptions.opt-in-only";
const SCOPE: &str = "subscriptions.no-request-scoped-notifications";
const END: &str = "subscriptions.close-result-shape";

pub(crate) const CHECK: Check = Check {
    covers: &[ONLY_ON_LISTEN, END, SCOPE, OPT_IN],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listen-for-messages";
/// A subscription is not answered while it is open: this long its messages are awaited.
const PATIENCE: Duration = Duration::from_secs(1);

/// Beside open subscriptions a request asks for log messages, which belong to itself.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(mut fresh) = open(peer, INTENT, PATIENCE).await else {
            return;
        };
        for method in ["server/discover", "tools/list"] {
            let request = Request::new("with-log-level-beside-listen", method);
            fresh.request(request.meta(LEVEL_KEY, json!("debug"))).await;
        }
        fresh.settle().await;
        fresh.close().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        let is_handshake = conversation
            .exchanges()
            .any(|exchange| exchange.method() == "initialize");
        // A server of both eras may take that connection for one of an older revision.
        if !is_handshake {
            judge_connection(&mut verdicts, conversation);
        }
    }
    verdicts
        .on(END)
        .not_applicable("no subscription was ended by a result");
    for id in [ONLY_ON_LISTEN, OPT_IN, SCOPE] {
        if verdicts.on(id).held.is_empty() {
            verdicts
                .on(id)
                .inconclusive("no subscription was acknowledged");
        }
    }
    verdicts
}

fn judge_connection(verdicts: &mut Verdicts, conversation: &Conversation) {
    let listens: Vec<Exchange<'_>> = conversation
        .exchanges()
        .filter(|exchange| exchange.method() == "subscriptions/listen")
        .collect();
    for message in conversation.received() {
        let own = listens.iter().find(|listen| belongs(message, listen));
        if is_acknowledgment(message) {
            for id in [ONLY_ON_LISTEN, OPT_IN, SCOPE] {
                verdicts.on(id).held(message.at.clone());
            }
        } else if is_of_subscription(message) {
            judge_change(verdicts, message, own);
        } else if let (Some(method), Some(listen)) = (request_scoped(message), own) {
            let text = format!("{method} came on a subscription.");
            let problem = Problem::new(format!("method:{method}"), text);
            verdicts
                .on(SCOPE)
                .broken(problem.message(listen.request).message(message));
        }
    }
    for listen in &listens {
        judge_end(verdicts.on(END), listen);
    }
}

/// The method of a notification that belongs to a request.
fn request_scoped(message: &WireMessage) -> Option<&str> {
    let method = message.parsed.method()?;
    let is_scoped = ["notifications/message", "notifications/progress"].contains(&method);
    is_scoped.then_some(method)
}

fn judge_change(verdicts: &mut Verdicts, message: &WireMessage, own: Option<&Exchange<'_>>) {
    let method = message.parsed.method().unwrap_or_default();
    let subject = format!("method:{method}");
    let Some(listen) = own else {
        // A wrong id is a matter of the rule on ids.
        if id_of(message).is_none() || message.channel != Channel::Stdio {
            let text = format!("{method} came outside of a subscription.");
            let problem = Problem::new(subject, text).message(message);
            verdicts.on(ONLY_ON_LISTEN).broken(problem);
        }
        return;
    };
    if is_wanted(listen, message) {
        verdicts.on(OPT_IN).held(message.at.clone());
    } else {
        let text = format!("{method} came on a subscription that did not ask for it.");
        let problem = Problem::new(subject, text);
        verdicts
            .on(OPT_IN)
            .broken(problem.message(listen.request).message(message));
    }
}

fn judge_end(ruling: &mut Ruling, listen: &Exchange<'_>) {
    let Reply::Result(message, result) = listen.reply() else {
        return;
    };
    let named = result["_meta"].get(ID_KEY).map(Id::from_value);
    if named.as_ref() == listen.id() {
        ruling.held(message.at.clone());
        return;
    }
    let text = match named {
        None => "The result that ends a subscription has no subscriptionId.".to_owned(),
        Some(id) => format!("The result that ends a subscription names {id}, not its own id."),
    };
    let problem = Problem::new("method:subscriptions/listen", text);
    ruling.broken(problem.exchange(listen));
}
