//! One server process or endpoint: its state, and what it does about each input.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::gate;
use super::matching::{Call, Kind, Subject, kind, select};
use super::methods::{Context, text};
use super::react::{self, Setting};
use super::script::{Frame, Reaction, Script};
use super::session::{Refusal, SESSION_HEADER, Sessions};
use super::{Act, Input, modern, offer};
use crate::rpc::{self, Id, Parsed, code};
use crate::spec::{Era, Revision};
use crate::transcript::HttpRequest;

/// A server that plays a script. One value is one process, or one HTTP endpoint with its sessions.
#[derive(Clone, Debug)]
pub struct Server {
    script: Arc<Script>,
    /// How often the selector of each rule has matched.
    counts: Vec<u32>,
    sessions: Sessions,
    /// Open subscriptions over stdio.
    listens: Vec<Id>,
    has_exited: bool,
}

impl Server {
    /// A server that has not started.
    pub fn new(script: Script) -> Self {
        Self {
            counts: vec![0; script.rules.len()],
            script: Arc::new(script),
            sessions: Sessions::default(),
            listens: Vec::new(),
            has_exited: false,
        }
    }

    /// What the process does before it reads anything. Call it once, and not for an endpoint.
    pub fn start(&mut self) -> Vec<Act> {
        self.until_exit(|server| server.over_stdio(Kind::Start, None))
    }

    /// What the server does about an input. An HTTP request leads to one [`Act::Http`], to
    /// [`Act::Exit`], or to nothing when a script says so. After an exit nothing happens any more.
    pub fn receive(&mut self, input: Input<'_>) -> Vec<Act> {
        self.until_exit(|server| match input {
            Input::Line(line) if line.trim_ascii().is_empty() => Vec::new(),
            Input::Line(line) => {
                let parsed = rpc::parse(line);
                let id = server.reply_id(Some(&parsed));
                server.over_stdio(kind(&parsed), id.as_ref())
            }
            Input::Http { request, body } => server.over_http(request, body),
            Input::EndOfInput => server.over_stdio(Kind::EndOfInput, None),
            Input::Terminate => server.over_stdio(Kind::Terminate, None),
        })
    }

    fn until_exit(&mut self, act: impl FnOnce(&mut Self) -> Vec<Act>) -> Vec<Act> {
        if self.has_exited {
            return Vec::new();
        }
        let mut acts = act(self);
        let exit = acts.iter().position(|act| matches!(act, Act::Exit(_)));
        if let Some(exit) = exit {
            self.has_exited = true;
            acts.truncate(exit + 1);
        }
        acts
    }

    fn over_stdio(&mut self, kind: Kind<'_>, id: Option<&Id>) -> Vec<Act> {
        let script = Arc::clone(&self.script);
        let subject = Subject { kind, http: None };
        let selected = select(&script.rules, &mut self.counts, &subject);
        let sessions = self.sessions.count();
        let handshake = self.handshake(&subject, is_served(&script, selected));
        let is_handshake = handshake.is_some();
        let built_in = |server: &mut Self, is_checked| {
            let ready = handshake.clone();
            ready.unwrap_or_else(|| server.answer(&subject, is_checked))
        };
        let Some(index) = selected else {
            return built_in(self, true).into_acts(id);
        };
        let setting = Setting {
            id,
            is_modern: self.is_modern(&subject),
            method: subject.method(),
            headers: &[],
        };
        let reactions = &script.rules[index].reactions;
        let acts = react::on_stdio(reactions, setting, &mut |is_checked| {
            built_in(self, is_checked)
        });
        if is_handshake {
            self.sessions.adopt(&acts, sessions);
        }
        acts
    }

