//! A POSTed request is answered by JSON or by an event stream; JSON holds that one response.
//!
//! Clients choose the parser by `Content-Type` and give up on any other type, or on a 202 or 204
//! that promises nothing. A JSON body is read as one message, so an array, or a request in place of
//! the response, is lost. Send `application/json` with exactly the response, or
//! `text/event-stream`.
//!
//! ```mcp passes
//! transport http
//! > ping
//! < header content-type: Application/JSON; charset=utf-8
//! < default
//! ```
//!
//! ```mcp fails http.post.request-response-type
//! transport http
//! > ping
//! < header content-type: text/plain
//! < default
//! ```
//!
//! ```mcp fails http.post.request-response-type
//! transport http
//! > tools/list
//! < http 202
//! ```
//!
//! ```mcp fails http.post.json-single-object
//! transport http
//! > ping
//! < raw [{"jsonrpc":"2.0","id":$id,"result":{}}]
//! ```
//!
//! ```mcp fails http.post.json-single-object
//! transport http
//! > ping
//! < request 1 roots/list
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < sse
//! < default
//! ```
//!
//! ```mcp fails http.endpoint.post
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < http 405
//! ```

use crate::check::common::http::{EVENT_STREAM, is_plain_post};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;
use crate::transcript::HttpResponse;

const TYPE: &str = "http.post.request-response-type";
const OBJECT: &str = "http.post.json-single-object";
const ENDPOINT: &str = "http.endpoint.post";

pub(crate) const CHECK: Check = Check {
    covers: &[TYPE, OBJECT, ENDPOINT],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges().filter(is_plain_post) {
        let Some((at, response)) = exchange.http() else {
            continue;
        };
        if let 200..300 = response.status {
            judge_type(verdicts.on(TYPE), &exchange, at, response);
            judge_object(verdicts.on(OBJECT), &exchange, response);
        }
        if is_ordinary(&exchange) {
            judge_endpoint(verdicts.on(ENDPOINT), &exchange);
        }
    }
    evidence_of_json(&mut verdicts);
    verdicts
}

fn judge_type(ruling: &mut Ruling, exchange: &Exchange<'_>, at: EventRef, response: &HttpResponse) {
    let has_body = exchange
        .conversation
        .on_channel(exchange.request.channel)
        .any(|event| {
            matches!(
                event.body,
                Body::Frame(_) | Body::HttpBody(_) | Body::Sse(_)
            )
        });
    let status = response.status;
    let media_type = response.media_type();
    let subject = match media_type.as_str() {
        _ if matches!(status, 202 | 204) && !has_body => format!("status {status}"),
        "application/json" | EVENT_STREAM => {
            ruling.held(at);
            return;
        }
        "" => "no Content-Type".to_owned(),
        other => format!("Content-Type {other}"),
    };
    let text = format!(
        "A {} request is answered by HTTP {status} with {subject}, which is neither JSON nor an \
         event stream.",
        exchange.method()
    );
    ruling.broken(Problem::new(subject, text).message(exchange.request));
}

/// What is no JSON-RPC at all, and a wrong id, are judged by checks of their own.
fn judge_object(ruling: &mut Ruling, exchange: &Exchange<'_>, response: &HttpResponse) {
    if response.media_type() != "application/json" {
        return;
    }
    let body = exchange
        .conversation
        .on_channel(exchange.request.channel)
        .find_map(|event| match &event.body {
            Body::Frame(frame) => Some((event, frame.bytes())),
            _ => None,
        });
    let Some((event, bytes)) = body else {
        return;
    };
    let what = match rpc::parse(bytes).message {
        Message::Result { .. } | Message::Error { .. } => {
            if exchange.exact {
                ruling.held(event.reference());
            }
            return;
        }
        Message::Batch(_) => "an array",
        Message::Request { .. } => "a request",
        Message::Notification { .. } => "a notification",
        Message::Malformed(_) => return,
    };
    let text = format!("The JSON answer to a request is {what} instead of the response alone.");
    let problem = Problem::new("JSON answer", text).message(exchange.request);
    ruling.broken(problem.event(event, excerpt(bytes)));
}

fn judge_endpoint(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    match exchange.reply() {
        Reply::Result(message, _) | Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::HttpOnly(event, response) if matches!(response.status, 404 | 405) => {
            let status = response.status;
            let text = format!(
                "The endpoint answers the POST of a {} request by HTTP {status}.",
                exchange.method()
            );
            let problem = Problem::new("POST", text).message(exchange.request);
            ruling.broken(problem.event(event, format!("HTTP {status}")));
        }
        _ => {}
    }
}

/// A server may well answer every request by an event stream.
fn evidence_of_json(verdicts: &mut Verdicts) {
    let ruling = verdicts.on(OBJECT);
    if ruling.held.is_empty() && ruling.problems.is_empty() {
        ruling.not_applicable("no request was answered by a JSON body");
    }
}
