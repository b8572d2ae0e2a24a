//! Responses to input requests are checked, extra ones are ignored, missing ones are asked for again.
//!
//! A retry comes from outside like any other request. Malformed responses are answered by an error,
//! or by the questions once more, but never taken for answers. A client may answer more than was
//! asked, or less; ask again for what is missing. And a client may never come back: the next call is
//! a new one. Tools that are safe to call are called with all features declared, and the first one
//! that asks for input is answered in these ways; forms are declined.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call {"name":"echo","inputResponses":{"a":{"roots":[]}}}
//! < complete {"content":[]}
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```
//!
//! ```mcp fails mrtr.responses-validated
//! revision 2026-07-28
//! > tools/call {"name":"echo","inputResponses":null}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! > tools/call {"name":"echo","inputResponses":{"a":null}}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! > tools/call {"name":"echo"}
//! < complete {"content":[]}
//! ```
//!
//! ```mcp fails mrtr.extra-responses-ignored
//! revision 2026-07-28
//! > tools/call {"name":"echo","inputResponses":{"x-mcp-check":{"action":"decline"}}}
//! < error -32602 "Nobody asked for that"
//! > tools/call {"name":"echo","inputResponses":{"a":{"roots":[]}}}
//! < complete {"content":[]}
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```
//!
//! ```mcp fails mrtr.missing-responses-asked-again
//! revision 2026-07-28
//! > tools/call {"name":"echo","inputResponses":null}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! > tools/call {"name":"echo","inputResponses":{"a":{"roots":[]}}}
//! < complete {"content":[]}
//! > tools/call {"name":"echo","inputResponses":"mcpcheck"}
//! < error -32602 "Not an object"
//! > tools/call {"name":"echo","inputResponses":{"a":5}}
//! < error -32602 "No roots"
//! > tools/call {"name":"echo","inputResponses":{}}
//! < error -32602 "Nothing was answered"
//! ```

use crate::check::common::answers::{judge_unanswered, unanswered};
use crate::check::common::client_features::{
    ask_of, asker, asks, bland_responses, find_asking_tool, retry,
};
use crate::check::prelude::*;

const VALIDATED: &str = "mrtr.responses-validated";
const EXTRA: &str = "mrtr.extra-responses-ignored";
const MISSING: &str = "mrtr.missing-responses-asked-again";

pub(crate) const CHECK: Check = Check {
    covers: &[VALIDATED, EXTRA, MISSING],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ASK: &str = "call-to-be-asked";
const PLAIN: &str = "retry-with-responses";
const SURPLUS: &str = "retry-with-extra-response";
const NONE: &str = "retry-without-responses";
const MALFORMED: &str = "retry-with-malformed-responses";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.surface().callable.is_empty() {
            return;
        }
        let Some((tool, asked)) = find_asking_tool(peer, ASK).await else {
            peer.settle().await;
            return;
        };
        let good = bland_responses(&asked);
        let Some(key) = good.keys().next().cloned() else {
            return;
        };
        let mut surplus = good.clone();
        surplus.insert("x-mcp-check".into(), json!({"action": "decline"}));
        let mut number = good.clone();
        number.insert(key.clone(), json!(5));
        let mut variants = vec![
            (PLAIN, json!(good)),
            (SURPLUS, json!(surplus)),
            (NONE, json!({})),
            (MALFORMED, json!("mcpcheck")),
            (MALFORMED, json!(number)),
        ];
        if asked["inputRequests"][&key]["method"] == "elicitation/create" {
            let mut mute = good.clone();
            mute.insert(key, json!({}));
            variants.push((MALFORMED, json!(mute)));
        }
        for (intent, responses) in variants {
            // State may be good for one retry only.
            let Some(asked) = ask_of(peer, &tool, ASK).await else {
                break;
            };
            peer.request(retry(&tool, intent, &asked, responses)).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let plain = view.exchanges_meant(PLAIN).next();
    let is_served = plain.as_ref().is_some_and(|it| it.result().is_some());
    for exchange in view.exchanges_meant(SURPLUS) {
        let ruling = verdicts.on(EXTRA);
        let about = |text: &str| Problem::new(asker(&exchange), text).exchange(&exchange);
        match exchange.reply() {
            Reply::Result(message, _) => ruling.held(message.at.clone()),
            Reply::Error(..) if is_served => {
                let text = "A response that nobody asked for makes the server refuse the retry.";
                ruling.broken(about(text))
            }
            _ => ruling.inconclusive("the retry is not served without an extra response either"),
        };
    }
    for exchange in view.exchanges_meant(NONE) {
        let ruling = verdicts.on(MISSING);
        match exchange.reply() {
            Reply::Result(message, _) => ruling.held(message.at.clone()),
            Reply::Error(..) => {
                let text =
                    "Missing responses are answered by an error instead of being asked for again.";
                ruling.broken(Problem::new(asker(&exchange), text).exchange(&exchange))
            }
            _ => ruling.inconclusive("the retry was not answered"),
        };
    }
    for exchange in view.exchanges_meant(MALFORMED) {
        judge_malformed(verdicts.on(VALIDATED), &exchange);
    }
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("no tool that is safe to be called asks for input");
    }
    verdicts
}

fn judge_malformed(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let subject = asker(exchange);
    if unanswered(exchange).is_some() {
        judge_unanswered(ruling, exchange, &subject, "malformed inputResponses");
        return;
    }
    let shown = exchange
        .params()
        .map(|params| params["inputResponses"].to_string());
    let shown = shown.unwrap_or_default();
    match exchange.reply() {
        Reply::Error(message, _) => ruling.held(message.at.clone()),
        Reply::Result(message, result) if asks(result) => ruling.held(message.at.clone()),
        Reply::Result(_, result) => {
            let how = match result["isError"] == true {
                true => "lead to a tool result with isError",
                false => "are taken for answers",
            };
            let text = format!("The malformed inputResponses {shown} {how}.");
            ruling.broken(Problem::new(subject, text).exchange(exchange))
        }
        _ => ruling.inconclusive("the retry was not answered"),
    };
}
