//! Our own messages as compact JSON without a line end. They are written by hand so that an id keeps
//! digits that no [`Value`] can hold.

use serde_json::Value;

use super::Id;

/// A request.
pub fn request(id: &Id, method: &str, params: Option<&Value>) -> Vec<u8> {
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":{}{}}}"#,
        Value::from(method),
        optional_member("params", params)
    );
    text.into_bytes()
}

/// A notification.
pub fn notification(method: &str, params: Option<&Value>) -> Vec<u8> {
    let text = format!(
        r#"{{"jsonrpc":"2.0","method":{}{}}}"#,
        Value::from(method),
        optional_member("params", params)
    );
    text.into_bytes()
}

/// A result response.
pub fn result(id: &Id, result: &Value) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#).into_bytes()
}

/// An error response; without an id when it answers something whose id could not be read.
pub fn error(id: Option<&Id>, code: i64, message: &str, data: Option<&Value>) -> Vec<u8> {
    let id_member = id.map(|id| format!(r#","id":{id}"#)).unwrap_or_default();
    let text = format!(
        r#"{{"jsonrpc":"2.0"{id_member},"error":{{"code":{code},"message":{}{}}}}}"#,
        Value::from(message),
        optional_member("data", data)
    );
    text.into_bytes()
}

fn optional_member(name: &str, value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| format!(r#","{name}":{value}"#))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::rpc::{Message, Part, VersionField, parse};

    #[test]
    fn messages_are_compact() {
        assert_eq!(
            request(&Id::from(1), "tools/list", Some(&json!({"cursor": "a b"}))),
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"a b"}}"#
        );
        assert_eq!(
            notification("notifications/initialized", None),
            br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        );
        assert_eq!(
            error(None, -32700, "Parse error", Some(&json!(1))),
            br#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":1}}"#
        );
    }

    #[test]
    fn an_id_keeps_its_digits() {
        let id = Id::Number("123456789012345678901234567890".to_owned());
        assert_eq!(
            result(&id, &json!({})),
            br#"{"jsonrpc":"2.0","id":123456789012345678901234567890,"result":{}}"#
        );
    }

    proptest! {
        #[test]
        fn messages_read_back(number in any::<i64>(), text in ".{0,9}", code in any::<i64>()) {
            let value = json!({ text.as_str(): [text, number] });
            let method = text.clone();
            for id in [Id::from(number), Id::from(text.as_str()), Id::Null] {
                let params = Some(Part::from(value.clone()));
                let sent = [
                    request(&id, &text, Some(&value)),
                    notification(&text, None),
                    result(&id, &value),
                    error(Some(&id), code, &text, Some(&value)),
                ];
                let expected = [
                    Message::Request { id: id.clone(), method: method.clone(), params: params.clone() },
                    Message::Notification { method: method.clone(), params: None },
                    Message::Result { id: id.clone(), result: value.clone().into() },
                    Message::Error {
                        id: Some(id),
                        code: Some(code),
                        message: Some(text.clone()),
                        data: params,
                    },
                ];
                for (bytes, message) in sent.iter().zip(expected) {
                    let parsed = parse(bytes);
                    prop_assert_eq!(parsed.version, VersionField::Ok);
                    prop_assert_eq!(parsed.message, message);
                    prop_assert!(!bytes.contains(&b'\n'));
                }
            }
        }
    }
}