    fn over_http(&mut self, request: &HttpRequest, body: &[u8]) -> Vec<Act> {
        let script = Arc::clone(&self.script);
        let parsed = (request.method == "POST").then(|| rpc::parse(body));
        let subject = Subject {
            kind: parsed.as_ref().map_or(Kind::Bare, kind),
            http: Some(request),
        };
        let id = self.reply_id(parsed.as_ref());
        let is_modern = self.is_modern(&subject);
        let selected = select(&script.rules, &mut self.counts, &subject);
        let sessions = self.sessions.count();
        let handshake = self.handshake(&subject, is_served(&script, selected));
        let headers = handshake.as_ref().map_or(&[][..], |answer| &answer.headers);
        let setting = Setting {
            id: id.as_ref(),
            is_modern,
            method: subject.method(),
            headers,
        };
        let built_in = |server: &mut Self, is_checked| {
            let ready = handshake.clone();
            ready.unwrap_or_else(|| server.answer(&subject, is_checked))
        };
        let Some(index) = selected else {
            let reply = built_in(self, true).into_reply(id.as_ref(), is_modern);
            return vec![Act::Http(reply)];
        };
        let reactions = &script.rules[index].reactions;
        let act = react::on_http(reactions, setting, &mut |is_checked| {
            built_in(self, is_checked)
        });
        let acts: Vec<Act> = act.into_iter().collect();
        if handshake.is_some() {
            self.sessions.adopt(&acts, sessions);
        }
        acts
    }

    /// The id to answer under: the one of the message, or what stands for an unreadable one. The
    /// schemas allow to leave it out from 2025-11-25 on; before, JSON-RPC's null is all there is.
    fn reply_id(&self, parsed: Option<&Parsed>) -> Option<Id> {
        let id = parsed.and_then(|parsed| parsed.id.clone());
        let revision = self.sessions.agreed.unwrap_or(self.script.revision);
        id.filter(Id::is_string_or_integer)
            .or((revision < Revision::V2025_11_25).then_some(Id::Null))
    }

    /// The built-in answer to `initialize`. It is made even where a rule replaces it, because it
    /// establishes the session that everything later belongs to.
    fn handshake(&mut self, subject: &Subject<'_>, is_served: bool) -> Option<Answer> {
        let is_initialize = match &subject.kind {
            Kind::Call(call) => call.method == "initialize" && call.id.is_some(),
            _ => false,
        };
        let is_meant = is_initialize && !self.is_modern(subject);
        is_meant.then(|| self.answer(subject, !is_served))
    }

    fn is_modern(&self, subject: &Subject<'_>) -> bool {
        let supports = |era| self.script.supported.iter().any(|it| it.era() == era);
        if !supports(Era::Modern) {
            return false;
        }
        let by_message = match &subject.kind {
            Kind::Call(call) => {
                call.method == "server/discover" || modern::has_metadata(call.params)
            }
            _ => false,
        };
        by_message
            || subject.http.is_some_and(gate::has_modern_headers)
            || !supports(Era::Handshake)
    }

    /// The built-in answer. Without checks, headers, session and `_meta` do not matter.
    fn answer(&mut self, subject: &Subject<'_>, is_checked: bool) -> Answer {
        let http = subject.http;
        let is_allowed = |request: &HttpRequest| {
            gate::origin_is_allowed(request) && gate::host_is_allowed(request)
        };
        if is_checked && http.is_some_and(|request| !is_allowed(request)) {
            return Answer::nothing(403);
        }
        if let Kind::Call(Call { method, params, .. }) = subject.kind {
            self.cancel(method, params);
        }
        match subject.kind {
            Kind::Start => Answer::nothing(200),
            Kind::EndOfInput => {
                let listens = std::mem::take(&mut self.listens);
                Answer::frames(listens.iter().map(modern::listen_result).collect()).exit(0)
            }
            Kind::Terminate => Answer::nothing(200).exit(0),
            Kind::Malformed => Answer::failure(Failure::new(code::PARSE_ERROR, "Parse error"), 400),
            Kind::Invalid => invalid_request("not a request, a notification or a response"),
            Kind::Batch(elements) => self.batch(elements, subject, is_checked),
            Kind::Bare => self.bare(subject, is_checked),
            Kind::Call(_) if self.is_modern(subject) => self.modern_call(subject, is_checked),
            Kind::Call(call) if call.method == "initialize" && call.id.is_some() => {
                let agreed = self.initialize(call.params, http.is_some());
                agreed.unwrap_or_else(|failure| Answer::failure(failure, 400))
            }
            Kind::Call(call) => self.call(call, subject, is_checked),
            Kind::Response => match self.established(subject, is_checked) {
                Err(refusal) if http.is_some() => refusal.into(),
                _ => Answer::nothing(202),
            },
        }
    }

