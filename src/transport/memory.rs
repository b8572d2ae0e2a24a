//! A scripted server in memory: the transport of the checks' own examples.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::Rc;

use super::{ConnectError, Connector, Inbound, Outbound, Signal, Transport, Wait};
use crate::mock::{Act, HttpBody, HttpReply, Input, Script, Server};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, HttpResponse, Process, SseMeta};

/// Connects to a server that plays a script. Over stdio every connection is a new server; over
/// HTTP all connections share one, and every request has an `Authorization` header.
pub struct MemoryConnector {
    script: Script,
    kind: TransportKind,
    headers: Vec<(String, String)>,
    endpoint: Rc<RefCell<Server>>,
}

impl MemoryConnector {
    /// A server that plays `script`, over the transport that the script names.
    pub fn new(script: Script) -> Self {
        Self {
            kind: script.transport(),
            headers: vec![("Authorization".to_owned(), "Bearer script".to_owned())],
            endpoint: Rc::new(RefCell::new(Server::new(script.clone()))),
            script,
        }
    }
}

impl Connector for MemoryConnector {
    fn kind(&self) -> TransportKind {
        self.kind
    }

    fn url(&self) -> &str {
        match self.kind {
            TransportKind::Stdio => "",
            _ => "http://127.0.0.1/mcp",
        }
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn listening(&self) -> Vec<IpAddr> {
        self.script.listening().to_vec()
    }

    fn connect(&self) -> Result<Box<dyn Transport>, ConnectError> {
        let server = match self.kind {
            TransportKind::Stdio => Rc::new(RefCell::new(Server::new(self.script.clone()))),
            _ => Rc::clone(&self.endpoint),
        };
        let mut transport = MemoryTransport {
            kind: self.kind,
            server,
            queue: VecDeque::new(),
            exited: false,
            output: Vec::new(),
        };
        if self.kind == TransportKind::Stdio {
            let acts = transport.server.borrow_mut().start();
            transport.play(Channel::Stdio, acts);
        }
        Ok(Box::new(transport))
    }
}

struct MemoryTransport {
    kind: TransportKind,
    server: Rc<RefCell<Server>>,
    queue: VecDeque<Inbound>,
    exited: bool,
    output: Vec<u8>,
}

impl MemoryTransport {
    fn play(&mut self, channel: Channel, acts: Vec<Act>) {
        for act in acts {
            if self.exited {
                return;
            }
            match act {
                Act::Line(mut bytes) => {
                    bytes.push(b'\n');
                    self.write(&bytes);
                }
                Act::Bytes(bytes) => self.write(&bytes),
                Act::Stderr(bytes) => self.push(channel, Body::Stderr(bytes)),
                Act::Exit(code) => self.exit(Some(code), None),
                Act::Http(reply) => self.reply(channel, reply),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        while let Some(end) = self.output.iter().position(|byte| *byte == b'\n') {
            let mut line: Vec<u8> = self.output.drain(..=end).collect();
            line.pop();
            self.push(Channel::Stdio, Body::Frame(Frame::line(line)));
        }
    }

    fn exit(&mut self, code: Option<i32>, signal: Option<i32>) {
        if !self.output.is_empty() {
            let frame = Frame::new(std::mem::take(&mut self.output), false, None);
            self.push(Channel::Stdio, Body::Frame(frame));
        }
        self.exited = true;
        self.push(Channel::Stdio, Body::StreamEnd);
        self.push(
            Channel::Stdio,
            Body::Process(Process::Exited { code, signal }),
        );
    }

    fn reply(&mut self, channel: Channel, reply: HttpReply) {
        let head = HttpResponse {
            status: reply.status,
            headers: reply.headers,
        };
        let json = head.media_type() == "application/json";
        self.push(channel, Body::HttpResponse(head));
        match reply.body {
            HttpBody::Empty => {}
            HttpBody::Whole(bytes) if json => self.push(channel, Body::Frame(Frame::line(bytes))),
            HttpBody::Whole(bytes) => self.push(channel, Body::HttpBody(bytes)),
            HttpBody::Sse(events) => {
                for event in events {
                    let meta = SseMeta {
                        event: event.event,
                        id: event.id,
                        retry: event.retry,
                        comment: event.comment,
                    };
                    let body = match event.data {
                        Some(bytes) if !bytes.is_empty() => {
                            Body::Frame(Frame::new(bytes, true, Some(meta)))
                        }
                        _ => Body::Sse(meta),
                    };
                    self.push(channel, body);
                }
            }
        }
        if reply.ends {
            self.push(channel, Body::StreamEnd);
        }
    }

    fn push(&mut self, channel: Channel, body: Body) {
        self.queue.push_back(Inbound { channel, body });
    }
}

impl Transport for MemoryTransport {
    fn send(&mut self, outbound: Outbound) {
        if self.exited {
            return;
        }
        let acts = match &outbound.request {
            Some(request) => self.server.borrow_mut().receive(Input::Http {
                request,
                body: &outbound.bytes,
            }),
            None => self
                .server
                .borrow_mut()
                .receive(Input::Line(&outbound.bytes)),
        };
        self.play(outbound.channel, acts);
    }

    fn receive(&mut self) -> Wait<'_, Option<Inbound>> {
        Box::pin(async move {
            match self.queue.pop_front() {
                Some(inbound) => Some(inbound),
                None if self.exited => None,
                None => std::future::pending().await,
            }
        })
    }

    fn close_input(&mut self) {
        if self.kind == TransportKind::Stdio && !self.exited {
            let acts = self.server.borrow_mut().receive(Input::EndOfInput);
            self.play(Channel::Stdio, acts);
        }
    }

    fn signal(&mut self, signal: Signal) {
        if self.kind != TransportKind::Stdio || self.exited {
            return;
        }
        match signal {
            Signal::Terminate => {
                let acts = self.server.borrow_mut().receive(Input::Terminate);
                self.play(Channel::Stdio, acts);
            }
            Signal::Kill => self.exit(None, Some(9)),
        }
    }

    fn cancel(&mut self, channel: Channel) {
        self.queue.retain(|inbound| inbound.channel != channel);
    }

    fn end_leftovers(&mut self) -> u32 {
        0
    }
}
