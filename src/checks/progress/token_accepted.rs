//! A request with a progress token is served as it is without one.
//!
//! Clients put a token into `_meta` of any request, a string or an integer, whether or not the
//! server reports progress for it. A server that rejects it or mistakes 0 for no token fails with
//! such clients only. Pass `_meta` through untouched, and ignore the token where there is no
//! progress to report.
//!
//! ```mcp passes
//! > tools/list
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! ```
//!
//! ```mcp fails progress.token-accepted
//! > tools/list {"_meta":{"progressToken":0}}
//! < error -32602 "Invalid progress token"
//! ```
//!
//! ```mcp fails progress.token-accepted
//! capabilities {}
//! > ping {"_meta":{"progressToken":"mcp-check-1"}}
//! < silence
//! ```
//!
//! ```mcp inconclusive
//! > tools/list
//! < error -32603 "Out of order"
//! ```

use crate::check::common::answers::{Unanswered, turned_away, unanswered};
use crate::check::common::handshake::list_methods;
use crate::check::prelude::*;

const ID: &str = "progress.token-accepted";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const WITHOUT: &str = "request-without-progress-token";
const WITH: &str = "request-with-progress-token";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let method = match (list_methods(peer.session()).first(), peer.revision().era()) {
            (Some(list), _) => list,
            (None, Era::Handshake) => "ping",
            (None, Era::Modern) => "server/discover",
        };
        peer.request(Request::new(WITHOUT, method)).await;
        for token in [json!("mcp-check-1"), json!(4711), json!(0)] {
            let params = json!({"_meta": {"progressToken": token}});
            peer.request(Request::new(WITH, method).params(params))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let works = view
        .exchanges_meant(WITHOUT)
        .any(|exchange| exchange.result().is_some());
    for exchange in view.exchanges_meant(WITH) {
        let method = exchange.method();
        let token = exchange
            .params()
            .map(|params| &params["_meta"]["progressToken"]);
        let token = token.map(Value::to_string).unwrap_or_default();
        let what = match (exchange.reply(), unanswered(&exchange)) {
            (Reply::Result(message, _), _) => {
                ruling.held(message.at.clone());
                continue;
            }
            _ if !works => {
                ruling.inconclusive(format!("{method} does not work without a token either"));
                continue;
            }
            (Reply::Error(..), _) => match turned_away(&exchange) {
                None => "is refused by an error".to_owned(),
                Some(why) => {
                    ruling.inconclusive(why);
                    continue;
                }
            },
            (_, Some(Unanswered::Ended(_))) => "ends the server".to_owned(),
            (_, Some(Unanswered::Lost | Unanswered::Stuck)) => "is not answered".to_owned(),
            (_, Some(Unanswered::Unclear(why))) => {
                ruling.inconclusive(why);
                continue;
            }
            (_, None) => continue,
        };
        let text = format!("{method} with the progress token {token} {what}.");
        ruling.broken(Problem::new("progress token", text).exchange(&exchange));
    }
    verdicts
}
