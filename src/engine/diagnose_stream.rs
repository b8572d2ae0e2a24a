//! Why nothing could be tested over HTTP+SSE or WebSocket.

use super::Settings;
use super::diagnose::{by_fault, by_status, refusal};
use super::outcome::{Diagnosis, DiagnosisKind};
use crate::peer::connection::ENDPOINT_ELSEWHERE;
use crate::transcript::{Body, Event, HttpResponse};

/// Looks at what the detection recorded over HTTP+SSE.
pub(super) fn event_source(url: &str, events: &[Event], settings: &Settings) -> Diagnosis {
    if let Some(diagnosis) = before_any_message(url, events) {
        return diagnosis;
    }
    let elsewhere = events
        .iter()
        .any(|event| matches!(&event.body, Body::Note(text) if text == ENDPOINT_ELSEWHERE));
    if elsewhere {
        return Diagnosis {
            kind: DiagnosisKind::NotMcp,
            message: format!(
                "{url} sends its clients to another origin, where no client should take its \
                 credentials, or to no address at all: {}.",
                endpoint_event(events).unwrap_or_default()
            ),
            next: "Let the endpoint event name a path on the server's own origin.".into(),
        };
    }
    if endpoint_event(events).is_some() {
        return silent(
            url,
            settings,
            "names its endpoint, but answered no initialize",
        );
    }
    match first_response(events) {
        Some(response) if response.media_type() == "text/event-stream" => silent(
            url,
            settings,
            "opens an event stream, but sent no endpoint event",
        ),
        Some(response) => Diagnosis {
            kind: DiagnosisKind::WrongPath,
            message: format!(
                "{url} answers GET with HTTP {} and no event stream.",
                response.status
            ),
            next: "Check the path; /sse is usual. A server with one endpoint, often /mcp, speaks \
                   Streamable HTTP (--transport http)."
                .into(),
        },
        None => silent(url, settings, "accepts connections, but did not answer"),
    }
}

/// Looks at what the detection recorded over a WebSocket.
pub(super) fn websocket(url: &str, events: &[Event], settings: &Settings) -> Diagnosis {
    if let Some(diagnosis) = before_any_message(url, events) {
        return diagnosis;
    }
    match first_response(events) {
        Some(response) if response.status == 101 => silent(
            url,
            settings,
            "opens a WebSocket, but answered no initialize",
        ),
        Some(response) => Diagnosis {
            kind: DiagnosisKind::WrongPath,
            message: format!(
                "{url} answers with HTTP {} and opens no WebSocket.",
                response.status
            ),
            next: "Check the path, and that the port is the one for WebSockets.".into(),
        },
        None => silent(url, settings, "accepts connections, but did not answer"),
    }
}

/// What has a reason of its own, whatever the transport.
fn before_any_message(url: &str, events: &[Event]) -> Option<Diagnosis> {
    let response = first_response(events);
    if let Some(diagnosis) = response.and_then(|response| by_status(url, response)) {
        return Some(diagnosis);
    }
    if let Some(refused) = refusal(events) {
        return Some(refused);
    }
    let fault = events.iter().find_map(|event| match &event.body {
        Body::Fault(text) => Some(text.as_str()),
        _ => None,
    });
    fault
        .filter(|_| response.is_none())
        .map(|fault| by_fault(url, fault))
}

fn first_response(events: &[Event]) -> Option<&HttpResponse> {
    events.iter().find_map(|event| match &event.body {
        Body::HttpResponse(response) => Some(response),
        _ => None,
    })
}

/// What the endpoint event says.
fn endpoint_event(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match &event.body {
        Body::Frame(frame) => {
            let name = frame.sse.as_ref()?.event.as_deref();
            (name == Some("endpoint")).then(|| {
                let text = String::from_utf8_lossy(frame.bytes()).into_owned();
                crate::transcript::conversation::excerpt(text.as_bytes())
            })
        }
        _ => None,
    })
}

fn silent(url: &str, settings: &Settings, what: &str) -> Diagnosis {
    let seconds = settings.startup_timeout.as_secs_f32();
    Diagnosis {
        kind: DiagnosisKind::Silent,
        message: format!("{url} {what} within {seconds} seconds."),
        next: "Check the server's log; a slow start needs --startup-timeout SECONDS.".into(),
    }
}
