//! The server uses only what was negotiated: client capabilities that were declared, and its own.
//!
//! mcp-check declares no client capability, so no request but ping may come. A client that lacks a
//! capability answers by an error or not at all, and the tool that waits for the answer hangs. A
//! notification of an undeclared feature finds nobody who listens, and a client that sees one no
//! longer knows which of the declared capabilities to trust. Look at the capabilities of the
//! client before asking it for something, and declare `listChanged` where you notify.
//!
//! ```mcp passes
//! capabilities {"tools":{"listChanged":true}}
//! > tools/list
//! < notify notifications/tools/list_changed
//! < request "p1" ping
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2025-03-26
//! ```
//!
//! Over HTTP without session ids a server cannot tell its clients apart, and another one may have
//! declared the feature:
//!
//! ```mcp passes
//! transport http
//! > initialize
//! < header mcp-session-id absent
//! < default
//! > tools/list
//! < sse
//! < request "r1" roots/list
//! < default
//! ```
//!
//! ```mcp fails lifecycle.only-negotiated-capabilities.must
//! > tools/list
//! < request "r1" roots/list
//! < default
//! ```
//!
//! ```mcp fails lifecycle.only-negotiated-capabilities.should
//! revision 2025-03-26
//! > tools/list
//! < request "s1" sampling/createMessage {"messages":[],"maxTokens":1}
//! < default
//! ```
//!
//! ```mcp fails lifecycle.only-negotiated-capabilities.should
//! revision 2024-11-05
//! capabilities {"tools":{},"resources":{}}
//! > resources/list
//! < notify notifications/resources/updated {"uri":"memo://welcome"}
//! < default
//! ```
//!
//! ```mcp fails notifications.list-changed.only-when-declared.strict
//! > tools/list
//! < notify notifications/tools/list_changed
//! < default
//! ```
//!
//! ```mcp fails notifications.list-changed.only-when-declared.advisory
//! revision 2024-11-05
//! capabilities {"prompts":{"listChanged":false}}
//! > prompts/list
//! < notify notifications/prompts/list_changed
//! < default
//! ```

use crate::check::common;
use crate::check::prelude::*;

const MUST: &str = "lifecycle.only-negotiated-capabilities.must";
const SHOULD: &str = "lifecycle.only-negotiated-capabilities.should";
const STRICT: &str = "notifications.list-changed.only-when-declared.strict";
const ADVISORY: &str = "notifications.list-changed.only-when-declared.advisory";

/// Subject of the one problem here that is about what the server itself declared.
const UPDATE: &str = "method:notifications/resources/updated";

pub(crate) const CHECK: Check = Check {
    covers: &[MUST, SHOULD, STRICT, ADVISORY],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let (capabilities, list_changed) = match view.revision {
        Revision::V2024_11_05 | Revision::V2025_03_26 => (SHOULD, ADVISORY),
        _ => (MUST, STRICT),
    };
    for conversation in view.conversations() {
        let Some(established) = &conversation.session.established else {
            continue;
        };
        if common::revision_of(view, conversation) != Some(view.revision) {
            continue;
        }
        let mut broken = undeclared_features(view.revision, conversation);
        let seen = broken.len();
        if is_anybody(view, conversation) {
            broken.retain(|problem| problem.subject == UPDATE);
        }
        let ruling = verdicts.on(capabilities);
        match broken.len() == seen {
            true => settle(ruling, broken, established),
            false => {
                broken.into_iter().for_each(|problem| {
                    ruling.broken(problem);
                });
                ruling.inconclusive(
                    "without session ids the server cannot tell which client declared a feature",
                );
            }
        }
        settle(
            verdicts.on(list_changed),
            undeclared_list_changes(conversation),
            established,
        );
    }
    verdicts
}

/// True over HTTP without a session id: the server cannot tell this client from another one, which
/// may have declared the feature, as mcp-check does on a connection of its own.
fn is_anybody(view: &View, conversation: &Conversation) -> bool {
    view.transport == TransportKind::StreamableHttp && conversation.session.session_id.is_none()
}

fn settle(ruling: &mut Ruling, problems: Vec<Problem>, established: &EventRef) {
    if problems.is_empty() {
        ruling.held(established.clone());
    }
    for problem in problems {
        ruling.broken(problem);
    }
}

/// Requests that need a capability of the client, and updates without `subscribe`. From 2025-06-18
/// on the latter have a rule of their own, and undeclared log messages have one in every revision.
fn undeclared_features(revision: Revision, conversation: &Conversation) -> Vec<Problem> {
    let client = client_capabilities(conversation);
    let updates_are_undeclared = revision < Revision::V2025_06_18
        && !conversation.session.declares(&["resources", "subscribe"]);
    let mut problems = Vec::new();
    for message in conversation.received() {
        let text = match &message.parsed.message {
            Message::Request { method, .. } => match needed(revision, method) {
                Some(capability) if !client[capability].is_object() => format!(
                    "The server sends {method}, but the client did not declare {capability}."
                ),
                _ => continue,
            },
            Message::Notification { method, .. }
                if updates_are_undeclared && method == "notifications/resources/updated" =>
            {
                format!("The server sends {method}, but did not declare resources.subscribe.")
            }
            _ => continue,
        };
        problems.push(about(message, text));
    }
    problems
}

fn undeclared_list_changes(conversation: &Conversation) -> Vec<Problem> {
    let mut problems = Vec::new();
    for message in conversation.received() {
        let Message::Notification { method, .. } = &message.parsed.message else {
            continue;
        };
        let feature = match method.as_str() {
            "notifications/tools/list_changed" => "tools",
            "notifications/resources/list_changed" => "resources",
            "notifications/prompts/list_changed" => "prompts",
            _ => continue,
        };
        if !conversation.session.declares(&[feature, "listChanged"]) {
            let text =
                format!("The server sends {method}, but did not declare {feature}.listChanged.");
            let hint = "Some SDKs send it when something is registered after the connection was \
                        made; register everything before, or declare listChanged.";
            problems.push(about(message, text).hint(hint));
        }
    }
    problems
}

fn about(message: &WireMessage, text: String) -> Problem {
    let method = message.parsed.method().unwrap_or_default();
    Problem::new(format!("method:{method}"), text).message(message)
}

/// The client capability that a request of the server needs. Methods that the revision does not
/// have break another rule.
fn needed(revision: Revision, method: &str) -> Option<&'static str> {
    match method {
        "roots/list" => Some("roots"),
        "sampling/createMessage" => Some("sampling"),
        "elicitation/create" if revision >= Revision::V2025_06_18 => Some("elicitation"),
        "tasks/get" | "tasks/result" | "tasks/list" | "tasks/cancel"
            if revision >= Revision::V2025_11_25 =>
        {
            Some("tasks")
        }
        _ => None,
    }
}

/// What mcp-check declared in the initialize request that established the connection.
fn client_capabilities(conversation: &Conversation) -> Value {
    conversation
        .exchanges()
        .filter(|exchange| exchange.method() == "initialize")
        .find(|exchange| exchange.result().is_some())
        .and_then(|exchange| {
            exchange
                .params()
                .map(|params| params["capabilities"].clone())
        })
        .unwrap_or_default()
}
