//! A server behind a WebSocket: one connection, one message a frame, subprotocol `mcp`.
//!
//! The opening request and its answer are one HTTP exchange; messages come and go on the stream.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::dial::{Dialled, dial};
use super::streamable_http::{CONNECT_DEADLINE, FAULT_CONNECT, LARGEST_BODY};
use super::tls::Trust;
use super::{ConnectError, Connector, Inbound, Outbound, Signal, Transport, Wait};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, HttpRequest, HttpResponse};

/// Name of the subprotocol that clients of MCP ask for.
pub const SUBPROTOCOL: &str = "mcp";

const SUBPROTOCOL_HEADER: &str = "sec-websocket-protocol";

/// How long the server may take to close its side.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// A WebSocket endpoint.
#[derive(Clone, Debug)]
pub struct WebSocketConnector {
    /// Absolute URL, `ws` or `wss`.
    pub url: String,
    /// Headers for the opening request.
    pub headers: Vec<(String, String)>,
    /// Who vouches for a server over TLS.
    pub trust: Trust,
}

impl Connector for WebSocketConnector {
    fn kind(&self) -> TransportKind {
        TransportKind::WebSocket
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn connect(&self) -> Result<Box<dyn Transport>, ConnectError> {
        let (sender, inbox) = unbounded_channel();
        Ok(Box::new(WebSocketTransport {
            trust: self.trust.clone(),
            sender,
            inbox,
            outbox: None,
        }))
    }
}

struct WebSocketTransport {
    trust: Trust,
    sender: UnboundedSender<Inbound>,
    inbox: UnboundedReceiver<Inbound>,
    outbox: Option<UnboundedSender<Vec<u8>>>,
}

impl Transport for WebSocketTransport {
    fn send(&mut self, outbound: Outbound) {
        if let Some(request) = outbound.request {
            let (outbox, messages) = unbounded_channel();
            self.outbox = Some(outbox);
            let link = Link {
                channel: outbound.channel,
                sender: self.sender.clone(),
                trust: self.trust.clone(),
            };
            tokio::spawn(link.run(request, messages));
        } else if let Some(outbox) = &self.outbox {
            // The link ends when the connection breaks, which it has already reported.
            let _ = outbox.send(outbound.bytes);
        }
    }

    fn receive(&mut self) -> Wait<'_, Option<Inbound>> {
        Box::pin(self.inbox.recv())
    }

    fn close_input(&mut self) {
        self.outbox = None;
    }

    fn signal(&mut self, _signal: Signal) {}

    fn cancel(&mut self, _channel: Channel) {}

    fn end_leftovers(&mut self) -> u32 {
        0
    }
}

/// One connection; it ends when the transport is dropped or has closed its input.
struct Link {
    channel: Channel,
    sender: UnboundedSender<Inbound>,
    trust: Trust,
}

type Socket = WebSocketStream<Dialled>;

impl Link {
    async fn run(self, request: HttpRequest, messages: UnboundedReceiver<Vec<u8>>) {
        match self.open(&request).await {
            Ok(socket) => self.converse(socket, messages).await,
            Err(why) => self.emit(self.channel, Body::Fault(why)),
        }
        self.emit(self.channel, Body::StreamEnd);
        self.emit(Channel::Stream, Body::StreamEnd);
    }

