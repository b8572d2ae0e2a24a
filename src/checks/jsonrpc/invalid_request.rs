//! JSON that is no request is answered with -32600 and does not end the server.
//!
//! A proxy, a client of another protocol or a bug sends such input sooner or later. JSON-RPC
//! reserves -32600 "Invalid Request" for it; over HTTP the status 400 says the same. Silence over
//! stdio is common and only a warning. Check the members of what was parsed before using them.
//!
//! ```mcp passes
//! > invalid
//! < error -32600 "Invalid Request"
//! ```
//!
//! ```mcp passes
//! transport http
//! > invalid
//! < http 400
//! ```
//!
//! ```mcp fails jsonrpc.invalid-request-code
//! > invalid
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails jsonrpc.invalid-request-code
//! > invalid
//! < silence
//! ```
//!
//! ```mcp fails jsonrpc.invalid-request-code
//! > invalid
//! < exit 1
//! ```

use crate::check::common::broken_input::{answer_to, judge_survival_in, send_apart, shown};
use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.invalid-request-code";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "invalid-request";
const SUBJECT: &str = "invalid request";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let frames = bodies(peer.revision()).map(|body| Raw::new(INTENT, body));
        send_apart(peer, frames.into()).await;
    })
}

fn bodies(revision: Revision) -> [String; 5] {
    let rest = match revision.era() {
        Era::Handshake => json!({"method": "ping"}),
        Era::Modern => json!({"method": "server/discover", "params": {"_meta": {
            "io.modelcontextprotocol/protocolVersion": revision.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
        }}}),
    };
    let with = |id: &str, change: fn(&mut Value)| {
        let mut body = rest.clone();
        body["id"] = Value::from(id);
        change(&mut body);
        body.to_string()
    };
    [
        with("mcpcheck-no-jsonrpc", |_| {}),
        with("mcpcheck-jsonrpc-1", |body| body["jsonrpc"] = json!("1.0")),
        with("mcpcheck-method-5", |body| {
            body["jsonrpc"] = json!("2.0");
            body["method"] = json!(5);
        }),
        "\"mcpcheck\"".to_owned(),
        "{}".to_owned(),
    ]
}

/// Streamable HTTP refuses by 400; HTTP+SSE leaves the status open.
fn refuses_input(view: &View, status: u16) -> bool {
    let open = view.transport == TransportKind::HttpSse;
    status == 400 || (open && (400..500).contains(&status) && !is_refusal_of_host(status))
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for sent in view.sent(INTENT) {
        if !judge_survival_in(view, ruling, &sent, SUBJECT) {
            continue;
        }
        let shown = shown(&sent);
        let about = |text: &str| {
            let problem = Problem::new(SUBJECT, format!("{shown} {text}"));
            problem.event(sent.event, shown.clone())
        };
        match (sent.http_response(), answer_to(&sent)) {
            (Some((event, response)), _) if refuses_input(view, response.status) => {
                ruling.held(event.reference());
            }
            (_, Some(answer)) => judge_answer(ruling, answer, about),
            (Some((_, response)), None)
                if is_refusal_of_host(response.status) && response.status != 500 =>
            {
                ruling.inconclusive(format!("HTTP {} came instead", response.status));
            }
            (Some((_, response)), None) => {
                let text = format!("was answered by HTTP {}, not 400.", response.status);
                ruling.odd(about(&text));
            }
            (None, None) => {
                ruling.odd(about("was not answered at all."));
            }
        }
    }
    verdicts
}

fn judge_answer(ruling: &mut Ruling, answer: &WireMessage, about: impl Fn(&str) -> Problem) {
    let text = match &answer.parsed.message {
        Message::Error {
            code: Some(code::INVALID_REQUEST),
            ..
        } => {
            ruling.held(answer.at.clone());
            return;
        }
        Message::Error {
            code: Some(code), ..
        } => format!("was answered with code {code} instead of -32600."),
        Message::Result { .. } => "was served as if it were a request.".to_owned(),
        _ => "was answered by something that is neither result nor error.".to_owned(),
    };
    ruling.broken(about(&text).message(answer));
}
