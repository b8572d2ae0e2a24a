//! initialize never agrees to 2026-07-28 or a later revision.
//!
//! Those revisions have no handshake: a client that was told by initialize that one was agreed
//! would leave out what every request has to carry, or carry both. Answer such a request by the
//! newest version with a handshake that the server speaks, or by an error.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > initialize
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! revisions 2026-07-28
//! > initialize
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails versioning.initialize-not-modern
//! revision 2026-07-28
//! > initialize {"protocolVersion":"2026-07-28"}
//! < merge {"protocolVersion":"2026-07-28"}
//! ```

use crate::check::common::handshake::{ask_alone, bare_initialize};
use crate::check::prelude::*;

const ID: &str = "versioning.initialize-not-modern";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "initialize-for-modern-version";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if let Some(fresh) = peer.open(Opening::Silent).await {
            let version = peer.revision().as_str();
            ask_alone(fresh, bare_initialize(INTENT, version)).await;
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for exchange in view.exchanges_meant(INTENT) {
        match exchange.reply() {
            Reply::Result(message, result) => match result["protocolVersion"].as_str() {
                Some(agreed) if agreed == view.revision.as_str() => {
                    let text = format!("initialize agrees to {agreed}, which has no handshake.");
                    ruling.broken(Problem::new("initialize", text).exchange(&exchange));
                }
                _ => {
                    ruling.held(message.at.clone());
                }
            },
            Reply::Error(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::HttpOnly(event, _) => {
                ruling.held(event.reference());
            }
            Reply::Malformed(_) | Reply::Gone(_) | Reply::Silence { .. } => {
                ruling.inconclusive("initialize was not answered");
            }
        }
    }
    verdicts
}
