//! A server that did not exit when its input was closed exits on SIGTERM.
//!
//! SIGTERM is the client's second request to end; what follows is SIGKILL, which leaves no time to
//! save anything and may leave child processes behind. Do not install a handler for SIGTERM that
//! only logs, and let a handler that cleans up end the process.
//!
//! ```mcp passes
//! > eof
//! < silence
//! > terminate
//! < exit 0
//! ```
//!
//! ```mcp fails stdio.exit-on-sigterm
//! > eof
//! < silence
//! > terminate
//! < silence
//! ```

use crate::check::common::broken_message::ends_broken;
use crate::check::prelude::*;

const ID: &str = "stdio.exit-on-sigterm";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Stdio,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let conversations = view.conversations().iter();
    for conversation in conversations.filter(|one| !ends_broken(one)) {
        let Some(asked) = signal(conversation, "TERM") else {
            continue;
        };
        let killed = signal(conversation, "KILL");
        match (conversation.exit(), killed) {
            (_, Some(killed)) => {
                let text = "The process had to be killed, because SIGTERM did not end it.";
                let problem = Problem::new("process", text)
                    .event(asked, "SIGTERM sent")
                    .event(killed, "SIGKILL sent");
                ruling.broken(problem);
            }
            (Some(exit), None) => {
                ruling.held(exit.reference());
            }
            (None, None) => {}
        }
    }
    ruling.not_applicable("every process exited without a signal");
    verdicts
}

fn signal<'c>(conversation: &'c Conversation, name: &str) -> Option<&'c Event> {
    conversation.events.iter().find(|event| match &event.body {
        Body::Process(Process::Signalled { signal }) => signal == name,
        _ => false,
    })
}
