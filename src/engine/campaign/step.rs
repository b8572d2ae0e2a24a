//! One generated call: how it is sent, and how long its answer may take.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::check::common::generated::Class;
use crate::check::peer::{Answer, Request};
use crate::generate::Case;
use crate::peer::Connection;
use crate::spec::Era;
use crate::transcript::view::BARRIER;

/// A call to be sent.
#[derive(Clone)]
pub(super) struct Step {
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

impl Step {
    pub(super) fn control(tool: &Rc<str>, arguments: &Value) -> Self {
        Self {
            class: Class::Control,
            tool: Rc::clone(tool),
            arguments: arguments.clone(),
            case: None,
        }
    }

    pub(super) fn case(tool: &Rc<str>, case: &Rc<Case>) -> Self {
        Self {
            class: case.class,
            tool: Rc::clone(tool),
            arguments: case.arguments.clone(),
            case: Some(Rc::clone(case)),
        }
    }

    /// Sends the call and waits for its answer. When none comes, a harmless request shows whether
    /// the server still answers.
    pub(super) async fn send(&self, connection: &mut Connection, wait: Duration) -> Sent {
        let recorder = connection.context().recorder.clone();
        let from = recorder.length_of(&connection.label());
        let params = json!({"name": &*self.tool, "arguments": self.arguments});
        let mut request = Request::new(self.class.intent(), "tools/call").params(params);
        request.deadline = Some(wait);
        let started = Instant::now();
        let answer = connection.call(request).await;
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

/// Asks for something harmless.
async fn is_alive(connection: &mut Connection, wait: Duration) -> bool {
    if connection.is_gone() {
        return false;
    }
    let method = match connection.revision().era() {
        Era::Handshake => "ping",
        Era::Modern => "server/discover",
    };
    let mut request = Request::new(BARRIER, method);
    request.deadline = Some(wait);
    connection.call(request).await.is_some()
}
