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
//! ```mcp passes
//! transport http
//! > http GET
//! < http 405
//! < body application/json {"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No"}}
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! > http GET
//! < silence
//! ```

use futures_util::future::join;

use crate::check::common::handshake::{initialize_params, list_methods};
use crate::check::common::http::{
    EVENT_STREAM, in_session, is_beside_the_point, post, sent_header, sent_on,
};
use crate::check::common::sse_of;
use crate::check::prelude::*;
use crate::transcript::HttpResponse;

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
const LIST: &str = "get-stream-list";
const LISTEN: Duration = Duration::from_secs(1);

/// A session of its own, because some servers allow one such stream in the life of a session. The
/// ping goes over another connection, as the stream is open on the first.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let revision = peer.revision();
        let listener = peer.open(Opening::Silent).await;
        let speaker = peer.open(Opening::Silent).await;
        let (Some(mut listener), Some(mut speaker)) = (listener, speaker) else {
            return;
        };
        let params = initialize_params(revision.as_str(), json!({}));
        let initialize = rpc::request(&Id::from("mcpcheck-get"), "initialize", Some(&params));
        let hello = HttpCall::new(SET_UP, "POST").body(initialize);
        let answer = match listener.http(hello).await {
            Some(answer) if answer.status == 200 => answer,
            _ => return,
        };
        let in_session = |call: HttpCall| in_session(call, revision, &answer);
        let initialized = rpc::notification("notifications/initialized", None);
        let initialized = HttpCall::new(SET_UP, "POST").body(initialized);
        listener.http(in_session(initialized)).await;
        let mut get = in_session(HttpCall::new(GET, "GET"));
        get.listen = Some(LISTEN);
        let ping = in_session(post(PING, revision, "mcpcheck-get-ping", "ping"));
        let list = list_methods(peer.session()).first().copied();
        let list = list.map(|list| in_session(post(LIST, revision, "mcpcheck-get-list", list)));
        let speak = async {
            // By then the stream is open.
            peer.settle().await;
            speaker.http(ping).await;
            if let Some(list) = list {
                speaker.http(list).await;
            }
        };
        join(listener.http(get), speak).await;
        listener.close().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let gets: Vec<Sent<'_>> = view.sent(GET).collect();
    for sent in &gets {
        judge_get(&mut verdicts, sent);
    }
    judge_responses(verdicts.on(NO_RESPONSES), view, &gets);
    if gets.is_empty() {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .inconclusive("no second session could be opened");
        }
    }
    verdicts
}

fn is_offered(response: &HttpResponse) -> bool {
    response.status == 200 && response.media_type() == EVENT_STREAM
}

fn judge_get(verdicts: &mut Verdicts, sent: &Sent<'_>) {
    let Some((event, response)) = sent.http_response() else {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .inconclusive("GET was not answered, not even by a status");
        }
        return;
    };
    let status = response.status;
    if is_offered(response) || status == 405 {
        verdicts.on(ENDPOINT).held(event.reference());
        verdicts.on(STREAM_OR_405).held(event.reference());
        return;
    }
    if is_beside_the_point(status) {
        for id in [ENDPOINT, STREAM_OR_405] {
            let why = format!("GET was answered by HTTP {status}");
            verdicts.on(id).inconclusive(why);
        }
        return;
    }
    let shown = match response.media_type().as_str() {
        _ if status >= 300 => format!("HTTP {status}"),
        "" => format!("HTTP {status} without a Content-Type"),
        other => format!("HTTP {status} and {other}"),
    };
    let text = format!("GET is answered by {shown}, neither an event stream nor 405.");
    let problem = Problem::new("GET", text)
        .event(sent.event, "GET within a fresh session")
        .event(event, shown);
    if matches!(status, 200..=299 | 500..) {
        verdicts.on(ENDPOINT).broken(problem.clone());
    } else {
        let why = format!("GET is refused by HTTP {status}, which says little about the path");
        verdicts.on(ENDPOINT).inconclusive(why);
    }
    match status {
        // Without sessions this may be about the stream of another client.
        409 => verdicts.on(STREAM_OR_405).odd(problem),
        _ => verdicts.on(STREAM_OR_405).broken(problem),
    };
}

fn judge_responses(ruling: &mut Ruling, view: &View, gets: &[Sent<'_>]) {
    for (conversation, message) in view.received() {
        let is_get = sent_on(conversation, message.channel).is_some_and(|it| it.method == "GET")
            && sse_of(conversation, message).is_some();
        let is_resumed = sent_header(conversation, message.channel, "last-event-id").is_some();
        if is_get && !is_resumed && message.is_response() {
            let text = "A response arrives on the stream that GET opened.";
            ruling.broken(Problem::new("GET", text).message(message));
        }
    }
    let was_asked = view
        .exchanges_meant(PING)
        .any(|exchange| exchange.http().is_some());
    for (event, response) in gets.iter().filter_map(Sent::http_response) {
        if !is_offered(response) {
            ruling.not_applicable("GET opens no stream");
        } else if was_asked {
            ruling.held(event.reference());
        }
    }
}
