//! What the rules of Streamable HTTP share: plain POSTs, refused headers, the other era.

use core::net::IpAddr;

use serde_json::{Value, json};

use super::answers::{UNKNOWN_NAME, shown};
use super::is_plain_request;
use crate::check::peer::HttpAnswer;
use crate::check::{HttpCall, Problem, Request, Ruling, Surface};
use crate::rpc::{self, Id, Message, code};
use crate::spec::{Era, Revision};
use crate::transcript::event::header;
use crate::transcript::{
    Body, Channel, Conversation, Direction, Exchange, HttpRequest, Reply, Session, View,
};
use crate::wire::media_type::essence;

/// Media type of an event stream.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Name of the header that carries the revision.
pub const VERSION_HEADER: &str = "MCP-Protocol-Version";

/// Name of the header that carries the session id.
pub const SESSION_HEADER: &str = "Mcp-Session-Id";

/// The number that drafts of 2026-07-28 gave to what is now -32020.
const DRAFT_HEADER_MISMATCH: i64 = -32001;

/// Request line and headers of what was sent on a channel.
pub fn sent_on(conversation: &Conversation, channel: Channel) -> Option<&HttpRequest> {
    conversation.events.iter().find_map(|event| {
        let is_ours = event.channel == channel && event.direction == Direction::Sent;
        match &event.body {
            Body::HttpRequest(request) if is_ours => Some(request),
            _ => None,
        }
    })
}

/// A header that was sent on a channel.
pub fn sent_header<'c>(
    conversation: &'c Conversation,
    channel: Channel,
    name: &str,
) -> Option<&'c str> {
    header(&sent_on(conversation, channel)?.headers, name)
}

/// Adds an exchange as evidence, each frame behind what decides over HTTP: the named headers of the
/// request, or that it had none of that name, and the status of the response.
pub fn with_headers(problem: Problem, exchange: &Exchange<'_>, names: &[&str]) -> Problem {
    let conversation = exchange.conversation;
    let request = exchange.request;
    let facts: Vec<String> = names
        .iter()
        .map(
            |name| match sent_header(conversation, request.channel, name) {
                Some(value) => format!("{name}: {value}"),
                None => format!("no {name}"),
            },
        )
        .collect();
    let asked = format!("{}  {}", facts.join(", "), request.excerpt());
    let problem = match conversation.event(request.at.seq) {
        Some(event) => problem.event(event, asked),
        None => problem,
    };
    let Some((at, response)) = conversation.http_response(request.channel) else {
        return problem;
    };
    let status = format!("HTTP {}", response.status);
    let (seq, told) = match exchange.responses.first() {
        Some(answer) => (answer.at.seq, format!("{status}  {}", answer.excerpt())),
        None => (at.seq, status),
    };
    match conversation.event(seq) {
        Some(event) => problem.event(event, told),
        None => problem,
    }
}

/// A header of an answer.
pub fn answer_header<'a>(answer: &'a HttpAnswer, name: &str) -> Option<&'a str> {
    header(&answer.headers, name)
}

/// HTTP status of the answer to a request.
pub fn status(exchange: &Exchange<'_>) -> Option<u16> {
    exchange.http().map(|(_, response)| response.status)
}

/// True for HTTP statuses that say nothing about the rule under test, because something else came
/// first: credentials, rate limits, a gateway.
pub fn is_beside_the_point(status: u16) -> bool {
    matches!(status, 300..=399 | 401 | 403 | 407 | 429 | 502..=504)
}

/// True for a request in good order that was POSTed on its own, by a client that takes JSON and
/// events, and that nobody cancelled.
pub fn is_plain_post(exchange: &Exchange<'_>) -> bool {
    let conversation = exchange.conversation;
    let Some(request) = sent_on(conversation, exchange.request.channel) else {
        return false;
    };
    let content_type = header(&request.headers, "content-type").map(essence);
    let accept = header(&request.headers, "accept").unwrap_or_default();
    is_plain_request(exchange.request)
        && exchange.params().is_none_or(Value::is_object)
        && content_type.as_deref() == Some("application/json")
        && accept.contains("application/json")
        && accept.contains(EVENT_STREAM)
        && !is_cancelled(exchange)
}

