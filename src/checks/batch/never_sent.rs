//! The server sends no arrays of messages; only 2025-03-26 has them.
//!
//! Batches existed in one revision and were removed with the next. A client of any other revision
//! does not look into an array, so that the messages in it are lost. Send each message by itself.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails batch.server-never-sends
//! > ping
//! < raw [{"jsonrpc":"2.0","id":$id,"result":{}}]
//! ```
//!
//! ```mcp fails batch.server-never-sends
//! > tools/list
//! < raw []
//! < default
//! ```

use crate::check::common::{revision_of, status_of};
use crate::check::prelude::*;

const RULE: &str = "batch.server-never-sends";

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
        let revision = revision_of(view, conversation);
        if revision.is_none_or(|it| it == Revision::V2025_03_26) {
            continue;
        }
        let mut batch_was_sent = false;
        for event in &conversation.events {
            let Body::Frame(frame) = &event.body else {
                continue;
            };
            let is_batch = is_batch(frame.bytes());
            match event.direction {
                Direction::Sent => batch_was_sent |= is_batch,
                // Whatever answers a batch of ours may be one.
                Direction::Received if is_batch && !batch_was_sent => {
                    // The body of a refusal may be any JSON.
                    if status_of(conversation, event.channel) >= Some(300) {
                        continue;
                    }
                    let text = "The server sent an array of messages.";
                    let problem = Problem::new("message", text);
                    ruling.broken(problem.event(event, excerpt(frame.bytes())));
                }
                Direction::Received if !is_batch => {
                    ruling.held(event.reference());
                }
                _ => {}
            }
        }
    }
    verdicts
}

fn is_batch(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"[")
        && matches!(rpc::parse(bytes).message, Message::Batch(_))
}
