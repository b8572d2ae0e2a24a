//! Completion works with a `context`, and for the text of a resource template.
//!
//! Clients name a template by its text, with the braces, and send the arguments that are already
//! filled in as `context`, so that the server can offer what fits. Both are part of the request from
//! the beginning or from 2025-06-18 on; a server without a use for them ignores them. Look templates
//! up by their text, and let the context only narrow the values.
//!
//! ```mcp passes
//! > completion/complete
//! < default
//! ```
//!
//! ```mcp fails completion.context-accepted
//! > completion/complete {"context":null}
//! < default
//! > completion/complete
//! < error -32602 "Unrecognized key: context"
//! ```
//!
//! ```mcp fails completion.resource-ref-accepts-template
//! > completion/complete {"ref":{"type":"ref/resource","uri":"memo://numbered/{number}"}}
//! < error -32602 "Not a valid URI"
//! ```
//!
//! ```mcp inconclusive
//! > completion/complete
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{evidence_first, judge_unanswered, shown, turned_away};
use crate::check::common::completable::{completable, may_complete};
use crate::check::prelude::*;

const CONTEXT: &str = "completion.context-accepted";
const TEMPLATE: &str = "completion.resource-ref-accepts-template";

pub(crate) const CHECK: Check = Check {
    covers: &[CONTEXT, TEMPLATE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const PLAIN: &str = "complete-without-context";
const WITH_CONTEXT: &str = "complete-with-context";
const METHOD: &str = "completion/complete";
/// The first revision whose requests have a context.
const FIRST: Revision = Revision::V2025_06_18;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !may_complete(peer.revision(), peer.session()) {
            return;
        }
        let known = completable(peer.surface());
        let of = |kind: &str| {
            known
                .iter()
                .find(|(reference, _)| reference["type"] == kind)
        };
        for (reference, name) in [of("ref/prompt"), of("ref/resource")].into_iter().flatten() {
            let argument = json!({"name": name, "value": ""});
            let plain = json!({"ref": reference, "argument": argument});
            peer.request(Request::new(PLAIN, METHOD).params(plain.clone()))
                .await;
            if peer.revision() < FIRST {
                continue;
            }
            let others: serde_json::Map<String, Value> = known
                .iter()
                .filter(|(other, other_name)| other == reference && other_name != name)
                .map(|(_, other)| (other.clone(), json!("mcpcheck")))
                .collect();
            for context in [json!({}), json!({"arguments": others})] {
                let mut params = plain.clone();
                params["context"] = context;
                peer.request(Request::new(WITH_CONTEXT, METHOD).params(params))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let plain: Vec<Exchange<'_>> = view.exchanges_meant(PLAIN).collect();
    for exchange in &plain {
        if reference(exchange)["type"] == "ref/resource" {
            judge_template(verdicts.on(TEMPLATE), exchange);
        }
    }
    for exchange in view.exchanges_meant(WITH_CONTEXT) {
        // The control is the one just before, in circumstances that are the same.
        let before = plain.iter().rfind(|plain| {
            reference(plain) == reference(&exchange)
                && plain.request.at.seq < exchange.request.at.seq
        });
        if let Some(plain) = before {
            judge_context(verdicts.on(CONTEXT), plain, &exchange);
        }
    }
    let lacks = !may_complete(view.revision, &view.session());
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
        verdicts.on(id).not_applicable(match lacks {
            true => "the server does not declare the capability completions",
            false => "nothing that could be completed was listed",
        });
    }
    verdicts
}

fn reference<'c>(exchange: &Exchange<'c>) -> &'c Value {
    exchange
        .params()
        .map_or(&Value::Null, |params| &params["ref"])
}

fn judge_template(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let what = "a completion for a resource template";
    if judge_unanswered(ruling, exchange, what, what) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::INVALID_PARAMS)) => {
            let uri = &reference(exchange)["uri"];
            let text =
                format!("Completion for a variable of the listed template {uri} is refused.");
            ruling.odd(Problem::new(what, text).exchange(exchange));
        }
        Reply::Error(_, code) => {
            ruling.inconclusive(format!("completion was refused with {}", shown(code)));
        }
        _ => {}
    }
}

fn judge_context(ruling: &mut Ruling, plain: &Exchange<'_>, with: &Exchange<'_>) {
    if let Some(why) = turned_away(plain).or_else(|| turned_away(with)) {
        ruling.inconclusive(why);
        return;
    }
    match (plain.reply(), with.reply()) {
        (Reply::Result(..), Reply::Result(message, _)) => {
            ruling.held(message.at.clone());
        }
        (Reply::Result(..), Reply::Error(..)) => {
            let text = "Completion is refused when the request has a context, and works without.";
            let problem = Problem::new("method:completion/complete", text);
            ruling.broken(problem.exchange(plain).exchange(with));
        }
        _ => {
            ruling.inconclusive("completion without a context was not answered by a result");
        }
    }
}
