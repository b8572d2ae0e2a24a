//! What probes see of a connection: the `Peer` of the check contract.

use std::rc::Rc;

use serde_json::{Value, json};

use super::connection::Connection;
use crate::check::peer::{
    Answer, HttpAnswer, HttpCall, Opening, Peer, Pending, Raw, Request, Surface,
};
use crate::spec::{Era, Revision, TransportKind};
use crate::transcript::Session;

/// A probe's connection, with the name under which further ones are recorded.
pub struct ProbePeer<'c> {
    connection: Lent<'c>,
    check: Rc<str>,
}

enum Lent<'c> {
    Main(&'c mut Connection),
    Own(Box<Connection>),
}

impl<'c> ProbePeer<'c> {
    /// Lends the suite's connection to a probe.
    pub fn on(connection: &'c mut Connection, check: &str) -> Self {
        Self {
            connection: Lent::Main(connection),
            check: check.into(),
        }
    }

    fn connection(&mut self) -> &mut Connection {
        match &mut self.connection {
            Lent::Main(connection) => connection,
            Lent::Own(connection) => connection,
        }
    }

    fn shared(&self) -> &Connection {
        match &self.connection {
            Lent::Main(connection) => connection,
            Lent::Own(connection) => connection,
        }
    }
}

impl Peer for ProbePeer<'_> {
    fn revision(&self) -> Revision {
        self.shared().revision
    }

    fn transport(&self) -> TransportKind {
        self.shared().context.connector.kind()
    }

    fn session(&self) -> &Session {
        &self.shared().session
    }

    fn surface(&self) -> &Surface {
        &self.shared().surface
    }

    fn is_authorized(&self) -> bool {
        let given = self.shared().context.connector.headers();
        given.iter().any(|(name, value)| {
            let scheme = value.split_whitespace().next().unwrap_or_default();
            name.eq_ignore_ascii_case("Authorization") && scheme.eq_ignore_ascii_case("Bearer")
        })
    }

    fn request<'p>(&'p mut self, request: Request) -> Pending<'p, Option<Answer>> {
        Box::pin(self.connection().call(request))
    }

    fn requests<'p>(&'p mut self, requests: Vec<Request>) -> Pending<'p, Vec<Option<Answer>>> {
        Box::pin(self.connection().call_all(requests))
    }

    fn notify<'p>(
        &'p mut self,
        intent: &str,
        method: &str,
        params: Option<Value>,
    ) -> Pending<'p, ()> {
        let (intent, method) = (intent.to_owned(), method.to_owned());
        Box::pin(async move {
            self.connection()
                .send_notification(&intent, &method, params)
                .await;
        })
    }

    fn raw<'p>(&'p mut self, raw: Raw) -> Pending<'p, ()> {
        Box::pin(async move {
            self.connection()
                .send_raw(&raw.intent, raw.bytes, &raw.headers)
                .await;
        })
    }

    fn settle<'p>(&'p mut self) -> Pending<'p, bool> {
        Box::pin(self.connection().settle())
    }

    fn http<'p>(&'p mut self, call: HttpCall) -> Pending<'p, Option<HttpAnswer>> {
        Box::pin(self.connection().send_http(call))
    }

    fn open<'p>(&'p mut self, opening: Opening) -> Pending<'p, Option<Box<dyn Peer>>> {
        Box::pin(async move {
            let check = Rc::clone(&self.check);
            let parent = self.shared();
            let revision = parent.revision;
            let label = format!("{revision}/{check}");
            let opened = Connection::open(&parent.context, revision, &label, &check);
            let mut connection = opened.ok()?;
            connection.set_facts(parent.session.clone(), Rc::clone(&parent.surface));
            connection.set_probe(Some(&check));
            let capabilities = match opening {
                Opening::Silent => None,
                Opening::Ready => Some(json!({})),
                Opening::Declaring(capabilities) => Some(capabilities),
            };
            if let Some(capabilities) = capabilities.filter(|_| revision.era() == Era::Handshake) {
                let wait = connection.deadlines().start_up;
                connection
                    .handshake_declaring(revision.as_str(), wait, capabilities)
                    .await?;
            }
            let peer: Box<dyn Peer> = Box::new(ProbePeer {
                connection: Lent::Own(Box::new(connection)),
                check,
            });
            Some(peer)
        })
    }

    fn close<'p>(&'p mut self) -> Pending<'p, ()> {
        Box::pin(self.connection().close())
    }
}
