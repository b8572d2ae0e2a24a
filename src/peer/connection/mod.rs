//! One connection: what is sent is recorded, what comes is recorded and sorted.

mod closing;
mod receiving;
mod resuming;
mod sending;
mod stream;

pub use stream::ENDPOINT_ELSEWHERE;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Deadlines;
use crate::check::peer::{Answer, HttpAnswer, Request, Surface};
use crate::rpc::{Id, Part};
use crate::spec::{Era, Revision, TransportKind};
use crate::transcript::event::MAIN;
use crate::transcript::{Body, Channel, Opened, Process, Recorder, Session, Tape, view};
use crate::transport::{ConnectError, Connector, Transport};

/// What all connections of one suite share.
pub struct Context {
    /// Opens connections.
    pub connector: Rc<dyn Connector>,
    /// The log.
    pub recorder: Recorder,
    /// Named deadlines.
    pub deadlines: Deadlines,
    /// Whether a process has been seen to stay behind when its input had ended.
    pub stays_behind: Cell<bool>,
}

/// One connection to the server.
pub struct Connection {
    pub(super) context: Rc<Context>,
    pub(super) revision: Revision,
    is_main: bool,
    pub(super) tape: Tape,
    /// What the suite's main connection established and listed.
    pub(super) session: Session,
    pub(super) surface: Rc<Surface>,
    transport: Box<dyn Transport>,
    agreed: bool,
    session_id: Option<String>,
    /// Client capabilities that the handshake declared.
    declared: Value,
    next_id: i64,
    /// Ids are strings, and requests carry progress tokens.
    varied: bool,
    next_http: u32,
    /// The exchange that opened the stream of HTTP+SSE or the WebSocket.
    stream: Option<Channel>,
    /// Where the server of HTTP+SSE wants its messages, once it has said so.
    post_url: Option<String>,
    /// The exchange of the message sent last over HTTP+SSE.
    last_post: Option<Channel>,
    answers: BTreeMap<Id, Answer>,
    heads: BTreeMap<Channel, HttpAnswer>,
    ended: BTreeSet<Channel>,
    streams: resuming::Streams,
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
        let mut connection = Self {
            context: Rc::clone(context),
            revision,
            is_main: purpose == MAIN,
            tape,
            session: Session::default(),
            surface: Rc::default(),
            transport,
            agreed: false,
            session_id: None,
            declared: json!({}),
            next_id: 1,
            varied: false,
            next_http: 1,
            stream: None,
            post_url: None,
            last_post: None,
            answers: BTreeMap::new(),
            heads: BTreeMap::new(),
            ended: BTreeSet::new(),
            streams: resuming::Streams::default(),
            strays: 0,
            gone: false,
            exited: false,
            closed: false,
            slowest: Duration::ZERO,
            timed_out: 0,
            new_timeouts: 0,
        };
        connection.open_stream();
        Ok(connection)
    }

    /// Transport of the connection.
    pub(super) fn kind(&self) -> TransportKind {
        self.context.connector.kind()
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

    /// True when a wait has ended by a deadline since that was last asked.
    pub fn has_timeouts(&self) -> bool {
        self.new_timeouts > 0
    }

    /// From now on ids are strings, requests carry progress tokens, and no time is spent on waiting
    /// for late messages; or no longer.
    pub fn vary(&mut self, varied: bool) {
        self.varied = varied;
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

    /// Notes on which addresses of this machine the server waits for connections, if that is known.
    pub fn note_listening(&mut self) {
        let addresses = self.context.connector.listening();
        if !addresses.is_empty() {
            self.tape.noted(Body::Listening(addresses));
        }
    }

    /// The handshake: initialize with the revision's date, then the initialized notification.
    /// Returns the initialize result.
    pub async fn handshake(&mut self, version: &str, wait: Duration) -> Option<Part> {
        self.handshake_declaring(version, wait, json!({})).await
    }

    /// The handshake as a client with the given capabilities.
    pub async fn handshake_declaring(
        &mut self,
        version: &str,
        wait: Duration,
        capabilities: Value,
    ) -> Option<Part> {
        self.declared = capabilities.clone();
        let mut request = Request::new("set-up", "initialize").params(json!({
            "protocolVersion": version,
            "capabilities": capabilities,
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
        if !self.ready().await {
            return requests.iter().map(|_| None).collect();
        }
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
        if !self.varied {
            self.listen(self.context.deadlines.quiet).await;
        }
        answered && !self.gone
    }

    fn patience(&self) -> Duration {
        let request = self.context.deadlines.request;
        if self.timed_out < 2 {
            return request;
        }
        // After two lost answers the server's own pace is a better guide than the full deadline.
        request.min((self.slowest * 3).max(Duration::from_secs(1)))
    }
}

/// How mcp-check names itself to servers.
pub fn client_info() -> Value {
    json!({"name": "mcp-check", "version": env!("CARGO_PKG_VERSION")})
}
