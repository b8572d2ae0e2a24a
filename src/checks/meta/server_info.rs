//! Every result names the server in `_meta`, as a valid implementation.
//!
//! Without a handshake this is how clients know whom they talk to, for logs and for bug reports.
//! Put `io.modelcontextprotocol/serverInfo` with a name and a version into the `_meta` of every
//! result. In drafts it was a member of the discover result itself.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < default
//! ```
//!
//! ```mcp fails meta.server-info
//! revision 2026-07-28
//! > tools/call
//! < merge {"_meta":null}
//! ```
//!
//! ```mcp fails meta.server-info
//! revision 2026-07-28
//! > tools/call
//! < merge {"_meta":{"io.modelcontextprotocol/serverInfo":{"version":null}}}
//! ```
//!
//! ```mcp fails meta.server-info
//! revision 2026-07-28
//! > server/discover
//! < merge {"serverInfo":{"name":"a","version":"1"}}
//! ```

use crate::check::common::{is_modern_request, owned_elsewhere, place_of};
use crate::check::prelude::*;
use crate::spec::schema;
use crate::transcript::session::SERVER_INFO_KEY;

const RULE: &str = "meta.server-info";

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
    for exchange in view.exchanges() {
        let Reply::Result(message, result) = exchange.reply() else {
            continue;
        };
        if !is_modern_request(&exchange) || !result.is_object() {
            continue;
        }
        let method = exchange.method();
        match result["_meta"].get(SERVER_INFO_KEY) {
            Some(info) => judge_info(ruling, message, info),
            None => {
                let text = format!("The result of {method} does not name the server in _meta.");
                let problem = Problem::new(format!("method:{method}"), text);
                ruling.broken(problem.message(exchange.request).message(message));
            }
        }
        if method == "server/discover" && result.get("serverInfo").is_some() {
            let text = "The discover result has a member serverInfo, as in drafts.";
            let hint = format!("It is now {SERVER_INFO_KEY} in the _meta of every result.");
            let problem = Problem::new("serverInfo member", text).at_pointer(message, "/result");
            ruling.odd(problem.hint(hint));
        }
    }
    verdicts
}

fn judge_info(ruling: &mut Ruling, message: &WireMessage, info: &Value) {
    let faults = schema::validate(Revision::V2026_07_28, "Implementation", info);
    let faults = faults.err().unwrap_or_default();
    let Some(fault) = faults
        .iter()
        .find(|fault| !owned_elsewhere(&place_of(fault)))
    else {
        ruling.held(message.at.clone());
        return;
    };
    let text = format!(
        "The server's info in _meta is no valid implementation: {} (at {:?}).",
        fault.message, fault.pointer
    );
    let pointer = format!("/result/_meta/{}", SERVER_INFO_KEY.replace('/', "~1"));
    let problem = Problem::new("server info", text).at_pointer(message, &pointer);
    ruling.broken(problem.outright());
}
