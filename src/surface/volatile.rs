//! Takes out what differs from start to start of one and the same server: times, random ids, and
//! the port that a server on this machine happened to get.

use serde_json::{Map, Value};

/// The value with times, UUIDs and loopback ports replaced by placeholders in every string, and
/// with members in the order of their names.
pub fn settled(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(settled_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(settled).collect()),
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            let settled = names
                .into_iter()
                .map(|name| (settled_text(name), settled(&members[name])));
            Value::Object(settled.collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

/// The text with times, UUIDs and loopback ports replaced by placeholders.
pub fn settled_text(text: &str) -> String {
    let mut settled = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(character) = rest.chars().next() {
        let is_start = !before.is_some_and(|before: char| before.is_alphanumeric());
        let found = is_start.then(|| volatile(rest)).flatten();
        if let Some((length, placeholder)) = found {
            settled.push_str(placeholder);
            rest = &rest[length..];
            before = Some('>');
            continue;
        }
        settled.push(character);
        rest = &rest[character.len_utf8()..];
        before = Some(character);
    }
    settled
}

/// Length of something volatile at the start of a text, and what stands for it.
fn volatile(text: &str) -> Option<(usize, &'static str)> {
    let found = uuid(text).map(|length| (length, "<uuid>"));
    let found = found.or_else(|| time(text).map(|length| (length, "<time>")));
    found.or_else(|| loopback(text))
}

/// Length of the leading bytes that fit a shape, in which `x` is a hexadecimal digit, `9` a
/// decimal one, and anything else itself.
fn shaped(text: &str, shape: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..shape.len())?;
    let fits = shape.bytes().zip(bytes).all(|(want, got)| match want {
        b'x' => got.is_ascii_hexdigit(),
        b'9' => got.is_ascii_digit(),
        _ => want == *got,
    });
    fits.then_some(shape.len())
}

fn uuid(text: &str) -> Option<usize> {
    let length = shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")?;
    ends_here(text, length).then_some(length)
}

fn ends_here(text: &str, length: usize) -> bool {
    let next = text[length..].chars().next();
    !next.is_some_and(char::is_alphanumeric)
}

/// A date with a time of day, as RFC 3339 writes it, with or without seconds and zone.
fn time(text: &str) -> Option<usize> {
    let mut length =
        shaped(text, "9999-99-99T99:99").or_else(|| shaped(text, "9999-99-99 99:99"))?;
    length += shaped(&text[length..], ":99").unwrap_or_default();
    if text[length..].starts_with('.') {
        let digits = |byte: &u8| byte.is_ascii_digit();
        let fraction = text.as_bytes()[length + 1..]
            .iter()
            .take_while(|it| digits(it));
        length += 1 + fraction.count();
    }
    let zone = &text[length..];
    let zone = shaped(zone, "Z")
        .or_else(|| shaped(zone, "+99:99"))
        .or_else(|| shaped(zone, "-99:99"));
    Some(length + zone.unwrap_or_default())
}

fn loopback(text: &str) -> Option<(usize, &'static str)> {
    let hosts = [
        ("127.0.0.1:", "127.0.0.1:<port>"),
        ("localhost:", "localhost:<port>"),
        ("[::1]:", "[::1]:<port>"),
    ];
    hosts.into_iter().find_map(|(host, placeholder)| {
        let port = text.strip_prefix(host)?;
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then_some((host.len() + digits, placeholder))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_from_start_to_start_is_replaced() {
        for (text, want) in [
            ("at 2026-11-21T08:36:31Z.", "at <time>."),
            ("2026-11-21T08:36:31.123+01:00", "<time>"),
            ("2026-11-21 08:36", "<time>"),
            ("2026-11-21", "2026-11-21"),
            (
                "log://f81d4fae-7dec-11d0-a765-00a0c91e6bf6/x",
                "log://<uuid>/x",
            ),
            (
                "af81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "af81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            ),
            ("http://127.0.0.1:41235/mcp", "http://127.0.0.1:<port>/mcp"),
            ("http://localhost:3000", "http://localhost:<port>"),
            ("localhost:", "localhost:"),
            ("ünï 12.0.0.1:80", "ünï 12.0.0.1:80"),
        ] {
            assert_eq!(settled_text(text), want);
        }
    }

    #[test]
    fn members_are_sorted_at_every_depth() {
        let value = json!({"b": [{"z": 1, "a": "2026-01-01T00:00:00Z"}], "a": null});
        let want = r#"{"a":null,"b":[{"a":"<time>","z":1}]}"#;
        assert_eq!(settled(&value).to_string(), want);
    }
}
