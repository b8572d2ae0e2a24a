//! What goes out: ids, `_meta`, headers, and the record of every byte before it is sent.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Connection, client_info};
use crate::check::peer::{HttpAnswer, HttpCall, Request};
use crate::peer::headers::{self, Headers};
use crate::rpc::{self, Id};
use crate::spec::{Era, TransportKind};
use crate::transcript::{Body, Channel, Frame, HttpRequest};
use crate::transport::Outbound;

impl Connection {
    /// Sends a request without waiting.
    pub fn send_request(&mut self, request: Request) -> (Id, Channel) {
        // An id that a check chose was used already when requests are varied.
        let chosen = request.id.clone().filter(|_| !self.varied);
        let id = chosen.unwrap_or_else(|| self.fresh_id());
        let mut params = self.with_meta(&request);
        if self.varied && !request.bare {
            add_progress_token(&mut params, &id);
        }
        let bytes = rpc::request(&id, &request.method, params.as_ref());
        self.answers.remove(&id);
        let mut headers = self.post_headers(&request.method, params.as_ref());
        self.mirror_arguments(&mut headers, &request.method, params.as_ref());
        headers::change(&mut headers, &request.headers);
        let channel = self.send_frame(&request.intent, bytes, headers);
        (id, channel)
    }

    /// Sends a notification; over HTTP waits for the response of the POST.
    pub async fn send_notification(&mut self, intent: &str, method: &str, params: Option<Value>) {
        if !self.ready().await {
            return;
        }
        let bytes = rpc::notification(method, params.as_ref());
        let headers = self.post_headers(method, params.as_ref());
        let channel = self.send_frame(intent, bytes, headers);
        self.until_response(channel).await;
    }

    /// Sends bytes as one frame; over HTTP waits for the response of the POST.
    pub async fn send_raw(
        &mut self,
        intent: &str,
        bytes: Vec<u8>,
        changes: &[(String, Option<String>)],
    ) {
        if !self.ready().await {
            return;
        }
        let mut headers = self.post_headers("", None);
        headers::change(&mut headers, changes);
        let channel = self.send_frame(intent, bytes, headers);
        self.until_response(channel).await;
    }

    /// Sends one HTTP request. `listen` bounds how long an open stream is read.
    pub async fn send_http(&mut self, call: HttpCall) -> Option<HttpAnswer> {
        if matches!(self.kind(), TransportKind::Stdio | TransportKind::WebSocket) {
            return None;
        }
        let mut headers = self.post_headers("", None);
        if call.method != "POST" {
            headers::set(&mut headers, "Content-Type", None);
        }
        if call.method == "GET" {
            headers::set(&mut headers, "Accept", Some("text/event-stream"));
        }
        headers::change(&mut headers, &call.headers);
        let channel = self.next_channel();
        self.post(
            channel,
            &call.intent,
            &call.method,
            headers,
            call.body.unwrap_or_default(),
        );
        let until = Instant::now() + self.patience();
        self.pump(until, |this| {
            this.heads.contains_key(&channel) || this.ended.contains(&channel)
        })
        .await;
        if let Some(listen) = call.listen {
            let until = Instant::now() + listen;
            self.pump(until, |this| this.ended.contains(&channel)).await;
        } else {
            let until = Instant::now() + self.context.deadlines.stray;
            self.pump(until, |this| this.ended.contains(&channel)).await;
        }
        if !self.ended.contains(&channel) {
            self.transport.cancel(channel);
        }
        self.heads.get(&channel).cloned()
    }

    pub(super) fn fresh_id(&mut self) -> Id {
        let number = self.next_id.to_string();
        self.next_id += 1;
        match self.varied {
            true => Id::String(format!("mcpcheck-{number}")),
            false => Id::Number(number),
        }
    }

    /// An id for a frame that is not sent as a request; no request of this connection has it.
    pub fn spare_id(&mut self) -> String {
        let Id::Number(number) = self.fresh_id() else {
            return "mcpcheck".to_owned();
        };
        format!("mcpcheck-{number}")
    }

