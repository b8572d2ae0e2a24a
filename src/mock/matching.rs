//! Which rule an input selects.

use std::sync::Arc;

use serde_json::Value;

use super::script::{HeaderCondition, IdPattern, Rule, Selector};
use crate::rpc::{Id, Malformation, Message, Parsed, VersionField};
use crate::transcript::HttpRequest;
use crate::transcript::event::header;

/// What a rule is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'s> {
    pub(super) kind: Kind<'s>,
    /// The HTTP request that brought it.
    pub(super) http: Option<&'s HttpRequest>,
}

/// The kinds of inputs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'s> {
    Start,
    EndOfInput,
    Terminate,
    /// An HTTP request that carries no message, such as a GET.
    Bare,
    Malformed,
    Invalid,
    Batch(&'s [Arc<Parsed>]),
    Response,
    Call(Call<'s>),
}

/// A request or a notification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'s> {
    pub(super) method: &'s str,
    pub(super) params: Option<&'s Value>,
    /// `None` for a notification.
    pub(super) id: Option<&'s Id>,
}

impl<'s> Subject<'s> {
    /// The method that is called; empty for anything but a call.
    pub(super) fn method(&self) -> &'s str {
        match &self.kind {
            Kind::Call(call) => call.method,
            _ => "",
        }
    }
}

/// What a message is to a server that keeps to the rules.
pub(super) fn kind(parsed: &Parsed) -> Kind<'_> {
    match &parsed.message {
        Message::Malformed(Malformation::NotJson(_)) => Kind::Malformed,
        Message::Malformed(_) => Kind::Invalid,
        Message::Batch(elements) => Kind::Batch(elements),
        _ if parsed.version != VersionField::Ok => Kind::Invalid,
        Message::Result { .. } | Message::Error { .. } => Kind::Response,
        Message::Request { id, .. } if !id.is_string_or_integer() => Kind::Invalid,
        Message::Request { id, method, params } => Kind::Call(Call {
            method,
            params: params.as_deref(),
            id: Some(id),
        }),
        Message::Notification { method, params } => Kind::Call(Call {
            method,
            params: params.as_deref(),
            id: None,
        }),
    }
}

/// The position of the first rule that selects the subject. `counts` holds how often each rule's
/// selector has matched so far, whether or not an earlier rule won.
pub(super) fn select(rules: &[Rule], counts: &mut [u32], subject: &Subject<'_>) -> Option<usize> {
    let mut selected = None;
    for (index, (rule, count)) in rules.iter().zip(counts).enumerate() {
        if !matches(rule, subject) {
            continue;
        }
        *count = count.saturating_add(1);
        if selected.is_none() && rule.nth.is_none_or(|nth| nth == *count) {
            selected = Some(index);
        }
    }
    selected
}

fn matches(rule: &Rule, subject: &Subject<'_>) -> bool {
    selects(&rule.selector, subject)
        && rule
            .conditions
            .iter()
            .all(|condition| holds(condition, subject.http))
}

fn selects(selector: &Selector, subject: &Subject<'_>) -> bool {
    match (selector, &subject.kind) {
        (Selector::Start, Kind::Start)
        | (Selector::EndOfInput, Kind::EndOfInput)
        | (Selector::Terminate, Kind::Terminate)
        | (Selector::Malformed, Kind::Malformed)
        | (Selector::Invalid, Kind::Invalid)
        | (Selector::Batch, Kind::Batch(_))
        | (Selector::Response, Kind::Response) => true,
        (Selector::Http(method), _) => subject.http.is_some_and(|http| http.method == *method),
        (Selector::Prefix(prefix), Kind::Call(call)) => call.method.starts_with(prefix.as_str()),
        (Selector::Method { method, params, id }, Kind::Call(call)) => {
            let has_params = params
                .as_ref()
                .is_none_or(|pattern| is_subset(pattern, call.params));
            let has_id = id.as_ref().is_none_or(|pattern| fits(pattern, call.id));
            call.method == method && has_params && has_id
        }
        _ => false,
    }
}

fn holds(condition: &HeaderCondition, http: Option<&HttpRequest>) -> bool {
    let Some(http) = http else {
        return false;
    };
    let value = header(&http.headers, &condition.name);
    value.map(str::trim) == condition.value.as_deref()
}

fn fits(pattern: &IdPattern, id: Option<&Id>) -> bool {
    match (pattern, id) {
        (IdPattern::String, Some(Id::String(_))) | (IdPattern::Number, Some(Id::Number(_))) => true,
        (IdPattern::Exactly(exact), Some(id)) => exact == id,
        _ => false,
    }
}