/// True unless an HTTP request names one version in its header and another in its `_meta`, so that
/// an error about the version may be about either.
pub fn names_one_version(exchange: &Exchange<'_>) -> bool {
    let Some(request) = sent_on(exchange.conversation, exchange.request.channel) else {
        return true;
    };
    let meta = exchange.params().and_then(|params| params.get("_meta"));
    let in_body = meta
        .and_then(|meta| meta.get("io.modelcontextprotocol/protocolVersion"))
        .and_then(Value::as_str);
    header(&request.headers, "mcp-protocol-version") == in_body
}

fn is_cancelled(exchange: &Exchange<'_>) -> bool {
    exchange.conversation.messages.iter().any(|message| {
        let Message::Notification { method, params } = &message.parsed.message else {
            return false;
        };
        let cancelled = params.as_ref().and_then(|params| params.get("requestId"));
        !message.is_received()
            && method == "notifications/cancelled"
            && cancelled.map(Id::from_value).as_ref() == exchange.id()
    })
}

/// A POST of one request with an id of the check's choice, for probes that need the HTTP status
/// or the end of the stream.
pub fn post(intent: &str, revision: Revision, id: &str, method: &str) -> HttpCall {
    let call = HttpCall::new(intent, "POST");
    let id = Id::from(id);
    if revision.era() == Era::Handshake {
        return call.body(rpc::request(&id, method, None));
    }
    let params = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": revision.as_str(),
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {
            "name": "mcp-check",
            "version": env!("CARGO_PKG_VERSION"),
        },
    }});
    call.header("Mcp-Method", method)
        .body(rpc::request(&id, method, Some(&params)))
}

/// A call with the headers of a handshake revision that follow from the answer to initialize.
pub fn in_session(mut call: HttpCall, revision: Revision, answer: &HttpAnswer) -> HttpCall {
    if revision >= Revision::V2025_06_18 {
        call = call.header(VERSION_HEADER, revision.as_str());
    }
    match answer_header(answer, SESSION_HEADER) {
        Some(session) => call.header(SESSION_HEADER, session),
        None => call,
    }
}

/// A request that any server of the revision answers, and that changes nothing.
pub fn harmless(revision: Revision) -> &'static str {
    match revision.era() {
        Era::Handshake => "ping",
        Era::Modern => "server/discover",
    }
}

/// Whether a server of 2026-07-28 serves clients of the handshake revisions as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshakes {
    /// It answered with this version.
    Served(String),
    /// It refused.
    Refused,
    /// It cannot be told.
    Unclear,
}

/// What became of the [`bare_initialize`](super::handshake::bare_initialize) of a probe.
pub fn handshakes(view: &View, intent: &str) -> Handshakes {
    let Some(exchange) = view.exchanges_meant(intent).next() else {
        return Handshakes::Unclear;
    };
    match exchange.reply() {
        Reply::Result(_, result) => {
            let version = result["protocolVersion"].as_str().unwrap_or_default();
            Handshakes::Served(version.to_owned())
        }
        _ if status(&exchange)
            .is_none_or(|status| is_beside_the_point(status) || status >= 500) =>
        {
            Handshakes::Unclear
        }
        Reply::Error(..) => Handshakes::Refused,
        _ if status(&exchange).is_some_and(|status| status >= 400) => Handshakes::Refused,
        _ => Handshakes::Unclear,
    }
}

