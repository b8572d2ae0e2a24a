//! GET on the endpoint opens an event stream or is refused by 405, and carries no responses.
//!
//! Clients try GET once after the handshake to hear of what nobody asked for. Only 405 tells them
//! that there is no such stream; other answers look like a broken server and make some of them give
//! up. Responses belong on the answer to the POST of their request, where the client waits for
//! them. Route GET on the same path as POST, and answer 405 when there is nothing to offer.
//!
//! ```mcp passes
//! transport http
//! > http GET
//! < http 405
//! ```
//!
//! ```mcp passes
//! transport http
//! > http GET
//! < sse
//! < open
//! < notify notifications/tools/list_changed
//! ```
//!
//! ```mcp fails http.get.sse-or-405
//! transport http
//! > http GET
//! < http 404
//! ```
//!
//! ```mcp fails http.endpoint.post-and-get http.get.sse-or-405
//! transport http
//! > http GET
//! < body text/html <p>It works!</p>
//! ```
//!
//! ```mcp fails http.get.no-responses
//! transport http
//! > http GET
//! < sse
//! < open
//! < raw {"jsonrpc":"2.0","id":"mcpcheck-get-ping","result":{}}
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! > http GET
//! < silence
//! ```

use futures_util::future::join;

use crate::check::common::http::{
    EVENT_STREAM, SESSION_HEADER, VERSION_HEADER, is_beside_the_point, post, sent_header, sent_on,
};
use crate::check::prelude::*;

const ENDPOINT: &str = "http.endpoint.post-and-get";
const STREAM_OR_405: &str = "http.get.sse-or-405";
const NO_RESPONSES: &str = "http.get.no-responses";

pub(crate) const CHECK: Check = Check {
    covers: &[ENDPOINT, STREAM_OR_405, NO_RESPONSES],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const SET_UP: &str = "get-set-up";
const GET: &str = "get-stream";
const PING: &str = "get-stream-ping";
const LISTEN: Duration = Duration::from_secs(1);

/// A session of its own, because some servers allow one such stream in the life of a session. The
/// ping goes over another connection, as the stream is open on the first.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let revision = peer.revision();
        let Some(mut listener) = peer.open(Opening::Silent).await else {
            return;
        };
        let Some(session) = handshake(listener.as_mut(), revision).await else {
            return;
        };
        let mut get = in_session(HttpCall::new(GET, "GET"), revision, session.as_deref());
        get.listen = Some(LISTEN);
        let Some(mut speaker) = peer.open(Opening::Silent).await else {
            return;
        };
        let ping = post(PING, revision, "mcpcheck-get-ping", "ping");
        let speak = async {
            // By then the stream is open.
            peer.settle().await;
            let ping = in_session(ping, revision, session.as_deref());
            speaker.http(ping).await;
        };
        join(listener.http(get), speak).await;
        listener.close().await;
    })
}

/// The session id, if any; `None` when there was no handshake.
async fn handshake(peer: &mut dyn Peer, revision: Revision) -> Option<Option<String>> {
    let params = json!({
        "protocolVersion": revision.as_str(),
        "capabilities": {},
        "clientInfo": {"name": "mcp-check", "version": env!("CARGO_PKG_VERSION")},
    });
    let initialize = rpc::request(&Id::from("mcpcheck-get"), "initialize", Some(&params));
    let answer = peer.http(HttpCall::new(SET_UP, "POST").body(initialize)).await?;
    if answer.status != 200 {
        return None;
    }
    let mut headers = answer.headers.into_iter();
    let named = headers.find(|(name, _)| name.eq_ignore_ascii_case(SESSION_HEADER));
    let session = named.map(|(_, value)| value);
    let initialized = rpc::notification("notifications/initialized", None);
    let call = HttpCall::new(SET_UP, "POST").body(initialized);
    peer.http(in_session(call, revision, session.as_deref())).await;
    Some(session)
}

fn in_session(mut call: HttpCall, revision: Revision, session: Option<&str>) -> HttpCall {
    if revision >= Revision::V2025_06_18 {
        call = call.header(VERSION_HEADER, revision.as_str());
    }
    match session {
        Some(session) => call.header(SESSION_HEADER, session),
        None => call,
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut is_offered = false;
    for sent in view.sent(GET) {
        match sent.http_response() {
            Some((event, response)) => {
                is_offered |= judge_get(&mut verdicts, &sent, event, response);
            }
            None => {
                let why = "GET was not answered, not even by a status";
                for id in [ENDPOINT, STREAM_OR_405, NO_RESPONSES] {
                    verdicts.on(id).inconclusive(why);
                }
            }
        }
    }
    let is_answered = view.exchanges_meant(PING).any(|exchange| exchange.http().is_some());
    judge_responses(verdicts.on(NO_RESPONSES), view, is_offered && is_answered);
    if view.sent(GET).next().is_none() {
        for id in CHECK.covers {
            verdicts.on(id).inconclusive("no second session could be opened");
        }
    }
    verdicts
}

/// True when the server offers the stream.
fn judge_get(
    verdicts: &mut Verdicts,
    sent: &Sent<'_>,
    event: &Event,
    response: &crate::transcript::HttpResponse,
) -> bool {
    let status = response.status;
    let media_type = response.media_type();
    if (status == 200 && media_type == EVENT_STREAM) || status == 405 {
        verdicts.on(ENDPOINT).held(event.reference());
        verdicts.on(STREAM_OR_405).held(event.reference());
        if status == 405 {
            verdicts.on(NO_RESPONSES).not_applicable("the server refuses GET by 405");
        }
        return status == 200;
    }
    verdicts.on(NO_RESPONSES).not_applicable("GET opens no stream");
    if is_beside_the_point(status) {
        for id in [ENDPOINT, STREAM_OR_405] {
            verdicts.on(id).inconclusive(format!("GET was answered by HTTP {status}"));
        }
        return false;
    }
    let shown = match media_type.as_str() {
        _ if status >= 300 => format!("HTTP {status}"),
        "" => format!("HTTP {status} without a Content-Type"),
        other => format!("HTTP {status} and {other}"),
    };
    let text = format!("GET is answered by {shown}, neither an event stream nor 405.");
    let problem = Problem::new("GET", text)
        .event(sent.event, "GET within a fresh session")
        .event(event, shown);
    if matches!(status, 200..300 | 500..) {
        verdicts.on(ENDPOINT).broken(problem.clone());
    }
    match status {
        // Without sessions this may be about the stream of another client.
        409 => verdicts.on(STREAM_OR_405).odd(problem),
        _ => verdicts.on(STREAM_OR_405).broken(problem),
    };
    false
}

fn judge_responses(ruling: &mut Ruling, view: &View, was_tried: bool) {
    let mut evidence = None;
    for (conversation, message) in view.received() {
        let is_get = sent_on(conversation, message.channel).is_some_and(|it| it.method == "GET");
        let resumed = sent_header(conversation, message.channel, "last-event-id").is_some();
        if is_get && !resumed && message.is_response() {
            let text = "A response arrives on the stream that GET opened.";
            ruling.broken(Problem::new("GET", text).message(message));
        }
    }
    if was_tried {
        evidence = view.sent(GET).find_map(|sent| sent.http_response());
    }
    if let Some((event, _)) = evidence {
        ruling.held(event.reference());
    }
}
