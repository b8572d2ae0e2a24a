//! Keys in `_meta` follow the naming rules and stay out of the prefixes reserved for MCP.
//!
//! `_meta` is shared between the protocol, extensions and vendors; the rules keep their keys
//! apart. A key is a name of letters, digits, hyphens, underscores and dots that begins and ends
//! with a letter or digit, after an optional prefix of dotted labels and a slash. Use your own
//! domain in reverse order, such as `com.example/trace`. Keys that begin with an underscore, as
//! some frameworks write them, break the rule.
//!
//! ```mcp passes
//! > ping
//! < result {"_meta":{"com.example/a-b_c.d":1,"plain":2,"com.example/":3}}
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < default
//! ```
//!
//! ```mcp fails meta.key-format
//! > tools/list {"cursor":null}
//! < merge /tools/0 {"_meta":{"_mine":{}}}
//! ```
//!
//! ```mcp fails meta.reserved-prefix.any-label
//! revision 2025-06-18
//! > ping
//! < result {"_meta":{"tools.mcp.com/x":1}}
//! ```
//!
//! ```mcp fails meta.reserved-prefix.second-label
//! > ping
//! < result {"_meta":{"io.modelcontextprotocol/x-mcp-check":1}}
//! ```

use crate::check::common::meta_key::{is_reserved, is_well_formed, labels, metas};
use crate::check::common::revision_of;
use crate::check::prelude::*;

const FORMAT: &str = "meta.key-format";
const ANY_LABEL: &str = "meta.reserved-prefix.any-label";
const SECOND_LABEL: &str = "meta.reserved-prefix.second-label";

pub(crate) const CHECK: Check = Check {
    covers: &[FORMAT, ANY_LABEL, SECOND_LABEL],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Keys below `io.modelcontextprotocol/` that 2025-11-25 or 2026-07-28 defines.
const DEFINED: [&str; 8] = [
    "protocolVersion",
    "clientInfo",
    "clientCapabilities",
    "logLevel",
    "subscriptionId",
    "serverInfo",
    "related-task",
    "model-immediate-response",
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for id in CHECK.covers {
        verdicts.on(id).not_applicable("the server sent no _meta");
    }
    let extensions = view.session().capabilities["extensions"].clone();
    for (conversation, message) in view.received() {
        if revision_of(view, conversation) != Some(view.revision) {
            continue;
        }
        for (place, meta) in metas(&message.parsed) {
            for key in meta.keys() {
                judge_key(
                    &mut verdicts,
                    view.revision,
                    message,
                    key,
                    &place,
                    &extensions,
                );
            }
        }
    }
    verdicts
}

fn judge_key(
    verdicts: &mut Verdicts,
    revision: Revision,
    message: &WireMessage,
    key: &str,
    pointer: &str,
    extensions: &Value,
) {
    let about = |text: String| {
        let problem = Problem::new(format!("key:{key}"), text);
        problem.at_pointer(message, pointer)
    };
    if !is_well_formed(key) {
        let text = format!("The _meta key {key:?} does not follow the naming rules.");
        let hint = "Known in the wild: keys that begin with an underscore.";
        verdicts.on(FORMAT).broken(about(text).hint(hint));
        return;
    }
    verdicts.on(FORMAT).held(message.at.clone());
    let labels = labels(key);
    let rule = match revision {
        Revision::V2025_06_18 => ANY_LABEL,
        _ => SECOND_LABEL,
    };
    match is_reserved(&labels, revision) && !is_defined(key, extensions) {
        true => {
            let text = format!("The _meta key {key:?} lies in a prefix reserved for MCP.");
            verdicts.on(rule).odd(about(text));
        }
        false => {
            verdicts.on(rule).held(message.at.clone());
        }
    }
}

/// True for keys of the specification, and for those in the prefix of an extension that the server
/// advertises.
fn is_defined(key: &str, extensions: &Value) -> bool {
    let Some((prefix, name)) = key.split_once('/') else {
        return false;
    };
    let is_extension = |id: &String| id.split_once('/').is_some_and(|(own, _)| own == prefix);
    (prefix == "io.modelcontextprotocol" && DEFINED.contains(&name))
        || extensions
            .as_object()
            .is_some_and(|all| all.keys().any(is_extension))
}
