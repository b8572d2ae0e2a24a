//! List requests work without params, with empty params, and with nothing but `_meta` in them.
//!
//! Clients differ in what they send for the first page. A server whose parser insists on `params`,
//! or on their absence, works with some of them only. Treat absent and empty params alike. In
//! 2026-07-28 params always carry `_meta`.
//!
//! ```mcp passes
//! > tools/list {}
//! < default
//! ```
//!
//! ```mcp fails pagination.params-optional
//! >2 prompts/list
//! < error -32602 "Invalid params"
//! ```
//!
//! ```mcp fails pagination.params-optional
//! > tools/list {"_meta":{}}
//! < error -32602 "Invalid params"
//! ```

use crate::check::common::answers::turned_away;
use crate::check::common::listing::LISTS;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["pagination.params-optional"],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ABSENT: &str = "list-without-params";
const EMPTY: &str = "list-with-empty-params";
const META: &str = "list-with-meta-only";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for (method, _, _) in LISTS {
            let feature = method.split('/').next().unwrap_or_default();
            if peer.session().declares(&[feature]) {
                peer.request(Request::new(ABSENT, method)).await;
                peer.request(Request::new(EMPTY, method).params(json!({})))
                    .await;
                peer.request(Request::new(META, method).params(json!({"_meta": {}})))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("pagination.params-optional");
    for (method, _, _) in LISTS {
        let forms: Vec<Exchange<'_>> = [ABSENT, EMPTY, META]
            .into_iter()
            .flat_map(|intent| view.exchanges_meant(intent))
            .filter(|exchange| exchange.method() == method && turned_away(exchange).is_none())
            .collect();
        let Some(working) = forms.iter().find(|exchange| exchange.result().is_some()) else {
            continue;
        };
        let refused = forms
            .iter()
            .find(|exchange| matches!(exchange.reply(), Reply::Error(..)));
        if let Some(refused) = refused {
            let shown = match refused.params() {
                Some(params) => format!("params {params}"),
                None => "no params".to_owned(),
            };
            let text =
                format!("{method} is refused with {shown}, although it works in another form.");
            let problem = Problem::new(format!("method:{method}"), text);
            ruling.broken(problem.exchange(refused).exchange(working));
        } else if let Some(answer) = working.responses.first() {
            ruling.held(answer.at.clone());
        }
    }
    if view.exchanges_meant(ABSENT).next().is_none() {
        ruling.not_applicable("the server declares no list");
    }
    verdicts
}
