//! Request ids, equal when JSON says they are.

use std::fmt;

use serde_json::Value;

use crate::json::{self, Node, NodeKind};

/// Trailing zeros up to this count are written out; every integer that a double can hold fits.
const LONGEST_ZERO_RUN: i64 = 400;
/// Zeros behind the decimal point up to this count are written out.
const LONGEST_FRACTION_RUN: i64 = 6;

/// The id of a request or response. [`Display`](fmt::Display) writes it as JSON, so that the number
/// 7 and the string "7" look different.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// The number's canonical text: `7`, `7.0` and `7e0` are all `7`. Digits are never rounded.
    Number(String),
    /// A string.
    String(String),
    /// `null`
    Null,
    /// The JSON text of a value that cannot be an id: compact that of a boolean, an array or an object,
    /// as written that of a string with a lone surrogate.
    Other(String),
}

impl Id {
    /// The id that a message carries at `node`, whose span counts in `text`.
    pub fn from_node(node: &Node, text: &[u8]) -> Id {
        match &node.kind {
            NodeKind::Null => Id::Null,
            NodeKind::Number(text) => Id::Number(canonical_number(text)),
            NodeKind::String(text) if node.is_representable() => Id::String(text.clone()),
            NodeKind::String(_) => {
                Id::Other(String::from_utf8_lossy(&text[node.span.clone()]).into_owned())
            }
            _ => Id::Other(node.to_value_lossy().to_string()),
        }
    }

    /// The id that a member such as `params.requestId` holds.
    pub fn from_value(value: &Value) -> Id {
        match value {
            Value::Null => Id::Null,
            Value::Number(number) => Id::Number(canonical_number(&number.to_string())),
            Value::String(text) => Id::String(text.clone()),
            other => Id::Other(other.to_string()),
        }
    }

    /// The id as a value. A number that no [`Value`] can hold exactly is rounded; use
    /// [`Display`](fmt::Display) to write it as it is.
    pub fn to_value(&self) -> Value {
        let text = self.to_string();
        let root = json::scan(text.as_bytes()).root;
        root.map_or(Value::Null, |node| node.to_value_lossy())
    }

    /// Whether MCP allows the id: a string or an integer (basic/index#requests).
    pub fn is_string_or_integer(&self) -> bool {
        match self {
            Id::String(_) => true,
            Id::Number(text) => !text.contains(['.', 'e']) || text.contains("e+"),
            Id::Null | Id::Other(_) => false,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Number(text) | Id::Other(text) => formatter.write_str(text),
            Id::String(text) => write!(formatter, "{}", Value::from(text.as_str())),
            Id::Null => formatter.write_str("null"),
        }
    }
}

