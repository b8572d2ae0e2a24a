//! In 2026-07-28 a `Last-Event-ID` header is ignored.
//!
//! Streams of this revision cannot be resumed, but HTTP clients that reconnect by themselves send the
//! header all the same. A server that refuses it locks them out after the first broken connection.
//! Do not read the header.
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! < default
//! ```
//!
//! ```mcp fails http.sse.no-resumption
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! when last-event-id: mcp-check-1
//! < http 400
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! revisions 2026-07-28
//! transport http
//! > server/discover
//! when last-event-id: mcp-check-1
//! < http 503
//! ```

use crate::check::common::http::{is_beside_the_point, status, with_headers};
use crate::check::prelude::*;

const RULE: &str = "http.sse.no-resumption";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "discover-with-last-event-id";
const HEADER: &str = "Last-Event-ID";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let request = Request::new(INTENT, "server/discover").header(HEADER, "mcp-check-1");
        peer.request(request).await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        let about = |text: String| {
            let problem = Problem::new(HEADER, text);
            with_headers(problem, &exchange, &[HEADER])
        };
        match (exchange.reply(), status(&exchange)) {
            (Reply::Result(message, _), _) => {
                ruling.held(message.at.clone());
            }
            (_, Some(status)) if !is_beside_the_point(status) => {
                let text =
                    format!("A request with Last-Event-ID gets HTTP {status} and no result.");
                ruling.broken(about(text));
            }
            _ => {
                ruling.inconclusive("a request with Last-Event-ID was not answered");
            }
        }
    }
    verdicts
}
