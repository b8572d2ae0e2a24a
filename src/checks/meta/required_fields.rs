//! A request without the required `_meta` fields is refused with -32602, over HTTP with status 400.
//!
//! In 2026-07-28 every request says which version it speaks and what the client can do. A server
//! that fills in what is missing guesses, and the client never learns that its request was wrong.
//! Check both fields before anything else. `clientInfo` is not required, so do not ask for it.
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! > server/discover
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < default
//! ```
//!
//! ```mcp fails meta.required-fields-rejected
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/clientCapabilities":null,"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}
//! < serve
//! ```
//!
//! ```mcp fails meta.required-fields-rejected
//! revision 2026-07-28
//! revisions 2026-07-28
//! > tools/list {"_meta":null}
//! < error -32600 "No _meta"
//! ```
//!
//! ```mcp fails meta.required-fields-http-400
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"io.modelcontextprotocol/clientCapabilities":null}}
//! < http 200
//! < error -32602 "clientCapabilities is missing"
//! ```

use crate::check::common::answers::shown;
use crate::check::common::broken_input::START_UP;
use crate::check::common::handshake::{bare_initialize, list_methods};
use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const REJECTED: &str = "meta.required-fields-rejected";
const STATUS: &str = "meta.required-fields-http-400";

pub(crate) const CHECK: Check = Check {
    covers: &[REJECTED, STATUS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const CAPABILITIES: &str = "meta-without-capabilities";
const VERSION: &str = "meta-without-version";
const NOTHING: &str = "request-without-meta";
const HANDSHAKE: &str = "meta-handshake-question";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let list = list_methods(peer.session()).first().copied();
        for method in ["server/discover"].into_iter().chain(list) {
            let request = Request::new(CAPABILITIES, method).without_meta(CAPABILITIES_KEY);
            peer.request(request).await;
        }
        peer.settle().await;
        // A server of both eras may take what follows for the beginning of an older conversation.
        if let Some(mut fresh) = peer.open(Opening::Silent).await {
            let method = list.unwrap_or("server/discover");
            let mut first = Request::new(VERSION, method).without_meta(VERSION_KEY);
            first.deadline = Some(START_UP);
            fresh.request(first).await;
            fresh.request(Request::new(NOTHING, method).bare()).await;
            fresh.close().await;
        }
        if let Some(mut fresh) = peer.open(Opening::Silent).await {
            let version = Revision::NEWEST_HANDSHAKE.as_str();
            let mut handshake = bare_initialize(HANDSHAKE, version);
            handshake.deadline = Some(START_UP);
            fresh.request(handshake).await;
            fresh.close().await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(CAPABILITIES) {
        judge_case(&mut verdicts, &exchange, "clientCapabilities");
    }
    let is_modern_only = view
        .exchanges_meant(HANDSHAKE)
        .any(|exchange| matches!(exchange.reply(), Reply::Error(..) | Reply::HttpOnly(..)));
    for (intent, missing) in [(VERSION, "protocolVersion"), (NOTHING, "_meta")] {
        for exchange in view.exchanges_meant(intent).filter(|_| is_modern_only) {
            judge_case(&mut verdicts, &exchange, missing);
        }
    }
    verdicts
}

fn judge_case(verdicts: &mut Verdicts, exchange: &Exchange<'_>, missing: &str) {
    let ruling = verdicts.on(REJECTED);
    let is_http = !exchange.request.channel.is_shared();
    let about =
        |text: String| Problem::new(format!("request without {missing}"), text).exchange(exchange);
    let what = match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => {
            ruling.held(message.at.clone());
            judge_status(verdicts.on(STATUS), exchange, missing);
            return;
        }
        // The header then has no counterpart in the body.
        Reply::Error(message, Some(code::HEADER_MISMATCH))
            if is_http && missing != "clientCapabilities" =>
        {
            ruling.held(message.at.clone());
            judge_status(verdicts.on(STATUS), exchange, missing);
            return;
        }
        Reply::HttpOnly(_, response) if is_refusal_of_host(response.status) => {
            ruling.inconclusive(format!("HTTP {} came instead", response.status));
            return;
        }
        Reply::Malformed(_) | Reply::Gone(_) | Reply::Silence { alive: false } => {
            ruling.inconclusive(format!(
                "a request without {missing} brought no readable answer"
            ));
            return;
        }
        Reply::Error(_, code) => format!("was answered with {}, not -32602", shown(code)),
        Reply::Result(..) => "was served".to_owned(),
        Reply::HttpOnly(_, response) => {
            format!(
                "was answered by HTTP {} without a JSON-RPC error",
                response.status
            )
        }
        Reply::Silence { alive: true } => "was never answered".to_owned(),
    };
    let method = exchange.method();
    ruling.broken(about(format!(
        "A {method} request without {missing} {what}."
    )));
}

fn judge_status(ruling: &mut Ruling, exchange: &Exchange<'_>, missing: &str) {
    let Some((at, response)) = exchange.http() else {
        return;
    };
    if response.status == 400 {
        ruling.held(at);
        return;
    }
    let text = format!(
        "The refusal of a request without {missing} has the HTTP status {}, not 400.",
        response.status
    );
    ruling.broken(Problem::new(format!("request without {missing}"), text).exchange(exchange));
}
