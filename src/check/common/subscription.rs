//! Subscriptions of 2026-07-28: opening them, and telling what belongs to them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::check::peer::{Opening, Peer, Pending, Request, Surface};
use crate::rpc::{Id, Message};
use crate::transcript::{Channel, Exchange, Session, WireMessage};

/// The `_meta` key that names the subscription of a message.
pub const ID_KEY: &str = "io.modelcontextprotocol/subscriptionId";

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
        if let Some(mut fresh) = open(peer, intent, patience).await {
            fresh.settle().await;
            fresh.close().await;
        }
    })
}

/// As [`listen`], and leaves the connection with its subscriptions open.
pub async fn open(peer: &mut dyn Peer, intent: &str, patience: Duration) -> Option<Box<dyn Peer>> {
    let filter = advertised(peer.session(), peer.surface());
    let mut fresh = peer.open(Opening::Ready).await?;
    // A new process has to be up before its answers are timed.
    fresh.settle().await;
    let nothing = subscribe(intent, Id::from("mcp-check-s"), json!({}), patience);
    let all = subscribe(intent, Id::from(31), filter, patience);
    fresh.requests(vec![nothing, all]).await;
    Some(fresh)
}

/// A listen request for what `filter` names.
pub fn subscribe(intent: &str, id: Id, filter: Value, patience: Duration) -> Request {
    let params = json!({"notifications": filter});
    let mut request = Request::new(intent, "subscriptions/listen");
    request.deadline = Some(patience);
    request.params(params).id(id)
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
        Message::Notification { params, .. } => params.as_deref(),
        _ => None,
    }
}

/// The subscription id that a notification carries.
pub fn id_of(message: &WireMessage) -> Option<Id> {
    let id = params(message)?["_meta"].get(ID_KEY);
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

/// True when the filter of a subscription asks for a notification: its kind, or for an update the
/// URI or one above or below it.
pub fn is_wanted(listen: &Exchange<'_>, message: &WireMessage) -> bool {
    let Some(filter) = listen.params().map(|params| &params["notifications"]) else {
        return false;
    };
    let wants = |kind: &str| filter[kind] == true;
    match message.parsed.method() {
        Some("notifications/tools/list_changed") => wants("toolsListChanged"),
        Some("notifications/prompts/list_changed") => wants("promptsListChanged"),
        Some("notifications/resources/list_changed") => wants("resourcesListChanged"),
        Some("notifications/resources/updated") => {
            let uri = params(message).and_then(|params| params["uri"].as_str());
            let uris = filter["resourceSubscriptions"].as_array();
            let mut known = uris.into_iter().flatten().filter_map(Value::as_str);
            uri.is_none_or(|uri| known.any(|known| is_near(known, uri)))
        }
        _ => true,
    }
}

/// True for URIs that are equal, or one of which begins with the other.
pub fn is_near(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}
