//! A notification of the server has no id.
//!
//! With an id, even null, the message is a request: clients answer it, or refuse it because no
//! request has that method. Leave the member out.
//!
//! ```mcp passes
//! > tools/call
//! < notify notifications/message {"level":"info","data":"Called"}
//! < default
//! ```
//!
//! ```mcp fails jsonrpc.notification-without-id
//! > tools/call
//! < raw {"jsonrpc":"2.0","id":null,"method":"notifications/message","params":{"level":"info","data":1}}
//! < default
//! ```

use crate::check::prelude::*;

const RULE: &str = "jsonrpc.notification-without-id";

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
    ruling.not_applicable("the server sent no notification");
    for (_, message) in view.received() {
        match &message.parsed.message {
            Message::Notification { .. } => {
                ruling.held(message.at.clone());
            }
            Message::Request { id, method, .. } if method.starts_with("notifications/") => {
                let text = format!("The notification {method} has the id {id}.");
                let problem = Problem::new(format!("method:{method}"), text);
                ruling.broken(problem.at_pointer(message, "/id"));
            }
            _ => {}
        }
    }
    verdicts
}
