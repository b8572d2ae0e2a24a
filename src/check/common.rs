//! Judgements that several checks share.

pub mod answers;
pub mod base64_text;
pub mod broken_input;
pub mod broken_message;
pub mod cancellation;
pub mod client_features;
pub mod completable;
pub mod generated;
pub mod handshake;
pub mod header_params;
pub mod http;
pub mod http_end;
pub mod json_schema;
pub mod listening;
pub mod listing;
pub mod logs;
pub mod media;
pub mod meta_key;
pub mod metadata;
pub mod missing_resource;
pub mod progress;
pub mod result_shape;
pub mod session_ids;
pub mod stdout;
pub mod subscription;
pub mod uri_template;

use std::collections::BTreeMap;

use crate::rpc::{Malformation, Message, VersionField};
use crate::spec::{Era, Revision, SchemaFault, methods};
use crate::transcript::view::BARRIER;
use crate::transcript::{
    Body, Channel, Conversation, Exchange, Session, SseMeta, View, WireMessage,
};

/// The revision whose rules a connection is under: the one its handshake agreed on, else the one
/// under test. `None` when the server agreed to something that is no handshake revision.
pub fn revision_of(view: &View, conversation: &Conversation) -> Option<Revision> {
    match &conversation.session.agreed {
        Some(_) => conversation
            .session
            .revision()
            .filter(|revision| revision.era() == Era::Handshake),
        None => Some(view.revision),
    }
}

/// True when a received message is meant to be JSON-RPC. All lines of standard output are, and all
/// messages of a WebSocket. Over
/// HTTP the bodies of refusals, and of answers to something else than a request, may be JSON of any
/// kind, and events that are not named `message` carry no messages.
pub fn is_rpc(conversation: &Conversation, message: &WireMessage) -> bool {
    if let Some(sse) = sse_of(conversation, message) {
        let name = sse.event.as_deref().unwrap_or_default();
        return name.is_empty() || name == "message";
    }
    if message.channel.is_shared() {
        return true;
    }
    let request_id = conversation.messages.iter().find_map(|sent| {
        let is_its_request = !sent.is_received() && sent.channel == message.channel;
        match &sent.parsed.message {
            Message::Request { id, .. } if is_its_request => Some(id),
            _ => None,
        }
    });
    let succeeded =
        status_of(conversation, message.channel).is_some_and(|status| (200..300).contains(&status));
    message.parsed.version != VersionField::Missing
        || (succeeded && request_id.is_some())
        || (request_id.is_some() && message.parsed.id.as_ref() == request_id)
}

/// True for what has nothing of a JSON-RPC message: text that is not JSON, JSON that is not an
/// object, an object without any of the members. Its transport forbids it where messages belong.
pub fn is_no_message(message: &WireMessage) -> bool {
    match &message.parsed.message {
        Message::Malformed(Malformation::NotJson(_)) => true,
        Message::Malformed(Malformation::NotObject(_)) => message.pointer.is_empty(),
        Message::Malformed(Malformation::NoKind) => {
            message.parsed.version == VersionField::Missing && message.parsed.id.is_none()
        }
        _ => false,
    }
}

/// The fields of the server-sent event that carried a message.
pub fn sse_of<'c>(conversation: &'c Conversation, message: &WireMessage) -> Option<&'c SseMeta> {
    match &conversation.event(message.at.seq)?.body {
        Body::Frame(frame) => frame.sse.as_ref(),
        _ => None,
    }
}

/// HTTP status of the answer on a channel.
pub fn status_of(conversation: &Conversation, channel: Channel) -> Option<u16> {
    conversation
        .http_response(channel)
        .map(|(_, response)| response.status)
}

/// True for HTTP statuses by which something in front of the protocol refuses: credentials, rate
/// limits and failures of the host.
pub fn is_refusal_of_host(status: u16) -> bool {
    matches!(status, 401 | 403 | 407 | 429 | 500..)
}

/// True for a request in good order: version, id and place leave nothing to complain about.
pub fn is_plain_request(message: &WireMessage) -> bool {
    let Message::Request { id, .. } = &message.parsed.message else {
        return false;
    };
    message.parsed.version == VersionField::Ok
        && id.is_string_or_integer()
        && message.pointer.is_empty()
}

