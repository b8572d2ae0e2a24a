//! A server behind a URL. Every request is an exchange of its own; nothing is followed, retried
//! or decompressed.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, redirect};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::tls::Trust;
use super::{ConnectError, Connector, Inbound, Outbound, Signal, Transport, Wait};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, HttpRequest, HttpResponse, SseMeta};
use crate::wire::sse::{SseDecoder, SseItem};

/// Size in bytes after which the rest of a response body is not read.
pub const LARGEST_BODY: usize = 16 << 20;

/// How long a TCP and TLS connection may take to come up.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// How long a TCP connection may lie idle and be used again. Servers close idle connections, many
/// after 5 seconds (uvicorn, Node); a request that is sent at that moment is lost, and no fault of
/// the server's.
const LONGEST_IDLE: Duration = Duration::from_secs(1);

pub use crate::transcript::event::FAULT_CONNECT;
/// Prefix of a fault that says TLS failed.
pub const FAULT_TLS: &str = "tls: ";

/// An endpoint.
#[derive(Clone, Debug)]
pub struct HttpConnector {
    /// Which of the two HTTP transports is spoken there; both are made of the same exchanges.
    pub kind: TransportKind,
    /// Absolute URL.
    pub url: String,
    /// Headers for every request.
    pub headers: Vec<(String, String)>,
    /// Who vouches for a server over TLS.
    pub trust: Trust,
}

impl Connector for HttpConnector {
    fn kind(&self) -> TransportKind {
        self.kind
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn connect(&self) -> Result<Box<dyn Transport>, ConnectError> {
        let client = client(&self.trust)?;
        let (sender, inbox) = unbounded_channel();
        Ok(Box::new(HttpTransport {
            client,
            trust: self.trust.clone(),
            sender,
            inbox,
            running: BTreeMap::new(),
        }))
    }
}

/// A client with TCP connections of its own.
fn client(trust: &Trust) -> Result<Client, ConnectError> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_DEADLINE)
        .pool_idle_timeout(LONGEST_IDLE)
        .tls_backend_preconfigured(trust.config()?)
        .build()
        .map_err(|error| ConnectError::Unusable(error.to_string()))
}

/// Resolves a `Location` against a URL. `None` when it leads to another origin or back to the URL.
pub fn within_origin(url: &str, location: &str) -> Option<String> {
    let from = reqwest::Url::parse(url).ok()?;
    let to = from.join(location).ok()?;
    (to.origin() == from.origin() && to != from).then(|| to.to_string())
}

/// Resolves the address that an `endpoint` event names. `None` when it leads to another origin,
/// where no client should carry its credentials, or cannot be read.
pub fn endpoint_address(url: &str, named: &str) -> Option<String> {
    let from = reqwest::Url::parse(url).ok()?;
    let to = from.join(named.trim()).ok()?;
    (to.origin() == from.origin()).then(|| to.to_string())
}

struct HttpTransport {
    client: Client,
    trust: Trust,
    sender: UnboundedSender<Inbound>,
    inbox: UnboundedReceiver<Inbound>,
    running: BTreeMap<Channel, AbortHandle>,
}

impl Transport for HttpTransport {
    fn send(&mut self, outbound: Outbound) {
        let Some(request) = outbound.request else {
            return;
        };
        let exchange = Exchange {
            client: self.client.clone(),
            channel: outbound.channel,
            sender: self.sender.clone(),
        };
        let task = tokio::spawn(exchange.run(request, outbound.bytes));
        self.running.insert(outbound.channel, task.abort_handle());
    }

    fn receive(&mut self) -> Wait<'_, Option<Inbound>> {
        Box::pin(async {
            let inbound = self.inbox.recv().await?;
            if is_server_error(&inbound.body) {
                self.client = client(&self.trust).unwrap_or_else(|_| self.client.clone());
            }
            Some(inbound)
        })
    }

    fn close_input(&mut self) {}

    fn signal(&mut self, _signal: Signal) {}

    fn cancel(&mut self, channel: Channel) {
        if let Some(task) = self.running.remove(&channel) {
            task.abort();
        }
    }

    fn end_leftovers(&mut self) -> u32 {
        0
    }
}

