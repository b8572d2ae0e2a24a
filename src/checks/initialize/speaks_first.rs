//! The server sends nothing before the client's initialize request.
//!
//! Until then nobody knows which revision the conversation will speak, so a client cannot tell
//! what an earlier message means and may treat it as a broken start. Log to standard error until
//! the handshake is done, and ask the client for things only after it. The server is started once,
//! sent nothing, and its standard input is closed.
//!
//! ```mcp passes
//! > start
//! < stderr listening on standard input
//! ```
//!
//! ```mcp fails lifecycle.first-interaction
//! > start
//! < request "s1" roots/list
//! ```
//!
//! ```mcp fails lifecycle.first-interaction
//! > start
//! < notify notifications/message {"level":"info","data":"Server started"}
//! ```
//!
//! ```mcp inconclusive
//! > eof
//! < silence
//! ```

use crate::check::prelude::*;

const ID: &str = "lifecycle.first-interaction";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const PURPOSE: &str = "initialize/speaks-first";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.transport() != TransportKind::Stdio {
            return;
        }
        if let Some(mut fresh) = peer.open(Opening::Silent).await {
            fresh.close().await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    if view.transport == TransportKind::StreamableHttp {
        ruling.not_applicable("over Streamable HTTP only the client can begin");
        return verdicts;
    }
    if view.transport != TransportKind::Stdio {
        ruling.inconclusive("it is not waited for on connections to a running server");
    }
    for conversation in view.conversations() {
        let early = early_messages(conversation);
        for message in &early {
            judge_message(ruling, message);
        }
        if conversation.opened.purpose != PURPOSE || !early.is_empty() {
            continue;
        }
        match silent_end(view, conversation) {
            Some(end) => ruling.held(end.reference()),
            None => ruling.inconclusive("the process was ended before it can be said to have run"),
        };
    }
    verdicts
}

/// Requests and notifications that came before anything was sent.
fn early_messages(conversation: &Conversation) -> Vec<&WireMessage> {
    conversation
        .messages
        .iter()
        .take_while(|message| message.is_received())
        .filter(|message| message.parsed.method().is_some())
        .collect()
}

fn judge_message(ruling: &mut Ruling, message: &WireMessage) {
    let method = message.parsed.method().unwrap_or_default();
    let subject = format!("method:{method}");
    if let Message::Request { .. } = message.parsed.message {
        let text = format!("The server sends {method} before the client has sent anything.");
        ruling.broken(Problem::new(subject, text).message(message));
    } else {
        let text = format!("The server sends {method} before the client's initialize request.");
        ruling.odd(Problem::new(subject, text).message(message));
    }
}

/// The end of a process that had time to say something: it exited by itself, or ran for more than
/// twice as long as another one needed for its first answer.
fn silent_end<'c>(view: &View, conversation: &'c Conversation) -> Option<&'c Event> {
    let end = conversation.events.iter().find(|event| {
        matches!(
            event.body,
            Body::Process(Process::Exited { .. } | Process::Signalled { .. })
        )
    })?;
    if let Body::Process(Process::Exited { .. }) = end.body {
        return Some(end);
    }
    let main = view.main()?;
    let answer = main
        .received()
        .next()
        .and_then(|message| main.event(message.at.seq))?;
    let needed = answer.at_ms.saturating_sub(main.events.first()?.at_ms);
    let ran = end.at_ms.saturating_sub(conversation.events.first()?.at_ms);
    (ran > needed.saturating_mul(2)).then_some(end)
}
