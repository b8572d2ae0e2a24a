//! `total` and `hasMore` of a completion agree with the values that were sent.
//!
//! There is no second page of a completion: the two members only tell a user that typing on narrows
//! the list down. A total below the number of values, or a promise of more where nothing is left,
//! shows the wrong thing. Leave both out where they are not known.
//!
//! ```mcp passes
//! > completion/complete
//! < result {"completion":{"values":["Ada"],"total":300,"hasMore":true}}
//! ```
//!
//! ```mcp passes
//! > completion/complete
//! < result {"completion":{"values":["Ada"]}}
//! ```
//!
//! ```mcp fails completion.total-and-has-more-consistent
//! > completion/complete
//! < result {"completion":{"values":["Ada","Alan"],"total":1}}
//! ```
//!
//! ```mcp fails completion.total-and-has-more-consistent
//! > completion/complete
//! < result {"completion":{"values":["Ada"],"total":1,"hasMore":true}}
//! ```
//!
//! ```mcp fails completion.total-and-has-more-consistent
//! > completion/complete
//! < result {"completion":{"values":["Ada"],"total":9,"hasMore":false}}
//! ```

use crate::check::common::completable::{completable, may_complete};
use crate::check::prelude::*;

const RULE: &str = "completion.total-and-has-more-consistent";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "complete-for-totals";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !may_complete(peer.revision(), peer.session()) {
            return;
        }
        if let Some((reference, name)) = completable(peer.surface()).into_iter().next() {
            let argument = json!({"name": name, "value": ""});
            let params = json!({"ref": reference, "argument": argument});
            peer.request(Request::new(INTENT, "completion/complete").params(params))
                .await;
            peer.settle().await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (exchange, result) in view.results_of("completion/complete") {
        let completion = &result["completion"];
        let Some(values) = completion["values"].as_array() else {
            continue;
        };
        match contradiction(values.len() as u64, completion) {
            None => ruling.held(exchange.responses[0].at.clone()),
            Some(text) => {
                let problem = Problem::new("method:completion/complete", text);
                ruling.broken(problem.exchange(&exchange))
            }
        };
    }
    ruling.not_applicable("no completion was seen");
    verdicts
}

fn contradiction(sent: u64, completion: &Value) -> Option<String> {
    let total = completion["total"].as_u64()?;
    let has_more = completion["hasMore"].as_bool();
    if total < sent {
        return Some(format!(
            "A completion has {sent} values and the total {total}."
        ));
    }
    match has_more {
        Some(true) if total == sent => Some(format!(
            "A completion has all of its {total} values and says that there are more."
        )),
        Some(false) if total > sent => Some(format!(
            "A completion has {sent} values of {total} and says that there are no more."
        )),
        _ => None,
    }
}
