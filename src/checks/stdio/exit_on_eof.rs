//! The server exits when its standard input is closed.
//!
//! Closing standard input is how a client ends a stdio server. One that stays behind has to be
//! killed, or is left running after every session. Stop timers and close handles when the input
//! ends. Only connections whose last request was answered count, so that a server which hangs for
//! another reason is not reported twice.
//!
//! ```mcp passes
//! > eof
//! < exit 0
//! ```
//!
//! ```mcp fails stdio.exit-on-eof.legacy
//! > eof
//! < silence
//! ```
//!
//! ```mcp fails stdio.exit-on-eof
//! revision 2026-07-28
//! > eof
//! < silence
//! ```

use crate::check::common::broken_message::ends_broken;
use crate::check::prelude::*;
use crate::transcript::event::INPUT_ENDED_AGAIN;

const LEGACY: &str = "stdio.exit-on-eof.legacy";
const MODERN: &str = "stdio.exit-on-eof";

/// A wait of this many milliseconds is long enough for any process.
const LONG_MS: u64 = 5000;

pub(crate) const CHECK: Check = Check {
    covers: &[MODERN, LEGACY],
    transports: Transports::Stdio,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(match view.revision.era() {
        Era::Handshake => LEGACY,
        Era::Modern => MODERN,
    });
    let mut was_cut_short = false;
    for conversation in view.conversations() {
        let Some(closed) = input_closed(conversation) else {
            continue;
        };
        let is_known = was_waited_for_again(conversation);
        if !was_idle(conversation, closed) || ends_broken(conversation) || is_known {
            continue;
        }
        let mut later = conversation
            .events
            .iter()
            .filter(|event| event.seq > closed.seq);
        let end = later.find_map(|event| match event.body {
            Body::Process(Process::Exited { .. }) => Some((event, None)),
            Body::Silence { waited_ms, .. } => Some((event, Some(waited_ms))),
            _ => None,
        });
        match end {
            Some((event, None)) => {
                ruling.held(event.reference());
            }
            Some((_, Some(waited_ms))) if !is_long(conversation, waited_ms) => {
                was_cut_short = true;
            }
            Some((event, Some(_))) => {
                ruling.broken(still_running(closed, event));
            }
            None => {}
        }
    }
    if was_cut_short && ruling.held.is_empty() {
        ruling.inconclusive("the wait was short for a process that starts so slowly");
    }
    verdicts
}

fn input_closed(conversation: &Conversation) -> Option<&Event> {
    conversation
        .events
        .iter()
        .find(|event| event.body == Body::Process(Process::InputClosed))
}

/// True when the wait was made short, since another process had stayed behind already. Such a process
/// gets a signal soon, so that neither its staying nor its exit says anything.
fn was_waited_for_again(conversation: &Conversation) -> bool {
    conversation.events.iter().any(|event| match &event.body {
        Body::Silence { deadline, .. } => deadline == INPUT_ENDED_AGAIN,
        _ => false,
    })
}

/// True when requests were sent and the last of them had been answered.
fn was_idle(conversation: &Conversation, closed: &Event) -> bool {
    conversation.exchanges().last().is_some_and(|last| {
        last.responses
            .first()
            .is_some_and(|answer| answer.at.seq < closed.seq)
    })
}

fn still_running(closed: &Event, deadline: &Event) -> Problem {
    let text = "The process does not exit after its standard input was closed.";
    let hint = "If the command is a wrapper (npx, uvx, docker, a shell script), see that it passes \
                the end of input on.";
    Problem::new("process", text)
        .event(closed, "standard input closed")
        .event(deadline, "still running at the deadline")
        .hint(hint)
}

/// On a busy machine, or for a program that takes its time, a shorter wait has to be twice as long as the start was.
fn is_long(conversation: &Conversation, waited_ms: u64) -> bool {
    let time = |event: Option<&Event>| event.map_or(0, |event| event.at_ms);
    let first = conversation.received().next();
    let answered = time(first.and_then(|message| conversation.event(message.at.seq)));
    let start = answered.saturating_sub(time(conversation.events.first()));
    waited_ms >= LONG_MS || waited_ms >= 2 * start
}
