//! Subscriptions work side by side and beside other requests, and promise only what the server has.
//!
//! A client opens one subscription for each part of it that waits for changes, and goes on working
//! meanwhile. A server that refuses the second, or answers nothing while one is open, makes it choose.
//! A promise of changes that cannot come is worse than none: the client would stop asking.
//!
//! ```mcp passes
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! ```
//!
//! ```mcp fails subscriptions.concurrent
//! revision 2026-07-28
//! >2 subscriptions/listen
//! < error -32600 "There is a subscription already"
//! ```
//!
//! ```mcp fails subscriptions.other-requests-not-blocked
//! revision 2026-07-28
//! >2 server/discover
//! < silence
//! >3 server/discover
//! < silence
//! ```
//!
//! ```mcp fails subscriptions.ack-omits-unsupported
//! revision 2026-07-28
//! capabilities {"tools":{"listChanged":true}}
//! > subscriptions/listen {"notifications":{"promptsListChanged":true}}
//! < notify notifications/subscriptions/acknowledged {"notifications":{"promptsListChanged":true},
//! | "_meta":{"io.modelcontextprotocol/subscriptionId":"$id"}}
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! > subscriptions/listen
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{evidence_first, text_of};
use crate::check::common::subscription::{
    KINDS, belongs, is_acknowledgment, open, params, subscribe,
};
use crate::check::prelude::*;

const CONCURRENT: &str = "subscriptions.concurrent";
const NOT_BLOCKED: &str = "subscriptions.other-requests-not-blocked";
const OMITS: &str = "subscriptions.ack-omits-unsupported";

pub(crate) const CHECK: Check = Check {
    covers: &[OMITS, CONCURRENT, NOT_BLOCKED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const TWO: &str = "listen-twice";
const ALL: &str = "listen-to-all-kinds";
const BESIDE: &str = "request-beside-listen";
const SUBJECT: &str = "method:subscriptions/listen";
/// A subscription is not answered while it is open: this long its messages are awaited.
const PATIENCE: Duration = Duration::from_secs(1);

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(mut fresh) = open(peer, TWO, PATIENCE).await else {
            return;
        };
        fresh.request(Request::new(BESIDE, "server/discover")).await;
        let kinds = json!({
            "toolsListChanged": true,
            "promptsListChanged": true,
            "resourcesListChanged": true,
        });
        let all = subscribe(ALL, Id::from("mcp-check-all"), kinds, PATIENCE);
        fresh.request(all).await;
        fresh.settle().await;
        fresh.close().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        judge_two(&mut verdicts, conversation);
        for exchange in meant(conversation, ALL) {
            judge_promise(verdicts.on(OMITS), &view.session(), &exchange);
        }
    }
    // One that works says nothing about several.
    for id in [OMITS, NOT_BLOCKED] {
        evidence_first(verdicts.on(id));
    }
    for id in CHECK.covers {
        if verdicts.on(id).held.is_empty() {
            verdicts
                .on(id)
                .inconclusive("no subscription was acknowledged");
        }
    }
    verdicts
}

fn meant<'c>(
    conversation: &'c Conversation,
    intent: &'c str,
) -> impl Iterator<Item = Exchange<'c>> {
    let all = conversation.exchanges();
    all.filter(move |exchange| exchange.intent() == Some(intent))
}

fn acknowledgment<'c>(listen: &Exchange<'c>) -> Option<&'c WireMessage> {
    let mut received = listen.conversation.received();
    received.find(|message| is_acknowledgment(message) && belongs(message, listen))
}

fn judge_two(verdicts: &mut Verdicts, conversation: &Conversation) {
    let listens: Vec<Exchange<'_>> = meant(conversation, TWO).collect();
    let Some(known) = listens.iter().find_map(acknowledgment) else {
        return;
    };
    for listen in &listens {
        let ruling = verdicts.on(CONCURRENT);
        match (acknowledgment(listen), listen.reply()) {
            (Some(message), _) => {
                ruling.held(message.at.clone());
            }
            (None, Reply::Error(..)) if text_of(listen).contains("limit") => {
                ruling.inconclusive("the server limits the number of subscriptions");
            }
            (None, Reply::Error(..)) => {
                let text = "Of two subscriptions at the same time, one is refused.";
                let problem = Problem::new(SUBJECT, text).message(known);
                ruling.broken(problem.exchange(listen));
            }
            _ => {}
        }
    }
    for beside in meant(conversation, BESIDE) {
        let ruling = verdicts.on(NOT_BLOCKED);
        let ending = conversation.ending_from().unwrap_or(u32::MAX);
        // A single answer that is lost is another rule's matter.
        let answer = conversation
            .exchanges()
            .filter(|later| later.request.at.seq >= beside.request.at.seq)
            .find_map(|later| later.responses.first().copied());
        match answer {
            Some(answer) if answer.at.seq < ending => {
                ruling.held(answer.at.clone());
            }
            _ if conversation.gone().is_some_and(|gone| gone.seq < ending) => {
                ruling.inconclusive("the server ended");
            }
            _ if beside.http().is_some() => {
                ruling.inconclusive("a request beside a subscription was turned away");
            }
            _ => {
                let text = "No other request is answered while a subscription is open.";
                let problem = Problem::new(SUBJECT, text).message(known);
                ruling.broken(problem.message(beside.request));
            }
        }
    }
}

fn judge_promise(ruling: &mut Ruling, session: &Session, listen: &Exchange<'_>) {
    let Some(message) = acknowledgment(listen) else {
        return;
    };
    let promised = params(message).map_or(&Value::Null, |params| &params["notifications"]);
    for (kind, capability) in KINDS {
        if promised[kind] != true || session.declares(capability) {
            continue;
        }
        let text = format!(
            "{kind} is promised, but {} is not declared.",
            capability.join(".")
        );
        let problem = Problem::new(format!("kind:{kind}"), text);
        let problem = problem.message(listen.request).message(message);
        match session.declares(&capability[..1]) {
            true => ruling.odd(problem),
            false => ruling.broken(problem),
        };
    }
    ruling.held(message.at.clone());
}