    /// Asks for the subprotocol first, and without it where the server does not know it.
    async fn open(&self, request: &HttpRequest) -> Result<Socket, String> {
        let mut headers = request.headers.clone();
        let (mut result, answer) = self.attempt(&request.url, &headers).await;
        let unknown = match (&result, &answer) {
            (Err(Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(error))), _) => {
                *error == SubProtocolError::NoSubProtocol
            }
            (Err(_), Some(head)) => matches!(head.status, 400 | 426 | 500),
            _ => false,
        };
        let asks = |name: &str| name.eq_ignore_ascii_case(SUBPROTOCOL_HEADER);
        if unknown && headers.iter().any(|(name, _)| asks(name)) {
            headers.retain(|(name, _)| !asks(name));
            let remark = "the server does not take up the subprotocol mcp; asked again without";
            self.emit(self.channel, Body::Note(remark.to_owned()));
            let (second, head) = self.attempt(&request.url, &headers).await;
            result = second;
            self.emit_head(head);
        } else {
            self.emit_head(answer);
        }
        result.map_err(|error| fault(&error))
    }

    async fn attempt(
        &self,
        url: &str,
        headers: &[(String, String)],
    ) -> (Result<Socket, Error>, Option<HttpResponse>) {
        let opening = async {
            let request = opening_request(url, headers)?;
            let stream = dial(request.uri(), &self.trust).await.map_err(Error::Io)?;
            let limits = WebSocketConfig::default()
                .max_message_size(Some(LARGEST_BODY))
                .max_frame_size(Some(LARGEST_BODY));
            client_async_with_config(request, stream, Some(limits)).await
        };
        match tokio::time::timeout(CONNECT_DEADLINE, opening).await {
            Ok(Ok((socket, response))) => (Ok(socket), Some(head_of(&response))),
            Ok(Err(Error::Http(response))) => {
                let head = head_of(&response);
                (Err(Error::Http(response)), Some(head))
            }
            Ok(Err(error)) => (Err(error), None),
            Err(_) => {
                let late = std::io::Error::other(format!(
                    "no WebSocket within {} seconds",
                    CONNECT_DEADLINE.as_secs()
                ));
                (Err(Error::Io(late)), None)
            }
        }
    }

    async fn converse(&self, mut socket: Socket, mut messages: UnboundedReceiver<Vec<u8>>) {
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(bytes) => if let Err(error) = self.send(&mut socket, bytes).await {
                        self.emit(Channel::Stream, Body::Fault(fault(&error)));
                        return;
                    },
                    None => {
                        // Whether the server answers the farewell is its own affair.
                        let _ = tokio::time::timeout(CLOSE_DEADLINE, socket.close(None)).await;
                        return;
                    }
                },
                event = socket.next() => match event {
                    Some(Ok(Message::Close(reason))) => {
                        self.emit(Channel::Stream, Body::Note(closed(reason.as_ref())));
                        let _ = socket.flush().await;
                        return;
                    }
                    Some(Ok(message)) => self.take(message),
                    Some(Err(error)) => {
                        self.emit(Channel::Stream, Body::Fault(fault(&error)));
                        return;
                    }
                    None => return,
                },
            }
        }
    }

    /// Text messages are UTF-8; other bytes can only go out as a binary message.
    async fn send(&self, socket: &mut Socket, bytes: Vec<u8>) -> Result<(), Error> {
        let message = match String::from_utf8(bytes) {
            Ok(text) => Message::text(text),
            Err(error) => Message::binary(error.into_bytes()),
        };
        socket.send(message).await
    }

    fn take(&self, message: Message) {
        let body = match message {
            Message::Text(text) => Body::Frame(Frame::line(text.as_bytes())),
            Message::Binary(bytes) => {
                let remark = "the next message came as a binary one";
                self.emit(Channel::Stream, Body::Note(remark.to_owned()));
                Body::Frame(Frame::line(bytes.to_vec()))
            }
            Message::Ping(_) => Body::Note("WebSocket ping".to_owned()),
            Message::Pong(_) => Body::Note("WebSocket pong".to_owned()),
            Message::Close(_) | Message::Frame(_) => return,
        };
        self.emit(Channel::Stream, body);
    }

    fn emit_head(&self, head: Option<HttpResponse>) {
        if let Some(head) = head {
            self.emit(self.channel, Body::HttpResponse(head));
        }
    }

    fn emit(&self, channel: Channel, body: Body) {
        // Nobody listens any more when the connection was dropped.
        let _ = self.sender.send(Inbound { channel, body });
    }
}

fn opening_request(url: &str, headers: &[(String, String)]) -> Result<Request, Error> {
    let mut request = url.into_client_request()?;
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|error| Error::HttpFormat(error.into()))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|error| Error::HttpFormat(error.into()))?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

fn head_of(response: &Response) -> HttpResponse {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    HttpResponse {
        status: response.status().as_u16(),
        headers: headers.collect(),
    }
}

fn closed(reason: Option<&CloseFrame>) -> String {
    match reason {
        Some(frame) => format!(
            "the server closes with code {}: {:?}",
            u16::from(frame.code),
            frame.reason.as_str()
        ),
        None => "the server closes without a code".to_owned(),
    }
}

/// One line that says what went wrong; faults of the network keep the prefix they came with.
fn fault(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        Error::Http(response) => format!("no WebSocket: HTTP {}", response.status().as_u16()),
        Error::Url(error) => format!("{FAULT_CONNECT}{error}"),
        other => format!("websocket: {other}"),
    }
}
