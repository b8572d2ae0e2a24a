//! In 2026-07-28 the methods of a capability that is not declared are answered by -32601.
//!
//! Clients rely on the capabilities of server/discover, and on this code where a server has dropped
//! one since. An empty list says that the feature is there and has nothing to show. Do not register
//! handlers of features that are not declared.
//!
//! ```mcp passes
//! revision 2026-07-28
//! capabilities {"tools":{}}
//! > prompts/list
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails lifecycle.undeclared-method.modern
//! revision 2026-07-28
//! capabilities {"tools":{}}
//! > prompts/list
//! < complete {"prompts":[]}
//! ```
//!
//! ```mcp fails lifecycle.undeclared-method.modern
//! revision 2026-07-28
//! capabilities {"tools":{}}
//! > resources/list
//! < error -32600 "Not supported"
//! ```

use crate::check::common::answers::{evidence_first, shown};
use crate::check::prelude::*;

const RULE: &str = "lifecycle.undeclared-method.modern";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "list-undeclared";
/// Completion has a rule of its own for this.
const FEATURES: [(&str, &str, &str); 3] = [
    ("prompts", "prompts/list", "prompts"),
    ("resources", "resources/list", "resources"),
    ("tools", "tools/list", "tools"),
];

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for (capability, method, _) in FEATURES {
            if !peer.session().declares(&[capability]) {
                peer.request(Request::new(INTENT, method)).await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        let method = exchange.method();
        let about =
            |text: String| Problem::new(format!("method:{method}"), text).exchange(&exchange);
        match exchange.reply() {
            Reply::Error(message, Some(code::METHOD_NOT_FOUND)) => {
                ruling.held(message.at.clone());
            }
            Reply::Error(_, code) => {
                let code = shown(code);
                let text = format!("{method}, which is not declared, gets {code}, not -32601.");
                ruling.odd(about(text));
            }
            Reply::Result(_, result) if is_empty(method, result) => {
                let text =
                    format!("{method}, which is not declared, is answered by an empty list.");
                ruling.odd(about(text));
            }
            // That a feature is there and not declared is another rule's matter.
            _ => {
                ruling.inconclusive(format!(
                    "{method} brought neither an error nor an empty list"
                ));
            }
        }
    }
    evidence_first(ruling);
    ruling.not_applicable("the server declares tools, resources and prompts");
    verdicts
}

fn is_empty(method: &str, result: &Value) -> bool {
    let member = FEATURES.iter().find(|feature| feature.1 == method);
    let list = member.and_then(|(_, _, member)| result[*member].as_array());
    list.is_some_and(Vec::is_empty)
}
