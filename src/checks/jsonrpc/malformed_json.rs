//! Input that is not JSON does not end the server, and is answered, if at all, by -32700.
//!
//! One damaged line must not take down a conversation. JSON-RPC reserves -32700 "Parse error" for
//! this case; over HTTP the status 400 says the same. Silence over stdio is common and only a
//! warning. Catch the parser's error where lines are read.
//!
//! ```mcp passes
//! > malformed
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}
//! ```
//!
//! ```mcp passes
//! transport http
//! > malformed
//! < http 400
//! ```
//!
//! ```mcp fails jsonrpc.parse-error-code
//! > malformed
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"oops"}}
//! ```
//!
//! ```mcp fails jsonrpc.parse-error-code
//! > malformed
//! < silence
//! ```
//!
//! ```mcp fails jsonrpc.parse-error-code
//! > malformed
//! < exit 1
//! ```

use crate::check::common::broken_input::{answer_to, judge_survival_in, send_apart, shown};
use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.parse-error-code";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "malformed-json";
const SUBJECT: &str = "malformed JSON";
const BROKEN: &str = r#"{"jsonrpc":"2.0","id":"mcpcheck","method":"ping""#;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        send_apart(peer, vec![Raw::new(INTENT, BROKEN)]).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for sent in view.sent(INTENT) {
        if !judge_survival_in(view, ruling, &sent, SUBJECT) {
            continue;
        }
        let about = |text: &str| {
            let problem = Problem::new(SUBJECT, format!("Input that is not JSON {text}"));
            problem.event(sent.event, shown(&sent))
        };
        let status = sent.http_response().map(|(_, response)| response.status);
        match (status, answer_to(&sent)) {
            (_, Some(answer)) => judge_answer(ruling, answer, status, about),
            (Some(status), None) if refuses_input(view, status) => {
                let at = sent.http_response().map(|(event, _)| event.reference());
                ruling.held.extend(at);
            }
            (Some(status), None) if is_refusal_of_host(status) && status != 500 => {
                ruling.inconclusive(format!("HTTP {status} came instead"));
            }
            (Some(status), None) => {
                let text = format!("was answered by HTTP {status}, not 400.");
                ruling.odd(about(&text));
            }
            (None, None) => {
                ruling.odd(about("was not answered at all."));
            }
        }
    }
    verdicts
}

/// Streamable HTTP refuses by 400; HTTP+SSE leaves the status open.
fn refuses_input(view: &View, status: u16) -> bool {
    let open = view.transport == TransportKind::HttpSse;
    status == 400 || (open && (400..500).contains(&status) && !is_refusal_of_host(status))
}

fn judge_answer(
    ruling: &mut Ruling,
    answer: &WireMessage,
    status: Option<u16>,
    about: impl Fn(&str) -> Problem,
) {
    let problem = match &answer.parsed.message {
        Message::Error {
            code: Some(code::PARSE_ERROR),
            ..
        } => {
            ruling.held(answer.at.clone());
            return;
        }
        _ if status == Some(400) => {
            ruling.held(answer.at.clone());
            return;
        }
        Message::Error {
            code: Some(code), ..
        } => about(&format!("was answered with code {code} instead of -32700.")),
        Message::Result { .. } => about("was served as if it were a request.").outright(),
        _ => about("was answered by something that is neither result nor error."),
    };
    ruling.broken(problem.message(answer));
}
