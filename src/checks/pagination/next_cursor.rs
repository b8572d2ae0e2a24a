//! nextCursor is a string, or absent on the last page.
//!
//! Clients follow the cursor until it is absent. A null instead of nothing is the usual slip of
//! serialisers: strict clients refuse the whole list for it, others send the null back. Leave the
//! member out when there is no further page.
//!
//! ```mcp passes
//! > prompts/list
//! < result {"prompts":[]}
//! ```
//!
//! ```mcp fails pagination.next-cursor-string
//! > prompts/list
//! < result {"prompts":[],"nextCursor":null}
//! ```
//!
//! ```mcp fails pagination.next-cursor-string
//! > resources/templates/list
//! < result {"resourceTemplates":[],"nextCursor":2}
//! ```

use crate::check::common::listing::LISTS;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["pagination.next-cursor-string"],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("pagination.next-cursor-string");
    for (method, _, _) in LISTS {
        for (exchange, result) in view.results_of(method) {
            judge_cursor(ruling, view.revision, &exchange, result);
        }
    }
    ruling.not_applicable("nothing was listed");
    verdicts
}

fn judge_cursor(ruling: &mut Ruling, revision: Revision, exchange: &Exchange<'_>, result: &Value) {
    let answer = exchange.responses[0];
    let about = |text: String| {
        Problem::new(format!("method:{}", exchange.method()), text)
            .at_pointer(answer, "/result/nextCursor")
    };
    match result.get("nextCursor") {
        _ if !result.is_object() => {}
        None => {
            ruling.held(answer.at.clone());
        }
        Some(Value::String(cursor)) => {
            ruling.held(answer.at.clone());
            if cursor.is_empty() && revision.era() == Era::Handshake {
                let text = "nextCursor is an empty string, which some clients take for the end.";
                ruling.remark(about(text.to_owned()));
            }
        }
        Some(other) => {
            let text =
                format!("nextCursor is {other}; it has to be a string, or absent at the end.");
            ruling.broken(about(text).hint("Leave the member out on the last page."));
        }
    }
}
