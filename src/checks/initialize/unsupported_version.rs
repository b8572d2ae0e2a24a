//! An initialize request for an unknown version is answered by the newest version supported.
//!
//! This is how client and server find common ground. A server that echoes whatever it is asked for
//! claims to speak a revision that does not exist; one that offers an old revision although it
//! supports a newer one costs its users the newer features. Compare the requested version with the
//! list of those you implement, and answer with the newest of the list when it is not among them.
//!
//! ```mcp passes
//! > initialize {"protocolVersion":"1900-01-01"}
//! < merge {"protocolVersion":"2025-11-25"}
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.no-blind-echo
//! > initialize {"protocolVersion":"1900-01-01"}
//! < merge {"protocolVersion":"1900-01-01"}
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.latest
//! > initialize {"protocolVersion":"1900-01-01"}
//! < merge {"protocolVersion":"2024-11-05"}
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.unsupported-version
//! > initialize {"protocolVersion":"9999-12-31"}
//! < error -32602 "Unsupported protocol version"
//! ```
//!
//! ```mcp fails lifecycle.version-negotiation.unsupported-version
//! > initialize {"protocolVersion":"mcp-check"}
//! < exit 1
//! ```
//!
//! ```mcp inconclusive
//! > initialize {"protocolVersion":"1900-01-01"}
//! < merge {"protocolVersion":"2031-01-01"}
//! ```

use std::collections::BTreeSet;

use crate::check::common::{self, handshake};
use crate::check::prelude::*;

const ANSWER: &str = "lifecycle.version-negotiation.unsupported-version";
const ECHO: &str = "lifecycle.version-negotiation.no-blind-echo";
const LATEST: &str = "lifecycle.version-negotiation.latest";

pub(crate) const CHECK: Check = Check {
    covers: &[ANSWER, ECHO, LATEST],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unsupported-version";
/// Asks directly for what was offered instead of a made-up version.
const CONFIRM: &str = "offered-version";
/// Asks for the version under test, to see whether a further connection is served at all.
const CONTROL: &str = "supported-version";
const MADE_UP: [&str; 3] = ["1900-01-01", "9999-12-31", "mcp-check"];

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let tested = peer.revision();
        // All are started before the first is waited for.
        let mut started = Vec::new();
        for version in MADE_UP {
            started.push((version, peer.open(Opening::Silent).await));
        }
        let mut follow_ups = BTreeSet::new();
        for (version, fresh) in started {
            let Some(fresh) = fresh else { continue };
            match ask(fresh, INTENT, version).await {
                Some(Answer::Result(result)) => follow_ups.extend(
                    offered_handshake(&result)
                        .filter(|offered| *offered != tested)
                        .map(|offered| (CONFIRM, offered)),
                ),
                _ => follow_ups.extend([(CONTROL, tested)]),
            }
        }
        for (intent, revision) in follow_ups {
            if let Some(fresh) = peer.open(Opening::Silent).await {
                ask(fresh, intent, revision.as_str()).await;
            }
        }
    })
}

async fn ask(mut fresh: Box<dyn Peer>, intent: &str, version: &str) -> Option<Answer> {
    let params = handshake::initialize_params(version, json!({}));
    let request = Request::new(intent, "initialize").params(params);
    let answer = fresh.request(request).await;
    fresh.close().await;
    answer
}

/// The handshake revision that an initialize result names.
fn offered_handshake(result: &Value) -> Option<Revision> {
    let offered: Revision = result["protocolVersion"].as_str()?.parse().ok()?;
    (offered.era() == Era::Handshake).then_some(offered)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        match exchange.reply() {
            Reply::Result(message, result) => {
                judge_result(&mut verdicts, view, &exchange, message, result);
            }
            Reply::Malformed(_) => {}
            _ => judge_refusal(&mut verdicts, view, &exchange),
        }
    }
    verdicts
}

fn judge_result(
    verdicts: &mut Verdicts,
    view: &View,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    result: &Value,
) {
    let about = |text: String| Problem::new("initialize", text).exchange(exchange);
    let requested = requested(exchange);
    if result["protocolVersion"] == requested {
        let text = format!("The server agrees to {requested}, a revision that does not exist.");
        verdicts.on(ECHO).broken(about(text));
        verdicts.on(ANSWER).inconclusive("the server echoes whatever version it is asked for");
        verdicts.on(LATEST).inconclusive("the server echoes whatever version it is asked for");
        return;
    }
    verdicts.on(ECHO).held(message.at.clone());
    let Some(offered) = offered_handshake(result) else {
        let shown = &result["protocolVersion"];
        let why = format!("the version offered instead, {shown}, has no handshake that is known");
        verdicts.on(ANSWER).inconclusive(why.as_str());
        verdicts.on(LATEST).inconclusive(why);
        return;
    };
    judge_offer(verdicts.on(ANSWER), view, exchange, message, offered);
    if offered >= view.revision {
        verdicts.on(LATEST).held(message.at.clone());
    } else {
        let text = format!(
            "The server offers {offered} instead of an unknown version, although it agrees to {}.",
            view.revision
        );
        verdicts.on(LATEST).broken(about(text));
    }
}

fn judge_offer(
    ruling: &mut Ruling,
    view: &View,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    offered: Revision,
) {
    let confirmed = view
        .exchanges_meant(CONFIRM)
        .filter(|asked| requested(asked) == offered.as_str())
        .find_map(|asked| asked.result().map(|result| &result["protocolVersion"]));
    match confirmed {
        _ if offered == view.revision => ruling.held(message.at.clone()),
        Some(answer) if answer == offered.as_str() => ruling.held(message.at.clone()),
        Some(answer) => {
            let text = format!(
                "The server offers {offered} instead of an unknown version, but answers {answer} \
                 when asked for {offered}."
            );
            ruling.broken(Problem::new("initialize", text).exchange(exchange))
        }
        None => ruling.inconclusive(format!("the offered version {offered} was not confirmed")),
    };
}

fn judge_refusal(verdicts: &mut Verdicts, view: &View, exchange: &Exchange<'_>) {
    let about = |text: &str| Problem::new("initialize", text).exchange(exchange);
    if !view.exchanges_meant(CONTROL).any(|control| control.result().is_some()) {
        let why = "a further connection is not served with a version it supports either";
        verdicts.on(ANSWER).inconclusive(why);
        return;
    }
    let ruling = verdicts.on(ANSWER);
    match exchange.reply() {
        Reply::Error(message, _) => {
            let text = "The server refuses an unknown version by an error instead of offering one \
                        it supports.";
            let hint = "The specification shows such an error as an example, but its rule asks \
                        for a result that names a supported version.";
            ruling.odd(about(text).hint(hint));
            verdicts.on(ECHO).held(message.at.clone());
        }
        Reply::HttpOnly(_, response) if common::is_refusal_of_host(response.status) => {
            ruling.inconclusive(format!("refused by HTTP {}", response.status));
        }
        Reply::HttpOnly(..) => {
            let text = "The server refuses an unknown version without a JSON-RPC answer.";
            ruling.odd(about(text));
        }
        Reply::Gone(event) => {
            let text = "The server ends when it is asked for an unknown version.";
            ruling.broken(about(text).event(event, "connection ended"));
        }
        _ => {
            let text = "initialize with an unknown version is not answered.";
            ruling.broken(about(text));
        }
    }
}

fn requested<'v>(exchange: &Exchange<'v>) -> &'v str {
    let params = exchange.params();
    let version = params.and_then(|params| params["protocolVersion"].as_str());
    version.unwrap_or_default()
}
