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
use crate::check::common::uri_template;
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

/// 2024-11-05 has no capability for it: the server can only be asked.
fn may_complete(revision: Revision, session: &Session) -> bool {
    revision == Revision::V2024_11_05 || session.declares(&["completions"])
}

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !may_complete(peer.revision(), peer.session()) {
            return;
        }
        for (reference, argument) in references(peer.surface()).into_iter().take(SAMPLES) {
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

/// What can be completed: arguments of listed prompts and variables of listed templates.
fn references(surface: &Surface) -> Vec<(Value, String)> {
    let mut found = Vec::new();
    for prompt in &surface.prompts {
        let arguments = prompt["arguments"].as_array().into_iter().flatten();
        for name in arguments.filter_map(|argument| argument["name"].as_str()) {
            found.push((
                json!({"type": "ref/prompt", "name": prompt["name"]}),
                name.to_owned(),
            ));
        }
    }
    for template in surface
        .templates
        .iter()
        .filter_map(|template| template["uriTemplate"].as_str())
    {
        let variables = uri_template::parse(template).map(|parsed| parsed.variables);
        for name in variables.unwrap_or_default() {
            // Templates come in turn with prompts, so that a few samples have some of both.
            let place = found.len().min(1);
            found.insert(
                place,
                (json!({"type": "ref/resource", "uri": template}), name),
            );
        }
    }
    found
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if !may_complete(view.revision, &view.session()) {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .not_applicable("the server does not declare the capability completions");
        }
    }
    for exchange in view.exchanges_meant(INTENT) {
        judge_answer(verdicts.on(ANSWERED), &exchange);
    }
    for (exchange, result) in view.results_of("completion/complete") {
        let about = |text: String| Problem::new(SUBJECT, text).exchange(&exchange);
        let at = exchange.responses[0].at.clone();
        match &result["completion"]["values"] {
            Value::Array(values) => {
                verdicts.on(SHAPE).held(at.clone());
                let ruling = verdicts.on(MOST);
                if values.len() > MOST_VALUES {
                    ruling.broken(about(format!(
                        "A completion has more than {MOST_VALUES} values."
                    )));
                } else {
                    ruling.held(at);
                }
            }
            other if result["completion"].is_object() => {
                let text = match other {
                    Value::Null => "A completion has no `values`.".to_owned(),
                    _ => "The `values` of a completion are no array.".to_owned(),
                };
                verdicts.on(SHAPE).broken(about(text));
            }
            _ => {
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
