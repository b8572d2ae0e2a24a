//! Methods that 2026-07-28 removed are unknown methods.
//!
//! ping, logging/setLevel, resources/subscribe, resources/unsubscribe, tasks/list and tasks/result
//! belong to conversations with a handshake. A server that still answers them tempts clients to
//! rely on state that this revision does not have, such as a log level or a subscription that
//! outlives the request. Answer them with -32601 when the request carries the metadata of
//! 2026-07-28.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > ping
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails versioning.removed-methods
//! revision 2026-07-28
//! > ping
//! < result {"resultType":"complete"}
//! ```
//!
//! ```mcp fails versioning.removed-methods
//! revision 2026-07-28
//! > tasks/list
//! < silence
//! ```
//!
//! ```mcp fails versioning.removed-methods
//! revision 2026-07-28
//! > logging/setLevel
//! < exit 1
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::handshake::unclear;
use crate::check::prelude::*;

const ID: &str = "versioning.removed-methods";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "removed-method";
const SUBJECT: &str = "removed methods";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let listed = peer
            .surface()
            .resources
            .first()
            .map(|resource| resource["uri"].clone());
        let uri = listed.unwrap_or_else(|| json!("mcpcheck://unknown"));
        for (method, params) in [
            ("ping", json!({})),
            // A level that silences a server which still keeps one.
            ("logging/setLevel", json!({"level": "emergency"})),
            ("resources/subscribe", json!({"uri": uri})),
            ("resources/unsubscribe", json!({"uri": uri})),
            ("tasks/list", json!({})),
            ("tasks/result", json!({"taskId": "mcpcheck-unknown"})),
        ] {
            peer.request(Request::new(INTENT, method).params(params))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let mut served: Vec<Exchange<'_>> = Vec::new();
    for exchange in view.exchanges_meant(INTENT) {
        if let Some(why) = unclear(&exchange) {
            ruling.inconclusive(why);
            continue;
        }
        let method = exchange.method();
        let about =
            |text: String| Problem::new(format!("method:{method}"), text).exchange(&exchange);
        match exchange.reply() {
            Reply::Error(message, Some(code::METHOD_NOT_FOUND)) => {
                ruling.held(message.at.clone());
            }
            Reply::Result(..) => served.push(exchange.clone()),
            Reply::Gone(event) => {
                let text = format!("{method} {}.", end_by(&exchange));
                ruling.broken(about(text).event(event, "connection ended"));
            }
            Reply::Silence { alive: true } => {
                ruling.broken(about(format!("{method} is not answered.")));
            }
            Reply::Silence { alive: false } => {
                ruling.broken(about(format!(
                    "The server stopped answering after {method}."
                )));
            }
            // Another error refuses the method as well; its form is judged with unknown methods.
            Reply::Error(..) | Reply::HttpOnly(..) | Reply::Malformed(_) => {}
        }
    }
    if let Some(first) = served.first() {
        let methods: Vec<&str> = served.iter().map(Exchange::method).collect();
        let text = format!("Removed methods are still served: {}.", methods.join(", "));
        ruling.odd(Problem::new(SUBJECT, text).exchange(first));
    }
    verdicts
}