/// What a response that answers no request is a reaction to: the notification, response or broken
/// input that was sent before it. `None` when it can only be a reaction to a request in good order,
/// or to nothing.
pub fn provocation<'c>(
    conversation: &'c Conversation,
    response: &WireMessage,
) -> Option<&'c WireMessage> {
    let sent = conversation
        .messages
        .iter()
        .filter(|sent| !sent.is_received());
    if let Channel::Http(_) = response.channel {
        return sent
            .filter(|sent| sent.channel == response.channel)
            .find(|sent| !is_plain_request(sent));
    }
    let mut before = sent.filter(|sent| sent.at.seq < response.at.seq);
    let suspect = before.rfind(|sent| !is_plain_request(sent))?;
    let between: Vec<Exchange<'_>> = conversation
        .exchanges()
        .filter(|exchange| {
            let at = exchange.request.at.seq;
            at > suspect.at.seq && at < response.at.seq
        })
        .collect();
    let only_barriers = between
        .iter()
        .all(|exchange| exchange.intent() == Some(BARRIER));
    let still_reading = between.iter().all(|exchange| {
        let first = exchange.responses.first();
        first.is_none_or(|answer| answer.at.seq > response.at.seq)
    });
    (only_barriers || still_reading).then_some(suspect)
}

/// As [`provocation`], for a further response under the id of a request that was answered long
/// before: some servers put one fixed id on whatever answers no request.
pub fn provocation_of_further<'c>(
    exchange: &Exchange<'c>,
    further: &WireMessage,
) -> Option<&'c WireMessage> {
    let conversation = exchange.conversation;
    let cause = provocation(conversation, further)?;
    let asked = exchange.request.at.seq;
    let moved_on = conversation.exchanges().any(|other| {
        let at = other.request.at.seq;
        at > asked && at < cause.at.seq && !other.responses.is_empty()
    });
    (moved_on || !cause.channel.is_shared()).then_some(cause)
}

/// The answer to an unanswered request over stdio that bears the id of nothing: the first response
/// after it that has no other explanation, before anything else was sent.
pub fn misaddressed<'c>(exchange: &Exchange<'c>) -> Option<&'c WireMessage> {
    if !exchange.responses.is_empty() || !exchange.request.channel.is_shared() {
        return None;
    }
    let conversation = exchange.conversation;
    let asked = exchange.request.at.seq;
    let next_sent = conversation
        .messages
        .iter()
        .find(|message| !message.is_received() && message.at.seq > asked)
        .map(|message| message.at.seq);
    conversation.unpaired_responses().find(|response| {
        response.at.seq > asked
            && next_sent.is_none_or(|next| response.at.seq < next)
            && provocation(conversation, response).is_none()
    })
}

/// The method that each paired response of a connection answers, by event and place in the frame.
pub fn answered_methods(conversation: &Conversation) -> BTreeMap<(u32, &str), &str> {
    let mut methods = BTreeMap::new();
    for exchange in conversation.exchanges() {
        for response in &exchange.responses {
            methods.insert(
                (response.at.seq, response.pointer.as_str()),
                exchange.method(),
            );
        }
    }
    methods
}

/// True for requests as any client sends them: set-up, detection, the survey, barriers, and
/// recorded traffic, which has no intents. Other requests may be wrong on purpose.
pub fn is_ordinary(exchange: &Exchange<'_>) -> bool {
    let usual = ["survey", "set-up", "detect", BARRIER];
    exchange
        .intent()
        .is_none_or(|intent| usual.contains(&intent))
}

/// True when the server declares what a method belongs to. What it makes of any other method is
/// judged by the checks on capabilities and on unknown methods, once.
pub fn is_offered(session: &Session, revision: Revision, method: &str) -> bool {
    methods::capability_for(revision, method).is_none_or(|path| session.declares(path))
}

