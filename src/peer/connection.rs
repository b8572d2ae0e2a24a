//! One connection: what is sent is recorded, what comes is recorded and sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Deadlines;
use super::headers::{self, Headers};
use crate::check::peer::{Answer, HttpAnswer, Request, Surface};
use crate::rpc::{self, Id, Message, Parsed, code};
use crate::spec::{Era, Revision, TransportKind};
use crate::transcript::{
    Body, Channel, Frame, HttpRequest, Opened, Process, Recorder, Session, Tape, view,
};
use crate::transport::{ConnectError, Connector, Inbound, Outbound, Signal, Transport};

/// What all connections of one suite share.
pub struct Context {
    /// Opens connections.
    pub connector: Rc<dyn Connector>,
    /// The log.
    pub recorder: Recorder,
    /// Named deadlines.
    pub deadlines: Deadlines,
}

/// One connection to the server.
pub struct Connection {
    pub(super) context: Rc<Context>,
    pub(super) revision: Revision,
    pub(super) tape: Tape,
    /// What the suite's main connection established and listed.
    pub(super) session: Session,
    pub(super) surface: Rc<Surface>,
    transport: Box<dyn Transport>,
    agreed: bool,
    session_id: Option<String>,
    next_id: i64,
    next_http: u32,
    answers: BTreeMap<Id, Answer>,
    heads: BTreeMap<Channel, HttpAnswer>,
    ended: BTreeSet<Channel>,
    strays: u32,
    gone: bool,
    exited: bool,
    closed: bool,
    slowest: Duration,
    timed_out: u32,
    new_timeouts: u32,
}

impl Connection {
    /// Starts a process, or prepares an HTTP client, and a tape for it.
    ///
    /// # Errors
    /// The command cannot be started.
    pub fn open(
        context: &Rc<Context>,
        revision: Revision,
        label: &str,
        purpose: &str,
    ) -> Result<Self, ConnectError> {
        let transport = context.connector.connect()?;
        let kind = context.connector.kind();
        let opened = Opened {
            revision,
            transport: kind,
            purpose: purpose.to_owned(),
        };
        let mut tape = context.recorder.tape(label, opened);
        if kind == TransportKind::Stdio {
            tape.received(Channel::Stdio, Body::Process(Process::Spawned));
        }
        Ok(Self {
            context: Rc::clone(context),
            revision,
            tape,
            session: Session::default(),
            surface: Rc::default(),
            transport,
            agreed: false,
            session_id: None,
            next_id: 1,
            next_http: 1,
            answers: BTreeMap::new(),
            heads: BTreeMap::new(),
            ended: BTreeSet::new(),
            strays: 0,
            gone: false,
            exited: false,
            closed: false,
            slowest: Duration::ZERO,
            timed_out: 0,
            new_timeouts: 0,
        })
    }

    /// Revision this connection speaks.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Changes the revision after detection has learnt what the server speaks.
    pub fn set_revision(&mut self, revision: Revision) {
        self.revision = revision;
    }

    /// Label of the tape.
    pub fn label(&self) -> String {
        self.tape.connection().to_string()
    }

    /// True when the process or its output has ended.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// True when mcp-check has ended the connection.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many waits ended by a deadline since this was last asked.
    pub fn take_timeouts(&mut self) -> u32 {
        std::mem::take(&mut self.new_timeouts)
    }

    /// What the suite shares.
    pub fn context(&self) -> Rc<Context> {
        Rc::clone(&self.context)
    }

    /// What the suite's main connection established.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the server listed.
    pub fn surface(&self) -> Rc<Surface> {
        Rc::clone(&self.surface)
    }

    /// Deadlines in force.
    pub fn deadlines(&self) -> Deadlines {
        self.context.deadlines
    }

    /// What the suite knows, for probes on this connection.
    pub fn set_facts(&mut self, session: Session, surface: Rc<Surface>) {
        self.session = session;
        self.surface = surface;
    }

    /// Marks what follows as driven by a check.
    pub fn set_probe(&mut self, probe: Option<&str>) {
        self.tape.set_probe(probe);
    }

    /// Leaves a remark in the transcript.
    pub fn note(&mut self, text: &str) {
        self.tape.noted(Body::Note(text.to_owned()));
    }

    /// The handshake: initialize with the revision's date, then the initialized notification.
    /// Returns the initialize result.
    pub async fn handshake(&mut self, version: &str, wait: Duration) -> Option<Value> {
        let mut request = Request::new("set-up", "initialize").params(json!({
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": client_info(),
        }));
        request.deadline = Some(wait);
        let Some(Answer::Result(result)) = self.call(request).await else {
            return None;
        };
        // From here on the agreed revision counts, which may not be the one asked for.
        let agreed = result["protocolVersion"]
            .as_str()
            .and_then(|text| text.parse().ok());
        if let Some(agreed) = agreed.filter(|agreed: &Revision| agreed.era() == Era::Handshake) {
            self.revision = agreed;
        }
        self.initialized().await;
        Some(result)
    }

