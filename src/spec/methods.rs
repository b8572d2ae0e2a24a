//! Who may send which method when, and which schema definition its messages have to fit.
//!
//! The unions of the schemas (`ServerResult`, `JSONRPCMessage`, `*ResultResponse`) accept nearly
//! anything, so that a definition is always chosen by method, and by `resultType` in 2026-07-28
//! (basic/index#resulttype).

use serde_json::Value;

use super::revision::{Era, Revision};

use Revision::{
    V2024_11_05 as FIRST, V2025_03_26 as SECOND, V2025_06_18 as THIRD, V2025_11_25 as FOURTH,
    V2026_07_28 as FIFTH,
};

/// Definition of the request that asks `method` of a server, `None` where the revision has no
/// such method.
pub fn request_definition(revision: Revision, method: &str) -> Option<&'static str> {
    request(revision, method).map(|row| row.request)
}

/// Definition of the params of a request to a server. Up to 2025-06-18, and for a few methods
/// later, params have no definition of their own.
pub fn params_definition(revision: Revision, method: &str) -> Option<&'static str> {
    if revision < FOURTH {
        return None;
    }
    request(revision, method).and_then(|row| row.params)
}

/// Definition that the result of a request to a server has to fit.
///
/// `params` are those of the request and decide whether a task was asked for. `None` where the
/// revision has no such method, or where `resultType` is one that an extension may define.
/// `tasks/result` has the result of the request that became the task; its own definition accepts
/// any object.
pub fn result_definition(
    revision: Revision,
    method: &str,
    params: Option<&Value>,
    result: &Value,
) -> Option<&'static str> {
    let row = request(revision, method)?;
    if revision.era() == Era::Modern {
        return modern_result(row, result);
    }
    let asked = params.is_some_and(|params| params.get("task").is_some());
    if asked && is_task_handle(revision, method, result) {
        return Some("CreateTaskResult");
    }
    Some(row.result)
}

/// Methods of 2026-07-28 whose complete results carry `ttlMs` and `cacheScope`
/// (server/utilities/caching#cacheable-results).
pub const CACHEABLE: [&str; 6] = [
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "server/discover",
    "tools/list",
];

/// Methods of 2026-07-28 that may be answered with `input_required`
/// (basic/patterns/mrtr#supported-requests).
pub const MAY_ASK: [&str; 3] = ["prompts/get", "resources/read", "tools/call"];

/// Definition of a notification that a server may send, `None` where the revision has none of
/// that method.
pub fn server_notification_definition(revision: Revision, method: &str) -> Option<&'static str> {
    find(SERVER_NOTIFICATIONS, revision, method)
}

/// Definition of a request that a server may send, `None` where the revision has none of that
/// method. 2026-07-28 has none at all: see [`input_request_definition`].
pub fn server_request_definition(revision: Revision, method: &str) -> Option<&'static str> {
    find(SERVER_REQUESTS, revision, method)
}

/// Definition of an entry of `inputRequests` with this method, in 2026-07-28.
pub fn input_request_definition(revision: Revision, method: &str) -> Option<&'static str> {
    find(INPUT_REQUESTS, revision, method)
}

/// Definition of a notification that a client may send.
pub fn client_notification_definition(revision: Revision, method: &str) -> Option<&'static str> {
    find(CLIENT_NOTIFICATIONS, revision, method)
}

/// True when a client may send a request or notification of this method.
pub fn client_may_send(revision: Revision, method: &str) -> bool {
    request(revision, method).is_some()
        || client_notification_definition(revision, method).is_some()
}

/// Revisions in which a server may send a request or notification of this method, oldest first.
pub fn revisions_of_server_method(method: &str) -> Vec<Revision> {
    Revision::ALL
        .into_iter()
        .filter(|revision| {
            server_notification_definition(*revision, method).is_some()
                || server_request_definition(*revision, method).is_some()
        })
        .collect()
}