/// Objects may have more members than the pattern, arrays have to be of equal length, and null in
/// the pattern also fits what is absent.
fn is_subset(pattern: &Value, value: Option<&Value>) -> bool {
    match (pattern, value) {
        (Value::Null, None | Some(Value::Null)) => true,
        (Value::Object(pattern), _) => {
            let members = match value {
                None => None,
                Some(Value::Object(members)) => Some(members),
                Some(_) => return false,
            };
            let member = |name: &String| members.and_then(|members| members.get(name));
            let all_fit = pattern
                .iter()
                .all(|(name, value)| is_subset(value, member(name)));
            all_fit && (members.is_some() || pattern.values().all(Value::is_null))
        }
        (Value::Array(pattern), Some(Value::Array(items))) => {
            let mut pairs = pattern.iter().zip(items);
            pattern.len() == items.len() && pairs.all(|(part, item)| is_subset(part, Some(item)))
        }
        (Value::Number(pattern), Some(Value::Number(number))) => {
            pattern == number || pattern.as_f64() == number.as_f64()
        }
        (_, Some(value)) => pattern == value,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::Script;
    use crate::rpc::parse;
    use serde_json::json;

    /// The rules, by position, that each message selects, one after the other.
    fn selected(script: &str, messages: &[&str]) -> Vec<Option<usize>> {
        let script = Script::parse(script).unwrap();
        let mut counts = vec![0; script.rules.len()];
        let select_one = |message: &&str| {
            let parsed = parse(message.as_bytes());
            let subject = Subject {
                kind: kind(&parsed),
                http: None,
            };
            select(&script.rules, &mut counts, &subject)
        };
        messages.iter().map(select_one).collect()
    }

    fn message(rest: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0",{rest}}}"#)
    }

    #[test]
    fn a_subset_ignores_members_it_does_not_name() {
        let value = json!({"name": "echo", "arguments": {"a": 1, "b": [1, {"c": 2, "d": 3}]}});
        for (pattern, fits) in [
            (json!({}), true),
            (json!({"arguments": {"a": 1.0}}), true),
            (json!({"arguments": {"b": [1, {"c": 2}]}}), true),
            (json!({"arguments": {"b": [1]}}), false),
            (json!({"cursor": null}), true),
            (json!({"name": null}), false),
            (json!({"name": "Echo"}), false),
            (json!({"_meta": {"progressToken": null}}), true),
            (json!({"_meta": {}}), true),
            (json!({"_meta": {"progressToken": 1}}), false),
            (json!({"name": {}}), false),
        ] {
            assert_eq!(is_subset(&pattern, Some(&value)), fits, "{pattern}");
        }
        assert!(is_subset(&json!({"cursor": null}), None));
        assert!(!is_subset(&json!({"cursor": "a"}), None));
    }

    #[test]
    fn the_first_matching_rule_wins() {
        let script = "> tools/call {\"name\":\"a\"}\n< silence\n> tools/call\n< silence\n> any tools/*\n< silence\n> any *\n< silence";
        let messages = [
            message(r#""id":1,"method":"tools/call","params":{"name":"a"}"#),
            message(r#""id":1,"method":"tools/call","params":{"name":"b"}"#),
            message(r#""id":1,"method":"tools/list""#),
            message(r#""method":"notifications/x""#),
        ];
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        assert_eq!(
            selected(script, &messages),
            [Some(0), Some(1), Some(2), Some(3)]
        );
    }

    #[test]
    fn a_number_selects_one_of_several_matches() {
        let ping = message(r#""id":1,"method":"ping""#);
        let script = ">2 ping\n< silence\n>3 ping\n< silence";
        assert_eq!(
            selected(script, &[&ping, &ping, &ping, &ping]),
            [None, Some(0), Some(1), None]
        );
    }

    #[test]
    fn ids_are_selected_by_type_and_by_value() {
        let ping = |id: &str| message(&format!(r#""id":{id},"method":"ping""#));
        let script = "> ping id 7\n< silence\n> ping id \"7\"\n< silence\n> ping id number\n< silence\n> ping id string\n< silence";
        let messages = [ping("7.0"), ping("\"7\""), ping("8"), ping("\"a\"")];
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        assert_eq!(
            selected(script, &messages),
            [Some(0), Some(1), Some(2), Some(3)]
        );
    }

    #[test]
    fn what_is_no_message_has_selectors_of_its_own() {
        let script = "> malformed\n< silence\n> invalid\n< silence\n> batch\n< silence\n> response\n< silence\n> ping\n< silence";
        assert_eq!(
            selected(
                script,
                &[
                    "{\"jsonrpc\":",
                    "\u{0}",
                    "7",
                    "{}",
                    r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
                    r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
                    "[]",
                    r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
                    r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
                ]
            ),
            [0, 0, 1, 1, 1, 1, 2, 3, 4].map(Some)
        );
    }
}
