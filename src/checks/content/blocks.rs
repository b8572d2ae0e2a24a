//! Content blocks are of the kinds that the revision defines, and binary data in them is base64.
//!
//! A client decides by `type` what to do with a block and drops, or fails on, what it does not know:
//! audio came with 2025-03-26 and resource links with 2025-06-18. Image and audio data that is not
//! base64 with the standard alphabet and padding cannot be shown. Build the blocks for the revision
//! that was agreed on. A Streamable HTTP server without session ids may take a session of 2024-11-05,
//! which sends no version header, for one of 2025-03-26.
//!
//! ```mcp passes
//! > tools/call
//! < result {"content":[{"type":"image","mimeType":"image/png","data":"aGk="}]}
//! ```
//!
//! ```mcp fails content.block-types-of-revision
//! > tools/call
//! < result {"content":[{"type":"json","json":{}}]}
//! ```
//!
//! ```mcp fails content.block-types-of-revision
//! revision 2025-03-26
//! > prompts/get
//! < result {"messages":[{"role":"user","content":{"type":"resource_link","uri":"memo://a","name":"a"}}]}
//! ```
//!
//! ```mcp fails content.block-types-of-revision
//! transport http
//! revision 2024-11-05
//! > prompts/get
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"audio/wav","data":"aGk="}}]}
//! ```
//!
//! ```mcp passes
//! transport http
//! revision 2024-11-05
//! revisions 2024-11-05
//! > initialize
//! < header mcp-session-id absent
//! < default
//! > prompts/get
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"audio/wav","data":"aGk="}}]}
//! ```
//!
//! ```mcp fails content.tool-result-binary-is-base64
//! > tools/call
//! < result {"content":[{"type":"image","mimeType":"image/png","data":"data:image/png;base64,aGk="}]}
//! ```

use crate::check::common::base64_text::{Form, form};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "content.block-types-of-revision",
        "content.tool-result-binary-is-base64",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const TYPES: &str = "content.block-types-of-revision";
const BINARY: &str = "content.tool-result-binary-is-base64";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let revision = assumed_revision(view);
    for (exchange, result) in view.results_of("tools/call") {
        let subject = subject("tool", &exchange);
        let blocks = result["content"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate();
        for (index, block) in blocks {
            let at = (exchange.responses[0], format!("/result/content/{index}"));
            judge_type(verdicts.on(TYPES), revision, &subject, block, &at);
            if block["type"] == "image" || block["type"] == "audio" {
                judge_data(verdicts.on(BINARY), &subject, block, &at);
            }
        }
    }
    for (exchange, result) in view.results_of("prompts/get") {
        let subject = subject("prompt", &exchange);
        let messages = result["messages"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate();
        for (index, message) in messages {
            let at = (
                exchange.responses[0],
                format!("/result/messages/{index}/content"),
            );
            judge_type(
                verdicts.on(TYPES),
                revision,
                &subject,
                &message["content"],
                &at,
            );
        }
    }
    if verdicts.on(TYPES).held.is_empty() {
        verdicts
            .on(TYPES)
            .inconclusive("no content blocks were seen");
    }
    verdicts
        .on(BINARY)
        .not_applicable("no tool result with an image or sound was seen");
    verdicts
}

/// The revision that the server can know of. Without the version header and without a session id it has
/// to assume 2025-03-26 (basic/transports#protocol-version-header).
fn assumed_revision(view: &View) -> Revision {
    let untold = view.transport == TransportKind::StreamableHttp
        && view.revision < Revision::V2025_03_26
        && view.session().session_id.is_none();
    if untold {
        return Revision::V2025_03_26;
    }
    view.revision
}

fn subject(kind: &str, exchange: &Exchange<'_>) -> String {
    let name = exchange.params().and_then(|params| params["name"].as_str());
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind}:{name}"))
}

/// A message, and the place of a block in it.
type Place<'v> = (&'v WireMessage, String);

fn judge_type(
    ruling: &mut Ruling,
    revision: Revision,
    subject: &str,
    block: &Value,
    (message, pointer): &Place<'_>,
) {
    let Some(block) = block.as_object() else {
        return;
    };
    let text = match block.get("type") {
        Some(Value::String(kind)) => match since(kind) {
            Some(first) if first <= revision => {
                ruling.held(message.at.clone());
                return;
            }
            Some(first) => {
                format!("A content block is of type {kind}, which exists from {first} on.")
            }
            None => format!("A content block is of type {kind:?}, which no revision defines."),
        },
        Some(other) => format!("The type of a content block is {other}, not a string."),
        None => "A content block has no type.".to_owned(),
    };
    ruling.broken(Problem::new(subject, text).at_pointer(message, pointer));
}

/// The first revision that has the kind of block.
fn since(kind: &str) -> Option<Revision> {
    Some(match kind {
        "text" | "image" | "resource" => Revision::V2024_11_05,
        "audio" => Revision::V2025_03_26,
        "resource_link" => Revision::V2025_06_18,
        _ => return None,
    })
}

fn judge_data(ruling: &mut Ruling, subject: &str, block: &Value, (message, pointer): &Place<'_>) {
    let Some(data) = block["data"].as_str() else {
        return;
    };
    let about =
        |text: &str| Problem::new(subject, text).at_pointer(message, &format!("{pointer}/data"));
    match form(data) {
        Form::Standard(0) => ruling.odd(about("The data of an image or sound is empty.")),
        Form::Standard(_) => ruling.held(message.at.clone()),
        Form::Lenient => {
            let text = "Binary data is base64 only for lenient decoders: white space, missing padding or the URL-safe alphabet.";
            ruling.odd(about(text))
        }
        Form::Neither if data.starts_with("data:") => {
            ruling.broken(about("Binary data is a data URI, not base64."))
        }
        Form::Neither => ruling.broken(about("Binary data is not base64.")),
    };
}