/// Path in the server's capabilities that announces a method: one a client asks, or a
/// notification the server sends. `None` where no capability governs it, as `completion/complete`
/// in 2024-11-05, which has no capability for it.
pub fn capability_for(revision: Revision, method: &str) -> Option<&'static [&'static str]> {
    Some(match method {
        "tools/list" | "tools/call" => &["tools"],
        "resources/list" | "resources/read" | "resources/templates/list" => &["resources"],
        "resources/subscribe" | "resources/unsubscribe" | "notifications/resources/updated" => {
            &["resources", "subscribe"]
        }
        "prompts/list" | "prompts/get" => &["prompts"],
        "completion/complete" if revision > FIRST => &["completions"],
        "logging/setLevel" | "notifications/message" => &["logging"],
        "tasks/get" | "tasks/result" | "notifications/tasks/status" => &["tasks"],
        "tasks/list" => &["tasks", "list"],
        "tasks/cancel" => &["tasks", "cancel"],
        "notifications/tools/list_changed" => &["tools", "listChanged"],
        "notifications/resources/list_changed" => &["resources", "listChanged"],
        "notifications/prompts/list_changed" => &["prompts", "listChanged"],
        _ => return None,
    })
}

/// Definition of a whole response that carries a result. Validate the result by itself as well:
/// this one accepts any object there.
pub const fn result_response_definition(revision: Revision) -> &'static str {
    match revision {
        FIRST | SECOND | THIRD => "JSONRPCResponse",
        FOURTH | FIFTH => "JSONRPCResultResponse",
    }
}

/// Definition of a whole response that carries an error. Up to 2025-06-18 it requires an `id`,
/// which a server cannot echo when the request was unreadable.
pub const fn error_response_definition(revision: Revision) -> &'static str {
    match revision {
        FIRST | SECOND | THIRD => "JSONRPCError",
        FOURTH | FIFTH => "JSONRPCErrorResponse",
    }
}

/// What one request to a server looks like in the revisions from `since` to `until`.
struct Request {
    method: &'static str,
    since: Revision,
    until: Revision,
    request: &'static str,
    /// From 2025-11-25 on.
    params: Option<&'static str>,
    result: &'static str,
}

const fn row(
    method: &'static str,
    (since, until): (Revision, Revision),
    request: &'static str,
    params: Option<&'static str>,
    result: &'static str,
) -> Request {
    Request {
        method,
        since,
        until,
        request,
        params,
        result,
    }
}

const ALWAYS: (Revision, Revision) = (FIRST, FIFTH);
const LEGACY: (Revision, Revision) = (FIRST, FOURTH);
const TASKS: (Revision, Revision) = (FOURTH, FOURTH);
const MODERN: (Revision, Revision) = (FIFTH, FIFTH);

const PAGE: Option<&str> = Some("PaginatedRequestParams");

#[rustfmt::skip]
const REQUESTS: &[Request] = &[
    row("completion/complete", ALWAYS, "CompleteRequest", Some("CompleteRequestParams"), "CompleteResult"),
    row("initialize", LEGACY, "InitializeRequest", Some("InitializeRequestParams"), "InitializeResult"),
    row("logging/setLevel", LEGACY, "SetLevelRequest", Some("SetLevelRequestParams"), "EmptyResult"),
    row("ping", LEGACY, "PingRequest", Some("RequestParams"), "EmptyResult"),
    row("prompts/get", ALWAYS, "GetPromptRequest", Some("GetPromptRequestParams"), "GetPromptResult"),
    row("prompts/list", ALWAYS, "ListPromptsRequest", PAGE, "ListPromptsResult"),
    row("resources/list", ALWAYS, "ListResourcesRequest", PAGE, "ListResourcesResult"),
    row("resources/read", ALWAYS, "ReadResourceRequest", Some("ReadResourceRequestParams"), "ReadResourceResult"),
    row("resources/subscribe", LEGACY, "SubscribeRequest", Some("SubscribeRequestParams"), "EmptyResult"),
    row("resources/templates/list", ALWAYS, "ListResourceTemplatesRequest", PAGE, "ListResourceTemplatesResult"),
    row("resources/unsubscribe", LEGACY, "UnsubscribeRequest", Some("UnsubscribeRequestParams"), "EmptyResult"),
    row("server/discover", MODERN, "DiscoverRequest", Some("RequestParams"), "DiscoverResult"),
    row("subscriptions/listen", MODERN, "SubscriptionsListenRequest", Some("SubscriptionsListenRequestParams"), "SubscriptionsListenResult"),
    row("tasks/cancel", TASKS, "CancelTaskRequest", None, "CancelTaskResult"),
    row("tasks/get", TASKS, "GetTaskRequest", None, "GetTaskResult"),
    row("tasks/list", TASKS, "ListTasksRequest", PAGE, "ListTasksResult"),
    row("tasks/result", TASKS, "GetTaskPayloadRequest", None, "GetTaskPayloadResult"),
    row("tools/call", ALWAYS, "CallToolRequest", Some("CallToolRequestParams"), "CallToolResult"),
    row("tools/list", ALWAYS, "ListToolsRequest", PAGE, "ListToolsResult"),
];

