//! Notifications and requests of the server are ones of the revision, with valid parameters.
//!
//! A client looks up the method and reads the parameters by their definition. A member that is
//! missing or of another type makes it drop the message or end the connection; a method that the
//! agreed revision does not have is ignored at best. Vendor methods are only a warning.
//!
//! ```mcp passes
//! > tools/call
//! < notify notifications/resources/updated {"uri":"memo://welcome"}
//! < request 1 ping
//! < default
//! ```
//!
//! ```mcp fails schema.server-notifications
//! > tools/call
//! < notify notifications/resources/updated {"name":"welcome"}
//! < default
//! ```
//!
//! ```mcp fails schema.server-notifications
//! > tools/call
//! < notify notifications/subscriptions/acknowledged {"notifications":{}}
//! < default
//! ```
//!
//! ```mcp fails logging.message-shape
//! > tools/call
//! < notify notifications/message {"level":"warn","data":"a"}
//! < default
//! ```
//!
//! ```mcp fails subscriptions.listen.acknowledgement-shape
//! revision 2026-07-28
//! > tools/list
//! < notify notifications/subscriptions/acknowledged {"_meta":{"io.modelcontextprotocol/subscriptionId":1}}
//! < default
//! ```
//!
//! ```mcp fails schema.server-requests
//! > tools/call
//! < request 1 ping {"_meta":1}
//! < default
//! ```
//!
//! ```mcp fails schema.server-requests
//! > tools/call
//! < request 1 vendor/ask
//! < default
//! ```

use crate::check::common::{generic_place, place_of, revision_of};
use crate::check::prelude::*;
use crate::spec::{methods, schema};

const NOTIFICATIONS: &str = "schema.server-notifications";
const LOGS: &str = "logging.message-shape";
const ACKNOWLEDGMENTS: &str = "subscriptions.listen.acknowledgement-shape";
const REQUESTS: &str = "schema.server-requests";

pub(crate) const CHECK: Check = Check {
    covers: &[LOGS, NOTIFICATIONS, REQUESTS, ACKNOWLEDGMENTS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    verdicts
        .on(NOTIFICATIONS)
        .not_applicable("the server sent no notification");
    verdicts
        .on(REQUESTS)
        .not_applicable("the server sent no request");
    verdicts
        .on(LOGS)
        .not_applicable("the server sent no log message");
    verdicts
        .on(ACKNOWLEDGMENTS)
        .not_applicable("the server acknowledged no subscription");
    for (conversation, message) in view.received() {
        let Some(revision) = revision_of(view, conversation) else {
            continue;
        };
        match &message.parsed.message {
            Message::Notification { method, .. }
                if !is_request(method) && !has_rule_of_its_own(revision, method) =>
            {
                let definition = methods::server_notification_definition(revision, method);
                judge_message(
                    verdicts.on(definition.map_or(NOTIFICATIONS, |_| rule_of(method))),
                    message,
                    method,
                    revision,
                    definition,
                );
            }
            // A request by a method of another revision breaks lifecycle rules instead.
            Message::Request { method, .. }
                if !is_notification(method) && !has_rule_of_its_own(revision, method) =>
            {
                let definition = methods::server_request_definition(revision, method);
                if definition.is_some() || methods::revisions_of_server_method(method).is_empty() {
                    judge_message(verdicts.on(REQUESTS), message, method, revision, definition);
                }
            }
            _ => {}
        }
    }
    verdicts
}

/// The narrowest rule on the shape of a notification.
fn rule_of(method: &str) -> &'static str {
    match method {
        "notifications/message" => LOGS,
        "notifications/subscriptions/acknowledged" => ACKNOWLEDGMENTS,
        _ => NOTIFICATIONS,
    }
}

fn judge_message(
    ruling: &mut Ruling,
    message: &WireMessage,
    method: &str,
    revision: Revision,
    definition: Option<&str>,
) {
    let Some(definition) = definition else {
        ruling.odd(foreign(message, method, revision));
        return;
    };
    let Some(value) = &message.parsed.envelope else {
        let why = format!("{method} has a number or a string that JSON libraries cannot hold");
        ruling.inconclusive(why);
        return;
    };
    let Err(faults) = schema::validate(revision, definition, value) else {
        ruling.held(message.at.clone());
        return;
    };
    for fault in &faults {
        let place = place_of(fault);
        // Version, id and type of the parameters have checks of their own.
        let is_inside = place.starts_with("/params/");
        let is_missing = place == "/params" && value.get("params").is_none();
        if !is_inside && !is_missing {
            continue;
        }
        let subject = format!("{method} at {}", generic_place(&place));
        let text = format!(
            "{method} does not fit {definition}: at {}, {}.",
            fault.pointer, fault.message
        );
        let problem = Problem::new(subject, text).at_pointer(message, &fault.pointer);
        match fault.only_fraction {
            true => ruling.odd(problem),
            false => ruling.broken(problem),
        };
    }
}

fn foreign(message: &WireMessage, method: &str, revision: Revision) -> Problem {
    let others = methods::revisions_of_server_method(method);
    let names: Vec<&str> = others.iter().map(|other| other.as_str()).collect();
    let text = match names.as_slice() {
        [] => format!("The server sent {method}, which no revision defines."),
        names => format!(
            "The server sent {method}, which {revision} does not define, only {}.",
            names.join(", ")
        ),
    };
    Problem::new(format!("method:{method}"), text).message(message)
}

/// What client/request-shape and client/completion-notice judge.
fn has_rule_of_its_own(revision: Revision, method: &str) -> bool {
    match method {
        "sampling/createMessage" | "elicitation/create" | "roots/list" => {
            methods::server_request_definition(revision, method).is_some()
        }
        "notifications/elicitation/complete" => revision.era() == Era::Modern,
        _ => false,
    }
}

fn is_notification(method: &str) -> bool {
    method.starts_with("notifications/")
}

fn is_request(method: &str) -> bool {
    let mut revisions = Revision::ALL.into_iter();
    revisions.any(|revision| methods::server_request_definition(revision, method).is_some())
}
