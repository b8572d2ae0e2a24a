//! A request without `clientInfo` is complete; one whose required fields have another type is not.
//!
//! Clients may keep their name to themselves, and early drafts that demanded it are outdated. A
//! version that is a number or capabilities that are a text, however, mean that the client is
//! broken: refuse those with -32602, so that the mistake is found where it was made.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > server/discover
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > server/discover
//! < default
//! ```
//!
//! ```mcp fails meta.client-info-optional
//! revision 2026-07-28
//! > server/discover {"_meta":{"io.modelcontextprotocol/clientInfo":null}}
//! < error -32602 "clientInfo is missing"
//! ```
//!
//! ```mcp fails meta.malformed-fields-rejected
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/clientCapabilities":[]}}
//! < serve
//! ```

use crate::check::common::answers::shown;
use crate::check::common::handshake::list_methods;
use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const OPTIONAL: &str = "meta.client-info-optional";
const MALFORMED: &str = "meta.malformed-fields-rejected";

pub(crate) const CHECK: Check = Check {
    covers: &[OPTIONAL, MALFORMED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ANONYMOUS: &str = "meta-without-client-info";
const BAD_VERSION: &str = "meta-with-version-number";
const BAD_CAPABILITIES: &str = "meta-with-malformed-capabilities";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT_KEY: &str = "io.modelcontextprotocol/clientInfo";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let list = list_methods(peer.session()).first().copied();
        let method = list.unwrap_or("server/discover");
        let mut requests: Vec<Request> = ["server/discover"]
            .into_iter()
            .chain(list)
            .map(|method| Request::new(ANONYMOUS, method).without_meta(CLIENT_KEY))
            .collect();
        requests.push(Request::new(BAD_VERSION, method).meta(VERSION_KEY, json!(20260728)));
        for value in [json!("none"), json!([]), Value::Null] {
            requests.push(Request::new(BAD_CAPABILITIES, method).meta(CAPABILITIES_KEY, value));
        }
        for request in requests {
            peer.request(request).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(ANONYMOUS) {
        judge_anonymous(verdicts.on(OPTIONAL), view, &exchange);
    }
    for (intent, field) in [
        (BAD_VERSION, "protocolVersion"),
        (BAD_CAPABILITIES, "clientCapabilities"),
    ] {
        for exchange in view.exchanges_meant(intent) {
            judge_malformed(verdicts.on(MALFORMED), &exchange, field);
        }
    }
    verdicts
}

fn judge_anonymous(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    let method = exchange.method();
    let works = view
        .results_of(method)
        .any(|(other, _)| other.intent() != Some(ANONYMOUS));
    let what = match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
            return;
        }
        Reply::Error(_, code) if works => format!("was refused with {}", shown(code)),
        Reply::HttpOnly(_, response) if works && !is_refusal_of_host(response.status) => {
            format!("was refused by HTTP {}", response.status)
        }
        Reply::Silence { alive: true } if works => "was never answered".to_owned(),
        _ => {
            ruling.inconclusive(format!(
                "{method} brought no result, maybe for other reasons"
            ));
            return;
        }
    };
    let text = format!("A {method} request without clientInfo {what}; with it the method works.");
    let hint = "clientInfo was required in drafts only.";
    let problem = Problem::new("request without clientInfo", text).exchange(exchange);
    ruling.broken(problem.hint(hint));
}

fn judge_malformed(ruling: &mut Ruling, exchange: &Exchange<'_>, field: &str) {
    let method = exchange.method();
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION | code::HEADER_MISMATCH))
            if field == "protocolVersion" =>
        {
            ruling.held(message.at.clone());
        }
        Reply::Result(..) => {
            let text =
                format!("A {method} request was served although {field} has the wrong type.");
            let problem = Problem::new(format!("malformed {field}"), text).exchange(exchange);
            ruling.broken(problem);
        }
        _ => {
            ruling.inconclusive(format!("a malformed {field} was refused in another way"));
        }
    }
}
