//! resources/read answers every URI that leads nowhere by an error, however odd it is.
//!
//! URIs come from clients and models and hold anything: nothing at all, control characters, broken
//! escapes, endless text. A server that ends on one of them takes the whole conversation with it, and
//! one that serves them reads something nobody named. Parse first, and answer what does not parse by
//! an error.
//!
//! ```mcp passes
//! > resources/read {"uri":"memo://logo"}
//! < default
//! ```
//!
//! ```mcp fails resources.uri-inputs-validated
//! > resources/read {"uri":"%zz"}
//! < exit 1
//! ```
//!
//! ```mcp fails resources.uri-inputs-validated
//! > resources/read {"uri":"not a uri"}
//! < result {"contents":[{"uri":"not a uri","text":"made up"}]}
//! ```
//!
//! ```mcp fails resources.uri-inputs-validated
//! > resources/read {"uri":""}
//! < silence
//! ```
//!
//! ```mcp inconclusive
//! > resources/read
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{
    evidence_first, is_missing, is_stack_trace, judge_unanswered, text_of, turned_away,
};
use crate::check::common::broken_input::ask_until_silent;
use crate::check::common::missing_resource::{is_empty, is_templated};
use crate::check::prelude::*;

const RULE: &str = "resources.uri-inputs-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "read-odd-uri";
const SUBJECT: &str = "odd URI";
const LONG: usize = 64 * 1024;
/// In 2026-07-28 over HTTP the URI is repeated in a header, and no server takes long headers.
const LONG_FOR_HEADER: usize = 2048;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let is_in_header = peer.revision().era() == Era::Modern
            && peer.transport() == TransportKind::StreamableHttp;
        let long = if is_in_header { LONG_FOR_HEADER } else { LONG };
        let uris = [
            json!(5),
            json!(""),
            json!("not a uri"),
            json!("file:"),
            json!("mcpcheck-unknown://a\nb"),
            json!("%00"),
            json!("%zz"),
            json!(format!("mcpcheck-unknown://{}", "m".repeat(long))),
        ];
        let read = |params: Value| Request::new(INTENT, "resources/read").params(params);
        let mut requests = vec![read(json!({}))];
        requests.extend(uris.into_iter().map(|uri| read(json!({"uri": uri}))));
        ask_until_silent(peer, requests).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        judge_answer(ruling, view, &exchange);
    }
    evidence_first(ruling);
    verdicts
}

fn judge_answer(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    if judge_unanswered(ruling, exchange, SUBJECT, "a read of an odd URI") {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: &str| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) if is_missing(view, "resources/read") => {
            ruling.inconclusive("resources/read does not exist");
        }
        Reply::Error(..) if is_stack_trace(&text_of(exchange)) => {
            ruling.odd(about(
                "An odd URI is answered by an error with a stack trace.",
            ));
        }
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Result(_, result) if is_empty(result) => {
            ruling.inconclusive("the result is empty, which is reported with missing resources");
        }
        _ if is_templated(view, exchange) => {
            ruling.inconclusive("a template of the server covers the URI that was tried");
        }
        _ => {
            ruling.broken(about("A URI that leads nowhere is answered by contents."));
        }
    }
}
