//! Every version that server/discover lists is accepted, and error -32022 lists the same ones.
//!
//! Clients choose from the list and do not ask twice. A version that is listed and then refused
//! leaves them without a connection, although both sides may share another version. Take both lists
//! and the check of incoming versions from one place. Listed versions with a handshake are tried
//! with initialize; whether both lists mention those is open.
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
//!
//! ```mcp fails versioning.supported-list-consistent
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < error -32022 "No" data {"supported":["2026-07-28","2027-01-01"],"requested":"1900-01-01"}
//! ```

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::check::common::handshake;
use crate::check::common::http::names_one_version;
use crate::check::prelude::*;

const TRUTHFUL: &str = "versioning.supported-list-truthful";
const CONSISTENT: &str = "versioning.supported-list-consistent";

pub(crate) const CHECK: Check = Check {
    covers: &[TRUTHFUL, CONSISTENT],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "listed-handshake-version";
const MADE_UP: &str = "made-up-version";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const SUBJECT: &str = "supportedVersions";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut asked = Vec::new();
        for revision in Revision::HANDSHAKE {
            if !lists(peer.session(), revision.as_str()) {
                continue;
            }
            if let Some(fresh) = peer.open(Opening::Silent).await {
                let request = handshake::bare_initialize(INTENT, revision.as_str());
                asked.push(handshake::ask_alone(fresh, request));
            }
        }
        join_all(asked).await;
        let lists = handshake::list_methods(peer.session());
        let method = lists.first().copied().unwrap_or("server/discover");
        let request = Request::new(MADE_UP, method)
            .meta(VERSION_KEY, json!("1900-01-01"))
            .header("MCP-Protocol-Version", "1900-01-01");
        peer.request(request).await;
        peer.settle().await;
    })
}

fn lists(session: &Session, version: &str) -> bool {
    session.supported.iter().any(|listed| listed == version)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let session = view.session();
    let ruling = verdicts.on(TRUTHFUL);
    if lists(&session, view.revision.as_str()) {
        for exchange in view.exchanges().filter(names_one_version) {
            judge_modern(ruling, view.revision, &exchange);
        }
    }
    for exchange in view.exchanges_meant(INTENT) {
        judge_handshake(ruling, &exchange);
    }
    for exchange in view.exchanges_meant(MADE_UP) {
        judge_lists(verdicts.on(CONSISTENT), &session, &exchange);
    }
    verdicts
}

/// The lists agree when they name the same versions without a handshake.
fn judge_lists(ruling: &mut Ruling, session: &Session, exchange: &Exchange<'_>) {
    let Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION)) = exchange.reply() else {
        ruling.inconclusive("there was no error -32022 to compare with");
        return;
    };
    let Message::Error { data, .. } = &message.parsed.message else {
        return;
    };
    let named = data.as_ref().and_then(|data| data["supported"].as_array());
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let named: BTreeSet<&str> = named.collect();
    let listed: BTreeSet<&str> = session.supported.iter().map(String::as_str).collect();
    if named.is_empty() || listed.is_empty() {
        ruling.inconclusive("one of the two lists is missing or empty");
        return;
    }
    let text = "The versions in error -32022 differ from those of server/discover.";
    let problem = Problem::new(SUBJECT, text).exchange(exchange);
    let is_modern = |version: &&str| *version >= Revision::V2026_07_28.as_str();
    let mut different = named.symmetric_difference(&listed).copied().peekable();
    if different.peek().is_none() {
        ruling.held(message.at.clone());
    } else if different.any(|version| is_modern(&version)) {
        ruling.broken(problem);
    } else {
        ruling.held(message.at.clone()).remark(problem);
    }
}

fn judge_modern(ruling: &mut Ruling, revision: Revision, exchange: &Exchange<'_>) {
    let version = exchange
        .params()
        .map(|params| &params["_meta"][VERSION_KEY]);
    if version != Some(&Value::from(revision.as_str())) {
        return;
    }
    match exchange.reply() {
        Reply::Result(message, _) if exchange.method() == "server/discover" => {
            ruling.held(message.at.clone());
        }
        // An error about another version strayed here.
        Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION))
            if exchange.exact && names(message, revision.as_str()) =>
        {
            let method = exchange.method();
            let text = format!("{revision} is listed as supported, but {method} refuses it.");
            ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
        }
        _ => {}
    }
}

/// True when the error is about this version, or does not say about which.
fn names(message: &WireMessage, version: &str) -> bool {
    match &message.parsed.message {
        Message::Error {
            data: Some(data), ..
        } => data["requested"].is_null() || data["requested"] == version,
        _ => true,
    }
}

fn judge_handshake(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let requested = handshake::requested_version(exchange);
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
