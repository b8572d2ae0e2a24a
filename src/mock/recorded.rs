//! A server that says again what a recorded one said.
//!
//! A request is answered as the recorded request with the same method and parameters was, the
//! second time as the second one, and so on. What was never asked is refused.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::session::SESSION_HEADER;
use super::{Act, Input, Played};
use crate::mock::matching::{Call, Kind, kind};
use crate::rpc::{self, Id, Message, code};
use crate::spec::{Era, Revision};
use crate::transcript::event::header;
use crate::transcript::{HttpRequest, Reply, View};

/// The `_meta` key by which a request names its revision.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

/// How session ids begin; the revision follows.
const SESSION: &str = "recorded-";

/// A recorded server. One value is one process, or one endpoint.
#[derive(Clone, Debug)]
pub struct Recorded {
    revisions: BTreeMap<Revision, Book>,
    agreed: Option<Revision>,
}

/// The answers at one revision by request.
#[derive(Clone, Debug, Default)]
struct Book {
    answers: BTreeMap<String, Vec<Said>>,
    given: BTreeMap<String, usize>,
    methods: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Said {
    Result(Value),
    Error(Failure),
}

impl Recorded {
    /// The server that these suites show. `None` when none of them was established.
    pub fn of(views: &[View]) -> Option<Self> {
        let mut revisions = BTreeMap::new();
        for view in views {
            let mut book = Book::default();
            // The main connection comes first: later ones were opened by single checks.
            let main = view.main().into_iter();
            let others = view
                .conversations()
                .iter()
                .filter(|it| it.opened.purpose != "main");
            for exchange in main.chain(others).flat_map(|it| it.exchanges()) {
                let reply = match exchange.reply() {
                    Reply::Result(_, result) => Said::Result(result.clone()),
                    Reply::Error(message, Some(code)) => {
                        let Message::Error { message, data, .. } = &message.parsed.message else {
                            continue;
                        };
                        let text = message.clone().unwrap_or_default();
                        let failure = Failure::new(code, text);
                        Said::Error(match data {
                            Some(data) => failure.with_data(Value::clone(data)),
                            None => failure,
                        })
                    }
                    _ => continue,
                };
                let method = exchange.method();
                if matches!(reply, Said::Result(_)) {
                    book.methods.push(method.to_owned());
                }
                let replies = book
                    .answers
                    .entry(key(method, exchange.params()))
                    .or_default();
                replies.push(reply);
            }
            revisions.insert(view.revision, book);
        }
        let is_any = revisions.values().any(|book| !book.answers.is_empty());
        is_any.then_some(Self {
            revisions,
            agreed: None,
        })
    }

    /// `session` is the revision of the session that an HTTP request belongs to.
    fn answer(&mut self, call: Call<'_>, session: Option<Revision>, is_http: bool) -> Answer {
        let Call { method, params, .. } = call;
        if method == "initialize" {
            return self.initialize(params, is_http);
        }
        let modern = Revision::V2026_07_28;
        let is_modern = method == "server/discover"
            || params.is_some_and(|params| params["_meta"].get(VERSION_KEY).is_some());
        let revision = match is_modern && self.revisions.contains_key(&modern) {
            true => Some(modern),
            false => session.or(self.agreed).or(self.newest_handshake()),
        };
        let book = revision.and_then(|revision| self.revisions.get_mut(&revision));
        let unknown = Failure::new(
            code::METHOD_NOT_FOUND,
            format!("Method not found: {method}"),
        );
        let reply = book.map_or(Said::Error(unknown), |book| book.answer(method, params));
        match reply {
            Said::Result(result) => Answer::result(result),
            Said::Error(failure) => {
                let status = match is_modern {
                    true => Failure::modern_status(failure.code),
                    false => 200,
                };
                Answer::failure(failure, status)
            }
        }
    }

    fn newest_handshake(&self) -> Option<Revision> {
        let is_handshake = |it: &&Revision| it.era() == Era::Handshake;
        self.revisions.keys().rfind(is_handshake).copied()
    }

