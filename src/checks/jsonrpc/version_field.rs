//! Every message of the server carries `"jsonrpc": "2.0"`.
//!
//! Clients use the member to tell JSON-RPC from anything else and many drop a message without it,
//! so the answer is lost although it was sent. Set it in the one place where messages are
//! serialised.
//!
//! ```mcp passes
//! > ping
//! < result {}
//! ```
//!
//! ```mcp fails jsonrpc.version-field
//! > ping
//! < raw {"id":$id,"result":{}}
//! ```
//!
//! ```mcp fails jsonrpc.version-field
//! > ping
//! < raw {"jsonrpc":2.0,"id":$id,"result":{}}
//! ```

use crate::check::common::{is_no_message, is_rpc};
use crate::check::prelude::*;
use crate::rpc::VersionField;

pub(crate) const CHECK: Check = Check {
    covers: &["jsonrpc.version-field"],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("jsonrpc.version-field");
    for (conversation, message) in view.received() {
        if is_no_message(message) || !is_rpc(conversation, message) {
            continue;
        }
        let what = match &message.parsed.version {
            VersionField::Ok => {
                ruling.held(message.at.clone());
                continue;
            }
            VersionField::Missing => "has no jsonrpc member".to_owned(),
            VersionField::Wrong(text) => format!("has jsonrpc {text}, not the string \"2.0\""),
        };
        let problem = Problem::new("message", format!("A message of the server {what}."));
        ruling.broken(problem.message(message));
    }
    verdicts
}
