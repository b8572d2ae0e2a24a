//! Input that no client should send does not take the server down.
//!
//! The specification leaves open what happens to an empty line, to `null`, to bytes that are not
//! UTF-8 or to a response that nobody waits for. It happens all the same, after a restart or through a bug in a client, and a
//! server that ends or hangs takes its other work with it. Skip such input.
//!
//! ```mcp passes
//! > response
//! < silence
//! ```
//!
//! ```mcp fails jsonrpc.not-a-request-survives
//! > response
//! < exit 1
//! ```
//!
//! ```mcp fails jsonrpc.not-a-request-survives
//! > malformed
//! < exit 1
//! ```
//!
//! ```mcp fails jsonrpc.not-a-request-survives
//! > invalid
//! < exit 1
//! ```

use crate::check::common::broken_input::{judge_survival_in, send_apart};
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.not-a-request-survives";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::MayKill,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

/// Intents, which are the subjects as well, and frames.
const FRAMES: [(&str, &[u8]); 5] = [
    ("empty-line", b""),
    ("null-line", b"null"),
    // No character of UTF-8 begins so, and a reader that decodes lines strictly ends here.
    ("bytes-that-are-no-utf8", b"\xff\xfe"),
    (
        "stray-result",
        br#"{"jsonrpc":"2.0","id":"mcpcheck-stray","result":{}}"#,
    ),
    (
        "stray-error",
        br#"{"jsonrpc":"2.0","id":"mcpcheck-stray","error":{"code":-32603,"message":"Stray"}}"#,
    ),
];

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        // Text messages of WebSocket are UTF-8, so that other bytes cannot be one.
        let text_only = peer.transport() == TransportKind::WebSocket;
        let sendable = FRAMES
            .into_iter()
            .filter(|(_, frame)| !text_only || std::str::from_utf8(frame).is_ok());
        let frames = sendable.map(|(intent, frame)| Raw::new(intent, frame));
        send_apart(peer, frames.collect()).await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (intent, _) in FRAMES {
        for sent in view.sent(intent) {
            if judge_survival_in(view, ruling, &sent, intent) {
                ruling.held(sent.event.reference());
            }
        }
    }
    verdicts
}
