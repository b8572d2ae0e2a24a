//! A server asks for input only of the kinds that this very request declared.
//!
//! A client that did not declare a feature cannot ask its user, so that the call never comes to an
//! end. Look at the client capabilities of the request at hand: `elicitation: {}` means forms alone,
//! and tools may be offered to a model only where `sampling.tools` is declared. Answer with -32021
//! when there is no other way.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","requestState":"later"}
//! ```
//!
//! ```mcp fails mrtr.undeclared-capability
//! revision 2026-07-28
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```

use crate::check::common::client_features::{asker, asking, declared, needed};
use crate::check::common::is_modern_request;
use crate::check::prelude::*;

const RULE: &str = "mrtr.undeclared-capability";

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
    for (exchange, message, result) in asking(view) {
        let entries = result["inputRequests"].as_object();
        let fault = entries.into_iter().flatten().find_map(|(_, entry)| {
            let lacks = lacking(&exchange, entry)?;
            (!was_declared_before(&exchange, lacks)).then_some(lacks)
        });
        match fault {
            Some(lacks) => {
                let text = format!(
                    "The server asks for input that needs {lacks}, which the request did not declare."
                );
                let hint = "Look at the client capabilities of the request, or answer with -32021.";
                let problem = Problem::new(asker(&exchange), text).exchange(&exchange);
                ruling.broken(problem.hint(hint))
            }
            None => ruling.held(message.at.clone()),
        };
    }
    // Each call of a client without features that came to an end is evidence, too.
    for (exchange, result) in view.results_of("tools/call") {
        let is_complete = result["resultType"] == "complete";
        if is_complete && is_modern_request(&exchange) {
            ruling.held(exchange.request.at.clone());
        }
    }
    if ruling.held.is_empty() {
        ruling.inconclusive("no call came to an end");
    }
    verdicts
}

/// The capability that an entry needs and the request lacks.
fn lacking(exchange: &Exchange<'_>, entry: &Value) -> Option<&'static str> {
    let declared = declared(exchange)?;
    let method = entry["method"].as_str()?;
    let capability = needed(method)?;
    let params = &entry["params"];
    let has = |path: &str| declared.pointer(path).is_some_and(Value::is_object);
    if !declared[capability].is_object() {
        return Some(capability);
    }
    let has_form = has("/elicitation/form") || !has("/elicitation/url");
    let is_url = params["mode"] == "url";
    let offers_tools = params.get("tools").is_some() || params.get("toolChoice").is_some();
    match capability {
        "elicitation" if is_url && !has("/elicitation/url") => Some("elicitation.url"),
        "elicitation" if !is_url && !has_form => Some("elicitation.form"),
        "sampling" if offers_tools && !has("/sampling/tools") => Some("sampling.tools"),
        _ => None,
    }
}

/// What an earlier request on the connection declared, and the server did not forget, breaks
/// another rule.
fn was_declared_before(exchange: &Exchange<'_>, capability: &str) -> bool {
    let earlier = exchange.conversation.exchanges();
    earlier
        .filter(|other| other.request.at.seq < exchange.request.at.seq)
        .filter_map(|other| declared(&other))
        .any(|declared| declared[capability].is_object())
}
