//! Completion for what does not exist, or for a faulty request, is answered by -32602.
//!
//! The code tells a client that it asked for the wrong thing; no values at all look as if the user
//! had typed something odd. The text to complete is typed by a user, letter by letter, so brackets
//! and control characters arrive as well and must not end the server: never build a pattern or a
//! query from it without escaping.
//!
//! ```mcp passes
//! > completion/complete {"argument":{"value":""},"ref":{"type":"ref/prompt"}}
//! < default
//! ```
//!
//! ```mcp fails completion.unknown-prompt-error
//! > completion/complete {"ref":{"name":"mcpcheck-5f1d0c9a7b3e2468"}}
//! < result {"completion":{"values":[]}}
//! ```
//!
//! ```mcp fails completion.missing-arguments-error
//! > completion/complete {"ref":null}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails completion.inputs-validated
//! > completion/complete {"argument":{"value":"([*\\"}}
//! < exit 1
//! ```
//!
//! ```mcp fails completion.inputs-validated
//! > completion/complete {"argument":{"value":"([*\\"}}
//! < error -32603 "Invalid regular expression"
//! ```
//!
//! ```mcp inconclusive
//! > completion/complete
//! < error -32601 "Method not found"
//! ```

use crate::check::common::answers::{
    UNKNOWN_NAME, evidence_first, judge_unanswered, shown, turned_away,
};
use crate::check::common::broken_input::ask_until_silent;
use crate::check::common::completable::{completable, may_complete};
use crate::check::prelude::*;

const UNKNOWN: &str = "completion.unknown-prompt-error";
const FAULTY: &str = "completion.missing-arguments-error";
const VALUES: &str = "completion.inputs-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[VALUES, FAULTY, UNKNOWN],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const OF_UNKNOWN: &str = "complete-for-unknown-prompt";
const WITHOUT: &str = "complete-without-needed-member";
const ODD_VALUE: &str = "complete-odd-value";
const METHOD: &str = "completion/complete";
/// Length in bytes of the longest value.
const LONG: usize = 64 * 1024;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if !may_complete(peer.revision(), peer.session()) {
            return;
        }
        let unknown = json!({"type": "ref/prompt", "name": UNKNOWN_NAME});
        let known = completable(peer.surface()).into_iter().next();
        let (reference, name) = known.unwrap_or((unknown.clone(), "mcpcheck".to_owned()));
        let ask = |intent: &str, params: Value| Request::new(intent, METHOD).params(params);
        let argument = json!({"name": name, "value": ""});
        let mut requests = vec![
            ask(OF_UNKNOWN, json!({"ref": unknown, "argument": argument})),
            ask(WITHOUT, json!({"ref": reference})),
            ask(
                WITHOUT,
                json!({"ref": reference, "argument": {"value": ""}}),
            ),
            ask(WITHOUT, json!({"argument": argument})),
            ask(
                WITHOUT,
                json!({"ref": {"type": "ref/mcpcheck", "name": "a"}, "argument": argument}),
            ),
        ];
        let odd = [
            json!(7),
            Value::Null,
            json!({"mcpcheck": 7}),
            json!("\0\u{1}\u{1b}\n"),
            json!("([*\\"),
            json!("m".repeat(LONG)),
        ];
        requests.extend(odd.into_iter().map(|value| {
            let params = json!({"ref": reference, "argument": {"name": name, "value": value}});
            ask(ODD_VALUE, params)
        }));
        ask_until_silent(peer, requests).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let what = [
        (OF_UNKNOWN, UNKNOWN, "a completion for an unknown prompt"),
        (
            WITHOUT,
            FAULTY,
            "a completion request without what it needs",
        ),
        (ODD_VALUE, VALUES, "a completion of an odd value"),
    ];
    for (intent, rule, what) in what {
        for exchange in view.exchanges_meant(intent) {
            judge_answer(verdicts.on(rule), &exchange, rule, what);
        }
        evidence_first(verdicts.on(rule));
        if !may_complete(view.revision, &view.session()) {
            verdicts
                .on(rule)
                .not_applicable("the server does not declare the capability completions");
        }
    }
    verdicts
}

fn judge_answer(ruling: &mut Ruling, exchange: &Exchange<'_>, rule: &str, what: &str) {
    if judge_unanswered(ruling, exchange, what, what) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(what, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            ruling.inconclusive("completion/complete does not exist");
        }
        Reply::Error(message, Some(code::INVALID_PARAMS)) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(message, code) if rule == VALUES => {
            if code == Some(code::INTERNAL_ERROR) {
                ruling.odd(about(
                    "An odd value to complete leads to an internal error.".into(),
                ));
            } else {
                ruling.held(message.at.clone());
            }
        }
        Reply::Error(_, code) => {
            let code = shown(code);
            ruling.broken(about(format!(
                "The answer to {what} has {code}, not -32602."
            )));
        }
        Reply::Result(message, _) if rule == VALUES => {
            ruling.held(message.at.clone());
        }
        _ => {
            ruling.broken(about(format!(
                "The answer to {what} is a result, not -32602."
            )));
        }
    }
}
