//! Images and resources inside a prompt are complete: base64, media types, valid URIs.
//!
//! A client shows or forwards these parts as they come. An image under a data URI or without an
//! image type is a broken picture; a resource whose URI is no URI can be neither cited nor read
//! again, and without a media type the client has to guess what it holds. Fill in all members where
//! the prompt is built.
//!
//! ```mcp passes
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"image","mimeType":"image/png","data":"aGk="}},
//! | {"role":"user","content":{"type":"resource","resource":{"uri":"memo://a","mimeType":"text/plain","text":"A"}}}]}
//! ```
//!
//! ```mcp fails prompts.get.image-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"image","mimeType":"image/png","data":"data:image/png;base64,aGk="}}]}
//! ```
//!
//! ```mcp fails prompts.get.image-base64-and-mime
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"image","mimeType":"png","data":"aGk="}}]}
//! ```
//!
//! ```mcp fails prompts.get.embedded-resource-complete
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"my file","mimeType":"text/plain","text":"A"}}}]}
//! ```
//!
//! ```mcp fails prompts.get.embedded-resource-complete
//! > prompts/get {"name":"help"}
//! < result {"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"memo://a","text":"A"}}}]}
//! ```

use fluent_uri::{Iri, Uri};

use crate::check::common::base64_text::{Form, form};
use crate::check::prelude::*;

const IMAGE: &str = "prompts.get.image-base64-and-mime";
const RESOURCE: &str = "prompts.get.embedded-resource-complete";

pub(crate) const CHECK: Check = Check {
    covers: &[RESOURCE, IMAGE],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (exchange, result) in view.results_of("prompts/get") {
        let messages = result["messages"].as_array().into_iter().flatten();
        for (index, message) in messages.enumerate() {
            let block = &message["content"];
            let place = Place {
                subject: subject(&exchange),
                message: exchange.responses[0],
                pointer: format!("/result/messages/{index}/content"),
            };
            match block["type"].as_str() {
                Some("image") => judge_image(verdicts.on(IMAGE), &place, block),
                Some("resource") => {
                    judge_resource(verdicts.on(RESOURCE), &place, &block["resource"]);
                }
                _ => {}
            }
        }
    }
    verdicts
        .on(IMAGE)
        .not_applicable("no prompt with an image was seen");
    verdicts
        .on(RESOURCE)
        .not_applicable("no prompt with a resource was seen");
    verdicts
}

/// Where a block stands.
struct Place<'v> {
    subject: String,
    message: &'v WireMessage,
    pointer: String,
}

impl Place<'_> {
    fn problem(&self, text: String, member: &str) -> Problem {
        let pointer = format!("{}{member}", self.pointer);
        Problem::new(self.subject.clone(), text).at_pointer(self.message, &pointer)
    }
}

fn subject(exchange: &Exchange<'_>) -> String {
    let name = exchange.params().and_then(|params| params["name"].as_str());
    format!("prompt:{}", name.unwrap_or_default())
}

fn judge_image(ruling: &mut Ruling, place: &Place<'_>, block: &Value) {
    let mime_type = block["mimeType"].as_str().unwrap_or_default();
    if !mime_type.to_ascii_lowercase().starts_with("image/") {
        let text = format!("An image has the mimeType {mime_type:?}, which is of no image.");
        ruling.broken(place.problem(text, "/mimeType"));
        return;
    }
    judge_data(ruling, place, &block["data"], "/data");
}

/// A member that is missing or no string is a matter of the schema.
fn judge_data(ruling: &mut Ruling, place: &Place<'_>, data: &Value, member: &str) {
    let Some(data) = data.as_str() else {
        return;
    };
    match form(data) {
        Form::Standard(_) => ruling.held(place.message.at.clone()),
        Form::Lenient => {
            let text = "Binary data is base64 only for lenient decoders.".to_owned();
            ruling.odd(place.problem(text, member))
        }
        Form::Neither => ruling.broken(place.problem("Binary data is not base64.".into(), member)),
    };
}

/// That there is either text or a blob is judged with the shape of the result.
fn judge_resource(ruling: &mut Ruling, place: &Place<'_>, resource: &Value) {
    let Some(uri) = resource["uri"].as_str() else {
        return;
    };
    if Uri::parse(uri).is_err() {
        let text = format!("An embedded resource has the URI {uri:?}, which is not valid.");
        let problem = place.problem(text, "/resource/uri");
        // International identifiers are common, and only short of an encoding.
        match Iri::parse(uri).is_ok() {
            true => ruling.odd(problem),
            false => ruling.broken(problem),
        };
        return;
    }
    if resource["mimeType"].as_str().unwrap_or_default().is_empty() {
        let text = format!("The embedded resource {uri} has no mimeType.");
        ruling.odd(place.problem(text, "/resource"));
        return;
    }
    match resource.get("blob") {
        Some(blob) => judge_data(ruling, place, blob, "/resource/blob"),
        None => {
            ruling.held(place.message.at.clone());
        }
    }
}
