//! Contents sent as text are text, and `size` is their length in bytes.
//!
//! Bytes that are forced into text are lost: no client can get the picture back. Send them as `blob`.
//! Clients read `size` to decide whether a resource fits into a context before they fetch it; it
//! counts the bytes of the resource itself, not of its base64 form and not characters. Leave it out
//! where it is not known.
//!
//! ```mcp passes
//! > resources/list
//! < merge {"resources":[{"uri":"memo://welcome","name":"welcome","size":8}]}
//! ```
//!
//! ```mcp fails resources.size-is-byte-length
//! > resources/list
//! < merge {"resources":[{"uri":"memo://welcome","name":"welcome","size":7}]}
//! ```
//!
//! ```mcp fails resources.size-is-byte-length
//! > resources/list
//! < merge {"resources":[{"uri":"memo://logo","name":"logo","size":132}]}
//! > resources/read
//! < result {"contents":[{"uri":"memo://logo","blob":"aGk="}]}
//! ```
//!
//! ```mcp fails resources.text-only-for-text
//! > resources/read {"uri":"memo://logo"}
//! < result {"contents":[{"uri":"memo://logo","text":"\u0000\u0001JFIF"}]}
//! ```

use crate::check::common::answers::evidence_first;
use crate::check::common::base64_text::{Form, form};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

const TEXT: &str = "resources.text-only-for-text";
const SIZE: &str = "resources.size-is-byte-length";

pub(crate) const CHECK: Check = Check {
    covers: &[SIZE, TEXT],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const AGAIN: &str = "list-after-reads";
/// Pages that are fetched again at most.
const PAGES: usize = 4;

/// A size counts as wrong only when the list still shows it after the resource was read.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut listed = peer.surface().resources.iter();
        if !listed.any(|resource| resource.get("size").is_some()) {
            return;
        }
        let mut params = json!({});
        for _ in 0..PAGES {
            let request = Request::new(AGAIN, "resources/list").params(params);
            let Some(Answer::Result(page)) = peer.request(request).await else {
                break;
            };
            let Some(cursor) = page["nextCursor"].as_str() else {
                break;
            };
            params = json!({"cursor": cursor});
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (exchange, result) in view.results_of("resources/read") {
        let uri = exchange
            .params()
            .map_or("", |it| it["uri"].as_str().unwrap_or_default());
        let contents = result["contents"].as_array().map_or(&[][..], Vec::as_slice);
        for entry in contents {
            judge_text(verdicts.on(TEXT), &exchange, uri, entry);
        }
        if let ([only], true) = (contents, is_ordinary(&exchange)) {
            judge_size(verdicts.on(SIZE), view, &exchange, uri, only);
        }
    }
    evidence_first(verdicts.on(SIZE));
    verdicts.on(TEXT).not_applicable("no text was read");
    verdicts
        .on(SIZE)
        .not_applicable("no resource with a size was read");
    verdicts
}

fn judge_text(ruling: &mut Ruling, exchange: &Exchange<'_>, uri: &str, entry: &Value) {
    let Some(text) = entry["text"].as_str() else {
        return;
    };
    // Two in a row: a single one may stand in the text of a resource about characters.
    if text.contains('\0') || text.contains("\u{FFFD}\u{FFFD}") {
        let said = format!("{uri} is binary data that was forced into text: bytes are lost.");
        let problem = Problem::new(format!("resource:{uri}"), said);
        ruling.odd(problem.exchange(exchange));
    } else {
        ruling.held(exchange.responses[0].at.clone());
    }
}

fn judge_size(ruling: &mut Ruling, view: &View, exchange: &Exchange<'_>, uri: &str, entry: &Value) {
    let read_at = exchange.responses[0].at.seq;
    let shown = sizes(view, exchange.conversation, uri);
    let before = shown.iter().find(|(at, _)| *at < read_at);
    let after = shown.iter().find(|(at, _)| *at > read_at);
    let (Some((_, size)), lengths) = (before, lengths(entry)) else {
        return;
    };
    if lengths.is_empty() {
        return;
    }
    if lengths.contains(size) {
        ruling.held(exchange.responses[0].at.clone());
    } else if after.is_none_or(|(_, again)| again != size) {
        ruling.inconclusive(format!("{uri} may have changed while it was read"));
    } else {
        let text = format!(
            "{uri} has the size {size} in the list, and {} bytes when it is read.",
            lengths[0]
        );
        let problem = Problem::new(format!("resource:{uri}"), text);
        ruling.broken(problem.exchange(exchange));
    }
}

/// Position and size of every entry with this URI that lists on the same connection showed.
fn sizes(view: &View, conversation: &Conversation, uri: &str) -> Vec<(u32, u64)> {
    let lists = view
        .results_of("resources/list")
        .filter(|(list, _)| list.conversation.label == conversation.label);
    lists
        .flat_map(|(list, result)| {
            let at = list.responses[0].at.seq;
            let entries = result["resources"].as_array().into_iter().flatten();
            let own = entries.filter(|entry| entry["uri"] == uri);
            own.filter_map(move |entry| Some((at, entry["size"].as_u64()?)))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The length in bytes first, then other lengths that a faithful server may mean: with the line
/// ends or the byte order mark that the file has and the text has not.
fn lengths(entry: &Value) -> Vec<u64> {
    if let Some(text) = entry["text"].as_str() {
        let bytes = text.len() as u64;
        let bare = text.replace("\r\n", "\n");
        let lines = bare.matches('\n').count() as u64;
        let with_carriage_returns = bare.len() as u64 + lines;
        return vec![bytes, with_carriage_returns, bare.len() as u64, bytes + 3];
    }
    match entry["blob"].as_str().map(form) {
        Some(Form::Standard(bytes)) => vec![bytes as u64],
        _ => Vec::new(),
    }
}
