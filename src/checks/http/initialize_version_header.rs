//! `initialize` is accepted without `MCP-Protocol-Version`.
//!
//! Before the handshake there is no agreed revision that a client could name, so clients send the
//! header only afterwards. A server that demands it from the start can be reached by nobody.
//! Read the revision of `initialize` from its parameters, and check the header on later requests.
//!
//! ```mcp passes
//! transport http
//! > initialize
//! when mcp-protocol-version absent
//! < default
//! ```
//!
//! ```mcp fails http.version-header.not-needed-on-initialize
//! transport http
//! >2 initialize
//! < http 400
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! >2 initialize
//! < http 400
//! >3 initialize
//! < http 400
//! ```

use crate::check::common::handshake::initialize_params;
use crate::check::common::http::VERSION_HEADER;
use crate::check::prelude::*;

const ID: &str = "http.version-header.not-needed-on-initialize";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const PLAIN: &str = "version-header-plain-initialize";
const NAMED: &str = "version-header-named-initialize";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let version = peer.revision().as_str();
        let request = |intent: &str| {
            Request::new(intent, "initialize").params(initialize_params(version, json!({})))
        };
        let named = request(NAMED).header(VERSION_HEADER, version);
        for request in [request(PLAIN), named] {
            let Some(mut fresh) = peer.open(Opening::Silent).await else {
                return;
            };
            let answer = fresh.request(request).await;
            fresh.close().await;
            if let Some(Answer::Result(_)) = answer {
                return;
            }
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let accepted = |intent: &'static str| {
        let mut answers = view
            .exchanges_meant(intent)
            .filter_map(|it| match it.reply() {
                Reply::Result(message, _) => Some(message.at.clone()),
                _ => None,
            });
        answers.next()
    };
    if let Some(at) = accepted(PLAIN) {
        ruling.held(at);
        return verdicts;
    }
    let refused = view.exchanges_meant(PLAIN).next();
    match (refused, accepted(NAMED)) {
        (Some(exchange), Some(_)) => {
            let text = "initialize is refused without MCP-Protocol-Version and accepted with it.";
            ruling.broken(Problem::new("initialize", text).exchange(&exchange));
        }
        _ => {
            ruling.inconclusive("no second initialize was accepted");
        }
    }
    verdicts
}
