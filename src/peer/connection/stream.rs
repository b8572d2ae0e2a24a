//! Connections that carry the whole conversation: the event stream of HTTP+SSE, and WebSockets.

use tokio::time::Instant;

use super::Connection;
use crate::peer::headers::{self, Headers};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, HttpRequest};
use crate::transport::streamable_http::endpoint_address;
use crate::transport::websocket::SUBPROTOCOL;
use crate::transport::{Inbound, Outbound};

/// The remark that the server of HTTP+SSE sends its clients elsewhere.
pub const ENDPOINT_ELSEWHERE: &str =
    "the endpoint event names another origin, or no address; nothing is sent there";

impl Connection {
    /// Asks for the stream, where the transport has one.
    pub(super) fn open_stream(&mut self) {
        let mut headers: Headers = match self.kind() {
            TransportKind::HttpSse => vec![("Accept".into(), "text/event-stream".into())],
            TransportKind::WebSocket => {
                vec![("Sec-WebSocket-Protocol".into(), SUBPROTOCOL.into())]
            }
            TransportKind::Stdio | TransportKind::StreamableHttp => return,
        };
        for (name, value) in self.context.connector.headers() {
            headers::set(&mut headers, name, Some(value));
        }
        let channel = self.next_channel();
        self.stream = Some(channel);
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: self.context.connector.url().to_owned(),
            headers,
        };
        self.tape
            .sent(channel, None, Body::HttpRequest(request.clone()));
        self.transport.send(Outbound {
            channel,
            request: Some(request),
            bytes: Vec::new(),
        });
    }

    /// Waits until messages can be sent: over HTTP+SSE for the server to say where. False when
    /// that does not come.
    pub(super) async fn ready(&mut self) -> bool {
        if self.kind() != TransportKind::HttpSse || self.post_url.is_some() {
            return true;
        }
        let wait = self.context.deadlines.start_up;
        self.pump(Instant::now() + wait, |this| this.post_url.is_some())
            .await;
        if self.post_url.is_none() && !self.gone {
            self.silence("endpoint-event", wait);
            self.gone = true;
            self.exited = true;
        }
        self.post_url.is_some()
    }

    /// Posts a message of HTTP+SSE; its answer comes on the stream.
    pub(super) fn post_message(
        &mut self,
        intent: &str,
        bytes: Vec<u8>,
        headers: Headers,
    ) -> Channel {
        let Some(url) = self.post_url.clone() else {
            return Channel::Stream;
        };
        let channel = self.next_channel();
        self.last_post = Some(channel);
        let request = HttpRequest {
            method: "POST".to_owned(),
            url,
            headers,
        };
        self.tape
            .sent(channel, None, Body::HttpRequest(request.clone()));
        let frame = Body::Frame(Frame::line(bytes.clone()));
        self.tape.sent(Channel::Stream, Some(intent), frame);
        self.transport.send(Outbound {
            channel,
            request: Some(request),
            bytes,
        });
        Channel::Stream
    }

    /// Where something belongs. Over HTTP+SSE the events of the stream are the conversation, but
    /// for the one that names the address; bodies of other answers have no meaning.
    pub(super) fn place(&mut self, inbound: Inbound) -> Inbound {
        if self.kind() != TransportKind::HttpSse {
            return inbound;
        }
        let Inbound { channel, body } = inbound;
        let on_stream = self.stream == Some(channel);
        match body {
            Body::Frame(frame) if !on_stream || frame.sse.is_none() => Inbound {
                channel,
                body: Body::HttpBody(frame.bytes().to_vec()),
            },
            Body::Frame(frame) => {
                let channel = if self.is_address(&frame) {
                    channel
                } else {
                    Channel::Stream
                };
                Inbound {
                    channel,
                    body: Body::Frame(frame),
                }
            }
            Body::StreamEnd if on_stream => Inbound {
                channel: Channel::Stream,
                body: Body::StreamEnd,
            },
            body => Inbound { channel, body },
        }
    }

    /// True for the event that names the address for messages, which is remembered.
    fn is_address(&mut self, frame: &Frame) -> bool {
        let name = frame.sse.as_ref().and_then(|sse| sse.event.as_deref());
        if name != Some("endpoint") {
            return false;
        }
        if self.post_url.is_none() {
            let named = String::from_utf8_lossy(frame.bytes()).into_owned();
            self.post_url = endpoint_address(self.context.connector.url(), &named);
            if self.post_url.is_none() {
                self.note(ENDPOINT_ELSEWHERE);
                self.gone = true;
                self.exited = true;
            }
        }
        true
    }

    /// Ends the stream, as a client that goes away does.
    pub(super) fn close_stream(&mut self) {
        self.transport.close_input();
        if let Some(stream) = self.stream {
            self.transport.cancel(stream);
        }
    }
}
