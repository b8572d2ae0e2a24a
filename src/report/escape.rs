//! Text of a server, made harmless to look at.
//!
//! A terminal obeys control characters, and a reader is misled by characters that turn the
//! direction of text or cannot be seen. They are shown as escapes; everything else stays.

/// The text with dangerous and invisible characters as `\n`, `\t` or `\u{202e}`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if is_unsafe(character) => {
                escaped.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// As [`escape`], but line ends and tabs stay: for text of many lines.
pub fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

/// JSON text with dangerous characters as `\u202e`, which means the same to a JSON reader. They
/// can only occur within strings.
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unsafe(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// True for characters that a terminal obeys, that turn the direction of text, or that nobody sees.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0xAD // soft hyphen
            | 0x61C // Arabic letter mark
            | 0x115F..=0x1160 // Hangul fillers
            | 0x17B4..=0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F // zero width, direction marks
            | 0x2028..=0x202E // line separators, direction overrides
            | 0x2060..=0x206F // invisible operators, isolates
            | 0x3164
            | 0xFE00..=0xFE0F // variation selectors
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFB
            | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF // tags, more variation selectors
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_direction_and_invisible_characters_become_visible() {
        let cases = [
            ("plain, ünï, 漢字 and 😀", "plain, ünï, 漢字 and 😀"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\x1b[31mred\x07", "\\u{1b}[31mred\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("x\u{202e}y\u{2066}z", "x\\u{202e}y\\u{2066}z"),
            ("a\u{200b}b\u{feff}c\u{ad}", "a\\u{200b}b\\u{feff}c\\u{ad}"),
            ("\u{e0041}", "\\u{e0041}"),
        ];
        for (text, want) in cases {
            assert_eq!(escape(text), want);
        }
        assert_eq!(escape_lines("a\x1b\nb"), "a\\u{1b}\nb");
    }

    #[test]
    fn json_means_the_same_after_escaping() {
        let value = serde_json::json!({"a": "x\u{202e}\u{9b}\u{e0041}\u{7}é\n", "b": 1});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escape_json(&text);
        assert!(!escaped.contains('\u{202e}') && !escaped.contains('\u{e0041}'));
        assert!(escaped.contains("\\udb40\\udc41") && escaped.contains('\n'));
        let back: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, value);
    }
}