impl From<i32> for Id {
    fn from(number: i32) -> Id {
        Id::Number(number.to_string())
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Id {
        Id::Number(number.to_string())
    }
}

impl From<u64> for Id {
    fn from(number: u64) -> Id {
        Id::Number(number.to_string())
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Id {
        Id::String(text.to_owned())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Id {
        Id::String(text)
    }
}

/// One text for all spellings of a JSON number, without any rounding. An exponent beyond 64 bits
/// leaves the text as it is.
pub(super) fn canonical_number(text: &str) -> String {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = format!("{integer}{fraction}");
    let significant = all_digits.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    // The value is digits * 10^zeros.
    let trimmed = significant.len() as i64 - digits.len() as i64;
    let zeros = exponent
        .parse::<i64>()
        .ok()
        .and_then(|exponent| exponent.checked_add(trimmed))
        .and_then(|exponent| exponent.checked_sub(fraction.len() as i64));
    match zeros {
        Some(zeros) => format!("{sign}{}", place_point(digits, zeros)),
        None => text.to_owned(),
    }
}

fn place_point(digits: &str, zeros: i64) -> String {
    let length = digits.len() as i64;
    let point = length.saturating_add(zeros);
    if (0..=LONGEST_ZERO_RUN).contains(&zeros) {
        return digits.to_owned() + &"0".repeat(zeros as usize);
    }
    if (1..length).contains(&point) {
        let (integer, fraction) = digits.split_at(point as usize);
        return format!("{integer}.{fraction}");
    }
    if (-LONGEST_FRACTION_RUN..=0).contains(&point) {
        return format!("0.{}{digits}", "0".repeat(-point as usize));
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{first}{dot}{rest}e{:+}", point.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> Id {
        let root = json::scan(text.as_bytes()).root.expect("valid JSON");
        Id::from_node(&root, text.as_bytes())
    }

    #[test]
    fn spellings_of_one_number_are_one_id() {
        for spelling in ["7", "7.0", "7e0", "70e-1", "0.7E+1", "0.0007e4", "7.000"] {
            assert_eq!(id(spelling), Id::from(7), "{spelling}");
        }
        for zero in ["0", "-0", "0.0", "0e99", "-0.00E-9"] {
            assert_eq!(id(zero), Id::from(0), "{zero}");
        }
        assert_eq!(id("-1500"), id("-1.5e3"));
        assert_ne!(id("7"), id("-7"));
    }

    #[test]
    fn numbers_and_strings_are_different_ids() {
        assert_ne!(id("7"), id("\"7\""));
        assert_ne!(id("null"), id("\"null\""));
        assert_ne!(id("\"\\ud800\""), id("\"\u{FFFD}\""));
    }

    #[test]
    fn large_integers_keep_every_digit() {
        let text = "123456789012345678901234567890";
        assert_eq!(id(text), Id::Number(text.to_owned()));
        assert_ne!(id("9007199254740993"), id("9007199254740992"));
        assert_eq!(id("1e21").to_string(), "1000000000000000000000");
        assert_eq!(
            id("9007199254740993").to_value(),
            Value::from(9007199254740993_u64)
        );
    }

    #[test]
    fn canonical_texts_are_readable() {
        for (written, canonical) in [
            ("1.50", "1.5"),
            ("0.5", "0.5"),
            ("1e-7", "0.0000001"),
            ("1e-8", "1e-8"),
            ("12.5e-9", "1.25e-8"),
            ("12e400", "12e400"),
            ("12e401", "1.2e+402"),
            ("1e99999999999999999999", "1e99999999999999999999"),
        ] {
            let expected = if canonical == "12e400" {
                format!("12{}", "0".repeat(400))
            } else {
                canonical.to_owned()
            };
            assert_eq!(canonical_number(written), expected, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_an_id_is_kept_as_text() {
        assert_eq!(id("[1, true]"), Id::Other("[1,true]".to_owned()));
        assert_eq!(id("true").to_value(), Value::Bool(true));
        assert_eq!(id("null"), Id::Null);
    }

    #[test]
    fn strings_and_integers_are_allowed_ids() {
        for allowed in ["\"a\"", "\"\"", "7", "-7.0", "1e402"] {
            assert!(id(allowed).is_string_or_integer(), "{allowed}");
        }
        for forbidden in ["null", "1.5", "1e-9", "true", "[]", "{}"] {
            assert!(!id(forbidden).is_string_or_integer(), "{forbidden}");
        }
    }

    #[test]
    fn display_is_json() {
        assert_eq!(Id::from("a\"b\n").to_string(), "\"a\\\"b\\n\"");
        assert_eq!(Id::from(-3_i64).to_string(), "-3");
        assert_eq!(Id::Null.to_string(), "null");
    }

    proptest! {
        #[test]
        fn display_reads_back(text in ".{0,8}", number in any::<f64>(), large in any::<u64>()) {
            let ids = [Id::from(text), Id::from(large), Id::from_value(&Value::from(number))];
            for original in ids {
                prop_assert_eq!(id(&original.to_string()), original.clone());
                prop_assert_eq!(Id::from_value(&original.to_value()), original);
            }
        }

        #[test]
        fn canonical_text_has_the_same_value(text in "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?") {
            let canonical = canonical_number(&text);
            let (before, after) = (text.parse::<f64>(), canonical.parse::<f64>());
            prop_assert_eq!(before, after);
            prop_assert_eq!(canonical_number(&canonical), canonical);
        }

        #[test]
        fn shifting_the_point_changes_nothing(digits in "[1-9][0-9]{0,20}", shift in 0_usize..30) {
            let shifted = format!("{digits}{}e-{shift}", "0".repeat(shift));
            prop_assert_eq!(canonical_number(&shifted), digits);
        }
    }
}