    /// Sends the initialized notification; from here on the revision counts as agreed.
    pub async fn initialized(&mut self) {
        self.agreed = true;
        self.send_notification("set-up", "notifications/initialized", None)
            .await;
    }

    /// Sends a request and waits for its answer.
    pub async fn call(&mut self, request: Request) -> Option<Answer> {
        self.call_all(vec![request]).await.pop().flatten()
    }

    /// Sends requests one after the other without waiting, then waits for all answers.
    pub async fn call_all(&mut self, requests: Vec<Request>) -> Vec<Option<Answer>> {
        let wait = requests
            .iter()
            .map(|request| request.deadline.unwrap_or_else(|| self.patience()))
            .max()
            .unwrap_or_default();
        let started = Instant::now();
        let strays = self.strays;
        let sent: Vec<(Id, Channel)> = requests
            .into_iter()
            .map(|request| self.send_request(request))
            .collect();
        let waiting = |this: &Self| {
            sent.iter().any(|(id, channel)| {
                !this.answers.contains_key(id) && !this.ended.contains(channel)
            })
        };
        self.pump(started + wait, |this| {
            !waiting(this) || this.strays > strays
        })
        .await;
        if waiting(self) && self.strays > strays && !self.gone {
            let until = Instant::now() + self.context.deadlines.stray;
            self.pump(until, |this| !waiting(this)).await;
        } else if waiting(self) && !self.gone {
            self.lost_answer(wait);
        } else {
            self.slowest = self.slowest.max(started.elapsed());
        }
        sent.into_iter()
            .map(|(id, _)| self.answers.remove(&id))
            .collect()
    }

    /// Sends a request without waiting.
    pub fn send_request(&mut self, request: Request) -> (Id, Channel) {
        let id = request.id.clone().unwrap_or_else(|| self.fresh_id());
        let params = self.with_meta(&request);
        let bytes = rpc::request(&id, &request.method, params.as_ref());
        self.answers.remove(&id);
        let mut headers = self.post_headers(&request.method, params.as_ref());
        headers::change(&mut headers, &request.headers);
        let channel = self.send_frame(&request.intent, bytes, headers);
        (id, channel)
    }

    /// Sends a notification; over HTTP waits for the response of the POST.
    pub async fn send_notification(&mut self, intent: &str, method: &str, params: Option<Value>) {
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
        let mut headers = self.post_headers("", None);
        headers::change(&mut headers, changes);
        let channel = self.send_frame(intent, bytes, headers);
        self.until_response(channel).await;
    }