    fn initialize(&mut self, params: Option<&Value>, is_http: bool) -> Answer {
        let asked = params.and_then(|params| params["protocolVersion"].as_str());
        if asked.is_none() {
            // No handshake, whatever it is; the newest suite had most to say about those.
            let key = key("initialize", params);
            let said = self
                .revisions
                .values()
                .rev()
                .find_map(|book| book.answers.get(&key));
            let refusal = Failure::invalid_params("`protocolVersion` has to be a string");
            return match said.and_then(|replies| replies.first()) {
                Some(Said::Result(result)) => Answer::result(result.clone()),
                Some(Said::Error(failure)) => Answer::failure(failure.clone(), 200),
                None => Answer::failure(refusal, 200),
            };
        }
        let asked = asked.and_then(|text| text.parse::<Revision>().ok());
        let known = asked.filter(|revision| {
            revision.era() == Era::Handshake && self.revisions.contains_key(revision)
        });
        let Some(revision) = known.or(self.newest_handshake()) else {
            return Answer::failure(Failure::unknown_method("initialize"), 200);
        };
        let book = self.revisions.get(&revision);
        let result = book.and_then(|book| book.initialized(revision));
        let Some(result) = result else {
            return Answer::failure(Failure::unknown_method("initialize"), 200);
        };
        self.agreed = Some(revision);
        // A new client hears everything from the beginning.
        if let Some(book) = self.revisions.get_mut(&revision) {
            book.given.clear();
        }
        let answer = Answer::result(result);
        match is_http {
            true => answer.header(SESSION_HEADER, format!("{SESSION}{revision}")),
            false => answer,
        }
    }
}

impl Book {
    fn answer(&mut self, method: &str, params: Option<&Value>) -> Said {
        let key = key(method, params);
        if let Some(replies) = self.answers.get(&key) {
            let given = self.given.entry(key).or_default();
            let reply = &replies[(*given).min(replies.len() - 1)];
            *given += 1;
            return reply.clone();
        }
        Said::Error(
            match (method, self.methods.iter().any(|known| known == method)) {
                ("ping", _) => return Said::Result(json!({})),
                (_, true) => Failure::invalid_params("the recording has no such request"),
                (_, false) => Failure::unknown_method(method),
            },
        )
    }

    /// The recorded answer to `initialize` in which this revision was agreed on.
    fn initialized(&self, revision: Revision) -> Option<Value> {
        let all = self.answers.iter();
        let of_initialize = all.filter(|(key, _)| key.starts_with("initialize "));
        let mut results = of_initialize
            .flat_map(|(_, replies)| replies)
            .filter_map(|reply| match reply {
                Said::Result(result) => Some(result),
                Said::Error(_) => None,
            });
        results
            .find(|result| result["protocolVersion"] == revision.as_str())
            .cloned()
    }
}

/// A request by its method and parameters, without the metadata that differs from client to client.
fn key(method: &str, params: Option<&Value>) -> String {
    let mut params = params.cloned().unwrap_or_else(|| json!({}));
    if let Some(members) = params.as_object_mut() {
        members.shift_remove("_meta");
        // Leaving arguments out means the same as having none.
        if members.get("arguments") == Some(&json!({})) {
            members.shift_remove("arguments");
        }
        members.sort_keys();
    }
    format!("{method} {params}")
}

/// The revision of the session that a request names.
fn session(request: &HttpRequest) -> Option<Revision> {
    let id = header(&request.headers, SESSION_HEADER)?;
    id.trim().strip_prefix(SESSION)?.parse().ok()
}

impl Played for Recorded {
    fn start(&mut self) -> Vec<Act> {
        Vec::new()
    }

    fn receive(&mut self, input: Input<'_>) -> Vec<Act> {
        let (bytes, http) = match input {
            Input::Line(line) if line.trim_ascii().is_empty() => return Vec::new(),
            Input::Line(line) => (line, None),
            Input::Http { request, body } => (body, Some(request)),
            Input::EndOfInput | Input::Terminate => return vec![Act::Exit(0)],
        };
        if let Some(request) = http.filter(|request| request.method != "POST") {
            let status = if request.method == "DELETE" { 200 } else { 405 };
            return vec![Act::Http(Answer::nothing(status).into_reply(None, false))];
        }
        let parsed = rpc::parse(bytes);
        let (answer, id) = match kind(&parsed) {
            Kind::Call(call) => match call.id {
                Some(id) => {
                    let session = http.and_then(session);
                    let answer = self.answer(call, session, http.is_some());
                    (answer, Some(id.clone()))
                }
                None => (Answer::nothing(202), None),
            },
            Kind::Response => (Answer::nothing(202), None),
            Kind::Malformed => {
                let failure = Failure::new(code::PARSE_ERROR, "Parse error");
                (Answer::failure(failure, 400), Some(Id::Null))
            }
            _ => {
                let failure = Failure::new(code::INVALID_REQUEST, "Invalid request");
                (Answer::failure(failure, 400), Some(Id::Null))
            }
        };
        match http {
            Some(_) => vec![Act::Http(answer.into_reply(id.as_ref(), false))],
            None => answer.into_acts(id.as_ref()),
        }
    }
}
