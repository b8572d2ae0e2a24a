//! Every result says by `resultType` what it is, and is that.
//!
//! A client looks at `resultType` before anything else: "complete" is the answer, "input_required"
//! asks for more, and other values belong to extensions that both sides declared. A result without
//! it, or one whose body is another kind of result, cannot be read. Set it where results are made,
//! together with the members of that kind.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < default
//! ```
//!
//! ```mcp fails result.type-present
//! revision 2026-07-28
//! > tools/call
//! < merge {"resultType":null}
//! ```
//!
//! ```mcp fails result.type-known
//! revision 2026-07-28
//! > tools/call
//! < merge {"resultType":"task"}
//! ```
//!
//! ```mcp fails result.body-matches-type
//! revision 2026-07-28
//! > server/discover
//! < merge {"capabilities":null}
//! ```
//!
//! ```mcp fails result.body-matches-type
//! revision 2026-07-28
//! > tools/call
//! < merge {"requestState":"abc"}
//! ```

use crate::check::common::result_shape::{OTHER_METHODS, rule_of};
use crate::check::common::{
    is_modern_request, is_offered, is_plain_request, owned_elsewhere, place_of,
};
use crate::check::prelude::*;
use crate::spec::{methods, schema};

const PRESENT: &str = "result.type-present";
const KNOWN: &str = "result.type-known";
const BODY: &str = "result.body-matches-type";

pub(crate) const CHECK: Check = Check {
    covers: &[PRESENT, KNOWN, BODY],
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
        if !is_offered(&session, view.revision, exchange.method()) {
            continue;
        }
        let Reply::Result(message, result) = exchange.reply() else {
            continue;
        };
        if is_modern_request(&exchange) && result.is_object() {
            judge_type(&mut verdicts, &exchange, message, result);
        }
    }
    verdicts
}

fn judge_type(
    verdicts: &mut Verdicts,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    result: &Value,
) {
    let method = exchange.method();
    let about = |text: String| {
        let problem = Problem::new(format!("method:{method}"), text);
        problem.message(exchange.request).message(message)
    };
    let Some(kind) = result["resultType"].as_str() else {
        let text = format!("The result of {method} has no resultType that is a string.");
        verdicts.on(PRESENT).broken(about(text));
        return;
    };
    verdicts.on(PRESENT).held(message.at.clone());
    match kind {
        "complete" => {
            verdicts.on(KNOWN).held(message.at.clone());
            judge_complete(verdicts.on(BODY), exchange, message, result);
        }
        // Whether the method may ask, and what an input_required result holds, has rules of its own.
        "input_required" => {
            verdicts.on(KNOWN).held(message.at.clone());
        }
        other => {
            let text = format!(
                "The result of {method} has the resultType {other:?}, which no extension in use defines."
            );
            verdicts.on(KNOWN).broken(about(text));
        }
    }
}

fn judge_complete(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    result: &Value,
) {
    let method = exchange.method();
    if message.parsed.unrepresentable || !is_plain_request(exchange.request) {
        return;
    }
    let subject = format!("method:{method}");
    let missing = missing_members(exchange, result);
    if !missing.is_empty() {
        let text = format!(
            "The result of {method} is marked complete but lacks {}.",
            missing.join(" and ")
        );
        let problem = Problem::new(subject, text)
            .message(exchange.request)
            .message(message);
        ruling.broken(problem);
        return;
    }
    let asks = |name: &&str| result.get(*name).is_some();
    match ["inputRequests", "requestState"]
        .iter()
        .find(|name| asks(name))
    {
        Some(name) => {
            let text = format!(
                "The result of {method} is marked complete but has {name}, as if it asked for more."
            );
            let problem = Problem::new(subject, text)
                .message(exchange.request)
                .message(message);
            ruling.odd(problem)
        }
        None => ruling.held(message.at.clone()),
    };
}

/// Members of the result itself that its definition requires. What is wrong further inside, and
/// all of it where the method has a rule of its own, is judged by schema/results.
fn missing_members(exchange: &Exchange<'_>, result: &Value) -> Vec<String> {
    let revision = Revision::V2026_07_28;
    let method = exchange.method();
    if rule_of(method) != OTHER_METHODS {
        return Vec::new();
    }
    let definition = methods::result_definition(revision, method, exchange.params(), result);
    let Some(Err(faults)) = definition.map(|it| schema::validate(revision, it, result)) else {
        return Vec::new();
    };
    faults
        .iter()
        .filter(|fault| fault.pointer.is_empty())
        .map(place_of)
        .filter(|place| place.len() > 1 && !owned_elsewhere(place))
        .map(|place| place.trim_start_matches('/').to_owned())
        .collect()
}
