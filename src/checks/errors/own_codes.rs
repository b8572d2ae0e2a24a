//! In 2026-07-28 error codes of your own lie outside the reserved ranges.
//!
//! JSON-RPC and MCP together keep -32768 to -32000; what earlier servers used between -32019 and
//! -32000 stays theirs and means nothing to clients. Any code outside is free: use a positive
//! number for your own errors.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < error 429 "Quota used up"
//! ```
//!
//! ```mcp fails errors.app-codes-outside-reserved
//! revision 2026-07-28
//! > tools/list
//! < error -32604 "Quota used up"
//! ```
//!
//! ```mcp fails errors.legacy-subrange-avoided
//! revision 2026-07-28
//! > tools/list
//! < error -32007 "Quota used up"
//! ```

use crate::check::common::is_modern_request;
use crate::check::prelude::*;

const APPLICATION: &str = "errors.app-codes-outside-reserved";
const LEGACY: &str = "errors.legacy-subrange-avoided";

pub(crate) const CHECK: Check = Check {
    covers: &[APPLICATION, LEGACY],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges() {
        let Reply::Error(message, Some(code)) = exchange.reply() else {
            continue;
        };
        if !is_modern_request(&exchange) {
            continue;
        }
        let about = |text: String| Problem::new(format!("code:{code}"), text).exchange(&exchange);
        let is_standard = (-32603..=-32600).contains(&code) || code == code::PARSE_ERROR;
        let application = verdicts.on(APPLICATION);
        match (-32768..=-32100).contains(&code) && !is_standard {
            true => {
                let text = format!("The code {code} is reserved by JSON-RPC.");
                application.broken(about(text))
            }
            false => application.held(message.at.clone()),
        };
        let legacy = verdicts.on(LEGACY);
        // errors/codes says what is wrong with -32002.
        match (-32019..=-32000).contains(&code) && code != code::RESOURCE_NOT_FOUND {
            true => {
                let text = format!("The code {code} is from the range that only old servers use.");
                legacy.broken(about(text))
            }
            false => legacy.held(message.at.clone()),
        };
    }
    verdicts
}
