//! Every listed prompt has a name of its own.
//!
//! A prompt is fetched by its name, so of two prompts with one name only one can be reached. Rename
//! one of them; titles may be equal.
//!
//! ```mcp passes
//! > prompts/list
//! < result {"prompts":[{"name":"help"},{"name":"Help"}]}
//! ```
//!
//! ```mcp fails prompts.name.unique
//! > prompts/list
//! < result {"prompts":[{"name":"help"},{"name":"help"}]}
//! ```

use crate::check::common::listing::{listed, namesakes};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["prompts.name.unique"],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("prompts.name.unique");
    for prompt in listed(view, "prompts/list", "prompts") {
        if prompt.value["name"].is_string() {
            ruling.held(prompt.message.at.clone());
        }
    }
    for (one, other) in namesakes(view, "prompts/list", "prompts", "name") {
        let text = format!("Two prompts have the name {}.", one.value["name"]);
        let problem = Problem::new(one.subject("prompt", "name"), text)
            .at_pointer(one.message, &one.pointer("prompts", "/name"))
            .at_pointer(other.message, &other.pointer("prompts", "/name"));
        ruling.broken(problem);
    }
    ruling.not_applicable("no prompts were listed");
    verdicts
}
