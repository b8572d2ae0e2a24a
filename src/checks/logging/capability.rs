//! A server that sends log messages declares the logging capability.
//!
//! Clients show a log view, and let the user choose a level, where the capability is declared; log
//! messages of other servers are dropped or are taken for a fault of the protocol. Declare
//! `logging`, or log to standard error, which needs no capability. In 2026-07-28 requests with the
//! log level debug are sent, to give the server a reason to log.
//!
//! ```mcp passes
//! > tools/list
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp passes
//! capabilities {"tools":{}}
//! ```
//!
//! ```mcp fails logging.capability.declared
//! capabilities {"tools":{}}
//! > tools/list
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.capability.declared
//! revision 2026-07-28
//! capabilities {"tools":{}}
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"debug"}}
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::common::logs::{LEVEL_KEY, logs};
use crate::check::prelude::*;

const ID: &str = "logging.capability.declared";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.revision().era() == Era::Handshake {
            return;
        }
        let mut methods = vec!["server/discover"];
        methods.extend(list_methods(peer.session()));
        for method in methods {
            let request = Request::new("log-level-debug", method).meta(LEVEL_KEY, json!("debug"));
            peer.request(request).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let main = view.session();
    for conversation in view.conversations() {
        let own = &conversation.session;
        // Requests of 2026-07-28 do not depend on what was asked on their connection before.
        let session = match view.revision.era() {
            Era::Handshake => own,
            Era::Modern => &main,
        };
        let Some(established) = &session.established else {
            continue;
        };
        match logs(conversation).next() {
            Some(log) if !session.declares(&["logging"]) => {
                let text = "The server sends log messages, but did not declare logging.";
                ruling.broken(Problem::new("method:notifications/message", text).message(log));
            }
            Some(log) => {
                ruling.held(log.at.clone());
            }
            None => {
                ruling.held(established.clone());
            }
        }
    }
    verdicts
}
