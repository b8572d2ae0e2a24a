//! logging/setLevel accepts each of the eight levels, and refuses others with -32602.
//!
//! The levels are those of syslog: debug, info, notice, warning, error, critical, alert and
//! emergency. Loggers with fewer levels have to map them. A level that is accepted without being
//! one leaves the user with a log that is silent for no visible reason. Check the level against the
//! list and answer with an empty result.
//!
//! ```mcp passes
//! > logging/setLevel {"level":"notice"}
//! < result {}
//! ```
//!
//! ```mcp fails logging.set-level.accepted
//! > logging/setLevel {"level":"notice"}
//! < error -32602 "Unknown level"
//! ```
//!
//! ```mcp fails logging.set-level.accepted
//! > logging/setLevel {"level":"alert"}
//! < result {"level":"alert"}
//! ```
//!
//! ```mcp fails logging.set-level.invalid-level-error
//! > logging/setLevel {"level":"verbose"}
//! < result {}
//! ```
//!
//! ```mcp fails logging.set-level.invalid-level-error
//! > logging/setLevel {"level":3}
//! < error -32603 "Internal error"
//! ```
//!
//! ```mcp fails logging.set-level.invalid-level-error
//! > logging/setLevel {"level":""}
//! < exit 1
//! ```

use crate::check::common::answers::{judge_unanswered, shown, turned_away};
use crate::check::prelude::*;

const ACCEPTED: &str = "logging.set-level.accepted";
const INVALID: &str = "logging.set-level.invalid-level-error";

pub(crate) const CHECK: Check = Check {
    covers: &[ACCEPTED, INVALID],
    transports: Transports::All,
    needs: &[Need::Declares(&["logging"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const VALID_LEVEL: &str = "set-valid-log-level";
const INVALID_LEVEL: &str = "set-invalid-log-level";
const SUBJECT: &str = "method:logging/setLevel";
/// The last one stays in force.
const LEVELS: [&str; 8] = [
    "debug",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
    "info",
];

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let set =
            |intent: &str, params: Value| Request::new(intent, "logging/setLevel").params(params);
        for params in [
            json!({"level": "verbose"}),
            json!({"level": "INFO"}),
            json!({"level": ""}),
            json!({"level": 3}),
            json!({}),
        ] {
            peer.request(set(INVALID_LEVEL, params)).await;
        }
        for level in LEVELS {
            peer.request(set(VALID_LEVEL, json!({"level": level})))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(VALID_LEVEL) {
        judge_valid(verdicts.on(ACCEPTED), &exchange);
    }
    for exchange in view.exchanges_meant(INVALID_LEVEL) {
        judge_invalid(verdicts.on(INVALID), &exchange);
    }
    verdicts
}

/// The level as it was sent.
fn level(exchange: &Exchange<'_>) -> String {
    let level = exchange.params().and_then(|params| params.get("level"));
    level.map_or("no level".to_owned(), Value::to_string)
}

fn judge_valid(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let level = level(exchange);
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Result(message, result) => match result.as_object() {
            Some(members) if members.keys().all(|name| name == "_meta") => {
                ruling.held(message.at.clone());
            }
            Some(_) => {
                ruling.odd(about(format!(
                    "The result of setting {level} is not empty."
                )));
            }
            // A result that is no object breaks the form of messages, which is judged there.
            None => {}
        },
        Reply::Error(_, code) => match turned_away(exchange) {
            Some(why) => {
                ruling.inconclusive(why);
            }
            None => {
                let text = format!("The level {level} is refused with {}.", shown(code));
                ruling.broken(about(text));
            }
        },
        // The row allows a warning at most, and lost answers have a rule of their own.
        _ => {
            ruling.inconclusive(format!("setting {level} was not answered"));
        }
    }
}

fn judge_invalid(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let level = level(exchange);
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        &format!("logging/setLevel with {level}"),
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => {
            ruling.held(message.at.clone());
        }
        // That it is missing is judged by the valid levels.
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            ruling.inconclusive("the method is not implemented");
        }
        Reply::Error(_, code) => {
            let shown = shown(code);
            let text = format!("logging/setLevel with {level} is refused with {shown}.");
            let problem = about(text);
            ruling.broken(match code {
                Some(code::INTERNAL_ERROR) => problem.hint(
                    "Versions of the TypeScript SDK answer so by themselves when their schema \
                     refuses the params.",
                ),
                _ => problem,
            });
        }
        _ => {
            ruling.broken(about(format!("logging/setLevel with {level} is accepted.")));
        }
    }
}