/// Judges a request that has to be refused because its headers contradict its body: HTTP 400 and
/// error -32020 (basic/transports/streamable-http#server-validation). `what` begins
/// the sentence of the report, for example `A request without Mcp-Method`.
pub fn judge_header_refusal(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    subject: &str,
    what: &str,
) {
    if exchange
        .responses
        .first()
        .is_some_and(|it| it.channel != exchange.request.channel)
    {
        ruling.inconclusive("another request was answered under the id of this one");
        return;
    }
    if let (false, Reply::Malformed(answer)) = (exchange.exact, exchange.reply()) {
        let id = answer.response_id().unwrap_or(Id::Null);
        ruling.inconclusive(format!(
            "the answer is under {id}, the id of another request"
        ));
        return;
    }
    let mut hint = None;
    let how = match (exchange.reply(), status(exchange)) {
        (_, Some(status)) if is_beside_the_point(status) => {
            ruling.inconclusive(format!(
                "HTTP {status} came before the headers were looked at"
            ));
            return;
        }
        (Reply::Error(message, Some(code::HEADER_MISMATCH)), Some(400)) => {
            // Where headers are checked before the body is read, the id is not known.
            if exchange.exact || message.response_id().is_none_or(|id| id == Id::Null) {
                ruling.held(message.at.clone());
            } else {
                let text = format!("{what} is refused, but under another id.");
                ruling.odd(Problem::new(subject, text).exchange(exchange));
            }
            return;
        }
        (Reply::Error(_, code), Some(status)) => {
            if code == Some(DRAFT_HEADER_MISMATCH) {
                hint = Some("Drafts of the revision had -32001; the number is -32020 now.");
            }
            let shown = shown(code);
            format!("is refused with HTTP {status} and {shown} instead of HTTP 400 and code -32020")
        }
        (Reply::Result(..), _) => "is served instead of refused".to_owned(),
        (Reply::HttpOnly(_, response), _) if response.media_type() == EVENT_STREAM => {
            ruling.inconclusive("the answer stream held no response");
            return;
        }
        (Reply::HttpOnly(..) | Reply::Malformed(_), Some(status)) => {
            format!("is answered by HTTP {status} without a JSON-RPC error")
        }
        _ => {
            ruling.inconclusive("there was no HTTP response");
            return;
        }
    };
    let mut problem = Problem::new(subject, format!("{what} {how}.")).exchange(exchange);
    problem.hint = hint.map(str::to_owned);
    ruling.broken(problem);
}

/// A request whose target is mirrored by `Mcp-Name`, and which may be sent without harm.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedRequest {
    /// `resources/read`, `prompts/get` or `tools/call`.
    pub method: &'static str,
    /// Its parameters.
    pub params: Value,
    /// What `Mcp-Name` mirrors.
    pub name: String,
}

impl NamedRequest {
    /// The request, to be given headers.
    pub fn request(&self, intent: &str) -> Request {
        Request::new(intent, self.method).params(self.params.clone())
    }

    /// A listed resource or prompt, else a tool that does not exist: a server that ignores the
    /// header would run any other.
    pub fn choose(session: &Session, surface: &Surface) -> Option<Self> {
        let uris = surface.resources.iter().filter_map(|it| it["uri"].as_str());
        let mut local = uris.filter(|uri| !uri.starts_with("http"));
        if let Some(uri) = local.next() {
            return Some(Self::resource(uri));
        }
        let needs_nothing = |prompt: &&Value| {
            let arguments = prompt["arguments"].as_array();
            arguments.is_none_or(|all| all.iter().all(|argument| argument["required"] != true))
        };
        let mut prompts = surface.prompts.iter().filter(needs_nothing);
        if let Some(name) = prompts.find_map(|prompt| prompt["name"].as_str()) {
            return Some(Self::prompt(name));
        }
        session
            .declares(&["tools"])
            .then(|| Self::tool(UNKNOWN_NAME))
    }

    /// Something that does not exist, of a kind that the server has.
    pub fn made_up(session: &Session, name: &str) -> Option<Self> {
        if session.declares(&["tools"]) {
            return Some(Self::tool(name));
        }
        if session.declares(&["resources"]) {
            return Some(Self::resource(&format!("mcpcheck://{name}")));
        }
        session.declares(&["prompts"]).then(|| Self::prompt(name))
    }

    fn resource(uri: &str) -> Self {
        Self {
            method: "resources/read",
            params: json!({"uri": uri}),
            name: uri.to_owned(),
        }
    }

