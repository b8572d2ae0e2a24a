//! A form asks for plain values in one flat object, and never for secrets.
//!
//! Clients draw a form from `requestedSchema`: one field for each property, a text, a number, a
//! switch or a choice. They cannot draw objects within objects. What is typed into a form passes
//! through the client and may be seen by its model, so that passwords, keys and card numbers do not
//! belong there; from 2025-11-25 on there are URLs for that.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create",
//! | "params":{"message":"Who are you?","requestedSchema":{"type":"object","properties":{
//! | "name":{"type":"string","format":"email"},"store_token":{"type":"boolean"},
//! | "colours":{"type":"array","items":{"type":"string","enum":["red","blue"]}}}}}}}}
//! ```
//!
//! ```mcp fails elicitation.form.flat-primitive-schema
//! revision 2026-07-28
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create",
//! | "params":{"message":"Who are you?","requestedSchema":{"type":"object","properties":{
//! | "name":{"type":"object","properties":{"first":{"type":"string"}}}}}}}}}
//! ```
//!
//! ```mcp fails elicitation.form.no-sensitive-data
//! revision 2026-07-28
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create",
//! | "params":{"message":"Log in","requestedSchema":{"type":"object","properties":{
//! | "pw":{"type":"string","title":"Password"}}}}}}}
//! ```
//!
//! ```mcp fails elicitation.no-sensitive-data-at-all
//! revision 2025-06-18
//! > tools/call {"name":"echo"}
//! < request "q1" elicitation/create {"message":"Log in","requestedSchema":{"type":"object",
//! | "properties":{"api_key":{"type":"string"}}}}
//! < default
//! ```

use crate::check::common::client_features::{ClientRequest, client_requests};
use crate::check::prelude::*;

const FLAT: &str = "elicitation.form.flat-primitive-schema";
const SECRET: &str = "elicitation.form.no-sensitive-data";
const SECRET_AT_ALL: &str = "elicitation.no-sensitive-data-at-all";

pub(crate) const CHECK: Check = Check {
    covers: &[FLAT, SECRET, SECRET_AT_ALL],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let secret = match view.revision >= Revision::V2025_11_25 {
        true => SECRET,
        false => SECRET_AT_ALL,
    };
    let requests = client_requests(view);
    for request in requests
        .iter()
        .filter(|it| it.method == "elicitation/create")
    {
        let params = &request.value["params"];
        let schema = &params["requestedSchema"];
        if params["mode"] == "url" || !schema["properties"].is_object() {
            continue;
        }
        let faults = judge_fields(view.revision, request, schema);
        for (rule, faults) in [(FLAT, faults.0), (secret, faults.1)] {
            let ruling = verdicts.on(rule);
            if faults.is_empty() {
                ruling.held(request.message.at.clone());
            }
            for problem in faults {
                ruling.broken(problem);
            }
        }
        let message = params["message"].as_str().unwrap_or_default();
        if let Some(word) = secret_word(message) {
            let text = format!("The message of a form speaks of {word:?}.");
            verdicts.on(secret).odd(about(request, text, "/message"));
        }
    }
    for id in CHECK.covers {
        verdicts.on(id).not_applicable("no form was seen");
    }
    verdicts
}

fn about(request: &ClientRequest<'_>, text: String, place: &str) -> Problem {
    let pointer = format!("{}/params{place}", request.pointer);
    Problem::new(request.subject(), text).at_pointer(request.message, &pointer)
}

/// Fields that are not plain, and fields for secrets.
fn judge_fields(
    revision: Revision,
    request: &ClientRequest<'_>,
    schema: &Value,
) -> (Vec<Problem>, Vec<Problem>) {
    let (mut odd_fields, mut secrets) = (Vec::new(), Vec::new());
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let place = crate::json::pointer::join("/requestedSchema/properties", name);
        if let Some(fault) = field_fault(revision, field) {
            let text = format!("The field {name:?} of a form {fault}.");
            odd_fields.push(about(request, text, &place));
        }
        // A switch or a choice holds no secret, even if it is about one.
        let is_free_text = field["type"] == "string"
            && field.get("enum").is_none()
            && field.get("oneOf").is_none();
        let title = field["title"].as_str().unwrap_or_default();
        let word = secret_word(name).or_else(|| secret_word(title));
        if let (true, Some(word)) = (is_free_text, word) {
            let text = format!("A form asks for {word:?} in the field {name:?}.");
            secrets.push(about(request, text, &place));
        }
    }
    (odd_fields, secrets)
}

/// Why a client cannot draw a field, as the end of a sentence.
fn field_fault(revision: Revision, field: &Value) -> Option<String> {
    for keyword in ["$ref", "allOf", "properties"] {
        if field.get(keyword).is_some() {
            return Some(format!("has {keyword}"));
        }
    }
    match &field["type"] {
        Value::String(kind) => match kind.as_str() {
            "string" | "number" | "integer" | "boolean" => None,
            "array" if revision >= Revision::V2025_11_25 && is_choice(&field["items"]) => None,
            kind => Some(format!("is of type {kind:?}")),
        },
        Value::Null => Some("has no type".to_owned()),
        other => Some(format!("has the type {other}")),
    }
}

/// The two forms of a choice of several.
fn is_choice(items: &Value) -> bool {
    (items["type"] == "string" && items["enum"].is_array()) || items["anyOf"].is_array()
}

/// The word for a secret in a text, compared by whole words.
fn secret_word(text: &str) -> Option<&'static str> {
    const WORDS: [&str; 13] = [
        "password",
        "passphrase",
        "passcode",
        "secret",
        "api key",
        "apikey",
        "token",
        "private key",
        "card number",
        "credit card",
        "cvv",
        "pin",
        "ssn",
    ];
    let mut plain = String::from(" ");
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            plain.push(' ');
        }
        let kept = if letter.is_alphanumeric() {
            letter
        } else {
            ' '
        };
        plain.extend(kept.to_lowercase());
        before = letter;
    }
    plain.push(' ');
    WORDS
        .into_iter()
        .find(|word| plain.contains(&format!(" {word} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_whole_words() {
        for secret in [
            "userPassword",
            "api_key",
            "GitHub token",
            "PIN",
            "card-number",
        ] {
            assert!(secret_word(secret).is_some(), "{secret}");
        }
        for other in [
            "name",
            "email",
            "spinner",
            "shopping",
            "tokens_per_minute",
            "username",
        ] {
            assert_eq!(secret_word(other), None, "{other}");
        }
    }
}
