//! What comes in: recorded first, then sorted into answers, strays and requests of the server.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Connection;
use crate::check::peer::{Answer, HttpAnswer};
use crate::rpc::{self, Id, Message, Parsed, code};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, Process, view};
use crate::transport::Inbound;

impl Connection {
    /// Reads what comes for a while.
    pub async fn listen(&mut self, wait: Duration) {
        self.pump(Instant::now() + wait, |_| false).await;
    }

    pub(super) fn lost_answer(&mut self, wait: Duration) {
        self.timed_out += 1;
        self.new_timeouts += 1;
        self.silence("request", wait);
    }

    pub(super) fn silence(&mut self, deadline: &str, waited: Duration) {
        self.tape.noted(Body::Silence {
            deadline: deadline.to_owned(),
            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
        });
    }

    /// Takes in what comes until `done`, the deadline, or the end of the server.
    pub(super) async fn pump(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        self.pump_whatever(until, |this| done(this) || this.exited)
            .await;
    }

    pub(super) async fn pump_whatever(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            let wake = self.streams.next().map_or(until, |next| next.min(until));
            match tokio::time::timeout_at(wake, self.transport.receive()).await {
                Ok(Some(inbound)) => self.take(inbound),
                Ok(None) => {
                    self.gone = true;
                    self.exited = true;
                    return;
                }
                Err(_) if wake < until => self.resume_due(),
                Err(_) => return,
            }
        }
    }

    pub(super) fn take(&mut self, inbound: Inbound) {
        let Inbound { channel, body } = self.place(inbound);
        match &body {
            Body::Frame(frame) => {
                let frame = frame.clone();
                self.tape.received(channel, body);
                let parsed = frame.parsed();
                if let Some(meta) = &frame.sse {
                    self.streams.event(channel, meta);
                }
                self.note_answer(channel, parsed);
                if carries_message(&frame, parsed) {
                    self.sort(parsed);
                }
                return;
            }
            Body::HttpResponse(response) => {
                let sessions = self.kind() == TransportKind::StreamableHttp;
                if sessions && self.session_id.is_none() && !self.agreed {
                    self.session_id = response.header("mcp-session-id").map(str::to_owned);
                }
                let answer = HttpAnswer {
                    status: response.status,
                    headers: response.headers.clone(),
                };
                self.heads.insert(channel, answer);
            }
            Body::StreamEnd if channel == Channel::Stdio => self.gone = true,
            Body::StreamEnd if channel == Channel::Stream => {
                self.gone = true;
                self.exited = true;
            }
            Body::StreamEnd => self.stream_ended(channel),
            Body::Sse(meta) => self.streams.event(channel, meta),
            Body::Process(Process::Exited { .. }) => {
                self.gone = true;
                self.exited = true;
            }
            _ => {}
        }
        self.tape.received(channel, body);
    }

    pub(super) fn sort(&mut self, parsed: &Parsed) {
        match &parsed.message {
            Message::Result { id, result } => {
                self.answered(id.clone(), Answer::Result(result.clone()))
            }
            Message::Error { id, code, .. } => match id {
                Some(id) if *id != Id::Null => self.answered(id.clone(), Answer::Error(*code)),
                _ => self.strays += 1,
            },
            Message::Request { id, method, .. } => self.respond(id, method),
            Message::Batch(elements) => {
                for element in elements {
                    self.sort(element);
                }
            }
            Message::Malformed(_) => match &parsed.id {
                // Whatever it is, it came in answer to that request.
                Some(id) if *id != Id::Null => self.answered(id.clone(), Answer::Error(None)),
                _ => self.strays += 1,
            },
            Message::Notification { .. } => {}
        }
    }

    pub(super) fn answered(&mut self, id: Id, answer: Answer) {
        let known = matches!(&id, Id::Number(text) if text.parse::<i64>().is_ok_and(|n| n < self.next_id))
            || matches!(id, Id::String(_));
        if !known {
            self.strays += 1;
        }
        self.answers.insert(id, answer);
    }

    /// Answers a request of the server: ping by an empty result, what was declared in the handshake
    /// in the blandest way, anything else by an error.
    pub(super) fn respond(&mut self, id: &Id, method: &str) {
        let bytes = match bland_answer(&self.declared, method) {
            Some(result) => rpc::result(id, &result),
            None => {
                let text = "mcp-check declared no such client capability";
                rpc::error(Some(id), code::METHOD_NOT_FOUND, text, None)
            }
        };
        let headers = self.post_headers("", None);
        self.send_frame(view::ANSWER, bytes, headers);
    }
}

/// False for server-sent events that are no messages by their name, unless their data is one.
fn carries_message(frame: &Frame, parsed: &Parsed) -> bool {
    let name = frame.sse.as_ref().and_then(|sse| sse.event.as_deref());
    matches!(name, None | Some("message")) || !matches!(parsed.message, Message::Malformed(_))
}

/// What a client with the declared capabilities answers when its user wants nothing: an empty
/// folder, a word, a refusal to fill in a form.
fn bland_answer(declared: &Value, method: &str) -> Option<Value> {
    let (capability, result) = match method {
        "ping" => return Some(json!({})),
        "roots/list" => (
            "roots",
            json!({"roots": [{"uri": "file:///nonexistent/mcpcheck", "name": "mcpcheck"}]}),
        ),
        "sampling/createMessage" => (
            "sampling",
            json!({
                "role": "assistant",
                "content": {"type": "text", "text": "mcpcheck"},
                "model": "mcpcheck",
                "stopReason": "endTurn",
            }),
        ),
        "elicitation/create" => ("elicitation", json!({"action": "decline"})),
        _ => return None,
    };
    declared[capability].is_object().then_some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_declared_is_answered() {
        let declared = json!({"roots": {}});
        assert!(bland_answer(&declared, "roots/list").is_some());
        assert_eq!(bland_answer(&declared, "ping"), Some(json!({})));
        assert_eq!(bland_answer(&declared, "elicitation/create"), None);
        assert_eq!(bland_answer(&declared, "x/other"), None);
    }
}
