//! What a server asks of a client has the shape that the revision gives it.
//!
//! A client hands a sampling request to a model and draws a form from an elicitation. Where
//! `maxTokens` is missing, or content is of a kind that the revision does not have, it can only
//! refuse, and the tool that waits for the answer fails. Build the request for the revision that was
//! agreed on. One connection is opened on which mcp-check declares these features; it calls tools
//! that are safe to call and answers in the blandest way: with a word, an empty folder, a refusal.
//!
//! ```mcp passes
//! > tools/call
//! < request "s1" sampling/createMessage {"messages":[],"maxTokens":10}
//! < default
//! ```
//!
//! ```mcp fails sampling.request-shape
//! > tools/call
//! < request "s1" sampling/createMessage {"messages":[]}
//! < default
//! ```
//!
//! ```mcp fails elicitation.request-shape
//! revision 2026-07-28
//! > tools/call
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create",
//! | "params":{"requestedSchema":{"type":"object","properties":{}}}}}}
//! ```
//!
//! ```mcp fails roots.request-shape
//! > tools/call
//! < request "r1" roots/list {"_meta":1}
//! < default
//! ```

use crate::check::common::client_features::{ClientRequest, client_requests, everything};
use crate::check::common::{generic_place, place_of};
use crate::check::prelude::*;
use crate::spec::{methods, schema};

const SAMPLING: &str = "sampling.request-shape";
const ELICITATION: &str = "elicitation.request-shape";
const ROOTS: &str = "roots.request-shape";

pub(crate) const CHECK: Check = Check {
    covers: &[SAMPLING, ELICITATION, ROOTS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::CallsTools,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const CALL: &str = "call-as-client-with-features";
/// Tools that are called at most.
const MOST_TOOLS: usize = 6;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        // From 2026-07-28 on other checks declare the features with each call.
        if peer.revision().era() == Era::Modern {
            return;
        }
        // Without sessions a server cannot tell this client from the one that declared nothing.
        let is_http = peer.transport() != TransportKind::Stdio;
        if is_http && peer.session().session_id.is_none() {
            return;
        }
        let tools = peer.surface().callable.clone();
        let opened = peer.open(Opening::Declaring(everything())).await;
        if let Some(mut client) = opened {
            client.settle().await;
            for tool in tools.iter().take(MOST_TOOLS) {
                client.request(tool.call(CALL)).await;
            }
            client.settle().await;
            client.close().await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for request in client_requests(view) {
        let rule = match request.method {
            "sampling/createMessage" => SAMPLING,
            "elicitation/create" => ELICITATION,
            "roots/list" => ROOTS,
            _ => continue,
        };
        judge_shape(verdicts.on(rule), view.revision, &request);
    }
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("the server asked for nothing of the kind");
    }
    verdicts
}

fn judge_shape(ruling: &mut Ruling, revision: Revision, request: &ClientRequest<'_>) {
    let method = request.method;
    let definition = match revision.era() {
        Era::Handshake => methods::server_request_definition(revision, method),
        Era::Modern => methods::input_request_definition(revision, method),
    };
    // A method that the revision does not have breaks another rule.
    let Some(definition) = definition else {
        return;
    };
    let faults = match schema::validate(revision, definition, request.value) {
        Ok(()) => Vec::new(),
        Err(faults) => faults,
    };
    // Version and id have checks of their own, and so has the form itself.
    let mut own = faults.iter().filter(|fault| {
        let place = place_of(fault);
        let is_inside = place.starts_with("/params");
        is_inside && !place.starts_with("/params/requestedSchema/properties/")
    });
    let Some(fault) = own.next() else {
        ruling.held(request.message.at.clone());
        return;
    };
    let text = format!(
        "{method} does not fit {definition}: at {:?}, {}.",
        fault.pointer, fault.message
    );
    let subject = format!("{method} at {}", generic_place(&place_of(fault)));
    let pointer = format!("{}{}", request.pointer, fault.pointer);
    let problem = Problem::new(subject, text).at_pointer(request.message, &pointer);
    match fault.only_fraction {
        true => ruling.odd(problem),
        false => ruling.broken(problem),
    };
}
