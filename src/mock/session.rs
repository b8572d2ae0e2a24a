//! What the handshakes of one process or endpoint agreed on.

use sha2::{Digest, Sha256};

use super::answer::{Answer, Failure};
use super::gate::VERSION_HEADER;
use super::{Act, HttpBody};
use crate::rpc::{self, Message, code};
use crate::spec::Revision;
use crate::transcript::HttpRequest;
use crate::transcript::event::header;

/// The header that carries the session id of the handshake revisions.
pub(super) const SESSION_HEADER: &str = "mcp-session-id";

/// The sessions of an endpoint, or the one of a process.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// What the last handshake agreed on. Over stdio there is no other session.
    pub(super) agreed: Option<Revision>,
    all: Vec<Session>,
    /// The revision of clients without a session, after a script withheld the session id.
    without_id: Option<Revision>,
}

#[derive(Clone, Debug)]
struct Session {
    id: String,
    revision: Revision,
    is_open: bool,
}

/// Why a request belongs to no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    what: &'static str,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let message = format!("Invalid request: {}", refusal.what);
        let failure = Failure::new(code::INVALID_REQUEST, message);
        Self::failure(failure, refusal.status)
    }
}

impl Sessions {
    /// How many were ever opened over HTTP.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Opens a session over HTTP and returns its id.
    pub(super) fn open(&mut self, revision: Revision) -> String {
        let id = session_id(self.all.len() + 1);
        self.all.push(Session {
            id: id.clone(),
            revision,
            is_open: true,
        });
        id
    }

    /// Ends the session that a request names.
    pub(super) fn close(&mut self, request: &HttpRequest) {
        let id = header(&request.headers, SESSION_HEADER).map(str::trim);
        let named = |session: &&mut Session| Some(session.id.as_str()) == id;
        if let Some(session) = self.all.iter_mut().find(named) {
            session.is_open = false;
        }
    }

    /// The revision agreed on for a request, or over stdio when there is none.
    pub(super) fn of(
        &self,
        request: Option<&HttpRequest>,
        supported: &[Revision],
    ) -> Result<Revision, Refusal> {
        let Some(request) = request else {
            return self.agreed.ok_or(refusal(400, "initialize comes first"));
        };
        let version = header(&request.headers, VERSION_HEADER).map(str::trim);
        let revision = match header(&request.headers, SESSION_HEADER) {
            None => {
                let last = self
                    .without_id
                    .ok_or(refusal(400, "Mcp-Session-Id is missing"))?;
                // Without sessions only the header tells which client speaks; who sends none is
                // taken for 2025-03-26 (2025-06-18 basic/transports#protocol-version-header).
                match version.map(str::parse) {
                    Some(Ok(named)) => named,
                    Some(Err(_)) => last,
                    None => last.min(Revision::V2025_03_26),
                }
            }
            Some(id) => {
                let is_it = |session: &&Session| session.is_open && session.id == id.trim();
                let session = self.all.iter().find(is_it);
                session.ok_or(refusal(404, "session not found"))?.revision
            }
        };
        let is_supported = |version: &str| supported.iter().any(|it| it.as_str() == version);
        // The header exists from 2025-06-18 on (basic/transports#protocol-version-header).
        if revision >= Revision::V2025_06_18 && !version.is_none_or(is_supported) {
            return Err(refusal(400, "unsupported MCP-Protocol-Version"));
        }
        Ok(revision)
    }

    /// Makes what a rule answered to `initialize` the state of the server. `before` counts the
    /// sessions from before the request.
    pub(super) fn adopt(&mut self, acts: &[Act], before: usize) {
        let messages = acts.iter().flat_map(messages_in);
        let messages: Vec<Message> = messages.map(|bytes| rpc::parse(bytes).message).collect();
        let agreed = messages.iter().find_map(|message| match message {
            Message::Result { result, .. } => result["protocolVersion"].as_str()?.parse().ok(),
            _ => None,
        });
        let is_error = |message: &Message| matches!(message, Message::Error { .. });
        match agreed {
            Some(revision) => self.agreed = Some(revision),
            None if messages.iter().any(is_error) => self.agreed = None,
            None => {}
        }
        let Some(Act::Http(reply)) = acts.first() else {
            return;
        };
        match (
            self.all.get_mut(before),
            header(&reply.headers, SESSION_HEADER),
        ) {
            (Some(session), Some(id)) => {
                session.id = id.to_owned();
                session.revision = agreed.unwrap_or(session.revision);
            }
            (Some(session), None) => {
                session.is_open = false;
                self.without_id = self.agreed;
            }
            (None, _) => self.without_id = agreed.or(self.without_id),
        }
    }
}

/// The messages that a client will read in an act.
fn messages_in(act: &Act) -> Vec<&[u8]> {
    match act {
        Act::Line(bytes) | Act::Bytes(bytes) => vec![bytes],
        Act::Http(reply) => match &reply.body {
            HttpBody::Empty => Vec::new(),
            HttpBody::Whole(bytes) => vec![bytes],
            HttpBody::Sse(events) => events.iter().filter_map(|it| it.data.as_deref()).collect(),
        },
        Act::Stderr(_) | Act::Exit(_) => Vec::new(),
    }
}

fn refusal(status: u16, what: &'static str) -> Refusal {
    Refusal { status, what }
}

/// The id of the nth session: the same in every run, but opaque as an id of a real server.
fn session_id(number: usize) -> String {
    let digest = Sha256::digest(format!("mcp-check mock session {number}"));
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_are_opaque_and_differ() {
        let mut sessions = Sessions::default();
        let first = sessions.open(Revision::V2025_11_25);
        let second = sessions.open(Revision::V2025_11_25);
        assert_eq!((first.len(), second.len()), (32, 32));
        assert_ne!(first, second);
        assert_eq!(first, session_id(1));
        assert_eq!(sessions.count(), 2);
    }
}
