//! Each event on a stream of the server holds one JSON-RPC message.
//!
//! Clients parse the data of every event and drop the connection, or the message, when it is not
//! JSON-RPC: a greeting, a keep-alive word or half a message ends the session. Use comment lines,
//! which begin with a colon, for keep-alives, and write each message as the data of one event.
//!
//! ```mcp passes
//! transport http
//! > ping
//! < sse
//! < sse-event comment=keep-alive
//! < sse-event id=1 data=
//! < default
//! ```
//!
//! ```mcp fails http.sse.event-is-message
//! transport http
//! > ping
//! < sse
//! < sse-event data=hello
//! < default
//! ```
//!
//! ```mcp fails http.sse.event-is-message
//! transport http
//! > ping
//! < sse
//! < sse-event event=message data=[DONE]
//! < default
//! ```

use crate::check::common::is_no_message;
use crate::check::prelude::*;

const ID: &str = "http.sse.event-is-message";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Beginning of a fault that the reader of event streams reports.
const FAULT: &str = "event stream, ";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for conversation in view.conversations() {
        for message in conversation.received() {
            judge_message(ruling, conversation, message);
        }
        for event in &conversation.events {
            judge_fault(ruling, event);
        }
    }
    if ruling.held.is_empty() && ruling.problems.is_empty() {
        ruling.not_applicable("the server sent no event with data");
    }
    verdicts
}

/// What is JSON-RPC but wrong is judged by the checks of JSON-RPC.
fn judge_message(ruling: &mut Ruling, conversation: &Conversation, message: &WireMessage) {
    let Some(Body::Frame(frame)) = conversation.event(message.at.seq).map(|event| &event.body)
    else {
        return;
    };
    let Some(sse) = &frame.sse else {
        return;
    };
    if frame.bytes().trim_ascii().is_empty() {
        return;
    }
    match sse.event.as_deref() {
        None | Some("" | "message") => {}
        Some(name) => {
            let text = format!("An event is named {name:?}; clients read only message events.");
            ruling.remark(Problem::new("event name", text).message(message));
            return;
        }
    }
    if is_no_message(message) {
        let text = "The data of an event is not a JSON-RPC message.";
        let hint = "Write keep-alives as comment lines, which begin with a colon.";
        ruling.broken(Problem::new("event", text).message(message).hint(hint));
    } else {
        ruling.held(message.at.clone());
    }
}

fn judge_fault(ruling: &mut Ruling, event: &Event) {
    let Body::Fault(what) = &event.body else {
        return;
    };
    if what.starts_with(FAULT) && what.contains("UTF-8") {
        let text = "An event stream is not UTF-8.";
        ruling.broken(Problem::new("encoding", text).event(event, what.clone()));
    }
}