    /// Params as they go out, with the `_meta` that 2026-07-28 asks for.
    pub fn with_meta(&self, request: &Request) -> Option<Value> {
        if self.revision.era() == Era::Handshake || request.bare {
            return request.params.clone();
        }
        let mut params = request.params.clone().unwrap_or_else(|| json!({}));
        let mut meta = json!({
            "io.modelcontextprotocol/protocolVersion": self.revision.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": client_info(),
        });
        if let (Some(own), Some(given)) = (meta.as_object_mut(), params["_meta"].as_object()) {
            own.extend(given.clone());
        }
        for (key, value) in &request.meta {
            match value {
                Some(value) => meta[key] = value.clone(),
                None => {
                    if let Some(meta) = meta.as_object_mut() {
                        meta.shift_remove(key);
                    }
                }
            }
        }
        if let Some(params) = params.as_object_mut() {
            params.insert("_meta".into(), meta);
        }
        Some(params)
    }

    pub(super) fn post_headers(&self, method: &str, params: Option<&Value>) -> Headers {
        if matches!(self.kind(), TransportKind::Stdio | TransportKind::WebSocket) {
            return Headers::new();
        }
        let mut headers = headers::base(self.context.connector.headers());
        headers::mirror(&mut headers, self.revision, self.agreed, method, params);
        if method.is_empty() {
            headers::set(&mut headers, "Mcp-Method", None);
        }
        if let Some(id) = &self.session_id {
            headers::set(&mut headers, "Mcp-Session-Id", Some(id));
        }
        headers
    }

    /// Adds the headers that mirror arguments of a listed tool, in 2026-07-28.
    fn mirror_arguments(&self, headers: &mut Headers, method: &str, params: Option<&Value>) {
        let is_http = self.context.connector.kind() != TransportKind::Stdio;
        if !is_http || method != "tools/call" || self.revision.era() == Era::Handshake {
            return;
        }
        let Some(params) = params else {
            return;
        };
        let mut tools = self.surface.tools.iter();
        if let Some(tool) = tools.find(|tool| tool["name"] == params["name"]) {
            headers::mirror_arguments(headers, &tool["inputSchema"], &params["arguments"]);
        }
    }

    pub(super) fn next_channel(&mut self) -> Channel {
        let number = self.next_http;
        self.next_http += 1;
        Channel::Http(number)
    }

    pub(super) fn send_frame(&mut self, intent: &str, bytes: Vec<u8>, headers: Headers) -> Channel {
        let shared = match self.kind() {
            TransportKind::Stdio => Channel::Stdio,
            TransportKind::WebSocket => Channel::Stream,
            TransportKind::HttpSse => return self.post_message(intent, bytes, headers),
            TransportKind::StreamableHttp => {
                let channel = self.next_channel();
                self.post(channel, intent, "POST", headers, bytes);
                return channel;
            }
        };
        let frame = Body::Frame(Frame::line(bytes.as_slice()));
        self.tape.sent(shared, Some(intent), frame);
        self.transport.send(Outbound {
            channel: shared,
            request: None,
            bytes,
        });
        shared
    }

    pub(super) fn post(
        &mut self,
        channel: Channel,
        intent: &str,
        method: &str,
        headers: Headers,
        bytes: Vec<u8>,
    ) {
        let request = HttpRequest {
            method: method.to_owned(),
            url: self.context.connector.url().to_owned(),
            headers,
        };
        self.tape
            .sent(channel, Some(intent), Body::HttpRequest(request.clone()));
        if method == "POST" {
            self.streams.follow(channel);
        }
        if !bytes.is_empty() {
            let frame = Frame::line(bytes.as_slice());
            self.tape.sent(channel, Some(intent), Body::Frame(frame));
        }
        self.transport.send(Outbound {
            channel,
            request: Some(request),
            bytes,
        });
    }

    pub(super) async fn until_response(&mut self, channel: Channel) {
        let channel = match (channel, self.last_post) {
            (Channel::Http(_), _) => channel,
            // Messages of HTTP+SSE travel on requests of their own, which could overtake each other.
            (_, Some(post)) => post,
            _ => return,
        };
        let wait = self.patience();
        let until = Instant::now() + wait;
        let done = |this: &Self| this.ended.contains(&channel);
        self.pump(until, done).await;
        if !done(self) && !self.heads.contains_key(&channel) {
            self.lost_answer(wait);
        }
    }
}

/// Adds a token to the `_meta` of params that are an object, or of none, unless there is one.
fn add_progress_token(params: &mut Option<Value>, id: &Id) {
    let Some(members) = params.get_or_insert_with(|| json!({})).as_object_mut() else {
        return;
    };
    let meta = members.entry("_meta").or_insert_with(|| json!({}));
    if let Some(meta) = meta.as_object_mut() {
        meta.entry("progressToken").or_insert(id.to_value());
    }
}
