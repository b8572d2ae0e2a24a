//! Complete results that may be cached carry a valid ttlMs and cacheScope.
//!
//! From 2026-07-28 on clients keep lists and resources for `ttlMs` milliseconds and share them
//! between users only when `cacheScope` is `public`. Without the hints, or with values nobody
//! knows, they ask again every time or keep what they should not; with a scope that changes from
//! page to page they cannot keep the list at all. Set both on every cacheable result, also on
//! `server/discover`.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list
//! < merge {"ttlMs":300000.0,"cacheScope":"private"}
//! ```
//!
//! ```mcp fails caching.hints-present
//! revision 2026-07-28
//! > resources/read
//! < merge {"ttlMs":null}
//! ```
//!
//! ```mcp fails caching.ttl-valid
//! revision 2026-07-28
//! > prompts/list
//! < merge {"ttlMs":-1}
//! ```
//!
//! ```mcp fails caching.scope-valid
//! revision 2026-07-28
//! > server/discover
//! < merge {"cacheScope":"Public"}
//! ```
//!
//! ```mcp fails caching.scope-same-on-all-pages
//! revision 2026-07-28
//! > tools/list {"cursor":"page-2"}
//! < merge {"cacheScope":"private"}
//! ```

use crate::check::common::is_modern_request;
use crate::check::common::listing::{LISTS, walks};
use crate::check::prelude::*;
use crate::spec::methods::CACHEABLE;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "caching.hints-present",
        "caching.scope-same-on-all-pages",
        "caching.scope-valid",
        "caching.ttl-valid",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const PRESENT: &str = "caching.hints-present";
const SAME: &str = "caching.scope-same-on-all-pages";
const SCOPE: &str = "caching.scope-valid";
const TTL: &str = "caching.ttl-valid";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    if view.revision.era() == Era::Handshake {
        return verdicts;
    }
    for method in CACHEABLE {
        for (exchange, result) in view.results_of(method) {
            let is_complete = result
                .get("resultType")
                .is_none_or(|kind| kind == "complete");
            // A dual-era server may serve a request that names no revision as an older one.
            if result.is_object() && is_complete && is_modern_request(&exchange) {
                judge_hints(&mut verdicts, &exchange, result);
            }
        }
    }
    for (method, _, _) in LISTS {
        judge_pages(verdicts.on(SAME), view, method);
    }
    verdicts
        .on(SAME)
        .not_applicable("no list has more than one page");
    verdicts
}

fn judge_hints(verdicts: &mut Verdicts, exchange: &Exchange<'_>, result: &Value) {
    let answer = exchange.responses[0];
    let method = exchange.method();
    let about = |text: String, place: &str| {
        Problem::new(format!("method:{method}"), text).at_pointer(answer, place)
    };
    let missing: Vec<&str> = ["ttlMs", "cacheScope"]
        .into_iter()
        .filter(|hint| result.get(*hint).is_none())
        .collect();
    if missing.is_empty() {
        verdicts.on(PRESENT).held(answer.at.clone());
    } else {
        let text = format!(
            "The result of {method} has no {}.",
            missing.join(" and no ")
        );
        verdicts.on(PRESENT).broken(about(text, "/result"));
    }
    if let Some(ttl) = result.get("ttlMs") {
        if is_whole(ttl) {
            verdicts.on(TTL).held(answer.at.clone());
        } else {
            let text = format!("ttlMs of {method} is {ttl}, not an integer from 0.");
            verdicts.on(TTL).broken(about(text, "/result/ttlMs"));
        }
    }
    if let Some(scope) = result.get("cacheScope") {
        if is_scope(scope) {
            verdicts.on(SCOPE).held(answer.at.clone());
        } else {
            let text =
                format!("cacheScope of {method} is {scope}, neither \"public\" nor \"private\".");
            verdicts.on(SCOPE).broken(about(text, "/result/cacheScope"));
        }
    }
}

fn is_scope(value: &Value) -> bool {
    value == "public" || value == "private"
}

/// An integer from 0 as JSON has it: 300000.0 is one.
fn is_whole(number: &Value) -> bool {
    number.is_u64()
        || number
            .as_f64()
            .is_some_and(|value| value >= 0.0 && value.fract() == 0.0)
}

fn judge_pages(ruling: &mut Ruling, view: &View, method: &str) {
    for walk in walks(view, method) {
        let scopes: Vec<_> = walk
            .pages
            .iter()
            .filter_map(|page| Some((page, page.answer?.1.get("cacheScope")?)))
            .filter(|(_, scope)| is_scope(scope))
            .collect();
        let [(first, scope), rest @ ..] = scopes.as_slice() else {
            continue;
        };
        let other = rest.iter().find(|(_, other)| other != scope);
        match (other, rest.last()) {
            (Some((page, other)), _) => {
                let text = format!(
                    "cacheScope is {scope} on one page of {method} and {other} on another."
                );
                let problem = Problem::new(format!("method:{method}"), text);
                ruling.broken(problem.exchange(&first.exchange).exchange(&page.exchange));
            }
            (None, Some((page, _))) => {
                ruling.held(page.exchange.responses[0].at.clone());
            }
            (None, None) => {}
        }
    }
}
