//! What several checks send and look for around the beginning of a conversation.

use std::time::Duration;

use serde_json::{Value, json};

use super::{is_refusal_of_host, misaddressed};
use crate::check::peer::{Answer, Peer, Request};
use crate::spec::{Era, Revision};
use crate::transcript::view::BARRIER;
use crate::transcript::{Body, Exchange, Reply, Sent, Session, View, WireMessage};

/// The params of an initialize request by mcp-check.
pub fn initialize_params(version: &str, capabilities: Value) -> Value {
    json!({
        "protocolVersion": version,
        "capabilities": capabilities,
        "clientInfo": {"name": "mcp-check", "version": env!("CARGO_PKG_VERSION")},
    })
}

/// An initialize request as clients with a handshake send it, also on a connection of 2026-07-28.
pub fn bare_initialize(intent: &str, version: &str) -> Request {
    Request::new(intent, "initialize")
        .params(initialize_params(version, json!({})))
        .bare()
        .without_header("MCP-Protocol-Version")
        .without_header("Mcp-Method")
}

/// A fresh process gets this long for its first answer, since the machine may be busy.
pub const START_UP: Duration = Duration::from_secs(30);

/// Sends one request on a fresh connection and ends that.
pub async fn ask_alone(mut fresh: Box<dyn Peer>, mut request: Request) -> Option<Answer> {
    request.deadline = Some(START_UP);
    let answer = fresh.request(request).await;
    fresh.close().await;
    answer
}

/// The version that an initialize request asks for; empty when it names none.
pub fn requested_version<'c>(exchange: &Exchange<'c>) -> &'c str {
    let params = exchange.params();
    let version = params.and_then(|params| params["protocolVersion"].as_str());
    version.unwrap_or_default()
}

/// The revision with a handshake that an initialize result names.
pub fn offered_revision(result: &Value) -> Option<Revision> {
    let offered: Revision = result["protocolVersion"].as_str()?.parse().ok()?;
    (offered.era() == Era::Handshake).then_some(offered)
}

/// The list methods of the capabilities that a server declares.
pub fn list_methods(session: &Session) -> Vec<&'static str> {
    [
        ("tools", "tools/list"),
        ("resources", "resources/list"),
        ("prompts", "prompts/list"),
    ]
    .into_iter()
    .filter(|(capability, _)| session.declares(&[capability]))
    .map(|(_, method)| method)
    .collect()
}

/// The answer to the first request that was sent after something and was answered.
pub fn next_answer<'v>(sent: &Sent<'v>) -> Option<&'v WireMessage> {
    sent.conversation
        .exchanges()
        .filter(|exchange| exchange.request.at.seq > sent.event.seq)
        .find_map(|exchange| exchange.responses.first().copied())
}

/// True when the server answers the harmless requests that end a probe, on any connection. One that
/// never does, for lack of ping, cannot be seen to have stopped.
pub fn is_alive_at_all(view: &View) -> bool {
    view.exchanges_meant(BARRIER)
        .any(|exchange| !exchange.responses.is_empty())
}

/// Why what came back for a request says nothing about a rule on its answer: the host refused it,
/// the connection broke, or other rules speak about the form of the answer.
pub fn unclear(exchange: &Exchange<'_>) -> Option<String> {
    if misaddressed(exchange).is_some() {
        return Some("a request was answered under the id of nothing".to_owned());
    }
    let channel = exchange.request.channel;
    let is_broken_off = !channel.is_shared()
        && exchange
            .conversation
            .on_channel(channel)
            .any(|event| matches!(event.body, Body::Fault(_)));
    match exchange.reply() {
        Reply::Malformed(_) => Some("an answer is neither a result nor an error".to_owned()),
        Reply::HttpOnly(_, response) if is_refusal_of_host(response.status) => {
            Some(format!("a request was refused by HTTP {}", response.status))
        }
        Reply::HttpOnly(..) | Reply::Gone(_) | Reply::Silence { .. } if is_broken_off => {
            Some("the HTTP connection broke".to_owned())
        }
        _ => None,
    }
}