    /// Sends one HTTP request. `listen` bounds how long an open stream is read.
    pub async fn send_http(&mut self, call: crate::check::peer::HttpCall) -> Option<HttpAnswer> {
        if self.context.connector.kind() == TransportKind::Stdio {
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

    /// A harmless request and its answer, then a short quiet time.
    pub async fn settle(&mut self) -> bool {
        let method = match self.revision.era() {
            Era::Handshake => "ping",
            Era::Modern => "server/discover",
        };
        let answered = self
            .call(Request::new(view::BARRIER, method))
            .await
            .is_some();
        self.listen(self.context.deadlines.quiet).await;
        answered && !self.gone
    }

    /// Reads what comes for a while.
    pub async fn listen(&mut self, wait: Duration) {
        self.pump(Instant::now() + wait, |_| false).await;
    }

    /// Ends the connection as a client does, and with signals where that is not enough.
    pub async fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        match self.context.connector.kind() {
            TransportKind::Stdio => self.close_child().await,
            _ => self.delete_session().await,
        }
    }

    async fn close_child(&mut self) {
        if !self.exited {
            self.tape.noted(Body::Process(Process::InputClosed));
            self.transport.close_input();
        }
        self.await_exit("exit-after-end-of-input").await;
        for (signal, name) in [(Signal::Terminate, "TERM"), (Signal::Kill, "KILL")] {
            if self.exited {
                break;
            }
            self.tape.noted(Body::Process(Process::Signalled {
                signal: name.to_owned(),
            }));
            self.transport.signal(signal);
            self.await_exit("exit-after-signal").await;
        }
        let count = self.transport.end_leftovers();
        if count > 0 && self.exited {
            self.tape
                .received(Channel::Stdio, Body::Process(Process::Leftover { count }));
        }
    }

    async fn await_exit(&mut self, deadline: &str) {
        let wait = self.context.deadlines.shutdown;
        self.pump_whatever(Instant::now() + wait, |this| this.exited)
            .await;
        if !self.exited {
            self.silence(deadline, wait);
        }
    }

    async fn delete_session(&mut self) {
        if self.session_id.is_some() && self.revision.era() == Era::Handshake {
            let call = crate::check::peer::HttpCall::new("close", "DELETE");
            self.send_http(call).await;
        }
    }

    fn fresh_id(&mut self) -> Id {
        let id = Id::Number(self.next_id.to_string());
        self.next_id += 1;
        id
    }

    fn patience(&self) -> Duration {
        let request = self.context.deadlines.request;
        if self.timed_out < 2 {
            return request;
        }
        // After two lost answers the server's own pace is a better guide than the full deadline.
        request.min((self.slowest * 3).max(Duration::from_secs(1)))
    }

    fn with_meta(&self, request: &Request) -> Option<Value> {
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

    fn post_headers(&self, method: &str, params: Option<&Value>) -> Headers {
        if self.context.connector.kind() == TransportKind::Stdio {
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

    fn next_channel(&mut self) -> Channel {
        let number = self.next_http;
        self.next_http += 1;
        Channel::Http(number)
    }

    fn send_frame(&mut self, intent: &str, bytes: Vec<u8>, headers: Headers) -> Channel {
        if self.context.connector.kind() == TransportKind::Stdio {
            self.tape.sent(
                Channel::Stdio,
                Some(intent),
                Body::Frame(Frame::line(bytes.clone())),
            );
            self.transport.send(Outbound {
                channel: Channel::Stdio,
                request: None,
                bytes,
            });
            return Channel::Stdio;
        }
        let channel = self.next_channel();
        self.post(channel, intent, "POST", headers, bytes);
        channel
    }

    fn post(
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
        if !bytes.is_empty() {
            let frame = Frame::line(bytes.clone());
            self.tape.sent(channel, Some(intent), Body::Frame(frame));
        }
        self.transport.send(Outbound {
            channel,
            request: Some(request),
            bytes,
        });
    }

    async fn until_response(&mut self, channel: Channel) {
        if channel == Channel::Stdio {
            return;
        }
        let wait = self.patience();
        let until = Instant::now() + wait;
        let done = |this: &Self| this.ended.contains(&channel);
        self.pump(until, done).await;
        if !done(self) && !self.heads.contains_key(&channel) {
            self.lost_answer(wait);
        }
    }

    fn lost_answer(&mut self, wait: Duration) {
        self.timed_out += 1;
        self.new_timeouts += 1;
        self.silence("request", wait);
    }

    fn silence(&mut self, deadline: &str, waited: Duration) {
        self.tape.noted(Body::Silence {
            deadline: deadline.to_owned(),
            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
        });
    }

    /// Takes in what comes until `done`, the deadline, or the end of the server.
    async fn pump(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        self.pump_whatever(until, |this| done(this) || this.exited)
            .await;
    }

    async fn pump_whatever(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            match tokio::time::timeout_at(until, self.transport.receive()).await {
                Ok(Some(inbound)) => self.take(inbound),
                Ok(None) => {
                    self.gone = true;
                    self.exited = true;
                    return;
                }
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, inbound: Inbound) {
        let Inbound { channel, body } = inbound;
        match &body {
            Body::Frame(frame) => {
                let parsed = rpc::parse(&frame.bytes);
                self.tape.received(channel, body);
                self.sort(parsed);
                return;
            }
            Body::HttpResponse(response) => {
                if self.session_id.is_none() && !self.agreed {
                    self.session_id = response.header("mcp-session-id").map(str::to_owned);
                }
                let answer = HttpAnswer {
                    status: response.status,
                    headers: response.headers.clone(),
                };
                self.heads.insert(channel, answer);
            }
            Body::StreamEnd if channel == Channel::Stdio => self.gone = true,
            Body::StreamEnd => {
                self.ended.insert(channel);
            }
            Body::Process(Process::Exited { .. }) => {
                self.gone = true;
                self.exited = true;
            }
            _ => {}
        }
        self.tape.received(channel, body);
    }

    fn sort(&mut self, parsed: Parsed) {
        match parsed.message {
            Message::Result { id, result } => self.answered(id, Answer::Result(result)),
            Message::Error { id, code, .. } => match id {
                Some(id) if id != Id::Null => self.answered(id, Answer::Error(code)),
                _ => self.strays += 1,
            },
            Message::Request { id, method, .. } => self.respond(&id, &method),
            Message::Batch(elements) => {
                for element in elements {
                    self.sort(element);
                }
            }
            Message::Malformed(_) => match parsed.id {
                // Whatever it is, it came in answer to that request.
                Some(id) if id != Id::Null => self.answered(id, Answer::Error(None)),
                _ => self.strays += 1,
            },
            Message::Notification { .. } => {}
        }
    }

    fn answered(&mut self, id: Id, answer: Answer) {
        let known = matches!(&id, Id::Number(text) if text.parse::<i64>().is_ok_and(|n| n < self.next_id))
            || matches!(id, Id::String(_));
        if !known {
            self.strays += 1;
        }
        self.answers.insert(id, answer);
    }

    /// Answers a request of the server: ping by an empty result, anything else by an error, since
    /// mcp-check declares no client capability.
    fn respond(&mut self, id: &Id, method: &str) {
        let bytes = if method == "ping" {
            rpc::result(id, &json!({}))
        } else {
            let text = "mcp-check declares no client capability";
            rpc::error(Some(id), code::METHOD_NOT_FOUND, text, None)
        };
        let headers = self.post_headers("", None);
        self.send_frame(view::ANSWER, bytes, headers);
    }
}

/// How mcp-check names itself to servers.
pub fn client_info() -> Value {
    json!({"name": "mcp-check", "version": env!("CARGO_PKG_VERSION")})
}
