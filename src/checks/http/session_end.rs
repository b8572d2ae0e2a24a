//! DELETE ends a session or is refused by 405; after it the id gets 404 and a new session may begin.
//!
//! A client that was told its session is over must not be able to go on in it, nor must anybody who
//! still knows the id. 404 is what makes clients begin anew; 400 looks like a mistake of their own.
//! Forget the session when DELETE succeeds, and let unknown ids lead to 404.
//!
//! ```mcp passes
//! transport http
//! > http DELETE
//! < default
//! ```
//!
//! ```mcp fails http.session.terminated-404
//! transport http
//! > http DELETE
//! < http 200
//! ```
//!
//! ```mcp fails http.session.new-after-404
//! transport http
//! > initialize id "mcpcheck-anew"
//! < http 400
//! ```
//!
//! ```mcp fails http.session.delete
//! transport http
//! > http DELETE
//! < http 500
//! ```

use crate::check::common::handshake::initialize_params;
use crate::check::common::http::{
    SESSION_HEADER, answer_header, harmless, is_beside_the_point, post, status, with_headers,
};
use crate::check::prelude::*;

const TERMINATED: &str = "http.session.terminated-404";
const DELETE: &str = "http.session.delete";
const ANEW: &str = "http.session.new-after-404";

pub(crate) const CHECK: Check = Check {
    covers: &[TERMINATED, DELETE, ANEW],
    transports: Transports::Http,
    needs: &[Need::SessionId],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const END: &str = "session-delete";
const AFTER: &str = "session-after-delete";
const BEGIN: &str = "session-anew";
const CLEAN_UP: &str = "session-anew-delete";
/// Barriers on the main connection that a server is given to forget a session, with a short quiet
/// time behind each.
const GRACE: usize = 8;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(mut own) = peer.open(Opening::Ready).await else {
            return;
        };
        let ended = own.http(HttpCall::new(END, "DELETE")).await;
        if !ended.is_some_and(|answer| matches!(answer.status, 200..300)) {
            return;
        }
        let revision = peer.revision();
        let ping = |id: &str| post(AFTER, revision, id, harmless(revision));
        let mut after = own.http(ping("mcpcheck-after")).await;
        if after.as_ref().is_none_or(|answer| answer.status != 404) {
            for _ in 0..GRACE {
                peer.settle().await;
            }
            after = own.http(ping("mcpcheck-after-grace")).await;
        }
        if after.is_some_and(|answer| answer.status == 404) {
            begin_anew(own.as_mut(), revision).await;
        }
    })
}

async fn begin_anew(own: &mut dyn Peer, revision: Revision) {
    let params = initialize_params(revision.as_str(), json!({}));
    let id = Id::from("mcpcheck-anew");
    let call = HttpCall::new(BEGIN, "POST")
        .without_header(SESSION_HEADER)
        .without_header("MCP-Protocol-Version")
        .body(rpc::request(&id, "initialize", Some(&params)));
    let Some(answer) = own.http(call).await else {
        return;
    };
    if let Some(session) = answer_header(&answer, SESSION_HEADER) {
        own.http(HttpCall::new(CLEAN_UP, "DELETE").header(SESSION_HEADER, session))
            .await;
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut any = false;
    for sent in view.sent(END) {
        any = true;
        let Some((event, response)) = sent.http_response() else {
            for id in CHECK.covers {
                verdicts.on(id).inconclusive("DELETE was not answered");
            }
            continue;
        };
        judge_delete(verdicts.on(DELETE), &sent, event, response.status);
        if matches!(response.status, 200..300) {
            judge_after(verdicts.on(TERMINATED), view, event);
            judge_anew(verdicts.on(ANEW), view);
        } else {
            let why = format!("DELETE was answered by HTTP {}", response.status);
            verdicts.on(TERMINATED).not_applicable(why.clone());
            verdicts.on(ANEW).not_applicable(why);
        }
    }
    if !any {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .inconclusive("no second session could be opened");
        }
    }
    verdicts
}

fn judge_delete(ruling: &mut Ruling, sent: &Sent<'_>, event: &Event, status: u16) {
    let text = format!("DELETE of a live session is answered by HTTP {status}.");
    let problem = Problem::new("DELETE", text)
        .event(sent.event, "DELETE of the probe's own session")
        .event(event, format!("HTTP {status}"));
    match status {
        200..300 | 405 => ruling.held(event.reference()),
        status if is_beside_the_point(status) => {
            ruling.inconclusive(format!("DELETE was answered by HTTP {status}"))
        }
        // A server may offer this or not; only a crash is a failure.
        500 | 505.. => ruling.broken(problem.outright()),
        _ => ruling.remark(problem).held(event.reference()),
    };
}

fn judge_after(ruling: &mut Ruling, view: &View, deleted: &Event) {
    // The last try counts: a server may take a moment.
    let Some(exchange) = view.exchanges_meant(AFTER).last() else {
        return;
    };
    let Some((at, response)) = exchange.http() else {
        ruling.inconclusive("a request with the id of the ended session was not answered");
        return;
    };
    match response.status {
        404 => {
            ruling.held(at);
        }
        429 => {
            ruling.inconclusive("the server limits the rate of requests");
        }
        status => {
            let text = match exchange.reply() {
                Reply::Result(..) => {
                    "A request is served in a session that DELETE has ended.".into()
                }
                _ => format!("The id of an ended session gets HTTP {status}, not 404."),
            };
            let problem = Problem::new("ended session", text).event(deleted, "DELETE succeeded");
            ruling.broken(with_headers(problem, &exchange, &[SESSION_HEADER]));
        }
    }
}

fn judge_anew(ruling: &mut Ruling, view: &View) {
    let Some(exchange) = view.exchanges_meant(BEGIN).next() else {
        ruling.inconclusive("the ended session did not get 404");
        return;
    };
    match (exchange.reply(), status(&exchange)) {
        (Reply::Result(message, _), _) => {
            ruling.held(message.at.clone());
        }
        (_, None) => {
            ruling.inconclusive("initialize was not answered");
        }
        (_, Some(status)) if is_beside_the_point(status) => {
            ruling.inconclusive(format!("initialize was answered by HTTP {status}"));
        }
        (_, Some(status)) => {
            let text =
                format!("No new session can begin after 404: initialize gets HTTP {status}.");
            ruling.broken(Problem::new("initialize", text).exchange(&exchange));
        }
    }
}
