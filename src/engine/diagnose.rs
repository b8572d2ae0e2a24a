//! One cause, one diagnosis: why nothing could be tested, and the next thing to do.

use std::rc::Rc;

use super::Settings;
use super::diagnose_stream;
use super::outcome::{Diagnosis, DiagnosisKind};
use crate::check::peer::HttpCall;
use crate::peer::{Connection, Context};
use crate::rpc::{Message, Parsed};
use crate::spec::{Revision, TransportKind};
use crate::transcript::conversation::excerpt;
use crate::transcript::{Body, Direction, Event, HttpResponse, Process};
use crate::transport::ConnectError;
use crate::transport::streamable_http::{self, FAULT_CONNECT, FAULT_TLS};

/// Lines of standard error that are shown.
const STDERR_LINES: usize = 8;

/// The command could not be started.
pub fn cannot_start(error: &ConnectError) -> Diagnosis {
    Diagnosis {
        kind: DiagnosisKind::CannotStart,
        message: format!("{error}."),
        next: "Check the command and its path; run it by hand in the same directory.".into(),
    }
}

/// The URL is the event stream of HTTP+SSE and no endpoint of Streamable HTTP.
fn other_transport(url: &str) -> Diagnosis {
    Diagnosis {
        kind: DiagnosisKind::OtherTransport,
        message: format!("{url} speaks HTTP+SSE, the transport of 2024-11-05."),
        next: "Leave --transport out, or give --transport sse.".into(),
    }
}

/// A transcript holds no connection that established anything.
pub fn nothing_established() -> Diagnosis {
    Diagnosis {
        kind: DiagnosisKind::Silent,
        message: "No connection in this transcript got as far as an answer to initialize or \
                  server/discover."
            .into(),
        next: "Record a session in which the server answers.".into(),
    }
}

/// Looks at what the detection recorded.
pub async fn diagnose(context: &Rc<Context>, settings: &Settings) -> Diagnosis {
    let events = context.recorder.events_of("");
    if let Some(diagnosis) = answered_otherwise(&events, settings) {
        return diagnosis;
    }
    match context.connector.kind() {
        TransportKind::Stdio => child(&events, settings),
        TransportKind::HttpSse => {
            diagnose_stream::event_source(context.connector.url(), &events, settings)
        }
        TransportKind::WebSocket => {
            diagnose_stream::websocket(context.connector.url(), &events, settings)
        }
        TransportKind::StreamableHttp => http(context, &events, settings).await,
    }
}

/// Where the detection was redirected by 307 or 308 without leaving the origin.
pub fn redirect_within_origin(url: &str, events: &[Event]) -> Option<String> {
    let location = events.iter().rev().find_map(|event| match &event.body {
        Body::HttpResponse(response) if matches!(response.status, 307 | 308) => {
            response.header("location")
        }
        _ => None,
    })?;
    streamable_http::within_origin(url, location)
}

