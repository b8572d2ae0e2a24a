//! A result that asks for input says for which, of the three kinds there are, where it may ask.
//!
//! Only `tools/call`, `prompts/get` and `resources/read` may be answered by `input_required`; for
//! other methods a client has nothing to ask its user about. The result holds `inputRequests`, or
//! `requestState` when the client only has to come back later. Each input request is one for a form,
//! a model's answer or the roots, without the members of a JSON-RPC request, under a key of its own.
//! Such a result is no answer, so it has no caching hints.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < complete {"resultType":"input_required","requestState":"abc"}
//! ```
//!
//! ```mcp fails mrtr.only-allowed-methods
//! revision 2026-07-28
//! > prompts/list
//! < complete {"resultType":"input_required","requestState":"abc","prompts":[]}
//! ```
//!
//! ```mcp fails mrtr.has-requests-or-state
//! revision 2026-07-28
//! > tools/call
//! < complete {"resultType":"input_required"}
//! ```
//!
//! ```mcp fails mrtr.request-kinds
//! revision 2026-07-28
//! > tools/call
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"x/ask","params":{}}}}
//! ```
//!
//! ```mcp fails mrtr.keys-unique
//! revision 2026-07-28
//! > tools/call
//! < raw {"jsonrpc":"2.0","id":$id,"result":{"resultType":"input_required","inputRequests":
//! | {"a":{"method":"roots/list"},"a":{"method":"roots/list"}}}}
//! ```
//!
//! ```mcp fails caching.input-required-without-hints
//! revision 2026-07-28
//! > resources/read
//! < complete {"resultType":"input_required","requestState":"abc","ttlMs":1,"cacheScope":"private"}
//! ```

use std::collections::BTreeSet;

use crate::check::common::client_features::{asker, asking, needed};
use crate::check::prelude::*;
use crate::json::{NodeKind, scan};
use crate::spec::methods::MAY_ASK;

const METHODS: &str = "mrtr.only-allowed-methods";
const CONTENT: &str = "mrtr.has-requests-or-state";
const KINDS: &str = "mrtr.request-kinds";
const KEYS: &str = "mrtr.keys-unique";
const HINTS: &str = "caching.input-required-without-hints";

pub(crate) const CHECK: Check = Check {
    covers: &[METHODS, CONTENT, KINDS, KEYS, HINTS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (exchange, message, result) in asking(view) {
        let method = exchange.method();
        if !MAY_ASK.contains(&method) {
            let text = format!("{method} is answered by input_required.");
            let problem = Problem::new(format!("method:{method}"), text);
            verdicts.on(METHODS).broken(problem.exchange(&exchange));
            continue;
        }
        verdicts.on(METHODS).held(message.at.clone());
        let about = |text: String, place: &str| {
            let place = format!("/result{place}");
            Problem::new(asker(&exchange), text).at_pointer(message, &place)
        };
        judge_content(verdicts.on(CONTENT), message, result, &about);
        if let Some(requests) = result["inputRequests"].as_object() {
            for (key, request) in requests {
                judge_kind(verdicts.on(KINDS), message, (key, request), &about);
            }
            match repeated_key(message) {
                Some(key) => {
                    let text = format!("Two input requests have the key {key:?}.");
                    verdicts.on(KEYS).broken(about(text, "/inputRequests"))
                }
                None => verdicts.on(KEYS).held(message.at.clone()),
            };
        }
        let hints = ["ttlMs", "cacheScope"];
        match hints.iter().find(|hint| result.get(**hint).is_some()) {
            Some(hint) => {
                let text = format!("A result that asks for input has {hint}, as if it were kept.");
                verdicts.on(HINTS).broken(about(text, ""))
            }
            None => verdicts.on(HINTS).held(message.at.clone()),
        };
    }
    if let Some(established) = view.session().established {
        verdicts.on(METHODS).held(established);
    }
    for id in [CONTENT, KINDS, KEYS, HINTS] {
        verdicts
            .on(id)
            .not_applicable("the server asked for no input");
    }
    verdicts
}

fn judge_content(
    ruling: &mut Ruling,
    message: &WireMessage,
    result: &Value,
    about: &dyn Fn(String, &str) -> Problem,
) {
    match (result.get("inputRequests"), result.get("requestState")) {
        (None, None) => {
            let text = "input_required comes without inputRequests and without requestState.";
            ruling.broken(about(text.to_owned(), ""))
        }
        (_, Some(state)) if !state.is_string() => {
            let text = format!("requestState is {state}, not a string.");
            ruling.broken(about(text, "/requestState"))
        }
        (Some(requests), _) if !requests.is_object() => {
            let text = format!("inputRequests is {requests}, not an object.");
            ruling.broken(about(text, "/inputRequests"))
        }
        (Some(Value::Object(requests)), None) if requests.is_empty() => {
            let text = "inputRequests is empty, and there is no requestState.";
            ruling.odd(about(text.to_owned(), "/inputRequests"))
        }
        _ => ruling.held(message.at.clone()),
    };
}

fn judge_kind(
    ruling: &mut Ruling,
    message: &WireMessage,
    (key, request): (&str, &Value),
    about: &dyn Fn(String, &str) -> Problem,
) {
    let place = crate::json::pointer::join("/inputRequests", key);
    let method = &request["method"];
    if method.as_str().and_then(needed).is_none() {
        let text = format!("An input request has the method {method}, which is none to ask by.");
        ruling.broken(about(text, &place));
        return;
    }
    let surplus = ["jsonrpc", "id"];
    match surplus.iter().find(|name| request.get(**name).is_some()) {
        Some(name) => {
            let text = format!("An input request has the member {name}, as if it were a message.");
            ruling.odd(about(text, &place))
        }
        None => ruling.held(message.at.clone()),
    };
}

/// Ordinary parsers hide the earlier of two equal keys.
fn repeated_key(message: &WireMessage) -> Option<String> {
    let root = scan(&message.parsed.bytes).root.ok()?;
    let requests = root.get("result")?.get("inputRequests")?;
    let NodeKind::Object(members) = &requests.kind else {
        return None;
    };
    let mut seen = BTreeSet::new();
    let twice = members.iter().find(|member| !seen.insert(&member.name));
    twice.map(|member| member.name.clone())
}