    /// Ends a subscription. The notification carries no metadata that would tell its era.
    fn cancel(&mut self, method: &str, params: Option<&Value>) {
        if method == "notifications/cancelled" {
            let request = params.and_then(|params| params.get("requestId"));
            let cancelled = request.map(Id::from_value);
            self.listens
                .retain(|listen| Some(listen) != cancelled.as_ref());
        }
    }

    fn initialize(&mut self, params: Option<&Value>, is_http: bool) -> Result<Answer, Failure> {
        let none = Value::Null;
        let params = params.unwrap_or(&none);
        let requested = text(params, "protocolVersion")?;
        if !params["capabilities"].is_object() || !params["clientInfo"].is_object() {
            let what = "`capabilities` and `clientInfo` have to be objects";
            return Err(Failure::invalid_params(what));
        }
        let handshake = self.script.supported.iter().copied();
        let handshake: Vec<Revision> = handshake
            .filter(|revision| revision.era() == Era::Handshake)
            .collect();
        let same = handshake
            .iter()
            .find(|revision| revision.as_str() == requested);
        let Some(&revision) = same.or(handshake.last()) else {
            return Err(Failure::unknown_method("initialize"));
        };
        self.sessions.agreed = Some(revision);
        let answer = Answer::result(json!({
            "protocolVersion": revision.as_str(),
            "capabilities": self.context(revision).capabilities,
            "serverInfo": offer::server_info(),
        }));
        if !is_http {
            return Ok(answer);
        }
        let id = self.sessions.open(revision);
        Ok(answer.header(SESSION_HEADER, id))
    }

    /// A request or notification under a handshake revision.
    fn call(&mut self, call: Call<'_>, subject: &Subject<'_>, is_checked: bool) -> Answer {
        let established = self.established(subject, is_checked);
        if call.id.is_none() {
            return match established {
                Err(refusal) if subject.http.is_some() => refusal.into(),
                _ => Answer::nothing(202),
            };
        }
        let context = self.context(established.as_ref().map_or(self.fallback(), |it| *it));
        let is_early = established.is_err() && subject.http.is_none();
        let is_always_answered = call.method == "ping" || !context.offers(call.method);
        match established {
            Err(refusal) if !(is_early && is_always_answered) => refusal.into(),
            _ => match context.answer(call.method, call.params) {
                Ok(result) => Answer::result(result),
                Err(failure) => Answer::failure(failure, 200),
            },
        }
    }

    /// A request or notification of 2026-07-28.
    fn modern_call(&mut self, subject: &Subject<'_>, is_checked: bool) -> Answer {
        let Kind::Call(Call { method, params, id }) = subject.kind else {
            return Answer::nothing(202);
        };
        let Some(id) = id else {
            return Answer::nothing(202);
        };
        let supported = &self.script.supported;
        if is_checked {
            let headers = subject.http.map_or(Ok(()), |request| {
                gate::check_headers(request, method, params, supported)
            });
            if let Err(failure) = headers.and_then(|()| modern::check_metadata(params, supported)) {
                return Answer::failure(failure, 400);
            }
        }
        let context = self.context(Revision::V2026_07_28);
        match modern::answer(&context, supported, method, params, id) {
            Ok(answer) => {
                if answer.is_stream && subject.http.is_none() {
                    self.listens.push(id.clone());
                }
                answer
            }
            Err(failure) => {
                let status = Failure::modern_status(failure.code);
                Answer::failure(failure, status)
            }
        }
    }

