//! Capabilities and client details that the server does not know do not make initialize fail.
//!
//! The set of capabilities is open: clients declare experimental ones, and newer revisions add
//! members to `clientInfo`. A server that validates them against a closed list locks out every
//! client that is newer than itself. Read the members you know and ignore the rest.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails lifecycle.unknown-client-capabilities
//! > initialize {"clientInfo":{"title":"mcp-check"}}
//! < error -32602 "Unrecognized key: title"
//! ```
//!
//! ```mcp inconclusive
//! transport http
//! >1 initialize
//! < default
//! > initialize
//! < error -32600 "Server already initialized"
//! ```

use crate::check::common::handshake;
use crate::check::prelude::*;

const ID: &str = "lifecycle.unknown-client-capabilities";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-client-capabilities";
const CONTROL: &str = "known-client-capabilities";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let version = peer.revision().as_str();
        let capabilities = json!({
            "experimental": {"com.example/x": {}},
            "xMcpCheck": {},
        });
        let mut unknown = handshake::initialize_params(version, capabilities);
        unknown["clientInfo"]["title"] = json!("mcp-check");
        unknown["clientInfo"]["description"] = json!("A compliance tester");
        unknown["clientInfo"]["websiteUrl"] = json!("https://example.invalid/");
        unknown["clientInfo"]["icons"] = json!([{"src": "https://example.invalid/icon.png"}]);
        let plain = handshake::initialize_params(version, json!({}));
        for (intent, params) in [(INTENT, unknown), (CONTROL, plain)] {
            let Some(fresh) = peer.open(Opening::Silent).await else {
                return;
            };
            let request = Request::new(intent, "initialize").params(params);
            if let Some(Answer::Result(_)) = handshake::ask_alone(fresh, request).await {
                return;
            }
        }
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    let mut control = view.exchanges_meant(CONTROL);
    let is_served_plainly = control.any(|exchange| exchange.result().is_some());
    for exchange in view.exchanges_meant(INTENT) {
        let about = |text: &str| Problem::new("initialize", text).exchange(&exchange);
        match exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::Malformed(_) => {}
            _ if !is_served_plainly => {
                let why = "a further connection is not served with a plain initialize either";
                ruling.inconclusive(why);
            }
            Reply::Error(..) | Reply::HttpOnly(..) => {
                let text = "initialize is refused when the client declares what the server does \
                            not know.";
                ruling.broken(about(text));
            }
            Reply::Gone(_) | Reply::Silence { .. } => {
                let text = "initialize is not answered when the client declares what the server \
                            does not know.";
                ruling.broken(about(text));
            }
        }
    }
    verdicts
}
