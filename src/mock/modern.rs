//! What 2026-07-28 adds to every request and result.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Failure};
use super::methods::Context;
use super::offer;
use crate::rpc::{self, Id, code};
use crate::spec::{Era, Revision};

/// The request `_meta` key that names the revision.
pub(super) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Results of these methods carry caching hints (server/utilities/caching#cacheable-results).
const CACHEABLE: [&str; 6] = [
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
];

/// The levels of RFC 5424 (server/utilities/logging#log-levels).
const LOG_LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// True when the parameters carry any of the request metadata of this revision.
pub(super) fn has_metadata(params: Option<&Value>) -> bool {
    let meta = params.and_then(|params| params.get("_meta"));
    [PROTOCOL_VERSION, CLIENT_CAPABILITIES, CLIENT_INFO]
        .iter()
        .any(|key| meta.is_some_and(|meta| meta.get(key).is_some()))
}

/// The versions of `supported` that need no handshake, as texts.
pub(super) fn versions(supported: &[Revision]) -> Vec<&'static str> {
    let is_modern = |revision: &&Revision| revision.era() == Era::Modern;
    supported
        .iter()
        .filter(is_modern)
        .map(|it| it.as_str())
        .collect()
}

/// Checks the metadata that every request needs (basic/index#meta).
pub(super) fn check_metadata(
    params: Option<&Value>,
    supported: &[Revision],
) -> Result<(), Failure> {
    let versions = versions(supported);
    let missing = |key: &str| {
        let message = format!(
            "Invalid params: _meta needs {key}; this server speaks {}",
            versions.join(", ")
        );
        Failure::new(code::INVALID_PARAMS, message)
    };
    let none = Value::Null;
    let meta = params
        .and_then(|params| params.get("_meta"))
        .unwrap_or(&none);
    let Some(requested) = meta.get(PROTOCOL_VERSION).and_then(Value::as_str) else {
        return Err(missing(PROTOCOL_VERSION));
    };
    if !versions.contains(&requested) {
        let message = "Unsupported protocol version";
        let data = json!({ "supported": versions, "requested": requested });
        return Err(Failure::new(code::UNSUPPORTED_PROTOCOL_VERSION, message).with_data(data));
    }
    if !meta.get(CLIENT_CAPABILITIES).is_some_and(Value::is_object) {
        return Err(missing(CLIENT_CAPABILITIES));
    }
    if meta.get(CLIENT_INFO).is_some_and(|info| !info.is_object()) {
        return Err(Failure::invalid_params("malformed clientInfo"));
    }
    let is_level = |level: &Value| level.as_str().is_some_and(|it| LOG_LEVELS.contains(&it));
    match meta.get(LOG_LEVEL) {
        Some(level) if !is_level(level) => Err(Failure::invalid_params("unknown log level")),
        _ => Ok(()),
    }
}

/// Answers a request whose metadata is in order.
pub(super) fn answer(
    context: &Context,
    supported: &[Revision],
    method: &str,
    params: Option<&Value>,
    id: &Id,
) -> Result<Answer, Failure> {
    let result = match method {
        "server/discover" => json!({
            "supportedVersions": versions(supported),
            "capabilities": context.capabilities,
        }),
        "subscriptions/listen" => return listen(context, params, id),
        _ => context.answer(method, params)?,
    };
    Ok(Answer::result(decorated(method, result)))
}

/// Adds what results of this revision carry, where it is not there.
pub(super) fn decorated(method: &str, mut result: Value) -> Value {
    let mut extra = json!({
        "resultType": "complete",
        "_meta": { SERVER_INFO: offer::server_info() },
    });
    if CACHEABLE.contains(&method) {
        extra["ttlMs"] = json!(60_000);
        extra["cacheScope"] = json!("public");
    }
    if let (Value::Object(result), Value::Object(extra)) = (&mut result, extra) {
        for (name, value) in extra {
            result.entry(name).or_insert(value);
        }
    }
    result
}

/// Acknowledges what of a filter will be honoured (basic/patterns/subscriptions).
fn listen(context: &Context, params: Option<&Value>, id: &Id) -> Result<Answer, Failure> {
    let filter = params.and_then(|params| params.get("notifications"));
    let Some(Value::Object(filter)) = filter else {
        return Err(Failure::invalid_params(
            "`notifications` has to be an object",
        ));
    };
    let acknowledged: Map<String, Value> = filter
        .iter()
        .filter(|(kind, wanted)| is_honoured(context, kind, wanted))
        .map(|(kind, wanted)| (kind.clone(), wanted.clone()))
        .collect();
    let params = json!({
        "_meta": { SUBSCRIPTION_ID: id.to_value() },
        "notifications": acknowledged,
    });
    let method = "notifications/subscriptions/acknowledged";
    Ok(Answer::stream(vec![rpc::notification(
        method,
        Some(&params),
    )]))
}

fn is_honoured(context: &Context, kind: &str, wanted: &Value) -> bool {
    let is_wanted = wanted == &Value::Bool(true);
    match kind {
        "toolsListChanged" => is_wanted && context.declares(&["tools", "listChanged"]),
        "promptsListChanged" => is_wanted && context.declares(&["prompts", "listChanged"]),
        "resourcesListChanged" => is_wanted && context.declares(&["resources", "listChanged"]),
        "resourceSubscriptions" => {
            wanted.is_array() && context.declares(&["resources", "subscribe"])
        }
        _ => false,
    }
}

/// The response by which a server ends a subscription.
pub(super) fn listen_result(id: &Id) -> Vec<u8> {
    let mut result = decorated("subscriptions/listen", json!({}));
    result["_meta"][SUBSCRIPTION_ID] = id.to_value();
    rpc::result(id, &result)
}