/// Method, first and last revision, definition.
type Messages = &'static [(&'static str, (Revision, Revision), &'static str)];

const SERVER_NOTIFICATIONS: Messages = &[
    ("notifications/cancelled", ALWAYS, "CancelledNotification"),
    (
        "notifications/elicitation/complete",
        TASKS,
        "ElicitationCompleteNotification",
    ),
    (
        "notifications/message",
        ALWAYS,
        "LoggingMessageNotification",
    ),
    ("notifications/progress", ALWAYS, "ProgressNotification"),
    (
        "notifications/prompts/list_changed",
        ALWAYS,
        "PromptListChangedNotification",
    ),
    (
        "notifications/resources/list_changed",
        ALWAYS,
        "ResourceListChangedNotification",
    ),
    (
        "notifications/resources/updated",
        ALWAYS,
        "ResourceUpdatedNotification",
    ),
    (
        "notifications/subscriptions/acknowledged",
        MODERN,
        "SubscriptionsAcknowledgedNotification",
    ),
    (
        "notifications/tasks/status",
        TASKS,
        "TaskStatusNotification",
    ),
    (
        "notifications/tools/list_changed",
        ALWAYS,
        "ToolListChangedNotification",
    ),
];

const SERVER_REQUESTS: Messages = &[
    ("elicitation/create", (THIRD, FOURTH), "ElicitRequest"),
    ("ping", LEGACY, "PingRequest"),
    ("roots/list", LEGACY, "ListRootsRequest"),
    ("sampling/createMessage", LEGACY, "CreateMessageRequest"),
    ("tasks/cancel", TASKS, "CancelTaskRequest"),
    ("tasks/get", TASKS, "GetTaskRequest"),
    ("tasks/list", TASKS, "ListTasksRequest"),
    ("tasks/result", TASKS, "GetTaskPayloadRequest"),
];

const INPUT_REQUESTS: Messages = &[
    ("elicitation/create", MODERN, "ElicitRequest"),
    ("roots/list", MODERN, "ListRootsRequest"),
    ("sampling/createMessage", MODERN, "CreateMessageRequest"),
];

const CLIENT_NOTIFICATIONS: Messages = &[
    ("notifications/cancelled", ALWAYS, "CancelledNotification"),
    (
        "notifications/initialized",
        LEGACY,
        "InitializedNotification",
    ),
    ("notifications/progress", LEGACY, "ProgressNotification"),
    (
        "notifications/roots/list_changed",
        LEGACY,
        "RootsListChangedNotification",
    ),
    (
        "notifications/tasks/status",
        TASKS,
        "TaskStatusNotification",
    ),
];

fn request(revision: Revision, method: &str) -> Option<&'static Request> {
    REQUESTS
        .iter()
        .find(|row| row.method == method && row.since <= revision && revision <= row.until)
}

fn find(messages: Messages, revision: Revision, method: &str) -> Option<&'static str> {
    messages
        .iter()
        .find(|(name, (since, until), _)| {
            *name == method && *since <= revision && revision <= *until
        })
        .map(|(_, _, definition)| *definition)
}

/// A result without `resultType` is read as a complete one (basic/index#resulttype); its absence
/// then shows up as a missing member.
fn modern_result(row: &Request, result: &Value) -> Option<&'static str> {
    match result.get("resultType") {
        None => Some(row.result),
        Some(Value::String(kind)) => match kind.as_str() {
            "complete" => Some(row.result),
            "input_required" if MAY_ASK.contains(&row.method) => Some("InputRequiredResult"),
            // mrtr/input-required judges where it has no place.
            "input_required" => None,
            _ => None,
        },
        Some(_) => Some(row.result),
    }
}

/// A server that does not support tasks for a request ignores the wish and answers as usual
/// (basic/utilities/tasks#task-support-and-handling).
fn is_task_handle(revision: Revision, method: &str, result: &Value) -> bool {
    revision == FOURTH
        && method == "tools/call"
        && result.get("task").is_some()
        && result.get("content").is_none()
}

#[cfg(test)]
#[path = "methods_tests.rs"]
mod tests;
