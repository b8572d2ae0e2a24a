//! A request with an unknown log level is refused with -32602.
//!
//! In 2026-07-28 the level travels with the request. A server that ignores a level it does not know
//! leaves its user without a log and without a reason. Check the level of
//! `io.modelcontextprotocol/logLevel` against the eight that exist before serving the request.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"verbose"}}
//! < error -32602 "Invalid params: unknown log level"
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"INFO"}}
//! < error -32602 "Invalid params: unknown log level"
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":7}}
//! < error -32602 "Invalid params: unknown log level"
//! ```
//!
//! ```mcp fails logging.per-request.invalid-level-error
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"verbose"}}
//! < serve
//! ```
//!
//! ```mcp fails logging.per-request.invalid-level-error
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":7}}
//! < exit 1
//! ```

use crate::check::common::answers::{judge_unanswered, shown, turned_away};
use crate::check::common::handshake::list_methods;
use crate::check::common::logs::{LEVEL_KEY, requested_level};
use crate::check::prelude::*;

const ID: &str = "logging.per-request.invalid-level-error";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[Need::Declares(&["logging"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-log-level";
const SUBJECT: &str = "log level";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let lists = list_methods(peer.session());
        let method = lists.first().copied().unwrap_or("server/discover");
        for level in [json!("verbose"), json!("INFO"), json!(7)] {
            peer.request(Request::new(INTENT, method).meta(LEVEL_KEY, level))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for exchange in view.exchanges_meant(INTENT) {
        let level = requested_level(&exchange)
            .map(Value::to_string)
            .unwrap_or_default();
        let what = format!("{} with the log level {level}", exchange.method());
        if judge_unanswered(ruling, &exchange, SUBJECT, &what) {
            continue;
        }
        if let Some(why) = turned_away(&exchange) {
            ruling.inconclusive(why);
            continue;
        }
        let text = match exchange.reply() {
            Reply::Error(message, Some(code::INVALID_PARAMS)) => {
                ruling.held(message.at.clone());
                continue;
            }
            Reply::Error(_, code) => format!("{what} is refused with {}.", shown(code)),
            _ => format!("{what} is served."),
        };
        ruling.broken(Problem::new(SUBJECT, text).exchange(&exchange));
    }
    verdicts
}