/// Behind such an answer many servers close the connection without a word (uvicorn does when a handler
/// has raised); the next request on it would be lost, and no fault of its own.
fn is_server_error(body: &Body) -> bool {
    matches!(body, Body::HttpResponse(response) if response.status >= 500)
}

impl Drop for HttpTransport {
    fn drop(&mut self) {
        for task in self.running.values() {
            task.abort();
        }
    }
}

struct Exchange {
    client: Client,
    channel: Channel,
    sender: UnboundedSender<Inbound>,
}

impl Exchange {
    async fn run(self, request: HttpRequest, body: Vec<u8>) {
        match self.start(request, body).await {
            Ok(response) => self.read(response).await,
            Err(why) => {
                self.emit(Body::Fault(why));
                self.emit(Body::StreamEnd);
            }
        }
    }

    async fn start(&self, request: HttpRequest, body: Vec<u8>) -> Result<Response, String> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|error| format!("request: {error}"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|error| format!("request header {name}: {error}"))?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|error| format!("request header {name}: {error}"))?;
            headers.append(name, value);
        }
        let has_body = method == Method::POST || !body.is_empty();
        let mut builder = self.client.request(method, &request.url).headers(headers);
        if has_body {
            builder = builder.body(body);
        }
        builder.send().await.map_err(|error| fault(&error))
    }

    async fn read(&self, response: Response) {
        let head = HttpResponse {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.as_str().to_owned(), value)
                })
                .collect(),
        };
        let media = head.media_type();
        self.emit(Body::HttpResponse(head));
        if media == "text/event-stream" {
            self.read_events(response).await;
        } else {
            self.read_whole(response, &media).await;
        }
    }

    async fn read_whole(&self, response: Response, media: &str) {
        let mut bytes = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(error) => {
                    self.emit(Body::Fault(fault(&error)));
                    break;
                }
            }
            if bytes.len() > LARGEST_BODY {
                self.emit(Body::Fault(format!(
                    "body longer than {LARGEST_BODY} bytes"
                )));
                break;
            }
        }
        if !bytes.is_empty() {
            self.emit(if media == "application/json" {
                Body::Frame(Frame::line(bytes))
            } else {
                Body::HttpBody(bytes)
            });
        }
        self.emit(Body::StreamEnd);
    }

    async fn read_events(&self, response: Response) {
        let mut decoder = SseDecoder::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => {
                    for item in decoder.push(&chunk) {
                        self.emit(sse_body(item));
                    }
                }
                Err(error) => {
                    self.emit(Body::Fault(fault(&error)));
                    break;
                }
            }
        }
        if let Some(tail) = decoder.finish() {
            self.emit(Body::Note(format!(
                "unfinished SSE event at the end: {tail:?}"
            )));
        }
        self.emit(Body::StreamEnd);
    }

    fn emit(&self, body: Body) {
        // Nobody listens any more when the connection was dropped.
        let _ = self.sender.send(Inbound {
            channel: self.channel,
            body,
        });
    }
}

fn sse_body(item: SseItem) -> Body {
    match item {
        SseItem::Event(event) => {
            let meta = SseMeta {
                event: event.event,
                id: event.id,
                retry: event.retry,
                comment: None,
            };
            if event.data.is_empty() {
                return Body::Sse(meta);
            }
            Body::Frame(Frame::new(event.data.into_bytes(), true, Some(meta)))
        }
        SseItem::Comment(comment) => Body::Sse(SseMeta {
            comment: Some(comment),
            ..SseMeta::default()
        }),
        SseItem::Fault(fault) => Body::Fault(format!(
            "event stream, byte {}: {}",
            fault.offset, fault.what
        )),
    }
}

