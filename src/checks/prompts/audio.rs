//! Sounds inside a prompt are base64 and say which kind of audio they are.
//!
//! A client plays or forwards them as they come, and chooses the decoder by `mimeType`. A data URI, or
//! a type that is of no audio, is silence at best. Encode the bytes with the standard alphabet and
//! padding, and name an `audio/` type; that of a container, such as `video/webm`, leaves open whether
//! there is a picture.
//!
//! ```mcp passes
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"audio/ogg; codecs=opus","data":"T2dnUw=="}}]}
//! ```
//!
//! ```mcp fails prompts.get.audio-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"audio/wav","data":"data:audio/wav;base64,UklGRg=="}}]}
//! ```
//!
//! ```mcp fails prompts.get.audio-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"wav","data":"UklGRg=="}}]}
//! ```
//!
//! ```mcp fails prompts.get.audio-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"image/png","data":"UklGRg=="}}]}
//! ```
//!
//! ```mcp fails prompts.get.audio-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"audio","mimeType":"video/webm","data":"GkXfow=="}}]}
//! ```

use crate::check::common::base64_text::{Form, form};
use crate::check::common::media::is_media_type;
use crate::check::prelude::*;

const RULE: &str = "prompts.get.audio-base64-and-mime";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Containers of sound, of pictures, or of both.
const CONTAINERS: &[&str] = &[
    "application/mp4",
    "application/ogg",
    "video/3gpp",
    "video/mp4",
    "video/ogg",
    "video/webm",
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (exchange, result) in view.results_of("prompts/get") {
        let messages = result["messages"].as_array().into_iter().flatten();
        for (index, message) in messages.enumerate() {
            let block = &message["content"];
            if block["type"] == "audio" {
                let place = Place {
                    subject: subject(&exchange),
                    message: exchange.responses[0],
                    pointer: format!("/result/messages/{index}/content"),
                };
                judge_sound(ruling, &place, block);
            }
        }
    }
    ruling.not_applicable("no prompt with a sound was seen");
    verdicts
}

/// Where a block stands.
struct Place<'v> {
    subject: String,
    message: &'v WireMessage,
    pointer: String,
}

impl Place<'_> {
    fn problem(&self, text: impl Into<String>, member: &str) -> Problem {
        let pointer = format!("{}{member}", self.pointer);
        Problem::new(self.subject.clone(), text).at_pointer(self.message, &pointer)
    }
}

fn subject(exchange: &Exchange<'_>) -> String {
    let name = exchange.params().and_then(|params| params["name"].as_str());
    format!("prompt:{}", name.unwrap_or_default())
}

fn judge_sound(ruling: &mut Ruling, place: &Place<'_>, block: &Value) {
    let Some(declared) = block["mimeType"].as_str() else {
        ruling.broken(place.problem("A sound has no mimeType.", ""));
        return;
    };
    let essence = declared.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    if CONTAINERS.contains(&essence.as_str()) {
        let text = format!("A sound has the mimeType {declared:?}, which may hold a picture, too.");
        ruling.odd(place.problem(text, "/mimeType"));
    } else if !is_media_type(declared) || !essence.starts_with("audio/") {
        let text = format!("A sound has the mimeType {declared:?}, which is of no audio.");
        ruling.broken(place.problem(text, "/mimeType"));
        return;
    }
    judge_data(ruling, place, &block["data"]);
}

/// A member that is missing or no string is a matter of the schema.
fn judge_data(ruling: &mut Ruling, place: &Place<'_>, data: &Value) {
    let Some(data) = data.as_str() else {
        return;
    };
    let about = |text: &str| place.problem(text, "/data");
    match form(data) {
        Form::Standard(0) => ruling.odd(about("The data of a sound is empty.")),
        Form::Standard(_) => ruling.held(place.message.at.clone()),
        Form::Lenient => ruling.odd(about(
            "The data of a sound is base64 only for lenient decoders.",
        )),
        Form::Neither => ruling.broken(about("The data of a sound is not base64.")),
    };
}
