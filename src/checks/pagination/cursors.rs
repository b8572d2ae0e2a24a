//! Cursors lead on and come to an end, and the pages together hold every entry once.
//!
//! Clients follow `nextCursor` until it is absent. A cursor that its own server refuses, or one that
//! leads in a circle, makes them fail or loop; an entry on two pages makes them show it twice.
//! Encode in the cursor where the next page begins, and let the last page name none.
//!
//! ```mcp passes
//! > resources/list {"cursor":null}
//! < result {"resources":[{"uri":"memo://a","name":"a"}],"nextCursor":""}
//! > resources/list {"cursor":""}
//! < result {"resources":[]}
//! ```
//!
//! ```mcp fails pagination.own-cursor-accepted
//! > tools/list {"cursor":"page-2"}
//! < error -32602 "Invalid cursor"
//! ```
//!
//! ```mcp fails pagination.terminates
//! > resources/list
//! < result {"resources":[{"uri":"memo://a","name":"a"}],"nextCursor":"more"}
//! ```
//!
//! ```mcp fails pagination.pages-disjoint-and-complete
//! > prompts/list {"cursor":null}
//! < result {"prompts":[{"name":"a"},{"name":"b"}],"nextCursor":"2"}
//! > prompts/list {"cursor":"2"}
//! < result {"prompts":[{"name":"b"},{"name":"c"}]}
//! ```

use std::collections::BTreeSet;

use crate::check::common::answers::{evidence_first, turned_away};
use crate::check::common::listing::{LISTS, WALK, Walk, walks};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "pagination.own-cursor-accepted",
        "pagination.pages-disjoint-and-complete",
        "pagination.terminates",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const ACCEPTED: &str = "pagination.own-cursor-accepted";
const DISJOINT: &str = "pagination.pages-disjoint-and-complete";
const TERMINATES: &str = "pagination.terminates";
/// Pages that are fetched at most. One round of a circle has to fit twice.
const MOST_PAGES: usize = 60;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        for (method, _, _) in LISTS {
            let feature = method.split('/').next().unwrap_or_default();
            if peer.session().declares(&[feature]) {
                walk(peer, method).await;
            }
        }
        peer.settle().await;
    })
}

/// Follows the cursors of a list; in a circle, until a page has been seen twice.
async fn walk(peer: &mut dyn Peer, method: &str) {
    let mut request = Request::new(WALK, method);
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_PAGES {
        let Some(Answer::Result(result)) = peer.request(request).await else {
            return;
        };
        let Some(next) = result["nextCursor"].as_str() else {
            return;
        };
        if !seen.insert(result.to_string()) {
            return;
        }
        request = Request::new(WALK, method).params(json!({"cursor": next}));
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (method, member, key) in LISTS {
        let walks = walks(view, method);
        for walk in &walks {
            judge_acceptance(verdicts.on(ACCEPTED), walk, method);
            judge_end(verdicts.on(TERMINATES), walk, method, member);
        }
        judge_pages(verdicts.on(DISJOINT), &walks, (method, member, key));
    }
    for id in CHECK.covers {
        evidence_first(verdicts.on(id));
        verdicts
            .on(id)
            .not_applicable("no list has more than one page");
    }
    verdicts
}

fn judge_acceptance(ruling: &mut Ruling, walk: &Walk<'_>, method: &str) {
    for page in &walk.pages[1..] {
        if let Some(why) = turned_away(&page.exchange) {
            ruling.inconclusive(why);
            continue;
        }
        match page.exchange.reply() {
            Reply::Result(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::Error(..) => {
                let text = format!("{method} refuses the cursor that it gave out itself.");
                let problem = Problem::new(format!("method:{method}"), text);
                ruling.broken(problem.exchange(&page.exchange));
            }
            _ => {
                ruling.inconclusive(format!("a page of {method} was not answered"));
            }
        }
    }
}

fn judge_end(ruling: &mut Ruling, walk: &Walk<'_>, method: &str, member: &str) {
    if let Some(late) = walk.repeats(member) {
        let text = format!("{method} goes in a circle: a page comes again under the same cursor.");
        let problem = Problem::new(format!("method:{method}"), text);
        ruling.odd(
            problem
                .exchange(&walk.pages[0].exchange)
                .exchange(&walk.pages[late].exchange),
        );
    } else if walk.is_complete() {
        if let Some((message, _)) = walk
            .pages
            .last()
            .and_then(|page| page.answer)
            .filter(|_| walk.pages.len() > 1)
        {
            ruling.held(message.at.clone());
        }
    } else if walk.pages.len() > 1 && walk.pages.last().is_some_and(|page| page.answer.is_some()) {
        ruling.inconclusive(format!("{method} was not followed to its end"));
    }
}

/// Lists may change while they are walked, so that only what is so in two walks in a row counts.
fn judge_pages(ruling: &mut Ruling, walks: &[Walk<'_>], (method, member, key): (&str, &str, &str)) {
    let complete: Vec<&Walk<'_>> = walks
        .iter()
        .filter(|walk| walk.pages.len() > 1 && walk.is_complete() && walk.repeats(member).is_none())
        .collect();
    let [.., last] = complete.as_slice() else {
        return;
    };
    let overlaps = |walk: &Walk<'_>, value: &Value| {
        let twice = walk.duplicates(member, key).into_iter();
        twice
            .filter(|(one, _)| one.value == value)
            .any(|(one, other)| walk.is_overlap(member, &one, &other))
    };
    let mut is_clean = complete.len() > 1;
    for pair in complete.windows(2) {
        for (one, other) in pair[1].duplicates(member, key) {
            if pair.iter().all(|walk| overlaps(walk, one.value)) {
                is_clean = false;
                let text = format!("{method} has {} on two pages.", one.value[key]);
                let problem = Problem::new(format!("method:{method}"), text)
                    .at_pointer(one.message, &one.pointer(member, ""))
                    .at_pointer(other.message, &other.pointer(member, ""));
                ruling.broken(problem);
            }
        }
    }
    let last = last.pages.last().and_then(|page| page.answer);
    if let Some((message, _)) = last.filter(|_| is_clean) {
        ruling.held(message.at.clone());
    }
}
