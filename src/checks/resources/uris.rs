//! The URI of every listed resource is absolute, well-formed and its own.
//!
//! Clients parse these strings with URI libraries; one that is relative, holds blanks or broken
//! percent escapes, or whose scheme has an underscore, is refused before the server hears of it. Of
//! two resources with one URI only one can be read. Percent-encode what is not allowed, and name
//! custom schemes with letters, digits, `+`, `-` and `.` only.
//!
//! ```mcp passes
//! > resources/list
//! < result {"resources":[{"uri":"my-app.v1+x:a%20b","name":"a"},{"uri":"FILE:///c","name":"c"}]}
//! ```
//!
//! ```mcp fails resources.uri.unique
//! > resources/list
//! < result {"resources":[{"uri":"memo://a","name":"a"},{"uri":"memo://a","name":"b"}]}
//! ```
//!
//! ```mcp fails resources.uri.absolute-and-valid
//! > resources/list
//! < result {"resources":[{"uri":"docs/readme.md","name":"a"}]}
//! ```
//!
//! ```mcp fails resources.uri.absolute-and-valid
//! > resources/list
//! < result {"resources":[{"uri":"file:///my notes.txt","name":"a"}]}
//! ```
//!
//! ```mcp fails resources.uri.absolute-and-valid
//! revision 2025-03-26
//! > resources/list
//! < result {"resources":[{"uri":"my_app://a","name":"a"}]}
//! ```
//!
//! ```mcp fails resources.uri.absolute-and-valid resources.uri.custom-scheme-rfc3986
//! > resources/list
//! < result {"resources":[{"uri":"my_app://a","name":"a"}]}
//! ```

use fluent_uri::{Iri, Uri, UriRef};

use crate::check::common::listing::{Listed, listed, namesakes};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "resources.uri.absolute-and-valid",
        "resources.uri.custom-scheme-rfc3986",
        "resources.uri.unique",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["resources"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const UNIQUE: &str = "resources.uri.unique";
const VALID: &str = "resources.uri.absolute-and-valid";
const SCHEME: &str = "resources.uri.custom-scheme-rfc3986";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for resource in listed(view, "resources/list", "resources") {
        if let Some(uri) = resource.value["uri"].as_str() {
            verdicts.on(UNIQUE).held(resource.message.at.clone());
            judge_uri(&mut verdicts, &resource, uri);
        }
    }
    for (one, other) in namesakes(view, "resources/list", "resources", "uri") {
        let text = format!("Two resources have the URI {}.", one.value["uri"]);
        let place = other.pointer("resources", "/uri");
        verdicts
            .on(UNIQUE)
            .broken(about(&one, text).at_pointer(other.message, &place));
    }
    for id in [UNIQUE, VALID] {
        verdicts.on(id).not_applicable("no resources were listed");
    }
    verdicts
        .on(SCHEME)
        .not_applicable("no resource has a custom scheme");
    verdicts
}

fn about(resource: &Listed<'_>, text: String) -> Problem {
    Problem::new(resource.subject("resource", "uri"), text)
        .at_pointer(resource.message, &resource.pointer("resources", "/uri"))
}

fn judge_uri(verdicts: &mut Verdicts, resource: &Listed<'_>, uri: &str) {
    let at = &resource.message.at;
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
    if let Some(scheme) = scheme.filter(|scheme| is_custom(scheme)) {
        let ruling = verdicts.on(SCHEME);
        match is_scheme(scheme) {
            true => ruling.held(at.clone()),
            false => {
                let text = format!(
                    "{scheme:?} is no URI scheme: schemes begin with a letter and hold letters, digits, + - . only."
                );
                ruling.broken(about(resource, text))
            }
        };
    }
    let ruling = verdicts.on(VALID);
    match fault(uri) {
        None => ruling.held(at.clone()),
        Some(fault) => {
            let problem = about(resource, format!("The URI {uri:?} {fault}."));
            // International identifiers are common, and only short of an encoding.
            match Iri::parse(uri).is_ok() {
                true => ruling.odd(problem),
                false => ruling.broken(problem),
            }
        }
    };
}

/// Letters, digits and signs that are meant as a scheme, whether or not a scheme may be so, and none
/// of those that the specification names.
fn is_custom(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    let named = ["http", "https", "file", "git", "data"];
    !text.is_empty()
        && text.bytes().all(is_part)
        && !named.contains(&text.to_ascii_lowercase().as_str())
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.contains('_')
}

/// What is wrong with a URI, as the end of a sentence.
fn fault(uri: &str) -> Option<String> {
    let error = Uri::parse(uri).err()?;
    if UriRef::parse(uri).is_ok() {
        return Some("is not absolute: it has no scheme".to_owned());
    }
    let rest = uri.get(error.index()..).unwrap_or_default();
    let Some(character) = rest.chars().next() else {
        return Some("ends too early".to_owned());
    };
    Some(match character {
        '%' => "has a `%` that is not followed by two hexadecimal digits".to_owned(),
        _ => format!("has {character:?} where RFC 3986 does not allow it"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_judged_as_written() {
        for fine in [
            "memo://a",
            "FILE:///",
            "urn:x:y",
            "data:,a",
            "http://[::1]:80/?q#f",
            "x:",
            "a+b.c-d://e//f",
        ] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        for broken in [
            "a/b",
            "",
            "/abs",
            "memo://a b",
            "memo://%zz",
            "C:\\a",
            "memo://{a}",
            "1a://b",
            "memo://a\n",
        ] {
            assert!(fault(broken).is_some(), "{broken}");
        }
        assert!(fault("memo://ä").is_some() && Iri::parse("memo://ä").is_ok());
    }
}
