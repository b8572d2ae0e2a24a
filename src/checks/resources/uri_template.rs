//! The uriTemplate of a resource template follows RFC 6570.
//!
//! Clients expand templates with a library before they read; what the grammar does not know, such
//! as `{path:path}` or `{user-id}`, makes the whole template unusable. Use letters, digits and
//! underscores for variables, `{+path}` for a value with slashes, and `{name*}` or `{name:3}` as
//! the only modifiers.
//!
//! ```mcp passes
//! > resources/templates/list
//! < result {"resourceTemplates":[{"uriTemplate":"db://{table}/{+path}{?limit,q*}","name":"rows"}]}
//! ```
//!
//! ```mcp fails resources.templates.uri-template-valid
//! > resources/templates/list
//! < result {"resourceTemplates":[{"uriTemplate":"file:///{path:path}","name":"files"}]}
//! ```
//!
//! ```mcp fails resources.templates.uri-template-valid
//! > resources/templates/list
//! < result {"resourceTemplates":[{"uriTemplate":"users/{id}","name":"users"}]}
//! ```

use fluent_uri::Iri;

use crate::check::common::listing::listed;
use crate::check::common::uri_template;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["resources.templates.uri-template-valid"],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("resources.templates.uri-template-valid");
    for entry in listed(view, "resources/templates/list", "resourceTemplates") {
        let Some(text) = entry.value["uriTemplate"].as_str() else {
            continue;
        };
        let about = |fault: &str| {
            let place = entry.pointer("resourceTemplates", "/uriTemplate");
            Problem::new(
                entry.subject("template", "uriTemplate"),
                format!("The template {text:?} {fault}."),
            )
            .at_pointer(entry.message, &place)
        };
        match uri_template::parse(text) {
            Err(fault) => ruling.broken(about(&fault)),
            Ok(template)
                if !template.begins_open && Iri::parse(template.sample.as_str()).is_err() =>
            {
                ruling.odd(about("does not expand to an absolute URI"))
            }
            Ok(_) => ruling.held(entry.message.at.clone()),
        };
    }
    ruling.not_applicable("no resource templates were listed");
    verdicts
}
