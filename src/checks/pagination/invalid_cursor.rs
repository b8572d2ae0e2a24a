//! A cursor that was never given out is answered by -32602, and no cursor does harm.
//!
//! Cursors come back from clients that stored them too long or mixed them up. With the error the
//! client starts again at the first page; with the first page for any cursor it shows entries twice
//! and never notices. Check the cursor before it is decoded, and ignore none: a server without
//! pages has given out no cursor at all.
//!
//! ```mcp passes
//! > tools/list {"cursor":"mcp-check-invalid"}
//! < error -32602 "Invalid cursor"
//! ```
//!
//! ```mcp fails pagination.invalid-cursor
//! > prompts/list
//! < result {"prompts":[]}
//! ```
//!
//! ```mcp fails pagination.invalid-cursor
//! > resources/list {"cursor":"mcp-check-invalid"}
//! < silence
//! ```
//!
//! ```mcp fails pagination.invalid-cursor-graceful
//! > tools/list {"cursor":""}
//! < exit 1
//! ```
//!
//! ```mcp fails pagination.invalid-cursor-graceful
//! > tools/list {"cursor":"bm90IGEgY3Vyc29y"}
//! < error -32603 "Traceback (most recent call last): ValueError"
//! ```

use crate::check::common::answers::{
    evidence_first, is_stack_trace, judge_unanswered, shown, text_of, turned_away,
};
use crate::check::common::listing::LISTS;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "pagination.invalid-cursor",
        "pagination.invalid-cursor-graceful",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INVALID: &str = "invalid-cursor";
const ODD: &str = "odd-cursor";
/// The same request without a cursor, for comparison.
const CONTROL: &str = "first-page";
/// One subject for all lists: paging is written once.
const SUBJECT: &str = "invalid cursor";
const CODE: &str = "pagination.invalid-cursor";
const GRACEFUL: &str = "pagination.invalid-cursor-graceful";
/// Characters of the long cursor.
const LONG: usize = 20_000;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for (method, _, _) in LISTS {
            let feature = method.split('/').next().unwrap_or_default();
            if !peer.session().declares(&[feature]) {
                continue;
            }
            let with = |intent: &str, cursor: Value| {
                Request::new(intent, method).params(json!({"cursor": cursor}))
            };
            let first = peer.request(Request::new(CONTROL, method)).await;
            let invalid = [json!("mcp-check-invalid"), json!(5)];
            let answers = peer
                .requests(invalid.map(|cursor| with(INVALID, cursor)).to_vec())
                .await;
            if answers.iter().any(Option::is_none) && !peer.settle().await {
                break;
            }
            let odd = odd_cursors(first).into_iter();
            peer.requests(odd.map(|cursor| with(ODD, json!(cursor))).collect())
                .await;
            if !peer.settle().await {
                break;
            }
        }
    })
}

/// The last is a genuine cursor with its last character changed, where there is one.
fn odd_cursors(first: Option<Answer>) -> Vec<String> {
    let mut cursors = vec![
        String::new(),
        "x".repeat(LONG),
        "bm90IGEgY3Vyc29y".to_owned(),
        "\u{0}\u{1b}\n\u{202e}".to_owned(),
    ];
    if let Some(Answer::Result(result)) = first {
        let mut genuine = result["nextCursor"].as_str().unwrap_or_default().to_owned();
        if let Some(last) = genuine.pop() {
            genuine.push(if last == 'A' { 'B' } else { 'A' });
            cursors.push(genuine);
        }
    }
    cursors
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(INVALID) {
        let control = exchange
            .conversation
            .exchanges()
            .filter(|other| other.intent() == Some(CONTROL))
            .find(|other| other.method() == exchange.method());
        match control.filter(|control| control.result().is_some()) {
            Some(_) => judge_invalid(verdicts.on(CODE), &exchange),
            None => {
                let why = format!("{} is refused without a cursor as well", exchange.method());
                verdicts.on(CODE).inconclusive(why);
            }
        }
    }
    for exchange in view.exchanges_meant(ODD) {
        judge_odd(verdicts.on(GRACEFUL), &exchange);
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
        if view.exchanges_meant(INVALID).next().is_none() {
            verdicts
                .on(id)
                .not_applicable("the server declares no list");
        }
    }
    verdicts
}

fn judge_invalid(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let method = exchange.method();
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        &format!("{method} with an unknown cursor"),
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => ruling.held(message.at.clone()),
        Reply::Error(_, code) => {
            let text = format!(
                "{method} answers an unknown cursor with {} instead of -32602.",
                shown(code)
            );
            ruling.broken(about(text))
        }
        _ => {
            let text = format!("{method} answers a cursor that was never given out by a page.");
            ruling.broken(about(text))
        }
    };
}

fn judge_odd(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let method = exchange.method();
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        &format!("{method} with an odd cursor"),
    ) {
        return;
    }
    match exchange.reply() {
        Reply::Error(_, Some(code::INTERNAL_ERROR)) if is_stack_trace(&text_of(exchange)) => {
            let text = format!("{method} answers an odd cursor by a stack trace.");
            ruling.odd(Problem::new(SUBJECT, text).exchange(exchange));
        }
        Reply::Error(message, _) | Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        _ => {}
    }
}