/// True for a request by the rules of 2026-07-28: its `_meta` names that revision and the client's
/// capabilities. A server of both eras may take any other for an older one.
pub fn is_modern_request(exchange: &Exchange<'_>) -> bool {
    let meta = exchange.params().and_then(|params| params.get("_meta"));
    let field = |name: &str| meta.and_then(|it| it.get(format!("io.modelcontextprotocol/{name}")));
    let version = field("protocolVersion").and_then(serde_json::Value::as_str);
    version == Some(Revision::V2026_07_28.as_str())
        && field("clientCapabilities").is_some_and(serde_json::Value::is_object)
        && exchange.conversation.session.agreed.is_none()
}

/// True when a schema violation at this place of a result is the subject of a check of its own, so
/// that one defect is reported once. For a missing member it is the place where it should be: see
/// [`place_of`].
pub fn owned_elsewhere(pointer: &str) -> bool {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    matches!(
        segments.as_slice(),
        // pagination/cursors
        ["nextCursor"]
            // caching/hints
            | ["ttlMs" | "cacheScope"]
            // tools/input-schema
            | ["tools", _, "inputSchema"]
            | ["tools", _, "inputSchema" | "outputSchema", "type"]
            // tools/call
            | ["structuredContent"]
            // completion/complete
            | ["completion", "values" | "total" | "hasMore"]
            | ["completion", "values", _]
            // content/blocks
            | ["content", _, "type"]
            | ["messages", _, "content", "type"]
            // mrtr/input-required
            | ["inputRequests" | "requestState", ..]
            // content/annotations
            | [.., "annotations", "priority" | "audience"]
            | [.., "annotations", "audience", _]
    )
}

/// Where a schema fault lies: its pointer, or for a missing member the place where it should be.
pub fn place_of(fault: &SchemaFault) -> String {
    let missing = fault
        .message
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix("\" is a required property"));
    match missing {
        Some(member) => format!("{}/{member}", fault.pointer),
        None => fault.pointer.clone(),
    }
}

/// A JSON pointer as a part of a subject: positions and free names become `*`, so that one cause
/// in many entries is one finding.
pub fn generic_place(pointer: &str) -> String {
    let mut generic = String::new();
    let mut is_name = false;
    for segment in pointer.split('/').skip(1) {
        let is_index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        generic.push('/');
        generic.push_str(if is_index || is_name { "*" } else { segment });
        is_name = !is_name
            && matches!(
                segment,
                "properties" | "patternProperties" | "inputRequests" | "experimental"
            );
    }
    generic
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::schema;

    #[test]
    fn the_place_of_a_missing_member_is_where_it_should_be() {
        let places = |value: &serde_json::Value| -> Vec<String> {
            let faults = schema::validate(Revision::V2026_07_28, "ListToolsResult", value);
            faults.unwrap_err().iter().map(place_of).collect()
        };
        let result = serde_json::json!({
            "resultType": "complete", "ttlMs": -1, "tools": [{"name": "a", "inputSchema": {}}],
        });
        let mut found = places(&result);
        found.sort();
        assert_eq!(
            found,
            ["/cacheScope", "/tools/0/inputSchema/type", "/ttlMs"]
        );
        assert!(found.iter().all(|place| owned_elsewhere(place)));
    }

    #[test]
    fn entries_and_free_names_share_a_place() {
        assert_eq!(generic_place(""), "");
        assert_eq!(generic_place("/tools/12/name"), "/tools/*/name");
        assert_eq!(
            generic_place("/tools/0/inputSchema/properties/properties/type"),
            "/tools/*/inputSchema/properties/*/type"
        );
    }

    #[test]
    fn places_with_a_check_of_their_own_are_left_to_it() {
        for owned in [
            "/nextCursor",
            "/cacheScope",
            "/tools/3/inputSchema",
            "/tools/0/outputSchema/type",
            "/structuredContent",
            "/completion/values/0",
            "/resources/1/annotations/priority",
            "/content/0/annotations/audience/1",
        ] {
            assert!(owned_elsewhere(owned), "{owned}");
        }
        for other in [
            "",
            "/tools",
            "/tools/0/outputSchema",
            "/tools/0/inputSchema/properties/nextCursor",
            "/completion",
            "/resources/1/annotations",
        ] {
            assert!(!owned_elsewhere(other), "{other}");
        }
    }
}
