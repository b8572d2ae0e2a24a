//! The result of each method fits the definition of that method in the revision in force.
//!
//! SDKs of clients check results against the schema and raise an error where a member is missing or
//! of another type: the user then sees a server that does not work at all. The finding names the
//! place in the result. Further members are fine everywhere. Write results through the types of an
//! SDK, or compare them with the schema of the revision that was agreed on, not the newest one.
//!
//! ```mcp passes
//! > tools/list
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < default
//! ```
//!
//! ```mcp fails schema.results
//! > initialize
//! < merge {"serverInfo":{"version":2}}
//! ```
//!
//! ```mcp fails tools.list.result-shape
//! > tools/list {"cursor":null}
//! < merge /tools/0 {"name":null}
//! < merge /tools/1 {"name":null}
//! ```
//!
//! ```mcp fails tools.call.result-shape
//! revision 2026-07-28
//! > tools/call
//! < merge {"content":null}
//! ```
//!
//! ```mcp fails resources.list.result-shape
//! > resources/list
//! < merge /resources/0 {"name":null}
//! ```
//!
//! ```mcp fails resources.templates.list.result-shape
//! > resources/templates/list
//! < merge /resourceTemplates/0 {"uriTemplate":null}
//! ```
//!
//! ```mcp fails resources.read.result-shape
//! revision 2026-07-28
//! > resources/read
//! < merge {"contents":[{"uri":"memo://welcome","text":7}]}
//! ```
//!
//! ```mcp fails prompts.list.result-shape
//! > prompts/list
//! < merge {"prompts":{}}
//! ```
//!
//! ```mcp fails prompts.get.result-shape
//! > prompts/get
//! < merge {"messages":[{"role":"system","content":{"type":"text","text":"Hi"}}]}
//! ```

use crate::check::common::result_shape::{OTHER_METHODS, RULES, is_judged_by_shape, rule_of};
use crate::check::common::{generic_place, is_offered, is_plain_request, place_of, revision_of};
use crate::check::prelude::*;
use crate::spec::{SchemaFault, methods, schema};

pub(crate) const CHECK: Check = Check {
    covers: RULES,
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let session = view.session();
    for exchange in view.exchanges() {
        let Reply::Result(message, result) = exchange.reply() else {
            continue;
        };
        let Some(revision) = revision_of(view, exchange.conversation) else {
            continue;
        };
        let method = exchange.method();
        let params = exchange.params();
        let definition = methods::result_definition(revision, method, params, result);
        let Some(definition) = definition.filter(|_| is_good(revision, exchange.request)) else {
            continue;
        };
        if !result.is_object() || !is_offered(&session, revision, method) {
            // jsonrpc/response-content has that.
            continue;
        }
        let ruling = verdicts.on(rule_of(method));
        if message.parsed.unrepresentable {
            ruling.inconclusive(format!(
                "a result of {method} has a number or a string that JSON libraries cannot hold"
            ));
            continue;
        }
        match schema::validate(revision, definition, result) {
            Ok(()) => {
                ruling.held(message.at.clone());
            }
            Err(faults) => {
                for fault in faults
                    .iter()
                    .filter(|fault| is_judged_by_shape(revision, method, fault))
                {
                    report(ruling, &exchange, message, definition, fault);
                }
            }
        }
    }
    do_not_pass_in_part(&mut verdicts);
    verdicts
}

/// The general rule is not said to hold while the rule of one method is broken.
fn do_not_pass_in_part(verdicts: &mut Verdicts) {
    let broken = RULES
        .iter()
        .find(|rule| !verdicts.on(rule).problems.is_empty());
    if let Some(rule) = broken.filter(|rule| **rule != OTHER_METHODS) {
        verdicts
            .on(OTHER_METHODS)
            .inconclusive(format!("{rule} is broken; other results fit"));
    }
}

/// What a server makes of a request that is wrong itself is judged by the check that sent it.
fn is_good(revision: Revision, request: &WireMessage) -> bool {
    let Message::Request { method, .. } = &request.parsed.message else {
        return false;
    };
    let definition = methods::request_definition(revision, method);
    is_plain_request(request)
        && request
            .parsed
            .envelope
            .as_ref()
            .zip(definition)
            .is_some_and(|(value, definition)| {
                schema::validate(revision, definition, value).is_ok()
            })
}

fn report(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    definition: &str,
    fault: &SchemaFault,
) {
    let method = exchange.method();
    let place = place_of(fault);
    let shown = match fault.pointer.as_str() {
        "" => "the result".to_owned(),
        pointer => pointer.to_owned(),
    };
    let text = format!(
        "The result of {method} does not fit {definition}: at {shown}, {}.",
        fault.message
    );
    let subject = format!("result of {method} at {}", generic_place(&place));
    let problem = Problem::new(subject, text)
        .at_pointer(message, &format!("/result{}", fault.pointer))
        .message(exchange.request);
    match fault.only_fraction {
        true => ruling.odd(problem),
        false => ruling.broken(problem),
    };
}
