//! Codes from -32768 to -32100 are the five of JSON-RPC and no others.
//!
//! JSON-RPC keeps that range for itself; a client that meets an unknown code there takes it for a
//! fault of the protocol and not of the request. Use codes from -32099 to -32000, or any code
//! outside the reserved range, for errors of your own.
//!
//! ```mcp passes
//! > tools/list
//! < error -32000 "Not now"
//! ```
//!
//! ```mcp fails errors.reserved-jsonrpc-codes
//! > tools/list
//! < error -32604 "Quota exceeded"
//! ```

use crate::check::common::{is_rpc, revision_of};
use crate::check::prelude::*;

const RULE: &str = "errors.reserved-jsonrpc-codes";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const STANDARD: [i64; 5] = [
    code::PARSE_ERROR,
    code::INVALID_REQUEST,
    code::METHOD_NOT_FOUND,
    code::INVALID_PARAMS,
    code::INTERNAL_ERROR,
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (conversation, message) in view.received() {
        let is_handshake =
            revision_of(view, conversation).is_some_and(|it| it.era() == Era::Handshake);
        let Message::Error {
            code: Some(code), ..
        } = &message.parsed.message
        else {
            continue;
        };
        if !is_handshake || !is_rpc(conversation, message) {
            continue;
        }
        if (-32768..=-32100).contains(code) && !STANDARD.contains(code) {
            let text =
                format!("The code {code} is reserved by JSON-RPC, which does not define it.");
            ruling.broken(Problem::new(format!("code:{code}"), text).message(message));
        } else {
            ruling.held(message.at.clone());
        }
    }
    verdicts
}
