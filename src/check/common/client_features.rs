//! What servers ask of clients: by requests of their own up to 2025-11-25, in `input_required`
//! results from 2026-07-28 on.

use serde_json::{Map, Value, json};

use super::is_modern_request;
use crate::check::peer::{Answer, Callable, Peer, Request};
use crate::rpc::{Message, Part};
use crate::spec::Era;
use crate::transcript::{Conversation, Exchange, Reply, View, WireMessage};

/// The `_meta` key by which a request declares what its client can do.
pub const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

/// All client features that a server may ask for, in their plainest form.
pub fn everything() -> Value {
    json!({"elicitation": {"form": {}}, "sampling": {}, "roots": {}})
}

/// One thing that a server asked for.
#[derive(Clone, Debug)]
pub struct ClientRequest<'v> {
    /// `elicitation/create`, `sampling/createMessage`, `roots/list`, or whatever stands there.
    pub method: &'v str,
    /// The request, or the entry of `inputRequests`.
    pub value: &'v Value,
    /// The message that carried it.
    pub message: &'v WireMessage,
    /// JSON pointer from the message to the request.
    pub pointer: String,
    /// The request of ours that it is about, where that is known.
    pub cause: Option<Exchange<'v>>,
}

impl ClientRequest<'_> {
    /// What it is called in findings: the tool or prompt that asks, else the method.
    pub fn subject(&self) -> String {
        match &self.cause {
            Some(exchange) => asker(exchange),
            None => format!("method:{}", self.method),
        }
    }
}

/// The tool, prompt or resource that a request is about, as a subject; else its method.
pub fn asker(exchange: &Exchange<'_>) -> String {
    let member = |name: &str| exchange.params().and_then(|params| params[name].as_str());
    let named = match exchange.method() {
        "tools/call" => member("name").map(|name| format!("tool:{name}")),
        "prompts/get" => member("name").map(|name| format!("prompt:{name}")),
        "resources/read" => member("uri").map(|uri| format!("resource:{uri}")),
        _ => None,
    };
    named.unwrap_or_else(|| format!("method:{}", exchange.method()))
}

/// Results of 2026-07-28 that ask for input, each with the request that led to it.
pub fn asking(view: &View) -> Vec<(Exchange<'_>, &WireMessage, &Value)> {
    view.exchanges()
        .filter(is_modern_request)
        .filter_map(|exchange| match exchange.reply() {
            Reply::Result(message, result) if asks(result) => Some((exchange, message, result)),
            _ => None,
        })
        .collect()
}

/// True for a result that asks for input.
pub fn asks(result: &Value) -> bool {
    result["resultType"] == "input_required"
}

/// Everything that the server asked of the client.
pub fn client_requests(view: &View) -> Vec<ClientRequest<'_>> {
    if view.revision.era() == Era::Handshake {
        return direct_requests(view);
    }
    let mut found = Vec::new();
    for (exchange, message, result) in asking(view) {
        for (key, value) in result["inputRequests"].as_object().into_iter().flatten() {
            found.push(ClientRequest {
                method: value["method"].as_str().unwrap_or_default(),
                value,
                message,
                pointer: crate::json::pointer::join("/result/inputRequests", key),
                cause: Some(exchange.clone()),
            });
        }
    }
    found
}

fn direct_requests(view: &View) -> Vec<ClientRequest<'_>> {
    let received = view.received();
    let request = |(_, message): (&Conversation, &'_ WireMessage)| is_request(message);
    received
        .filter(|pair| request(*pair))
        .filter_map(|(_, message)| {
            Some(ClientRequest {
                method: message.parsed.method()?,
                value: message.parsed.envelope.as_ref()?,
                message,
                pointer: String::new(),
                cause: None,
            })
        })
        .collect()
}

fn is_request(message: &WireMessage) -> bool {
    matches!(message.parsed.message, Message::Request { .. })
}

/// The client capabilities that a request of 2026-07-28 declared.
pub fn declared<'v>(exchange: &Exchange<'v>) -> Option<&'v Value> {
    exchange.params()?.get("_meta")?.get(CAPABILITIES_KEY)
}

/// The capability that an input request needs: `elicitation`, `sampling` or `roots`.
pub fn needed(method: &str) -> Option<&'static str> {
    match method {
        "elicitation/create" => Some("elicitation"),
        "sampling/createMessage" => Some("sampling"),
        "roots/list" => Some("roots"),
        _ => None,
    }
}

/// Tools that are asked at most whether they need input.
const MOST_TOOLS: usize = 10;

/// Calls the tools that may be called as a client with all features, until one asks for input. That
/// tool, with the result that asks.
pub async fn find_asking_tool(peer: &mut dyn Peer, intent: &str) -> Option<(Callable, Part)> {
    let tools = peer.surface().callable.clone();
    for tool in tools.into_iter().take(MOST_TOOLS) {
        if let Some(result) = ask_of(peer, &tool, intent).await {
            return Some((tool, result));
        }
    }
    None
}

/// Calls a tool as a client with all features. The result, when it asks for input.
pub async fn ask_of(peer: &mut dyn Peer, tool: &Callable, intent: &str) -> Option<Part> {
    let request = tool.call(intent).meta(CAPABILITIES_KEY, everything());
    match peer.request(request).await {
        Some(Answer::Result(result)) if asks(&result) => Some(result),
        _ => None,
    }
}

/// The call again, with responses and the state that came with the questions.
pub fn retry(tool: &Callable, intent: &str, asked: &Value, responses: Value) -> Request {
    let mut request = tool.call(intent).meta(CAPABILITIES_KEY, everything());
    if let Some(params) = &mut request.params {
        params["inputResponses"] = responses;
        if let Some(state) = asked.get("requestState") {
            params["requestState"] = state.clone();
        }
    }
    request
}

/// A response to each question: forms are declined, a model says a word, no folder is offered.
pub fn bland_responses(asked: &Value) -> Map<String, Value> {
    let questions = asked["inputRequests"].as_object();
    let answer = |question: &Value| match question["method"].as_str() {
        Some("sampling/createMessage") => json!({
            "role": "assistant",
            "content": {"type": "text", "text": "mcpcheck"},
            "model": "mcpcheck",
        }),
        Some("roots/list") => json!({"roots": []}),
        _ => json!({"action": "decline"}),
    };
    questions
        .into_iter()
        .flatten()
        .map(|(key, question)| (key.clone(), answer(question)))
        .collect()
}