/// The server does speak MCP, but not the revision that was asked for.
fn answered_otherwise(events: &[Event], settings: &Settings) -> Option<Diagnosis> {
    let offered = received_messages(events).find_map(|parsed| match &parsed.message {
        Message::Result { result, .. } => {
            let version = result["protocolVersion"].as_str().map(str::to_owned);
            version.or_else(|| {
                Some(
                    result["supportedVersions"]
                        .as_array()?
                        .iter()
                        .filter_map(|v| v.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                )
            })
        }
        _ => None,
    })?;
    let asked = match &settings.revisions {
        Some(revisions) => revisions
            .iter()
            .map(|r| r.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        None => "any revision that mcp-check knows".into(),
    };
    Some(Diagnosis {
        kind: DiagnosisKind::RevisionNotSpoken,
        message: format!(
            "The server answers, but does not speak {asked}; it offers \"{offered}\"."
        ),
        next: "Leave --revision out to test what the server speaks.".into(),
    })
}

fn received_messages(events: &[Event]) -> impl Iterator<Item = &Parsed> {
    events
        .iter()
        .filter(|event| event.direction == Direction::Received)
        .filter_map(|event| match &event.body {
            Body::Frame(frame) => Some(&**frame.parsed()),
            _ => None,
        })
}

fn child(events: &[Event], settings: &Settings) -> Diagnosis {
    let stderr = stderr_tail(events);
    if is_echo(events) {
        return Diagnosis {
            kind: DiagnosisKind::NotMcp,
            message: "The process repeats on standard output what it is sent, so it is no MCP \
                      server."
                .into(),
            next: "Check that this command starts the MCP server itself.".into(),
        };
    }
    if let Some(refused) = refusal(events) {
        return refused;
    }
    if let Some(line) = first_foreign_line(events) {
        return Diagnosis {
            kind: DiagnosisKind::NotMcp,
            message: format!(
                "The process writes to standard output, but no JSON-RPC answer came. Its first \
                 line is: {line}{stderr}"
            ),
            next: "Check that this command starts the MCP server itself and not a wrapper, a \
                   help text or another protocol."
                .into(),
        };
    }
    if let Some(how) = exit_by_itself(events) {
        return Diagnosis {
            kind: DiagnosisKind::Exited,
            message: format!("The process {how} before it answered.{stderr}"),
            next: "Run the command by hand; it may need arguments, environment entries or \
                   credentials (--env NAME=VALUE)."
                .into(),
        };
    }
    Diagnosis {
        kind: DiagnosisKind::Silent,
        message: format!(
            "The process runs, but answered neither initialize nor server/discover within {} \
             seconds.{stderr}",
            settings.startup_timeout.as_secs_f32()
        ),
        next: "Check that it reads JSON-RPC lines from standard input and flushes its output; a \
               slow start needs --startup-timeout SECONDS."
            .into(),
    }
}

/// True when a frame that was sent came back byte for byte.
fn is_echo(events: &[Event]) -> bool {
    let frames = |direction: Direction| {
        events.iter().filter_map(move |event| match &event.body {
            Body::Frame(frame) if event.direction == direction => Some(frame.bytes()),
            _ => None,
        })
    };
    frames(Direction::Received).any(|received| frames(Direction::Sent).any(|sent| sent == received))
}

pub(super) fn refusal(events: &[Event]) -> Option<Diagnosis> {
    let error = events
        .iter()
        .filter(|event| event.direction == Direction::Received)
        .filter(|event| !event.connection.ends_with(Revision::V2026_07_28.as_str()))
        .find_map(|event| match &event.body {
            Body::Frame(frame) => {
                let parsed = frame.parsed();
                matches!(parsed.message, Message::Error { .. }).then(|| excerpt(frame.bytes()))
            }
            _ => None,
        })?;
    Some(Diagnosis {
        kind: DiagnosisKind::Refused,
        message: format!("The server answers initialize by an error: {error}"),
        next: "Check what the server wants before it talks: credentials, configuration, or \
               another revision (--revision)."
            .into(),
    })
}

fn first_foreign_line(events: &[Event]) -> Option<String> {
    events
        .iter()
        .filter(|event| event.direction == Direction::Received)
        .find_map(|event| match &event.body {
            Body::Frame(frame) => {
                let parsed = frame.parsed();
                let foreign = matches!(parsed.message, Message::Malformed(_));
                (foreign && !frame.bytes().is_empty()).then(|| excerpt(frame.bytes()))
            }
            _ => None,
        })
}

fn exit_by_itself(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event.body {
        Body::Process(Process::Exited {
            code: Some(code), ..
        }) => Some(format!("exited with code {code}")),
        Body::Process(Process::Exited {
            signal: Some(signal),
            ..
        }) => Some(format!("was ended by signal {signal}")),
        _ => None,
    })
}

/// The end of standard error of the first connection that wrote any.
fn stderr_tail(events: &[Event]) -> String {
    let lines = |connection: &str| -> Vec<String> {
        events
            .iter()
            .filter(|event| &*event.connection == connection)
            .filter_map(|event| match &event.body {
                Body::Stderr(bytes) => Some(String::from_utf8_lossy(bytes).trim_end().to_owned()),
                _ => None,
            })
            .collect()
    };
    let Some(first) = events
        .iter()
        .find(|event| matches!(event.body, Body::Stderr(_)))
    else {
        return " It wrote nothing to standard error.".into();
    };
    let lines = lines(&first.connection);
    let from = lines.len().saturating_sub(STDERR_LINES);
    format!(" Standard error ends with:\n{}", lines[from..].join("\n"))
}

async fn http(context: &Rc<Context>, events: &[Event], settings: &Settings) -> Diagnosis {
    let url = context.connector.url();
    let fault = events.iter().find_map(|event| match &event.body {
        Body::Fault(text) => Some(text.as_str()),
        _ => None,
    });
    let response = events.iter().rev().find_map(|event| match &event.body {
        Body::HttpResponse(response) => Some(response.clone()),
        _ => None,
    });
    if let Some(response) = &response
        && let Some(diagnosis) = by_status(url, response)
    {
        return diagnosis;
    }
    if response.is_some() && speaks_http_sse(context).await {
        return other_transport(url);
    }
    match (response, fault) {
        (Some(response), _) => by_answer(url, &response, events),
        (None, Some(fault)) => by_fault(url, fault),
        (None, None) => Diagnosis {
            kind: DiagnosisKind::Silent,
            message: format!(
                "{url} accepts connections, but answered neither initialize nor \
                 server/discover within {} seconds.",
                settings.startup_timeout.as_secs_f32()
            ),
            next: "Check the server's log; a slow start needs --startup-timeout SECONDS.".into(),
        },
    }
}

pub(super) fn by_status(url: &str, response: &HttpResponse) -> Option<Diagnosis> {
    let status = response.status;
    let challenge = response.header("www-authenticate");
    if status == 401 || (status == 403 && challenge.is_some()) {
        let challenge = challenge.map_or("no WWW-Authenticate challenge".into(), |challenge| {
            format!("the challenge is: {challenge}")
        });
        return Some(Diagnosis {
            kind: DiagnosisKind::NeedsCredentials,
            message: format!("{url} wants credentials: HTTP {status}; {challenge}."),
            next: "Give them with --header-env Authorization=VARIABLE, where VARIABLE holds the \
                   whole header value, for example \"Bearer ...\"."
                .into(),
        });
    }
    if (300..400).contains(&status) {
        let to = response.header("location").unwrap_or("nowhere");
        return Some(Diagnosis {
            kind: DiagnosisKind::WrongPath,
            message: format!("{url} redirects with HTTP {status} to {to}."),
            next: "Run mcp-check with the URL it redirects to.".into(),
        });
    }
    None
}

/// A GET on the URL opens an event stream whose first event is `endpoint`.
async fn speaks_http_sse(context: &Rc<Context>) -> bool {
    let revision = Revision::V2024_11_05;
    let label = "detect-http-sse";
    let Ok(mut connection) = Connection::open(context, revision, label, "detect") else {
        return false;
    };
    let mut call = HttpCall::new("detect", "GET");
    call.listen = Some(context.deadlines.stray);
    connection.send_http(call).await;
    context
        .recorder
        .events_of(label)
        .iter()
        .any(|event| match &event.body {
            Body::Frame(frame) => frame
                .sse
                .as_ref()
                .is_some_and(|sse| sse.event.as_deref() == Some("endpoint")),
            _ => false,
        })
}

fn by_answer(url: &str, response: &HttpResponse, events: &[Event]) -> Diagnosis {
    let status = response.status;
    if let Some(refused) = refusal(events) {
        return refused;
    }
    if matches!(status, 404 | 405) {
        return Diagnosis {
            kind: DiagnosisKind::WrongPath,
            message: format!("{url} answers POST with HTTP {status}: there is no MCP endpoint."),
            next: "Check the path; common ones are /mcp and /. An endpoint that ends in /sse \
                   speaks the older HTTP+SSE transport."
                .into(),
        };
    }
    let media = response.media_type();
    let body = events.iter().rev().find_map(|event| match &event.body {
        Body::HttpBody(bytes) => Some(excerpt(bytes)),
        Body::Frame(frame) if event.direction == Direction::Received => {
            Some(excerpt(frame.bytes()))
        }
        _ => None,
    });
    Diagnosis {
        kind: DiagnosisKind::NotMcp,
        message: format!(
            "{url} answers with HTTP {status} and {}, which is not MCP. The body begins: {}",
            if media.is_empty() {
                "no content type"
            } else {
                &media
            },
            body.unwrap_or_else(|| "(empty)".into())
        ),
        next: "Check that the URL is the MCP endpoint and not a web page or another API.".into(),
    }
}

pub(super) fn by_fault(url: &str, fault: &str) -> Diagnosis {
    if let Some(why) = fault.strip_prefix(FAULT_TLS) {
        return Diagnosis {
            kind: DiagnosisKind::TlsFailure,
            message: format!("TLS with {url} failed: {why}."),
            next: "Check the certificate and that the port speaks TLS; a server without TLS needs \
                   an http:// URL."
                .into(),
        };
    }
    let why = fault.strip_prefix(FAULT_CONNECT).unwrap_or(fault);
    Diagnosis {
        kind: DiagnosisKind::Unreachable,
        message: format!("{url} cannot be reached: {why}."),
        next: "Check that the server is running and that host and port are right.".into(),
    }
}