/// One line that says what went wrong, from the innermost cause, with a prefix for the kinds that
/// lead to a diagnosis of their own.
fn fault(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    let chain = format!("{error:?}").to_lowercase();
    if ["certificate", "tls", "handshake"]
        .iter()
        .any(|word| chain.contains(word))
    {
        format!("{FAULT_TLS}{text}")
    } else if error.is_connect() {
        format!("{FAULT_CONNECT}{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Answers each request by the status that its path names, without a body; the header says on
    /// which connection it came.
    async fn serve(listener: TcpListener) {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            tokio::task::spawn_local(answer(stream, number));
        }
    }

    async fn answer(mut stream: TcpStream, number: u32) {
        let mut request = Vec::new();
        while let Ok(byte) = stream.read_u8().await {
            request.push(byte);
            if !request.ends_with(b"\r\n\r\n") {
                continue;
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let status = text.split(['/', ' ']).nth(2).unwrap_or("400");
            let head = format!("HTTP/1.1 {status} x\r\nconnection-number: {number}\r\n");
            let answer = format!("{head}content-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            request.clear();
        }
    }

    /// The TCP connections on which GET requests for these statuses come, one behind the other.
    async fn connections(statuses: &[u16]) -> Vec<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let server = tokio::task::spawn_local(serve(listener));
        let connector = HttpConnector {
            kind: TransportKind::StreamableHttp,
            url: format!("http://127.0.0.1:{port}/"),
            headers: Vec::new(),
            trust: Trust::default(),
        };
        let mut transport = connector.connect().expect("a client");
        let mut used = Vec::new();
        for (number, status) in (0..).zip(statuses) {
            transport.send(Outbound {
                channel: Channel::Http(number),
                request: Some(HttpRequest {
                    method: "GET".to_owned(),
                    url: format!("{}{status}", connector.url),
                    headers: Vec::new(),
                }),
                bytes: Vec::new(),
            });
            loop {
                match transport.receive().await.expect("open").body {
                    Body::HttpResponse(response) => {
                        assert_eq!(response.status, *status);
                        let on = response.header("connection-number");
                        used.push(on.expect("sent").to_owned());
                    }
                    Body::StreamEnd => break,
                    other => panic!("{other:?}"),
                }
            }
        }
        server.abort();
        used
    }

    #[tokio::test(flavor = "local")]
    async fn a_connection_is_used_again_but_not_behind_an_error_of_the_server() {
        let used = connections(&[200, 404, 500, 200, 200, 503, 202]).await;
        assert_eq!(used, ["0", "0", "0", "1", "1", "1", "2"]);
    }

    #[test]
    fn an_endpoint_is_relative_or_absolute_and_of_the_same_origin() {
        let from = |named| endpoint_address("http://127.0.0.1:8000/a/sse?x=1", named);
        let expected = Some("http://127.0.0.1:8000/messages?s=1".to_owned());
        assert_eq!(from("/messages?s=1"), expected);
        assert_eq!(from("../messages?s=1"), expected);
        assert_eq!(from("http://127.0.0.1:8000/messages?s=1"), expected);
        assert_eq!(from("http://127.0.0.1:9000/messages?s=1"), None);
        assert_eq!(from("//evil.invalid/messages"), None);
    }

    #[test]
    fn redirects_are_followed_within_the_origin_only() {
        let follow = |location| within_origin("http://127.0.0.1:8000/mcp", location);
        let slashed = Some("http://127.0.0.1:8000/mcp/".to_owned());
        assert_eq!(follow("/mcp/"), slashed);
        assert_eq!(follow("http://127.0.0.1:8000/mcp/"), slashed);
        assert_eq!(follow("http://127.0.0.1:9000/mcp/"), None);
        assert_eq!(follow("https://127.0.0.1:8000/mcp/"), None);
        assert_eq!(follow("/mcp"), None);
    }
}
