//! After logging/setLevel no message below the level is sent.
//!
//! Users raise the level because the log is too loud. A server that accepts the level and goes on
//! as before makes the setting useless. Keep the level with the session and compare each message
//! with it. The same lists are asked for at the level debug and at the level emergency.
//!
//! ```mcp passes
//! >1 tools/list
//! < default
//! >2 tools/list
//! < default
//! >3 tools/list
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.set-level.threshold-respected
//! > tools/list
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp inconclusive
//! > tools/list
//! < default
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::common::logs::{LEVELS, logs, rank_of};
use crate::check::prelude::*;

const ID: &str = "logging.set-level.threshold-respected";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[Need::Declares(&["logging"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const LOUD: &str = "list-at-level-debug";
const QUIET: &str = "list-at-level-emergency";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut methods = list_methods(peer.session());
        if methods.is_empty() {
            methods.push("ping");
        }
        for (level, intent) in [("debug", LOUD), ("emergency", QUIET)] {
            let params = json!({"level": level});
            let request = Request::new("log-threshold", "logging/setLevel").params(params);
            let answer = peer.request(request).await;
            // What is under way arrives before the lists are asked for.
            if !peer.settle().await || !matches!(answer, Some(Answer::Result(_))) {
                return;
            }
            for method in &methods {
                peer.request(Request::new(intent, method)).await;
            }
            peer.settle().await;
        }
        let params = json!({"level": "info"});
        let request = Request::new("log-threshold", "logging/setLevel").params(params);
        peer.request(request).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for conversation in view.conversations() {
        let loud = during(conversation, LOUD);
        let Some((asked, quiet)) = during(conversation, QUIET) else {
            continue;
        };
        let Some((_, loud)) = loud.filter(|(_, loud)| !loud.is_empty()) else {
            ruling.inconclusive("the server logged nothing, even at the level debug");
            continue;
        };
        let lowest = LEVELS.len() - 1;
        match quiet
            .iter()
            .find(|log| rank_of(log).is_some_and(|rank| rank < lowest))
        {
            None => ruling.held(loud[0].at.clone()).held(asked),
            Some(log) => {
                let text = "Messages below emergency are sent after the level was set to it.";
                let problem = Problem::new("method:logging/setLevel", text).message(log);
                let is_stateless = view.transport == TransportKind::StreamableHttp
                    && view.session().session_id.is_none();
                ruling.broken(match is_stateless {
                    true => problem.hint("Without a session the server cannot keep a level."),
                    false => problem,
                })
            }
        };
    }
    verdicts
}

/// The log messages from the first request of an intent to the next change of the level, with the
/// answer to that request.
fn during<'c>(
    conversation: &'c Conversation,
    intent: &str,
) -> Option<(EventRef, Vec<&'c WireMessage>)> {
    let mut asked = conversation
        .exchanges()
        .filter(|exchange| exchange.intent() == Some(intent));
    let first = asked.next()?;
    let from = first.request.at.seq;
    let until = conversation
        .exchanges()
        .filter(|exchange| exchange.method() == "logging/setLevel")
        .map(|exchange| exchange.request.at.seq)
        .find(|seq| *seq > from);
    let within =
        |log: &&WireMessage| log.at.seq > from && until.is_none_or(|until| log.at.seq < until);
    let answer = first.responses.first()?;
    Some((
        answer.at.clone(),
        logs(conversation).filter(within).collect(),
    ))
}
