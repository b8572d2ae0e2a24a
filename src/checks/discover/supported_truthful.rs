//! Every version that server/discover lists is accepted.
//!
//! Clients choose from the list and do not ask twice. A version that is listed and then refused
//! leaves them without a connection, although both sides may share another version. List what is
//! implemented and nothing else, and take the list and the check of incoming versions from one
//! place. Listed versions with a handshake are tried with initialize.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > server/discover
//! < merge {"supportedVersions":["2026-07-28","2025-11-25"]}
//! ```
//!
//! ```mcp fails versioning.supported-list-truthful
//! revision 2026-07-28
//! > tools/list
//! < error -32022 "Unsupported protocol version" data {"supported":["2026-07-28"],"requested":"2026-07-28"}
//! ```
//!
//! ```mcp fails versioning.supported-list-truthful
//! revision 2026-07-28
//! revisions 2025-11-25 2026-07-28
//! > server/discover
//! < merge {"supportedVersions":["2026-07-28","2024-11-05"]}
//! ```

use crate::check::common::handshake;
use crate::check::prelude::*;

const ID: &str = "versioning.supported-list-truthful";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listed-handshake-version";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const SUBJECT: &str = "supportedVersions";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut started = Vec::new();
        for revision in listed_handshakes(peer.session()) {
            started.push((revision, peer.open(Opening::Silent).await));
        }
        for (revision, fresh) in started {
            if let Some(mut fresh) = fresh {
                fresh.request(handshake::bare_initialize(INTENT, revision.as_str())).await;
                fresh.close().await;
            }
        }
    })
}

fn listed_handshakes(session: &Session) -> Vec<Revision> {
    Revision::HANDSHAKE
        .into_iter()
        .filter(|revision| session.supported.iter().any(|listed| listed == revision.as_str()))
        .collect()
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let session = view.session();
    if session.supported.iter().any(|listed| listed == view.revision.as_str()) {
        for exchange in view.exchanges() {
            judge_modern(ruling, view.revision, &exchange);
        }
    }
    for exchange in view.exchanges_meant(INTENT) {
        judge_handshake(ruling, &exchange);
    }
    verdicts
}

fn judge_modern(ruling: &mut Ruling, revision: Revision, exchange: &Exchange<'_>) {
    let version = exchange.params().map(|params| &params["_meta"][VERSION_KEY]);
    if version != Some(&Value::from(revision.as_str())) {
        return;
    }
    match exchange.reply() {
        Reply::Result(message, _) if exchange.method() == "server/discover" => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::UNSUPPORTED_PROTOCOL_VERSION)) => {
            let method = exchange.method();
            let text = format!("{revision} is listed as supported, but {method} refuses it.");
            ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
        }
        _ => {}
    }
}

fn judge_handshake(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let requested = exchange.params().map(|params| params["protocolVersion"].clone());
    let requested = requested.unwrap_or_default();
    let what = match exchange.reply() {
        Reply::Result(message, result) if result["protocolVersion"] == requested => {
            ruling.held(message.at.clone());
            return;
        }
        Reply::Result(_, result) => format!("answers {}", result["protocolVersion"]),
        Reply::Error(..) => "refuses it".to_owned(),
        _ => return,
    };
    let text = format!("{requested} is listed as supported, but initialize {what}.");
    ruling.odd(Problem::new(SUBJECT, text).exchange(exchange));
}
