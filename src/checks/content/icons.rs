//! Icons can be shown: their source is an http(s) URL or image data, and their sizes are readable.
//!
//! Clients refuse icons from any other place, such as a script or a file, so that such an icon is
//! never seen. Data that does not decode shows as a broken image, and a size that is no size makes
//! a client choose the wrong icon. Use `https://` or `data:image/png;base64,...`, and sizes such as
//! `48x48` or `any`.
//!
//! ```mcp passes
//! > tools/list {"cursor":null}
//! < merge /tools/0 {"icons":[{"src":"data:image/png;base64,iVBORw0KGgo=","sizes":["48x48","any"]},
//! | {"src":"https://example.com/icon.svg"}]}
//! ```
//!
//! ```mcp fails icons.src-scheme
//! > resources/list
//! < merge /resources/0 {"icons":[{"src":"file:///icon.png"}]}
//! ```
//!
//! ```mcp fails icons.src-scheme
//! > initialize
//! < merge /serverInfo {"icons":[{"src":"icon.png"}]}
//! ```
//!
//! ```mcp fails icons.data-uri-decodes
//! > prompts/list
//! < merge /prompts/0 {"icons":[{"src":"data:image/png;base64,R0lGODlhAQABAAAAACw="}]}
//! ```
//!
//! ```mcp fails icons.data-uri-decodes
//! > prompts/list
//! < merge /prompts/0 {"icons":[{"src":"data:text/plain;base64,aGk="}]}
//! ```
//!
//! ```mcp fails icons.sizes-format
//! > tools/list {"cursor":null}
//! < merge /tools/0 {"icons":[{"src":"https://example.com/icon.png","sizes":["48x48 96x96"]}]}
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::check::common::listing::{LISTS, listed};
use crate::check::common::media::contradiction;
use crate::check::prelude::*;
use crate::transcript::session::SERVER_INFO_KEY;

const SCHEME: &str = "icons.src-scheme";
const DATA: &str = "icons.data-uri-decodes";
const SIZES: &str = "icons.sizes-format";

pub(crate) const CHECK: Check = Check {
    covers: &[SCHEME, DATA, SIZES],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (method, member, key) in LISTS {
        let kind = member.trim_end_matches('s');
        for entry in listed(view, method, member) {
            let place = entry.pointer(member, "");
            let holder = (entry.subject(kind, key), entry.message, place);
            judge_icons(&mut verdicts, entry.value, &holder);
        }
    }
    for (method, place) in [
        ("initialize", "/serverInfo".to_owned()),
        (
            "server/discover",
            format!("/_meta/{}", SERVER_INFO_KEY.replace('/', "~1")),
        ),
    ] {
        if let Some((exchange, result)) = view.results_of(method).next()
            && let Some(info) = result.pointer(&place)
        {
            let holder = (
                "serverInfo".to_owned(),
                exchange.responses[0],
                format!("/result{place}"),
            );
            judge_icons(&mut verdicts, info, &holder);
        }
    }
    verdicts.on(SCHEME).not_applicable("no icons were seen");
    verdicts
        .on(DATA)
        .not_applicable("no icon with a data URI was seen");
    verdicts
        .on(SIZES)
        .not_applicable("no icon with sizes was seen");
    verdicts
}

/// What has the icons: subject, message, pointer from the message to it.
type Holder<'v> = (String, &'v WireMessage, String);

fn judge_icons(verdicts: &mut Verdicts, holder: &Value, (subject, message, place): &Holder<'_>) {
    for (index, icon) in holder["icons"].as_array().into_iter().flatten().enumerate() {
        let about = |text: String| {
            let pointer = format!("{place}/icons/{index}");
            Problem::new(subject.clone(), text).at_pointer(message, &pointer)
        };
        if let Some(source) = icon["src"].as_str() {
            judge_source(verdicts, source, message, &about);
        }
        if let Some(sizes) = icon["sizes"].as_array() {
            let ruling = verdicts.on(SIZES);
            let wrong = sizes
                .iter()
                .filter_map(Value::as_str)
                .find(|it| !is_size(it));
            match wrong {
                Some(size) => {
                    let text = format!("An icon has the size {size:?}, not one like \"48x48\".");
                    ruling.broken(about(text))
                }
                None => ruling.held(message.at.clone()),
            };
        }
    }
}

fn judge_source(
    verdicts: &mut Verdicts,
    source: &str,
    message: &WireMessage,
    about: &dyn Fn(String) -> Problem,
) {
    let (scheme, rest) = source.split_once(':').unwrap_or(("", source));
    let ruling = verdicts.on(SCHEME);
    match scheme.to_ascii_lowercase().as_str() {
        "data" => {
            ruling.held(message.at.clone());
            let ruling = verdicts.on(DATA);
            match data_fault(rest) {
                Some(fault) => ruling.broken(about(format!("The data URI of an icon {fault}."))),
                None => ruling.held(message.at.clone()),
            };
        }
        "https" => {
            ruling.held(message.at.clone());
        }
        "http" => {
            ruling.held(message.at.clone());
            let text = "The source of an icon is http, which clients may refuse.";
            ruling.remark(about(text.to_owned()));
        }
        _ => {
            let shown: String = source.chars().take(60).collect();
            let text = format!(
                "The source of an icon is {shown:?}, which is neither an http(s) URL nor data."
            );
            ruling.broken(about(text));
        }
    }
}

/// What is wrong with a data URI behind its scheme, as the end of a sentence.
fn data_fault(rest: &str) -> Option<String> {
    let Some((head, payload)) = rest.split_once(',') else {
        return Some("has no comma before its data".to_owned());
    };
    let media_type = head.split(';').next().unwrap_or_default().trim();
    if !media_type.to_ascii_lowercase().starts_with("image/") {
        return Some(format!("is of type {media_type:?}, not an image"));
    }
    let is_base64 = head
        .split(';')
        .any(|part| part.trim().eq_ignore_ascii_case("base64"));
    if !is_base64 {
        return Some("is not base64".to_owned());
    }
    match STANDARD.decode(payload) {
        Err(_) => Some("does not decode".to_owned()),
        Ok(bytes) if bytes.is_empty() => Some("is empty".to_owned()),
        Ok(bytes) => contradiction(media_type, &bytes)
            .map(|found| format!("is declared as {media_type} but holds {found}")),
    }
}

fn is_size(text: &str) -> bool {
    let number = |part: &str| {
        !part.is_empty() && !part.starts_with('0') && part.bytes().all(|it| it.is_ascii_digit())
    };
    let pair = text.split_once('x');
    text == "any" || pair.is_some_and(|(width, height)| number(width) && number(height))
}
