//! An initialize request for an unknown version is answered by the newest version supported.
//!
//! A server that echoes whatever it is asked for claims to speak what does not exist; one that
//! offers an older revision than it supports costs its users the newer features. Answer by the
//! newest version you implement when the requested one is not among them.
//!
//! ```mcp passes
//! > initialize {"protocolVersion":"mcp-check"}
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
//! > initialize {"protocolVersion":"1900-01-01"}
//! < exit 1
//! ```
//!
//! ```mcp inconclusive
//! > initialize {"protocolVersion":"1900-01-01"}
//! < merge {"protocolVersion":"2031-01-01"}
//! ```

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::check::common::handshake;
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
const MADE_UP: [&str; 3] = ["1900-01-01", "9999-12-31", NO_DATE];
/// What a server answers to something that is no date is left to it, as long as it is no echo.
const NO_DATE: &str = "mcp-check";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let ask = |intent: &str, version: &str| {
            let params = handshake::initialize_params(version, json!({}));
            Request::new(intent, "initialize").params(params)
        };
        let tested = peer.revision();
        let mut asked = Vec::new();
        for version in MADE_UP {
            if let Some(fresh) = peer.open(Opening::Silent).await {
                asked.push(handshake::ask_alone(fresh, ask(INTENT, version)));
            }
        }
        let mut follow_ups = BTreeSet::new();
        for answer in join_all(asked).await {
            let Some(Answer::Result(result)) = answer else {
                follow_ups.insert((CONTROL, tested));
                continue;
            };
            let offered = handshake::offered_revision(&result);
            let untested = offered.filter(|offered| *offered != tested);
            follow_ups.extend(untested.map(|offered| (CONFIRM, offered)));
        }
        for (intent, revision) in follow_ups {
            if let Some(fresh) = peer.open(Opening::Silent).await {
                handshake::ask_alone(fresh, ask(intent, revision.as_str())).await;
            }
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INTENT) {
        match exchange.reply() {
            Reply::Result(message, result) => {
                judge_result(&mut verdicts, view, &exchange, (&message.at, result));
            }
            _ if handshake::requested_version(&exchange) == NO_DATE => {}
            _ => judge_refusal(&mut verdicts, view, &exchange),
        }
    }
    verdicts
}

fn judge_result(
    verdicts: &mut Verdicts,
    view: &View,
    exchange: &Exchange<'_>,
    (at, result): (&EventRef, &Value),
) {
    let about = |text: String| Problem::new("initialize", text).exchange(exchange);
    let requested = handshake::requested_version(exchange);
    if result["protocolVersion"] == requested {
        let text = format!("The server agrees to {requested}, a revision that does not exist.");
        verdicts.on(ECHO).broken(about(text));
        for id in [ANSWER, LATEST] {
            let why = "the server echoes whatever version it is asked for";
            verdicts.on(id).inconclusive(why);
        }
        return;
    }
    verdicts.on(ECHO).held(at.clone());
    if requested == NO_DATE {
        return;
    }
    let Some(offered) = handshake::offered_revision(result) else {
        let why = "the version offered has no handshake that is known";
        verdicts.on(ANSWER).inconclusive(why);
        verdicts.on(LATEST).inconclusive(why);
        return;
    };
    let confirmed = view
        .exchanges_meant(CONFIRM)
        .filter(|asked| handshake::requested_version(asked) == offered.as_str())
        .find_map(|asked| asked.result().map(|result| &result["protocolVersion"]));
    let ruling = verdicts.on(ANSWER);
    match confirmed {
        _ if offered == view.revision => ruling.held(at.clone()),
        Some(answer) if answer == offered.as_str() => ruling.held(at.clone()),
        // A supported version that is not agreed to breaks the rule on those.
        Some(answer) => ruling.inconclusive(format!("{offered} was answered by {answer}")),
        None => ruling.inconclusive(format!("the offered version {offered} was not confirmed")),
    };
    if offered >= view.revision {
        verdicts.on(LATEST).held(at.clone());
    } else {
        let text = format!(
            "The server offers {offered} instead of an unknown version, although it agrees to {}.",
            view.revision
        );
        verdicts.on(LATEST).broken(about(text));
    }
}

fn judge_refusal(verdicts: &mut Verdicts, view: &View, exchange: &Exchange<'_>) {
    let mut controls = view.exchanges_meant(CONTROL);
    if !controls.any(|control| control.result().is_some()) {
        let why = "a further connection is not served with a version it supports either";
        verdicts.on(ANSWER).inconclusive(why);
        return;
    }
    let ruling = verdicts.on(ANSWER);
    if let Some(why) = handshake::unclear(exchange) {
        verdicts.on(ANSWER).inconclusive(why);
        return;
    }
    let about = |text: &str| Problem::new("initialize", text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, _) => {
            let text = "The server refuses an unknown version by an error instead of offering one \
                        it supports.";
            let hint = "Such an error is an example in the specification, but its rule differs.";
            ruling.odd(about(text).hint(hint));
            verdicts.on(ECHO).held(message.at.clone());
        }
        Reply::HttpOnly(..) => {
            let text = "The server refuses an unknown version without a JSON-RPC answer.";
            ruling.odd(about(text));
        }
        _ => {
            ruling.broken(about("initialize with an unknown version is not answered."));
        }
    }
}