    /// Batches exist in 2025-03-26 only (basic/index#batching).
    fn batch(
        &mut self,
        elements: &[Arc<Parsed>],
        subject: &Subject<'_>,
        is_checked: bool,
    ) -> Answer {
        if self.is_modern(subject) {
            return invalid_request("batches are not supported");
        }
        match self.established(subject, is_checked) {
            Err(refusal) => return refusal.into(),
            Ok(Revision::V2025_03_26) => {}
            Ok(_) => return invalid_request("batches are not supported"),
        }
        if elements.is_empty() {
            return invalid_request("the batch is empty");
        }
        // Over HTTP another client may have agreed on something else since.
        let agreed = self.sessions.agreed.replace(Revision::V2025_03_26);
        let answers: Vec<Vec<u8>> = elements.iter().flat_map(|it| self.element(it)).collect();
        self.sessions.agreed = agreed;
        if answers.is_empty() {
            return Answer::nothing(202);
        }
        let array = [b"[".to_vec(), answers.join(&b','), b"]".to_vec()].concat();
        Answer::frames(vec![array])
    }

    fn element(&mut self, element: &Parsed) -> Vec<Vec<u8>> {
        let id = self.reply_id(Some(element));
        let kind = match kind(element) {
            // The handshake is never part of a batch (basic/lifecycle#initialization).
            Kind::Call(call) if call.method == "initialize" => Kind::Invalid,
            kind => kind,
        };
        let acts = self.over_stdio(kind, id.as_ref());
        let lines = acts.into_iter().filter_map(|act| match act {
            Act::Line(line) => Some(line),
            _ => None,
        });
        lines.collect()
    }

    /// GET, DELETE and other methods without a message.
    fn bare(&mut self, subject: &Subject<'_>, is_checked: bool) -> Answer {
        let Some(request) = subject.http else {
            return Answer::nothing(400);
        };
        if self.is_modern(subject) {
            return Answer::nothing(405).header("allow", "POST");
        }
        match request.method.as_str() {
            "GET" => match self.established(subject, is_checked) {
                Ok(_) => Answer::stream(Vec::new()),
                Err(refusal) => refusal.into(),
            },
            "DELETE" => match self.established(subject, is_checked) {
                Ok(_) => {
                    self.sessions.close(request);
                    Answer::nothing(200)
                }
                Err(refusal) => refusal.into(),
            },
            _ => Answer::nothing(405).header("allow", "GET, POST, DELETE"),
        }
    }

    /// The revision agreed with this client, or the refusal of a request without one. Without
    /// checks there is always one.
    fn established(&self, subject: &Subject<'_>, is_checked: bool) -> Result<Revision, Refusal> {
        let found = self.sessions.of(subject.http, &self.script.supported);
        match is_checked {
            true => found,
            false => Ok(found.unwrap_or(self.sessions.agreed.unwrap_or(self.fallback()))),
        }
    }

    fn context(&self, revision: Revision) -> Context {
        let scripted = self.script.capabilities.clone();
        Context {
            revision,
            capabilities: scripted.unwrap_or_else(|| offer::capabilities(revision)),
        }
    }

    /// The revision to answer by where none was agreed on.
    fn fallback(&self) -> Revision {
        match self.script.revision.era() {
            Era::Handshake => self.script.revision,
            Era::Modern => Revision::NEWEST_HANDSHAKE,
        }
    }
}

/// True when the selected rule leaves out the built-in checks.
fn is_served(script: &Script, selected: Option<usize>) -> bool {
    selected.is_some_and(|index| {
        let unchecked = |reaction: &Reaction| {
            matches!(
                reaction,
                Reaction::Frame(Frame::Default { checked: false, .. })
            )
        };
        script.rules[index].reactions.iter().any(unchecked)
    })
}

fn invalid_request(what: &str) -> Answer {
    let message = format!("Invalid request: {what}");
    Answer::failure(Failure::new(code::INVALID_REQUEST, message), 400)
}
