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

use crate::check::prelude::*;

const LEGACY: &str = "stdio.exit-on-eof.legacy";
const MODERN: &str = "stdio.exit-on-eof";

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
    for conversation in view.conversations() {
        let Some(closed) = input_closed(conversation) else {
            continue;
        };
        if !was_idle(conversation, closed) {
            continue;
        }
        let mut later = conversation
            .events
            .iter()
            .filter(|event| event.seq > closed.seq);
        let next = later.find(|event| {
            matches!(
                event.body,
                Body::Process(Process::Exited { .. }) | Body::Silence { .. }
            )
        });
        match next {
            Some(event) if matches!(event.body, Body::Process(_)) => {
                ruling.held(event.reference());
            }
            Some(event) => {
                let text = "The process does not exit after its standard input was closed.";
                let hint = "If the command is a wrapper (npx, uvx, docker, a shell script), see \
                            that it passes the end of input on.";
                let problem = Problem::new("process", text)
                    .event(closed, "standard input closed")
                    .event(event, "still running at the deadline")
                    .hint(hint);
                ruling.broken(problem);
            }
            None => {}
        }
    }
    verdicts
}

fn input_closed(conversation: &Conversation) -> Option<&Event> {
    conversation
        .events
        .iter()
        .find(|event| event.body == Body::Process(Process::InputClosed))
}

/// True when requests were sent and the last of them had been answered.
fn was_idle(conversation: &Conversation, closed: &Event) -> bool {
    conversation.exchanges().last().is_some_and(|last| {
        last.responses
            .first()
            .is_some_and(|answer| answer.at.seq < closed.seq)
    })
}
