//! Messages of a subscription carry its id, and the acknowledgment names only what was asked for.
//!
//! Clients sort messages by the subscription id; with an id of another type or value they drop all
//! of them. An acknowledgment of kinds that nobody asked for announces messages that nobody
//! expects. Copy the id of the request as it is, number or string, into `_meta` of every message,
//! and filter the requested kinds by what the server supports.
//!
//! ```mcp passes
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! ```
//!
//! ```mcp fails subscriptions.id-on-every-message
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! > subscriptions/listen id number
//! < notify notifications/subscriptions/acknowledged {"notifications":{"toolsListChanged":true},
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"31"}}
//! ```
//!
//! ```mcp fails subscriptions.ack-subset
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! > subscriptions/listen
//! < notify notifications/subscriptions/acknowledged {"notifications":{"promptsListChanged":true},
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! > subscriptions/listen
//! < error -32601 "Method not found"
//! ```

use crate::check::common::subscription::{
    belongs, id_of, is_acknowledgment, is_of_subscription, listen, params,
};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "subscriptions.ack-subset",
        "subscriptions.id-on-every-message",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listen-for-acknowledgment";
/// Nothing is concluded from what does not come in this time.
const PATIENCE: Duration = Duration::from_secs(1);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    listen(peer, INTENT, PATIENCE)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        let listens: Vec<Exchange<'_>> = conversation
            .exchanges()
            .filter(|exchange| exchange.intent() == Some(INTENT))
            .collect();
        if listens.is_empty() {
            continue;
        }
        let notifications: Vec<&WireMessage> = conversation
            .received()
            .filter(|message| is_of_subscription(message))
            .collect();
        judge_ids(
            verdicts.on("subscriptions.id-on-every-message"),
            &listens,
            &notifications,
        );
        for listen in &listens {
            let acknowledgment = notifications
                .iter()
                .find(|message| is_acknowledgment(message) && belongs(message, listen));
            if let Some(acknowledgment) = acknowledgment {
                judge_subset(
                    verdicts.on("subscriptions.ack-subset"),
                    listen,
                    acknowledgment,
                );
            }
        }
    }
    for id in CHECK.covers {
        if verdicts.on(id).held.is_empty() {
            verdicts
                .on(id)
                .inconclusive("no message of a subscription came");
        }
    }
    verdicts
}

/// Over stdio a change notification that belongs to no subscription is a matter of another rule.
fn judge_ids(ruling: &mut Ruling, listens: &[Exchange<'_>], notifications: &[&WireMessage]) {
    for message in notifications {
        let own = listens.iter().find(|listen| belongs(message, listen));
        let is_stray = own.is_none() && !is_acknowledgment(message);
        let id = id_of(message);
        let expected = own.and_then(Exchange::id);
        if is_stray {
            continue;
        }
        if id.is_some() && id.as_ref() == expected {
            ruling.held(message.at.clone());
            continue;
        }
        let method = message.parsed.method().unwrap_or_default();
        let text = match (id, expected) {
            (None, _) => format!("{method} has no subscriptionId in _meta."),
            (Some(id), Some(expected)) => {
                format!("{method} has the subscriptionId {id}; the listen request has {expected}.")
            }
            (Some(id), None) => {
                format!("{method} has the subscriptionId {id}, which no listen request has.")
            }
        };
        ruling.broken(Problem::new(format!("method:{method}"), text).message(message));
    }
}

fn judge_subset(ruling: &mut Ruling, listen: &Exchange<'_>, acknowledgment: &WireMessage) {
    let honoured = params(acknowledgment).and_then(|params| params["notifications"].as_object());
    let Some(honoured) = honoured else {
        ruling.inconclusive("an acknowledgment has no object `notifications`");
        return;
    };
    let none = Value::Null;
    let requested = listen
        .params()
        .map_or(&none, |params| &params["notifications"]);
    let about = |text: String| {
        Problem::new("method:subscriptions/listen", text)
            .message(listen.request)
            .message(acknowledgment)
    };
    for (kind, value) in honoured {
        let asked = &requested[kind.as_str()];
        if value == &Value::Bool(true) && asked != &Value::Bool(true) {
            let text = format!("{kind} is acknowledged, but was not requested.");
            ruling.broken(about(text));
        }
        let known = texts(asked);
        for uri in texts(value).into_iter().filter(|uri| !known.contains(uri)) {
            let normal = |uri: &str| uri.trim_end_matches('/').to_lowercase();
            let problem = about(format!(
                "The acknowledgment names {uri}, which was not requested."
            ));
            match known.iter().any(|known| normal(known) == normal(uri)) {
                true => ruling.odd(problem),
                false => ruling.broken(problem),
            };
        }
    }
    ruling.held(acknowledgment.at.clone());
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}
