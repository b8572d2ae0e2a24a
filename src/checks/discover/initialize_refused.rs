//! A server without handshake refuses initialize by an error that names the versions it speaks.
//!
//! Older clients begin with initialize. The error is all that their users will see, so it has to
//! say what the server does speak, in its message or its data; the code is free, and over HTTP the
//! status is 400. The server goes on serving requests of 2026-07-28 afterwards. Keep a handler for
//! `initialize` that only answers this error.
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! > initialize
//! < error -32601 "This server has no handshake; it speaks 2026-07-28"
//! ```
//!
//! ```mcp fails versioning.modern-only.initialize-names-versions
//! revision 2026-07-28
//! revisions 2026-07-28
//! > initialize
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails versioning.modern-only.initialize-names-versions
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > initialize
//! < http 400
//! ```
//!
//! ```mcp fails versioning.modern-only.initialize-rejected
//! revision 2026-07-28
//! revisions 2026-07-28
//! > initialize
//! < exit 1
//! ```
//!
//! ```mcp fails versioning.modern-only.initialize-rejected
//! revision 2026-07-28
//! revisions 2026-07-28
//! > initialize
//! < silence
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::handshake;
use crate::check::prelude::*;

const NAMES: &str = "versioning.modern-only.initialize-names-versions";
const REJECTED: &str = "versioning.modern-only.initialize-rejected";

pub(crate) const CHECK: Check = Check {
    covers: &[NAMES, REJECTED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "initialize-without-handshake";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let Some(mut fresh) = peer.open(Opening::Silent).await else {
            return;
        };
        let version = Revision::NEWEST_HANDSHAKE.as_str();
        let mut request = handshake::bare_initialize(INTENT, version);
        request.deadline = Some(handshake::START_UP);
        let answer = fresh.request(request).await;
        if !matches!(answer, Some(Answer::Result(_))) {
            fresh.settle().await;
        }
        fresh.close().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        match exchange.reply() {
            Reply::Result(..) => {
                verdicts
                    .on(NAMES)
                    .not_applicable("the server answers initialize");
                verdicts
                    .on(REJECTED)
                    .not_applicable("the server answers initialize");
            }
            _ => {
                if let Some(why) = handshake::unclear(&exchange) {
                    verdicts.on(NAMES).inconclusive(why.as_str());
                    verdicts.on(REJECTED).inconclusive(why);
                    continue;
                }
                judge_names(verdicts.on(NAMES), view, &exchange);
                judge_rejection(verdicts.on(REJECTED), &exchange);
            }
        }
    }
    verdicts
}

fn judge_names(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let about = |text: &str| Problem::new("initialize", text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, _) => {
            let mut versions = view.session().supported;
            versions.push(view.revision.as_str().to_owned());
            if names_any(message, &versions) {
                ruling.held(message.at.clone());
            } else {
                let text =
                    "The error that refuses initialize names no version the server supports.";
                ruling.broken(about(text));
            }
        }
        Reply::HttpOnly(..) => {
            let text = "initialize is refused without a JSON-RPC error, so no version is named.";
            ruling.broken(about(text));
        }
        _ => {
            ruling.inconclusive("initialize was not answered");
        }
    }
}

fn names_any(message: &WireMessage, versions: &[String]) -> bool {
    let Message::Error {
        message: text,
        data,
        ..
    } = &message.parsed.message
    else {
        return false;
    };
    let data = data.as_deref().map(Value::to_string).unwrap_or_default();
    let text = format!("{} {data}", text.as_deref().unwrap_or_default());
    versions
        .iter()
        .any(|version| text.contains(version.as_str()))
}

fn judge_rejection(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let about = |text: &str| Problem::new("initialize", text).exchange(exchange);
    let later = exchange
        .conversation
        .exchanges()
        .filter(|other| other.request.at.seq > exchange.request.at.seq)
        // An answer under another id is an answer; its own check tells about it.
        .any(|other| !other.responses.is_empty());
    match exchange.reply() {
        Reply::Gone(event) => {
            let text = format!("initialize {}.", end_by(exchange));
            ruling.broken(about(&text).event(event, "connection ended").outright());
        }
        _ if !later => {
            let text = "The server no longer answers requests after initialize.";
            ruling.broken(about(text).outright());
        }
        Reply::Silence { .. } => {
            ruling.broken(about("The server never answers initialize.").outright());
        }
        Reply::HttpOnly(event, _) => {
            ruling.held(event.reference());
        }
        Reply::Error(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Result(..) | Reply::Malformed(_) => {}
    }
}
