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
//! > tools/list {"cursor":null}
//! < merge /tools/0 {"name":null}
//! < merge /tools/1 {"name":null}
//! ```
//!
//! ```mcp fails schema.results
//! > initialize
//! < merge {"serverInfo":{"version":2}}
//! ```
//!
//! ```mcp fails schema.results
//! revision 2026-07-28
//! > resources/read
//! < merge {"contents":[{"uri":"memo://welcome","text":7}]}
//! ```

use crate::check::common::{
    generic_place, is_offered, is_plain_request, owned_elsewhere, place_of, revision_of,
};
use crate::check::prelude::*;
use crate::spec::{SchemaFault, methods, schema};

const RULE: &str = "schema.results";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
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
                    .filter(|fault| is_judged_here(revision, fault))
                {
                    report(ruling, &exchange, message, definition, fault);
                }
            }
        }
    }
    verdicts
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
            .value
            .as_ref()
            .zip(definition)
            .is_some_and(|(value, definition)| {
                schema::validate(revision, definition, value).is_ok()
            })
}

fn is_judged_here(revision: Revision, fault: &SchemaFault) -> bool {
    let place = place_of(fault);
    if owned_elsewhere(&place) {
        return false;
    }
    if revision.era() == Era::Handshake {
        return true;
    }
    let is_missing_member = fault.pointer.is_empty() && !place.is_empty();
    let starts = |prefix: &str| place.starts_with(prefix);
    // result/type, meta/server-info, and the rules on input_required results.
    !(is_missing_member
        || starts("/resultType")
        || starts("/_meta/io.modelcontextprotocol~1serverInfo")
        || starts("/inputRequests")
        || starts("/requestState"))
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
