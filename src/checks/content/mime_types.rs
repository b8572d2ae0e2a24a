//! A MIME type is a media type, and fits what it is given for.
//!
//! Clients choose by `mimeType` how to show data. One that is no media type chooses nothing, and an
//! image declared as text, or a JPEG declared as PNG, is shown as garbage or not at all. Take the
//! type from the data, not from the file name.
//!
//! ```mcp passes
//! > tools/call
//! < result {"content":[{"type":"image","mimeType":"image/png","data":"iVBORw0KGgo="}]}
//! ```
//!
//! ```mcp fails content.mime-type-wellformed
//! > tools/call
//! < result {"content":[{"type":"image","mimeType":"text/plain","data":"iVBORw0KGgo="}]}
//! ```
//!
//! ```mcp fails content.mime-type-wellformed
//! > tools/call
//! < result {"content":[{"type":"image","mimeType":"image/jpeg","data":"iVBORw0KGgo="}]}
//! ```
//!
//! ```mcp fails content.mime-type-wellformed
//! > resources/list
//! < merge /resources/0 {"mimeType":"markdown"}
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::check::common::client_features::asker;
use crate::check::common::listing::listed;
use crate::check::common::media::{contradiction, is_media_type};
use crate::check::prelude::*;

const RULE: &str = "content.mime-type-wellformed";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (method, member, kind, key) in [
        ("resources/list", "resources", "resource", "uri"),
        (
            "resources/templates/list",
            "resourceTemplates",
            "template",
            "uriTemplate",
        ),
    ] {
        for entry in listed(view, method, member) {
            let place = entry.pointer(member, "");
            let holder = (entry.subject(kind, key), entry.message, place);
            judge_member(ruling, entry.value, &holder);
        }
    }
    // What prompts hold has a stricter rule of its own.
    for (method, list) in [("resources/read", "contents"), ("tools/call", "content")] {
        for (exchange, result) in view.results_of(method) {
            let items = result[list].as_array().into_iter().flatten().enumerate();
            for (index, item) in items {
                let place = format!("/result/{list}/{index}");
                let holder = (asker(&exchange), exchange.responses[0], place);
                judge_item(ruling, item, &holder);
            }
        }
    }
    ruling.not_applicable("no MIME type was seen");
    verdicts
}

/// What has the MIME type: subject, message, pointer from the message to it.
type Holder<'v> = (String, &'v WireMessage, String);

fn judge_item(ruling: &mut Ruling, item: &Value, holder: &Holder<'_>) {
    if item["resource"].is_object() {
        let (subject, message, place) = holder;
        let inner = (subject.clone(), *message, format!("{place}/resource"));
        judge_member(ruling, &item["resource"], &inner);
        return;
    }
    let kind = item["type"].as_str().unwrap_or_default();
    if judge_member(ruling, item, holder) && (kind == "image" || kind == "audio") {
        judge_block(ruling, item, kind, holder);
    }
}

/// Judges the form of `mimeType`. True when it is a media type.
fn judge_member(
    ruling: &mut Ruling,
    holder: &Value,
    (subject, message, place): &Holder<'_>,
) -> bool {
    let Some(declared) = holder["mimeType"].as_str() else {
        return false;
    };
    if is_media_type(declared) {
        ruling.held(message.at.clone());
        return true;
    }
    let text = format!("The MIME type {declared:?} is no media type.");
    let pointer = format!("{place}/mimeType");
    ruling.broken(Problem::new(subject.clone(), text).at_pointer(message, &pointer));
    false
}

fn judge_block(
    ruling: &mut Ruling,
    block: &Value,
    kind: &str,
    (subject, message, place): &Holder<'_>,
) {
    let declared = block["mimeType"].as_str().unwrap_or_default();
    let about = |text: String| Problem::new(subject.clone(), text).at_pointer(message, place);
    let lowered = declared.to_ascii_lowercase();
    if !lowered.starts_with(&format!("{kind}/")) {
        let text = format!("A block of type {kind} has the MIME type {declared:?}.");
        // Containers that are used for sound, too.
        match kind == "audio" && ["application/ogg", "video/webm"].contains(&lowered.as_str()) {
            true => ruling.remark(about(text)),
            false => ruling.broken(about(text)),
        };
        return;
    }
    let data = block["data"]
        .as_str()
        .and_then(|data| STANDARD.decode(data).ok());
    if let Some(found) = data.and_then(|bytes| contradiction(declared, &bytes)) {
        let text = format!("A block of type {kind} is declared as {declared} but holds {found}.");
        ruling.broken(about(text));
    }
}
