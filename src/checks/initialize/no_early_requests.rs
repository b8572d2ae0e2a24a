//! The server asks the client for nothing but ping before the initialized notification.
//!
//! The client may still be setting up what it declared, and some clients treat an early request as
//! a broken handshake. Ask for roots, sampling or input when `notifications/initialized` has
//! arrived, not when the initialize request was answered. Log messages are free at any time.
//!
//! ```mcp passes
//! > initialize
//! < notify notifications/message {"level":"info","data":"getting ready"}
//! < request "p1" ping
//! < default
//! ```
//!
//! ```mcp fails lifecycle.no-requests-before-initialized
//! > initialize
//! < request "r1" roots/list
//! < default
//! ```

use crate::check::prelude::*;

const ID: &str = "lifecycle.no-requests-before-initialized";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for conversation in view.conversations() {
        let Some(first) = first_sent(conversation, "initialize") else {
            continue;
        };
        let initialized = first_sent(conversation, "notifications/initialized");
        let until = initialized.map_or(u32::MAX, |message| message.at.seq);
        let mut is_quiet = true;
        for message in conversation.received() {
            let is_early = message.at.seq > first.at.seq && message.at.seq < until;
            let Message::Request { method, .. } = &message.parsed.message else {
                continue;
            };
            if is_early && method != "ping" {
                is_quiet = false;
                let text =
                    format!("The server sends {method} before the initialized notification.");
                ruling.broken(Problem::new(format!("method:{method}"), text).message(message));
            }
        }
        if let (true, Some(answer)) = (is_quiet, &conversation.session.established) {
            ruling.held(answer.clone());
        }
    }
    verdicts
}

fn first_sent<'c>(conversation: &'c Conversation, method: &str) -> Option<&'c WireMessage> {
    conversation
        .messages
        .iter()
        .find(|message| !message.is_received() && message.parsed.method() == Some(method))
}
