//! Messages are UTF-8.
//!
//! A client decodes strictly: one byte in another encoding loses the whole message, often the
//! answer to a request. This happens when file contents or names are passed on as they are, or when
//! a program writes in the encoding of its console. Decode such text first, and set the encoding of
//! standard output.
//!
//! ```mcp passes
//! > tools/call
//! < result {"content":[{"type":"text","text":"größer ≠ 大 😀"}]}
//! ```
//!
//! ```mcp fails jsonrpc.utf8
//! > tools/call
//! < raw {"jsonrpc":"2.0","id":$id,"result":{"content":[{"type":"text","text":"gr\xf6\xdfer"}]}}
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.utf8
//! > ping
//! < raw \xef\xbb\xbf{"jsonrpc":"2.0","id":$id,"result":{}}
//! ```

use crate::check::prelude::*;
use crate::json::{FaultKind, OddityKind};
use crate::rpc::Malformation;

const RULE: &str = "jsonrpc.utf8";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for conversation in view.conversations() {
        for event in &conversation.events {
            match &event.body {
                Body::Fault(why) if why.contains("invalid UTF-8") => {
                    let text = "An event stream has bytes that are not UTF-8.";
                    ruling.broken(Problem::new("message", text).event(event, why.clone()));
                }
                _ => {}
            }
        }
        for message in conversation.received() {
            judge_message(ruling, message);
        }
    }
    verdicts
}

fn judge_message(ruling: &mut Ruling, message: &WireMessage) {
    match &message.parsed.message {
        Message::Malformed(Malformation::NotJson(fault)) => {
            // Other text among the messages, in whatever encoding, is the fault of its being there.
            let is_meant = message.parsed.bytes.trim_ascii_start().starts_with(b"{");
            if fault.kind == FaultKind::Encoding && is_meant {
                let text = format!(
                    "A message has bytes that are not UTF-8, from byte {} on.",
                    fault.offset
                );
                ruling.broken(Problem::new("message", text).message(message));
            }
        }
        _ if has_byte_order_mark(message) => {
            let text = "A message begins with a byte order mark.";
            ruling.odd(Problem::new("byte order mark", text).message(message));
        }
        _ => {
            ruling.held(message.at.clone());
        }
    }
}

fn has_byte_order_mark(message: &WireMessage) -> bool {
    let mut oddities = message.parsed.oddities.iter();
    oddities.any(|oddity| oddity.kind == OddityKind::ByteOrderMark)
}
