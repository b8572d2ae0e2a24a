//! From 2026-07-28 on the server does not announce that a URL interaction is over.
//!
//! `notifications/elicitation/complete` went away with the requests it belonged to. A client that
//! retries learns from the answer whether the interaction is done; it knows no such notification,
//! and there is no stream to send it on. Leave it out.
//!
//! ```mcp passes
//! revision 2026-07-28
//! ```
//!
//! ```mcp fails elicitation.complete.removed
//! revision 2026-07-28
//! > tools/call
//! < notify notifications/elicitation/complete {"elicitationId":"1"}
//! < default
//! ```

use crate::check::prelude::*;

const RULE: &str = "elicitation.complete.removed";
const METHOD: &str = "notifications/elicitation/complete";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for conversation in view.conversations() {
        if conversation.session.agreed.is_some() {
            continue;
        }
        let notices = conversation
            .received()
            .find(|message| message.parsed.method() == Some(METHOD));
        match (notices, &conversation.session.established) {
            (Some(notice), _) => {
                let text = format!("The server sent {METHOD}, which this revision does not have.");
                let subject = format!("method:{METHOD}");
                ruling.broken(Problem::new(subject, text).message(notice));
            }
            (None, Some(established)) => {
                ruling.held(established.clone());
            }
            (None, None) => {}
        }
    }
    verdicts
}
