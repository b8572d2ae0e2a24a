//! Names that look like others: letters of other scripts in place of Latin ones.

/// Letters of other scripts that look like a Latin letter in most fonts.
const LIKENESS: [(char, char); 46] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('һ', 'h'),
    ('ѵ', 'v'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('к', 'k'),
    ('г', 'r'),
    ('ь', 'b'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('І', 'I'),
    ('Ѕ', 'S'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ι', 'i'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('κ', 'k'),
    ('χ', 'x'),
    ('ɡ', 'g'),
    ('ɑ', 'a'),
    ('ı', 'i'),
    ('ⅼ', 'l'),
    ('ց', 'g'),
    ('օ', 'o'),
];

/// The name as a reader takes it: likenesses and full-width forms as Latin letters, and nothing
/// that takes no room. Two names with one skeleton cannot be told apart.
pub fn skeleton(name: &str) -> String {
    let visible = name.chars().filter(|it| !super::unicode::is_invisible(*it));
    visible.map(latin).collect()
}

/// The first word of a name that mixes Latin letters with those that only look like some.
pub fn mixed_word(name: &str) -> Option<&str> {
    let words = name.split(|it: char| !it.is_alphanumeric());
    words.into_iter().find(|word| {
        let is_latin = |it: char| it.is_ascii_alphabetic();
        let imitates = |it: char| !it.is_ascii() && is_latin(latin(it));
        word.chars().any(is_latin) && word.chars().any(imitates)
    })
}

fn latin(character: char) -> char {
    let code = u32::from(character);
    let folded = match code {
        0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0),
        // Letters of formulas come in alphabets of 52.
        0x1D400..=0x1D6A3 => {
            let (upper, place) = ((code - 0x1D400) % 52 < 26, (code - 0x1D400) % 26);
            char::from_u32(place + if upper { 0x41 } else { 0x61 })
        }
        _ => {
            let known = LIKENESS.iter().find(|(other, _)| *other == character);
            known.map(|(_, latin)| *latin)
        }
    };
    folded.unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imitations_have_the_skeleton_of_what_they_imitate() {
        assert_eq!(skeleton("rеad_filе"), "read_file");
        assert_eq!(skeleton("ｒead_file"), "read_file");
        assert_eq!(skeleton("𝗋ead\u{200b}_file"), "read_file");
        assert_ne!(skeleton("read_file"), skeleton("read_files"));
        assert_eq!(mixed_word("rеad_file"), Some("rеad"));
    }

    #[test]
    fn names_in_one_script_a_word_are_not_mixed() {
        for name in [
            "read_file",
            "поиск_pdf",
            "поискФайлов",
            "größe",
            "get_item_v2",
            "検索tool",
            "naïve",
            "Δt",
        ] {
            assert_eq!(mixed_word(name), None, "{name}");
        }
    }
}
