//! Reading a resource that does not exist is answered by an error that says so.
//!
//! The code tells a client to drop a stale URI instead of trying again: -32602 in 2026-07-28, which
//! also forbids an empty `contents` for this, and -32002 before. A server of several revisions picks
//! the code by the revision that was agreed on.
//!
//! ```mcp passes
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32002
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < error -32602 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32002
//! > resources/read {"uri":"memo://mcpcheck-5f1d0c9a7b3e2468"}
//! < silence
//! ```
//!
//! ```mcp fails resources.read.not-found-code-32602
//! revision 2026-07-28
//! > resources/read {"uri":"memo://mcpcheck-5f1d0c9a7b3e2468"}
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.not-found-no-empty-contents
//! revision 2026-07-28
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < complete {"contents":[]}
//! ```
//!
//! ```mcp fails resources.read.not-found-is-error
//! revision 2026-07-28
//! > resources/read {"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468"}
//! < complete {"contents":[{"uri":"mcpcheck-unknown://5f1d0c9a7b3e2468","text":"made up"}]}
//! ```

use crate::check::common::answers::{
    UNKNOWN_NAME, evidence_first, judge_unanswered, shown, turned_away,
};
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "resources.read.not-found-code-32002",
        "resources.read.not-found-code-32602",
        "resources.read.not-found-is-error",
        "resources.read.not-found-no-empty-contents",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

/// A URI beside a listed one.
const BESIDE: &str = "missing-resource";
/// A URI of a scheme that nobody serves.
const FOREIGN: &str = "missing-resource-of-unknown-scheme";
const FOREIGN_URI: &str = "mcpcheck-unknown://5f1d0c9a7b3e2468";
const SUBJECT: &str = "missing resource";
const OLD_CODE: &str = "resources.read.not-found-code-32002";
const CODE: &str = "resources.read.not-found-code-32602";
const IS_ERROR: &str = "resources.read.not-found-is-error";
const NOT_EMPTY: &str = "resources.read.not-found-no-empty-contents";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let listed = peer.surface().resources.iter();
        let beside = listed
            .filter_map(|resource| sibling(resource["uri"].as_str()?))
            .next();
        if let Some(uri) = beside {
            let request = Request::new(BESIDE, "resources/read").params(json!({"uri": uri}));
            peer.request(request).await;
        }
        let request = Request::new(FOREIGN, "resources/read").params(json!({"uri": FOREIGN_URI}));
        peer.request(request).await;
        peer.settle().await;
    })
}

/// A URI in the same place as a listed one, so that it leads nowhere new. Web addresses are left
/// alone: the server might fetch them.
fn sibling(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let kept = rest.split(['?', '#']).next()?;
    let folder = kept.rfind('/').map_or("", |slash| &kept[..=slash]);
    (!["http", "https"].contains(&scheme)).then(|| format!("{scheme}:{folder}{UNKNOWN_NAME}"))
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view
        .exchanges_meant(BESIDE)
        .chain(view.exchanges_meant(FOREIGN))
    {
        match view.revision.era() {
            Era::Handshake => judge_handshake(verdicts.on(OLD_CODE), view, &exchange),
            Era::Modern => judge_modern(&mut verdicts, view, &exchange),
        }
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
    }
    verdicts
}

fn judge_handshake(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>) {
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        "a read of a resource that does not exist",
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::RESOURCE_NOT_FOUND)) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, code) => {
            let text = format!(
                "A missing resource is answered with {} instead of -32002.",
                shown(code)
            );
            ruling.broken(about(text));
        }
        Reply::Result(_, result) if !is_empty(result) && is_templated(view, exchange) => {
            ruling.inconclusive("a template of the server covers the URI that was tried");
        }
        _ => {
            ruling.broken(about(
                "A missing resource is answered by a result.".to_owned(),
            ));
        }
    }
}

fn judge_modern(verdicts: &mut Verdicts, view: &View, exchange: &Exchange<'_>) {
    let ruling = verdicts.on(IS_ERROR);
    if judge_unanswered(
        ruling,
        exchange,
        SUBJECT,
        "a read of a resource that does not exist",
    ) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(SUBJECT, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, code) => {
            ruling.held(message.at.clone());
            verdicts.on(NOT_EMPTY).held(message.at.clone());
            judge_code(verdicts.on(CODE), exchange, message, code);
        }
        Reply::Result(_, result) if is_empty(result) => {
            ruling.inconclusive("the result is empty, which is reported as such");
            let text = "A missing resource is answered by an empty contents array.";
            verdicts.on(NOT_EMPTY).broken(about(text.to_owned()));
        }
        _ if is_templated(view, exchange) => {
            ruling.inconclusive("a template of the server covers the URI that was tried");
        }
        _ => {
            ruling.broken(about(
                "A missing resource is answered by contents.".to_owned(),
            ));
        }
    }
}

/// A server may see a foreign scheme as something it does not support, or as a failure.
fn judge_code(
    ruling: &mut Ruling,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    code: Option<i64>,
) {
    let is_foreign = exchange.intent() == Some(FOREIGN);
    let excused = [Some(code::METHOD_NOT_FOUND), Some(code::INTERNAL_ERROR)];
    let text = format!(
        "A missing resource is answered with {} instead of -32602.",
        shown(code)
    );
    let problem = Problem::new(SUBJECT, text).exchange(exchange);
    if code == Some(code::INVALID_PARAMS) {
        ruling.held(message.at.clone());
    } else if !ruling.problems.is_empty() {
        // The other URI was answered wrongly as well: one cause.
    } else if is_foreign && excused.contains(&code) {
        ruling.odd(problem);
    } else {
        ruling.broken(problem);
    }
}

fn is_empty(result: &Value) -> bool {
    result["contents"].as_array().is_some_and(Vec::is_empty)
}

/// True when a listed template may cover the URI: it begins with the text before its variables.
fn is_templated(view: &View, exchange: &Exchange<'_>) -> bool {
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
