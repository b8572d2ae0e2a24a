//! Reads of resources that do not exist.

use serde_json::{Value, json};

use super::answers::UNKNOWN_NAME;
use super::listing::listed;
use crate::check::peer::{Peer, Pending, Request};
use crate::transcript::{Exchange, View};

/// Intent of the read of a URI beside a listed one.
pub const BESIDE: &str = "missing-resource";
/// Intent of the read of a URI whose scheme nobody serves.
pub const FOREIGN: &str = "missing-resource-of-unknown-scheme";
const FOREIGN_URI: &str = "mcpcheck-unknown://5f1d0c9a7b3e2468";

/// Reads both URIs.
pub fn ask(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut listed = peer.surface().resources.iter();
        let beside = listed.find_map(|resource| sibling(resource["uri"].as_str()?));
        if let Some(uri) = beside {
            let request = Request::new(BESIDE, "resources/read").params(json!({"uri": uri}));
            peer.request(request).await;
        }
        let request = Request::new(FOREIGN, "resources/read").params(json!({"uri": FOREIGN_URI}));
        peer.request(request).await;
        peer.settle().await;
    })
}

/// The reads in a view.
pub fn asked(view: &View) -> impl Iterator<Item = Exchange<'_>> {
    view.exchanges_meant(BESIDE)
        .chain(view.exchanges_meant(FOREIGN))
}

/// A URI in the same place as a listed one, so that it leads nowhere new. Web addresses are left
/// alone: the server might fetch them.
fn sibling(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let kept = rest.split(['?', '#']).next()?;
    let folder = kept.rfind('/').map_or("", |slash| &kept[..=slash]);
    (!["http", "https"].contains(&scheme)).then(|| format!("{scheme}:{folder}{UNKNOWN_NAME}"))
}

/// True for a result without contents.
pub fn is_empty(result: &Value) -> bool {
    result["contents"].as_array().is_some_and(Vec::is_empty)
}

/// True when a listed template may cover the URI: it begins with the text before its variables.
pub fn is_templated(view: &View, exchange: &Exchange<'_>) -> bool {
    let uri = exchange
        .params()
        .and_then(|params| params["uri"].as_str())
        .unwrap_or_default();
    let templates = listed(view, "resources/templates/list", "resourceTemplates");
    templates.iter().any(|template| {
        let text = template.value["uriTemplate"].as_str().unwrap_or("{");
        text.split('{')
            .next()
            .is_some_and(|literal| uri.starts_with(literal))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_stay_in_the_place_of_the_listed_resource() {
        let expected = |start: &str| Some(format!("{start}{UNKNOWN_NAME}"));
        assert_eq!(
            sibling("file:///srv/docs/a.md"),
            expected("file:///srv/docs/")
        );
        assert_eq!(sibling("memo://welcome"), expected("memo://"));
        assert_eq!(sibling("db://host/t?q=/x"), expected("db://host/"));
        assert_eq!(sibling("urn:isbn:1"), expected("urn:"));
        assert_eq!(sibling("https://example.com/a"), None);
        assert_eq!(sibling("no-scheme"), None);
    }
}