    fn prompt(name: &str) -> Self {
        Self {
            method: "prompts/get",
            params: json!({"name": name}),
            name: name.to_owned(),
        }
    }

    fn tool(name: &str) -> Self {
        Self {
            method: "tools/call",
            params: json!({"name": name, "arguments": {}}),
            name: name.to_owned(),
        }
    }
}

/// True when the endpoint is on this machine or in its private network.
pub fn is_private_target(conversation: &Conversation) -> bool {
    let mut bodies = conversation.events.iter().map(|event| &event.body);
    bodies.any(|body| matches!(body, Body::HttpRequest(it) if is_private(host(&it.url))))
}

/// True when the endpoint is on this machine, and reached in no way but from here.
pub fn is_local_target(conversation: &Conversation) -> bool {
    let is_local = |host: &str| match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.ends_with(".localhost"),
    };
    let mut bodies = conversation.events.iter().map(|event| &event.body);
    bodies.any(|body| matches!(body, Body::HttpRequest(it) if is_local(host(&it.url))))
}

/// The host of a URL, without port and brackets.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// True for hosts that a web page from elsewhere could not reach but through the user's browser.
fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        Ok(IpAddr::V6(address)) => {
            let first = address.segments()[0];
            address.is_loopback() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80
        }
        Err(_) => {
            let host = host.to_ascii_lowercase();
            let is_below = |domain: &str| host.ends_with(domain);
            !host.contains('.')
                || [".localhost", ".local", ".internal"]
                    .into_iter()
                    .any(is_below)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_request_never_names_a_tool_that_exists() {
        let session = Session {
            capabilities: json!({"tools": {}, "resources": {}, "prompts": {}}),
            ..Session::default()
        };
        let mut surface = Surface {
            tools: vec![json!({"name": "delete-everything"})],
            resources: vec![
                json!({"uri": "https://a.example"}),
                json!({"uri": "memo://a"}),
            ],
            prompts: vec![
                json!({"name": "p", "arguments": [{"name": "x", "required": true}]}),
                json!({"name": "q", "arguments": [{"name": "x"}]}),
            ],
            ..Surface::default()
        };
        let chosen = |surface: &Surface| NamedRequest::choose(&session, surface).unwrap();
        assert_eq!(chosen(&surface), NamedRequest::resource("memo://a"));
        surface.resources.clear();
        assert_eq!(chosen(&surface), NamedRequest::prompt("q"));
        surface.prompts.clear();
        assert_eq!(chosen(&surface), NamedRequest::tool(UNKNOWN_NAME));
        assert_eq!(NamedRequest::choose(&Session::default(), &surface), None);
    }

    #[test]
    fn a_post_of_2026_07_28_carries_metadata_and_its_method() {
        let call = post("x", Revision::V2026_07_28, "a", "server/discover");
        let parsed = rpc::parse(&call.body.unwrap());
        let Message::Request { id, params, .. } = parsed.message else {
            panic!("not a request");
        };
        assert_eq!(id, Id::from("a"));
        let meta = params.unwrap()["_meta"].clone();
        assert_eq!(
            meta["io.modelcontextprotocol/protocolVersion"],
            "2026-07-28"
        );
        let method = ("Mcp-Method".to_owned(), Some("server/discover".to_owned()));
        assert!(call.headers.contains(&method));
    }

    #[test]
    fn hosts_on_this_machine_and_network_are_private() {
        for url in [
            "http://127.0.0.1:8080/mcp",
            "http://localhost/mcp",
            "https://[::1]:3000",
            "http://user:pass@192.168.0.7?x",
            "http://[fd00::7]/",
            "http://printer.local/mcp",
            "http://server:80/mcp",
        ] {
            assert!(is_private(host(url)), "{url}");
        }
        for url in [
            "https://mcp.example.com/mcp",
            "http://8.8.8.8/",
            "http://127.0.0.1.example.com/",
            "https://[2001:db8::1]/mcp",
        ] {
            assert!(!is_private(host(url)), "{url}");
        }
    }
}
