//! Subscriptions of 2026-07-28: opening them, and telling what belongs to them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::check::peer::{Opening, Peer, Pending, Request, Surface};
use crate::rpc::{Id, Message};
use crate::transcript::{Channel, Exchange, Session, WireMessage};

const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";

/// Kinds of notifications with the capabilities that announce them.
pub const KINDS: [(&str, &[&str]); 3] = [
    ("toolsListChanged", &["tools", "listChanged"]),
    ("promptsListChanged", &["prompts", "listChanged"]),
    ("resourcesListChanged", &["resources", "listChanged"]),
];

/// Opens two subscriptions on a connection of their own, under ids of both types: one to nothing,
/// one to all that the server advertises. A listen request is not answered while its stream is
/// open, so that messages are awaited for `patience`.
pub fn listen<'p>(peer: &'p mut dyn Peer, intent: &'p str, patience: Duration) -> Pending<'p, ()> {
    Box::pin(async move {
        let filter = advertised(peer.session(), peer.surface());
        let Some(mut fresh) = peer.open(Opening::Ready).await else {
            return;
        };
        // A new process has to be up before its answers are timed.
        fresh.settle().await;
        let listen = |id: Id, filter: Value| {
            let params = json!({"notifications": filter});
            let mut request = Request::new(intent, "subscriptions/listen")
                .params(params)
                .id(id);
            request.deadline = Some(patience);
            request
        };
        let nothing = listen(Id::from("mcp-check-s"), json!({}));
        fresh
            .requests(vec![nothing, listen(Id::from(31), filter)])
            .await;
        fresh.settle().await;
        fresh.close().await;
    })
}

/// Everything that the server says it can notify about, and `toolsListChanged` where it says nothing.
fn advertised(session: &Session, surface: &Surface) -> Value {
    let mut filter = json!({});
    for (kind, capability) in KINDS {
        if session.declares(capability) {
            filter[kind] = json!(true);
        }
    }
    let uri = surface
        .resources
        .iter()
        .find_map(|resource| resource["uri"].as_str());
    if let Some(uri) = uri.filter(|_| session.declares(&["resources", "subscribe"])) {
        filter["resourceSubscriptions"] = json!([uri]);
    }
    if filter == json!({}) {
        filter["toolsListChanged"] = json!(true);
    }
    filter
}

/// True for the notifications that come by subscription.
pub fn is_of_subscription(message: &WireMessage) -> bool {
    let Message::Notification { method, .. } = &message.parsed.message else {
        return false;
    };
    method == ACKNOWLEDGED
        || method == "notifications/resources/updated"
        || method.ends_with("/list_changed")
}

/// True for the notification that a subscription begins with.
pub fn is_acknowledgment(message: &WireMessage) -> bool {
    message.parsed.method() == Some(ACKNOWLEDGED)
}

/// Parameters of a notification.
pub fn params(message: &WireMessage) -> Option<&Value> {
    match &message.parsed.message {
        Message::Notification { params, .. } => params.as_ref(),
        _ => None,
    }
}

/// The subscription id that a notification carries.
pub fn id_of(message: &WireMessage) -> Option<Id> {
    let id = params(message)?["_meta"].get("io.modelcontextprotocol/subscriptionId");
    id.map(Id::from_value)
}

/// True when a notification belongs to a subscription: it came on the stream of the listen request,
/// or over stdio under its id, whatever the type of that.
pub fn belongs(message: &WireMessage, listen: &Exchange<'_>) -> bool {
    if let Channel::Http(_) = message.channel {
        return message.channel == listen.request.channel;
    }
    let bare = |id: &Id| id.to_string().replace('"', "");
    let ids = (id_of(message), listen.id());
    matches!(ids, (Some(own), Some(asked)) if bare(&own) == bare(asked))
}
