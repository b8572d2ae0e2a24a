//! What a connection established, folded from its messages.

use serde_json::Value;

use super::conversation::{Conversation, Exchange, Reply};
use super::event::EventRef;
use crate::spec::Revision;

/// What was agreed on a connection. Recorded traffic yields it as well as a live run.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The answer that established it: initialize or server/discover.
    pub established: Option<EventRef>,
    /// `protocolVersion` of the initialize answer, as the server wrote it.
    pub agreed: Option<String>,
    /// `supportedVersions` of the server/discover answer.
    pub supported: Vec<String>,
    /// Server capabilities; `Null` until established.
    pub capabilities: Value,
    /// `serverInfo`, from the initialize result or the result `_meta`.
    pub server_info: Value,
    /// Session id header of the initialize answer over Streamable HTTP.
    pub session_id: Option<String>,
}

/// The result `_meta` key that names the server in 2026-07-28.
pub const SERVER_INFO_KEY: &str = "io.modelcontextprotocol/serverInfo";

impl Session {
    /// Folds a conversation. The first successful initialize or discover counts.
    pub fn fold(conversation: &Conversation) -> Self {
        let mut session = Self::default();
        for exchange in conversation.exchanges() {
            let Reply::Result(message, result) = exchange.reply() else {
                continue;
            };
            if session.established.is_some() {
                break;
            }
            match exchange.method() {
                "initialize" => session.take_initialize(&exchange, message.at.clone(), result),
                "server/discover" => session.take_discover(message.at.clone(), result),
                _ => {}
            }
        }
        session
    }

    fn take_initialize(&mut self, exchange: &Exchange<'_>, at: EventRef, result: &Value) {
        self.established = Some(at);
        self.agreed = result["protocolVersion"].as_str().map(str::to_owned);
        self.capabilities = result["capabilities"].clone();
        self.server_info = result["serverInfo"].clone();
        self.session_id = exchange
            .http()
            .and_then(|(_, response)| response.header("mcp-session-id"))
            .map(str::to_owned);
    }

    fn take_discover(&mut self, at: EventRef, result: &Value) {
        self.established = Some(at);
        self.capabilities = result["capabilities"].clone();
        self.server_info = result["_meta"][SERVER_INFO_KEY].clone();
        self.supported = result["supportedVersions"]
            .as_array()
            .map(|versions| {
                let texts = versions.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            })
            .unwrap_or_default();
    }

    /// True when the capability at `path` is declared, for example `["resources", "subscribe"]`.
    ///
    /// A top-level capability is declared by being an object; a sub-capability by being `true`
    /// or an object.
    pub fn declares(&self, path: &[&str]) -> bool {
        let found = path
            .iter()
            .try_fold(&self.capabilities, |value, key| value.get(key));
        match found {
            Some(Value::Bool(declared)) => *declared,
            Some(Value::Object(_)) => true,
            _ => false,
        }
    }

    /// The agreed revision, when it is one of the five.
    pub fn revision(&self) -> Option<Revision> {
        self.agreed.as_deref().and_then(|text| text.parse().ok())
    }
}
