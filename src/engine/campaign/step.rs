//! One generated request: how it is sent, and how long its answer may take.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::check::common::broken_message::{BROKEN, CONTROL};
use crate::check::common::generated::Class;
use crate::check::peer::{Answer, Request};
use crate::generate::{BrokenRequest, Case};
use crate::peer::Connection;
use crate::spec::{Era, TransportKind};
use crate::transcript::view::BARRIER;

/// Longest wait for an answer to what is no call: servers have it at once or never.
const LONGEST: Duration = Duration::from_secs(5);
/// Requests that have to fail at once before a server counts as ended.
const MOST_BARRIERS: u32 = 3;

/// A request to be sent.
#[derive(Clone)]
pub(super) enum Step {
    /// A call of a tool.
    Call(Call),
    /// A plain request of the protocol: method and params.
    Plain(Rc<str>, Option<Value>),
    /// A request that breaks one rule, and what is sent of it: itself or a smaller one.
    Broken(Rc<BrokenRequest>, Value),
}

/// A call to be sent.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) class: Class,
    pub(super) tool: Rc<str>,
    pub(super) arguments: Value,
    /// Where the arguments come from; none for a control.
    pub(super) case: Option<Rc<Case>>,
}

/// Where the events of a step begin on its connection.
pub(super) struct Sent {
    pub(super) from: u32,
    pub(super) answer: Option<Answer>,
    pub(super) took: Duration,
    /// False when the server ended, or answered nothing else either.
    pub(super) is_alive: bool,
}

impl Sent {
    /// True when the step was answered, or need not be.
    pub(super) fn is_well(&self, step: &Step) -> bool {
        self.answer.is_some() || (self.is_alive && matches!(step, Step::Broken(..)))
    }
}

impl Step {
    pub(super) fn control(tool: &Rc<str>, arguments: &Value) -> Self {
        Self::Call(Call {
            class: Class::Control,
            tool: Rc::clone(tool),
            arguments: arguments.clone(),
            case: None,
        })
    }

    pub(super) fn case(tool: &Rc<str>, case: &Rc<Case>) -> Self {
        Self::Call(Call {
            class: case.class,
            tool: Rc::clone(tool),
            arguments: case.arguments.clone(),
            case: Some(Rc::clone(case)),
        })
    }

    pub(super) fn broken(request: &Rc<BrokenRequest>) -> Self {
        Self::Broken(Rc::clone(request), request.message())
    }

    /// True for what is only sent to see whether it is still answered alike.
    pub(super) fn is_control(&self) -> bool {
        match self {
            Self::Call(call) => call.case.is_none(),
            Self::Plain(..) => true,
            Self::Broken(..) => false,
        }
    }

    /// True when both send the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Call(one), Self::Call(other)) => {
                one.tool == other.tool && one.arguments == other.arguments
            }
            (Self::Plain(one, params), Self::Plain(other, others)) => {
                one == other && params == others
            }
            (Self::Broken(_, one), Self::Broken(_, other)) => one == other,
            _ => false,
        }
    }

    /// Sends a broken request with a sound envelope and waits for nothing but its answer; false when
    /// none came.
    pub(super) async fn ask_once(&self, connection: &mut Connection, wait: Duration) -> bool {
        match self {
            Self::Broken(request, message) => send_broken(connection, request, message, wait)
                .await
                .is_some(),
            _ => false,
        }
    }

    /// Sends it and waits for its answer. When none comes, a harmless request, which may take as long
    /// as said in any case, shows whether the server still answers.
    pub(super) async fn send(&self, connection: &mut Connection, wait: Duration) -> Sent {
        let recorder = connection.context().recorder.clone();
        let from = recorder.length_of(&connection.label());
        let started = Instant::now();
        let answer = match self {
            Self::Call(call) => {
                let params = json!({"name": &*call.tool, "arguments": call.arguments});
                let request = Request::new(call.class.intent(), "tools/call").params(params);
                ask(connection, request, wait).await
            }
            Self::Plain(method, params) => {
                let mut request = Request::new(CONTROL, method);
                request.params.clone_from(params);
                ask(connection, request, wait.min(LONGEST)).await
            }
            Self::Broken(request, message) => {
                send_broken(connection, request, message, wait.min(LONGEST)).await
            }
        };
        let took = started.elapsed();
        let is_alive = answer.is_some() || is_alive(connection, wait).await;
        Sent {
            from,
            answer,
            took,
            is_alive,
        }
    }
}

async fn ask(connection: &mut Connection, mut request: Request, wait: Duration) -> Option<Answer> {
    request.deadline = Some(wait);
    connection.call(request).await
}

/// A request with a sound envelope goes the way of all requests. Where one that is wrong for any method
/// may remain unanswered, it is not waited for; the next answer shows that it was read. HTTP answers
/// by its status at least.
async fn send_broken(
    connection: &mut Connection,
    request: &BrokenRequest,
    message: &Value,
    wait: Duration,
) -> Option<Answer> {
    let has_status = connection.context().connector.kind() == TransportKind::StreamableHttp;
    if !request.breaks_any_request() || (has_status && !request.breaks_envelope()) {
        let mut request = Request::new(BROKEN, &request.method).bare();
        request.params = message.get("params").cloned();
        return ask(connection, request, wait).await;
    }
    let mut message = message.clone();
    if request.at != "/id" {
        message["id"] = json!(connection.spare_id());
    }
    let bytes = message.to_string().into_bytes();
    connection.send_raw(BROKEN, bytes, &[]).await;
    None
}

/// Asks for something harmless. Over HTTP the question may go over a connection that was kept open and
/// broke together with the one before; the next goes over a new one.
async fn is_alive(connection: &mut Connection, wait: Duration) -> bool {
    let method = match connection.revision().era() {
        Era::Handshake => "ping",
        Era::Modern => "server/discover",
    };
    for _ in 0..MOST_BARRIERS {
        if connection.is_gone() {
            return false;
        }
        let started = Instant::now();
        let barrier = Request::new(BARRIER, method);
        if ask(connection, barrier, wait).await.is_some() {
            return true;
        }
        if started.elapsed() >= wait {
            return false;
        }
    }
    false
}
