//! What a server may be asked to complete.

use serde_json::{Value, json};

use super::uri_template;
use crate::check::peer::Surface;
use crate::spec::Revision;
use crate::transcript::Session;

/// True when a server may be asked to complete. 2024-11-05 has no capability for it: the server can
/// only be asked.
pub fn may_complete(revision: Revision, session: &Session) -> bool {
    revision == Revision::V2024_11_05 || session.declares(&["completions"])
}

/// Arguments of listed prompts and variables of listed templates, as the `ref` of a request and a
/// name. The first is of a prompt where there is one.
pub fn completable(surface: &Surface) -> Vec<(Value, String)> {
    let mut found = Vec::new();
    for prompt in &surface.prompts {
        let arguments = prompt["arguments"].as_array().into_iter().flatten();
        for name in arguments.filter_map(|argument| argument["name"].as_str()) {
            found.push((
                json!({"type": "ref/prompt", "name": prompt["name"]}),
                name.to_owned(),
            ));
        }
    }
    for template in surface
        .templates
        .iter()
        .filter_map(|template| template["uriTemplate"].as_str())
    {
        let variables = uri_template::parse(template).map(|parsed| parsed.variables);
        for name in variables.unwrap_or_default() {
            // Templates come in turn with prompts, so that a few samples have some of both.
            let place = found.len().min(1);
            found.insert(
                place,
                (json!({"type": "ref/resource", "uri": template}), name),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_and_templates_are_mixed() {
        let surface = Surface {
            prompts: vec![json!({"name": "p", "arguments": [{"name": "a"}, {"name": "b"}]})],
            templates: vec![
                json!({"uriTemplate": "x://{v}"}),
                json!({"uriTemplate": "x://{"}),
            ],
            ..Surface::default()
        };
        let found = completable(&surface);
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["a", "v", "b"]);
        assert_eq!(
            found[1].0,
            json!({"type": "ref/resource", "uri": "x://{v}"})
        );
    }
}
