//! A listed resource can be read, and binary contents are base64.
//!
//! The list says what the server can hand out. An entry that answers "not found" sends users and
//! models into a dead end: list only what can be read, under the URI that the reader knows. Put
//! bytes into `blob`, encoded with the standard alphabet and padding, and only text into `text`.
//!
//! ```mcp passes
//! > resources/read {"uri":"memo://logo"}
//! < result {"contents":[{"uri":"memo://logo","blob":"aGk="}]}
//! ```
//!
//! ```mcp fails resources.read.listed-resource-readable
//! > resources/read {"uri":"memo://welcome"}
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails resources.read.listed-resource-readable
//! > resources/read
//! < error -32601 "Method not found"
//! ```
//!
//! ```mcp fails resources.binary-encoded
//! > resources/read {"uri":"memo://logo"}
//! < result {"contents":[{"uri":"memo://logo","blob":"<png>"}]}
//! ```

use crate::check::common::answers::{evidence_first, says_unknown, shown, text_of, turned_away};
use crate::check::common::base64_text::{Form, form};
use crate::check::common::is_ordinary;
use crate::check::common::listing::listed;
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "resources.binary-encoded",
        "resources.read.listed-resource-readable",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const READABLE: &str = "resources.read.listed-resource-readable";
const BINARY: &str = "resources.binary-encoded";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let resources = listed(view, "resources/list", "resources");
    let reads = view
        .exchanges()
        .filter(|exchange| exchange.method() == "resources/read" && is_ordinary(exchange));
    for exchange in reads {
        let uri = exchange.params().and_then(|params| params["uri"].as_str());
        let Some(uri) = uri.filter(|uri| resources.iter().any(|known| known.value["uri"] == *uri))
        else {
            continue;
        };
        judge_readable(verdicts.on(READABLE), view.revision, &exchange, uri);
    }
    for (exchange, result) in view.results_of("resources/read") {
        for (index, contents) in result["contents"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            judge_contents(verdicts.on(BINARY), &exchange, index, contents);
        }
    }
    evidence_first(verdicts.on(READABLE));
    if resources.is_empty() {
        verdicts
            .on(READABLE)
            .not_applicable("no resources were listed");
    }
    verdicts
        .on(BINARY)
        .not_applicable("no binary contents were read");
    verdicts
}

fn judge_readable(ruling: &mut Ruling, revision: Revision, exchange: &Exchange<'_>, uri: &str) {
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(format!("resource:{uri}"), text).exchange(exchange);
    match exchange.reply() {
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
            let text = "Resources are listed, but resources/read is answered by -32601.";
            let problem = Problem::new("method:resources/read", text).exchange(exchange);
            ruling.broken(problem.outright());
        }
        Reply::Error(_, code) => {
            let is_not_found = match revision.era() {
                Era::Handshake => code == Some(code::RESOURCE_NOT_FOUND),
                Era::Modern => code == Some(code::INVALID_PARAMS),
            };
            if is_not_found || says_unknown(&text_of(exchange), "resource", uri) {
                ruling.broken(about(format!(
                    "The listed resource {uri} is not found when it is read."
                )));
            } else {
                ruling.inconclusive(format!(
                    "reading {uri} brought an error with {}",
                    shown(code)
                ));
            }
        }
        _ => {
            ruling.inconclusive(format!(
                "reading {uri} brought neither a result nor an error"
            ));
        }
    }
}

fn judge_contents(ruling: &mut Ruling, exchange: &Exchange<'_>, index: usize, contents: &Value) {
    let answer = exchange.responses[0];
    let uri = exchange
        .params()
        .and_then(|params| params["uri"].as_str())
        .unwrap_or_default();
    let about = |text: &str, member: &str| {
        Problem::new(format!("resource:{uri}"), text)
            .at_pointer(answer, &format!("/result/contents/{index}/{member}"))
    };
    if let Some(blob) = contents["blob"].as_str() {
        match form(blob) {
            Form::Standard(_) => ruling.held(answer.at.clone()),
            Form::Lenient => {
                ruling.odd(about("A blob is base64 only for lenient decoders.", "blob"))
            }
            Form::Neither => ruling.broken(about("A blob is not base64.", "blob")),
        };
    }
}
