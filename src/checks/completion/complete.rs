//! A server that declares completions answers completion/complete, with at most 100 values.
//!
//! Clients show the values while the user types. A method that does not exist, a result of another
//! shape or thousands of values at once make the field unusable. Send the 100 best values, and say
//! in `total` and `hasMore` that there are others.
//!
//! ```mcp passes
//! > completion/complete
//! < result {"completion":{"values":["Ada"],"total":300,"hasMore":true}}
//! ```
//!
//! ```mcp fails completion.answered-when-declared
//! > completion/complete
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails completion.answered-when-declared
//! > completion/complete
//! < exit 1
//! ```
//!
//! ```mcp fails completion.result-shape
//! > completion/complete
//! < result {"completion":{"values":"Ada"}}
//! ```
//!
//! ```mcp fails completion.max-100-values
//! revision 2024-11-05
//! > completion/complete
//! < result {"completion":{"values":["0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0",
//! | "0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0",
//! | "0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0",
//! | "0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0","0",
//! | "0","0","0","0","0","0","0","0","0","0","0","0","100"]}}
//! ```
//!
//! ```mcp inconclusive
//! > completion/complete
//! < error -32602 "No completions for this argument"
//! ```

use crate::check::common::answers::{evidence_first, judge_unanswered, shown, turned_away};
use crate::check::common::completable::{completable, may_complete};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "completion.answered-when-declared",
        "completion.max-100-values",
        "completion.result-shape",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "complete";
const SUBJECT: &str = "method:completion/complete";
const ANSWERED: &str = "completion.answered-when-declared";
const SHAPE: &str = "completion.result-shape";
const MOST: &str = "completion.max-100-values";
/// Arguments that are completed at most.
const SAMPLES: usize = 4;
/// server/utilities/completion#completion-results
const MOST_VALUES: usize = 100;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !may_complete(peer.revision(), peer.session()) {
            return;
        }
        for (reference, argument) in completable(peer.surface()).into_iter().take(SAMPLES) {
            for value in ["", "a"] {
                let params = json!({
                    "ref": reference,
                    "argument": {"name": argument, "value": value},
                });
                peer.request(Request::new(INTENT, "completion/complete").params(params))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if !may_complete(view.revision, &view.session()) {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .not_applicable("the server does not declare the capability completions");
        }
        return verdicts;
    }
    for exchange in view.exchanges_meant(INTENT) {
        judge_answer(verdicts.on(ANSWERED), &exchange);
    }
    for (exchange, result) in view.results_of("completion/complete") {
        match result["completion"].as_object() {
            Some(completion) => judge_completion(&mut verdicts, &exchange, completion),
            None => {
                verdicts
                    .on(SHAPE)
                    .inconclusive("a result has no `completion`");
            }
        }
    }
    evidence_first(verdicts.on(ANSWERED));
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("there was nothing to complete, or no answer that could be judged");
    }
    verdicts
}

fn judge_completion(
    verdicts: &mut Verdicts,
    exchange: &Exchange<'_>,
    completion: &serde_json::Map<String, Value>,
) {
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    let at = &exchange.responses[0].at;
    let values = completion.get("values").and_then(Value::as_array);
    let ruling = verdicts.on(SHAPE);
    match shape_fault(completion) {
        None => ruling.held(at.clone()),
        Some(fault) => ruling.broken(about(format!("In a completion, {fault}."))),
    };
    match values {
        Some(values) if values.len() > MOST_VALUES => {
            let text = format!("A completion has more than {MOST_VALUES} values.");
            verdicts.on(MOST).broken(about(text));
        }
        Some(_) => {
            verdicts.on(MOST).held(at.clone());
        }
        None => {}
    }
}

fn shape_fault(completion: &serde_json::Map<String, Value>) -> Option<&'static str> {
    let Some(values) = completion.get("values") else {
        return Some("there are no `values`");
    };
    let is = |name: &str, fits: &dyn Fn(&Value) -> bool| completion.get(name).is_none_or(fits);
    match values.as_array() {
        None => Some("`values` is no array"),
        Some(values) if !values.iter().all(Value::is_string) => Some("a value is no string"),
        _ if !is("total", &Value::is_number) => Some("`total` is no number"),
        _ if !is("hasMore", &Value::is_boolean) => Some("`hasMore` is no boolean"),
        _ => None,
    }
}

fn judge_answer(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    if judge_unanswered(ruling, exchange, SUBJECT, "completion/complete") {
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
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            let text = "The capability completions is declared, but completion/complete is answered by -32601.";
            ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
        }
        Reply::Error(_, code) => {
            ruling.inconclusive(format!("completion was refused with {}", shown(code)));
        }
        _ => {}
    }
}
