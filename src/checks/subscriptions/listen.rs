//! subscriptions/listen brings an acknowledgment, before anything else of the subscription.
//!
//! A client opens a stream and waits for the acknowledgment; without it, it cannot know that it is
//! heard and falls back to asking again and again. Send the acknowledgment as soon as the request is
//! read, and changes only after it. A server that can notify about nothing is warned at most.
//!
//! ```mcp passes
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! ```
//!
//! ```mcp fails subscriptions.listen-supported
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! > subscriptions/listen
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails subscriptions.listen-supported
//! revision 2026-07-28
//! > subscriptions/listen
//! < silence
//! ```
//!
//! ```mcp fails subscriptions.ack-first
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! > subscriptions/listen {"notifications":{"toolsListChanged":true}}
//! < notify notifications/tools/list_changed {"_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! < default
//! ```

use crate::check::common::answers::{evidence_first, turned_away};
use crate::check::common::subscription::{
    KINDS, belongs, is_acknowledgment, is_of_subscription, listen,
};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["subscriptions.ack-first", "subscriptions.listen-supported"],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listen-for-support";
const SUBJECT: &str = "method:subscriptions/listen";
const FIRST: &str = "subscriptions.ack-first";
const SUPPORTED: &str = "subscriptions.listen-supported";
/// A listen request is not answered while the stream is open: this long its messages are awaited.
const PATIENCE: Duration = Duration::from_secs(2);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    listen(peer, INTENT, PATIENCE)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if view.revision.era() == Era::Handshake {
        return verdicts;
    }
    let session = view.session();
    let has_something = session.declares(&["resources", "subscribe"])
        || KINDS
            .iter()
            .any(|(_, capability)| session.declares(capability));
    for conversation in view.conversations() {
        let listens: Vec<Exchange<'_>> = conversation
            .exchanges()
            .filter(|exchange| exchange.intent() == Some(INTENT))
            .collect();
        let notifications: Vec<&WireMessage> = conversation
            .received()
            .filter(|message| is_of_subscription(message))
            .collect();
        if !listens.is_empty() {
            judge_support(
                verdicts.on(SUPPORTED),
                conversation,
                &listens,
                &notifications,
                has_something,
            );
        }
        for listen in &listens {
            let own: Vec<&WireMessage> = notifications
                .iter()
                .copied()
                .filter(|message| belongs(message, listen))
                .collect();
            judge_first(verdicts.on(FIRST), listen, &own);
        }
    }
    evidence_first(verdicts.on(SUPPORTED));
    if verdicts.on(FIRST).held.is_empty() {
        verdicts
            .on(FIRST)
            .inconclusive("no message of a subscription came");
    }
    verdicts
}

fn judge_support(
    ruling: &mut Ruling,
    conversation: &Conversation,
    listens: &[Exchange<'_>],
    notifications: &[&WireMessage],
    has_something: bool,
) {
    if let Some(acknowledgment) = notifications
        .iter()
        .find(|message| is_acknowledgment(message))
    {
        ruling.held(acknowledgment.at.clone());
        return;
    }
    let Some(listen) = listens.last() else {
        return;
    };
    if let Some(why) = turned_away(listen) {
        ruling.inconclusive(why);
        return;
    }
    let ending = conversation.ending_from().unwrap_or(u32::MAX);
    let answer = listen
        .responses
        .iter()
        .find(|answer| answer.at.seq < ending);
    let is_alive = conversation
        .exchanges()
        .any(|other| other.request.at.seq > listen.request.at.seq && !other.responses.is_empty());
    let text = match (answer, listen.reply()) {
        (Some(answer), _) => match &answer.parsed.message {
            Message::Error { .. } => "subscriptions/listen is refused.".to_owned(),
            _ => "subscriptions/listen ends at once, without an acknowledgment.".to_owned(),
        },
        (None, Reply::Gone(_)) => {
            "The server ended when it was sent subscriptions/listen.".to_owned()
        }
        (None, Reply::HttpOnly(_, response)) if response.status != 200 => {
            format!(
                "subscriptions/listen is answered by HTTP {}.",
                response.status
            )
        }
        _ if is_alive => "subscriptions/listen brings no acknowledgment.".to_owned(),
        _ => {
            ruling.inconclusive("the server stopped answering");
            return;
        }
    };
    let problem = Problem::new(SUBJECT, text).exchange(listen);
    match has_something {
        true => ruling.broken(problem),
        // Whether a server with nothing to notify about needs the method is not settled.
        false => ruling.odd(problem),
    };
}

fn judge_first(ruling: &mut Ruling, listen: &Exchange<'_>, own: &[&WireMessage]) {
    match own.first() {
        Some(first) if is_acknowledgment(first) => {
            ruling.held(first.at.clone());
        }
        Some(first) => {
            let text = format!(
                "{} came before the acknowledgment of its subscription.",
                first.parsed.method().unwrap_or_default()
            );
            ruling.broken(
                Problem::new(SUBJECT, text)
                    .message(listen.request)
                    .message(first),
            );
        }
        None => {}
    }
}
