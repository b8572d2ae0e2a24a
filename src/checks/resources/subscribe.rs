//! resources/subscribe works where it was announced, and is refused where it was not.
//!
//! A client that sees `"subscribe": true` stops polling and waits for updates; when the method does
//! not exist it fails, or waits for ever. A server that accepts subscriptions it never announced
//! promises updates that may never come. Keep the capability and the handlers together.
//!
//! ```mcp passes
//! > resources/subscribe
//! < result {}
//! ```
//!
//! ```mcp fails resources.subscribe.accepted-when-declared
//! > resources/subscribe
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails resources.subscribe.accepted-when-declared
//! > resources/unsubscribe
//! < silence
//! ```
//!
//! ```mcp fails resources.subscribe.refused-when-undeclared
//! capabilities {"resources":{}}
//! > resources/subscribe
//! < result {}
//! ```
//!
//! ```mcp inconclusive
//! > resources/subscribe
//! < error -32000 "Not allowed"
//! ```

use crate::check::common::answers::{evidence_first, judge_unanswered, shown};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "resources.subscribe.accepted-when-declared",
        "resources.subscribe.refused-when-undeclared",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "subscribe-listed";
const CAPABILITY: &[&str] = &["resources", "subscribe"];
const ACCEPTED: &str = "resources.subscribe.accepted-when-declared";
const REFUSED: &str = "resources.subscribe.refused-when-undeclared";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut listed = peer.surface().resources.iter();
        let Some(uri) = listed.find_map(|resource| resource["uri"].as_str()) else {
            return;
        };
        let params = json!({"uri": uri});
        let declared = peer.session().declares(CAPABILITY);
        let request = Request::new(INTENT, "resources/subscribe").params(params.clone());
        let subscribed = peer.request(request).await;
        if declared || matches!(subscribed, Some(Answer::Result(_))) {
            peer.request(Request::new(INTENT, "resources/unsubscribe").params(params))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let declared = view.session().declares(CAPABILITY);
    for exchange in view.exchanges_meant(INTENT) {
        match declared {
            true => judge_accepted(verdicts.on(ACCEPTED), &exchange),
            false if exchange.method() == "resources/subscribe" => {
                judge_refused(verdicts.on(REFUSED), &exchange);
            }
            false => {}
        }
    }
    evidence_first(verdicts.on(REFUSED));
    let (other, why) = match declared {
        true => (REFUSED, "the server declares resources.subscribe"),
        false => (ACCEPTED, "the server does not declare resources.subscribe"),
    };
    verdicts.on(other).not_applicable(why);
    for id in CHECK.covers {
        verdicts.on(id).not_applicable("no resources were listed");
    }
    verdicts
}

fn judge_accepted(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let method = exchange.method();
    let subject = format!("method:{method}");
    if judge_unanswered(ruling, exchange, &subject, method) {
        return;
    }
    match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            let text =
                format!("resources.subscribe is declared, but {method} is answered by -32601.");
            ruling.broken(Problem::new(subject, text).exchange(exchange));
        }
        Reply::Error(_, code) => {
            ruling.inconclusive(format!(
                "{method} was answered by an error with {}",
                shown(code)
            ));
        }
        _ => {}
    }
}

fn judge_refused(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    match exchange.reply() {
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Result(..) => {
            let text =
                "resources/subscribe succeeds, although resources.subscribe is not declared.";
            let problem = Problem::new("method:resources/subscribe", text).exchange(exchange);
            ruling.broken(problem.hint("Declare the capability, or remove the handler."));
        }
        _ => {
            ruling.inconclusive("resources/subscribe brought neither a result nor an error");
        }
    }
}
