//! Updates come only where resources.subscribe is declared, and only for what was subscribed to.
//!
//! A client that asked for nothing has to drop such a message, and one that shows it tells its user
//! about changes nobody wanted to know of. Keep the list of subscriptions with the session, look there
//! before an update is sent, and declare `subscribe` where updates are sent at all. Updates for what
//! lies below or above a subscribed URI are fine.
//!
//! ```mcp passes
//! > tools/list {"cursor":null}
//! < default
//! ```
//!
//! ```mcp fails resources.subscribe.update-only-if-subscribed
//! > tools/list {"cursor":null}
//! < notify notifications/resources/updated {"uri":"memo://welcome"}
//! < default
//! ```
//!
//! ```mcp fails resources.subscribe.update-requires-capability
//! capabilities {"resources":{},"tools":{}}
//! > tools/list {"cursor":null}
//! < notify notifications/resources/updated {"uri":"memo://welcome"}
//! < default
//! ```

use crate::check::common::subscription::{is_near, params};
use crate::check::prelude::*;

const SUBSCRIBED: &str = "resources.subscribe.update-only-if-subscribed";
const DECLARED: &str = "resources.subscribe.update-requires-capability";

pub(crate) const CHECK: Check = Check {
    covers: &[SUBSCRIBED, DECLARED],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const UPDATED: &str = "notifications/resources/updated";
const SUBJECT: &str = "method:notifications/resources/updated";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if view.revision.era() == Era::Modern {
        return verdicts;
    }
    let declared = view.session().declares(&["resources", "subscribe"]);
    for (conversation, message) in view.received() {
        if message.parsed.method() != Some(UPDATED) {
            continue;
        }
        let uri = params(message).and_then(|params| params["uri"].as_str());
        let Some(uri) = uri else {
            continue;
        };
        // From 2025-06-18 on the lack of the capability is the graver fault, and the only one named.
        if !declared && view.revision >= Revision::V2025_06_18 {
            let text = "An update is sent, although resources.subscribe is not declared.";
            let problem = Problem::new(SUBJECT, text).message(message);
            verdicts.on(DECLARED).broken(problem);
        } else if was_subscribed(conversation, message, uri) {
            verdicts.on(SUBSCRIBED).held(message.at.clone());
        } else {
            let text = format!("An update of {uri} is sent, to which nobody subscribed.");
            let problem = Problem::new(SUBJECT, text).message(message);
            verdicts.on(SUBSCRIBED).broken(problem);
        }
    }
    match declared {
        true => verdicts
            .on(DECLARED)
            .not_applicable("the server declares resources.subscribe"),
        false => hold_by_silence(verdicts.on(DECLARED), view),
    };
    hold_by_silence(verdicts.on(SUBSCRIBED), view);
    verdicts
}

/// That nothing was sent is all that can be seen of a server that keeps the rule.
fn hold_by_silence<'r>(ruling: &'r mut Ruling, view: &View) -> &'r mut Ruling {
    if ruling.problems.is_empty() && ruling.held.is_empty() {
        ruling.held.extend(view.session().established);
    }
    ruling
}

/// True when the URI, or one above or below it, was ever subscribed to before. An update may be
/// under way when a subscription ends.
fn was_subscribed(conversation: &Conversation, message: &WireMessage, uri: &str) -> bool {
    conversation.exchanges().any(|exchange| {
        let wanted = exchange.params().and_then(|params| params["uri"].as_str());
        exchange.method() == "resources/subscribe"
            && exchange.request.at.seq < message.at.seq
            && wanted.is_some_and(|wanted| is_near(wanted, uri))
    })
}
