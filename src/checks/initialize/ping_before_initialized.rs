//! ping is answered between the initialize answer and the initialized notification.
//!
//! It is the one request that a client may send this early, and clients do, to see whether a slow
//! server is alive. A server that guards every request by "not initialized" refuses it, or ends.
//! Let ping pass that guard. The initialized notification is held back on a connection of its own,
//! with all client capabilities declared.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails lifecycle.ping-before-initialized
//! transport http
//! >2 ping
//! < error -32600 "Not initialized"
//! ```
//!
//! ```mcp inconclusive
//! > ping
//! < error -32601 "Method not found"
//! ```

use crate::check::common::handshake::{START_UP, initialize_params, unclear};
use crate::check::prelude::*;

const ID: &str = "lifecycle.ping-before-initialized";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    // Some servers share what fails here among all their clients.
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "ping-before-initialized";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let version = peer.revision().as_str();
        let Some(mut fresh) = peer.open(Opening::Silent).await else {
            return;
        };
        // With all capabilities declared, a server which cannot wait to use them shows it here.
        let capabilities =
            json!({"roots": {"listChanged": true}, "sampling": {}, "elicitation": {}});
        let params = initialize_params(version, capabilities);
        let mut request = Request::new("held-back-initialized", "initialize").params(params);
        request.deadline = Some(START_UP);
        if let Some(Answer::Result(result)) = fresh.request(request).await {
            let mut ping = Request::new(INTENT, "ping");
            let agreed = result["protocolVersion"].as_str().unwrap_or_default();
            if agreed >= Revision::V2025_06_18.as_str() {
                ping = ping.header("MCP-Protocol-Version", agreed);
            }
            fresh.request(ping).await;
            fresh.settle().await;
        }
        fresh.close().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let works_later = view
        .results_of("ping")
        .any(|(exchange, _)| exchange.conversation.opened.purpose == "main");
    for exchange in view.exchanges_meant(INTENT) {
        if let Some(why) = unclear(&exchange) {
            ruling.inconclusive(why);
            continue;
        }
        let what = match exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
                continue;
            }
            _ if !works_later => {
                ruling.inconclusive("ping does not work after the initialized notification either");
                continue;
            }
            Reply::Error(..) => "is refused by an error",
            Reply::HttpOnly(..) => "is refused without a JSON-RPC answer",
            Reply::Gone(_) => "ends the connection",
            Reply::Silence { .. } | Reply::Malformed(_) => "is not answered",
        };
        let text = format!("ping {what} between the initialize answer and initialized.");
        ruling.broken(Problem::new("method:ping", text).exchange(&exchange));
    }
    verdicts
}
