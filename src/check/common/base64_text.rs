//! Base64 as the protocol means it, and as careless encoders write it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How a text stands to base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The standard alphabet with padding and nothing else; so many bytes.
    Standard(usize),
    /// Readable only by a lenient decoder: the URL-safe alphabet, missing padding or white space.
    Lenient,
    /// Not base64.
    Neither,
}

/// Judges a text that has to be base64.
pub fn form(text: &str) -> Form {
    if let Ok(bytes) = engine(DecodePaddingMode::RequireCanonical).decode(text) {
        return Form::Standard(bytes.len());
    }
    let plain: String = text
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .map(|character| match character {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    match engine(DecodePaddingMode::Indifferent).decode(plain) {
        Ok(_) => Form::Lenient,
        Err(_) => Form::Neither,
    }
}

/// Bits behind the last byte are not judged: they are lost in decoding and harm nobody.
fn engine(padding: DecodePaddingMode) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(padding);
    GeneralPurpose::new(&alphabet::STANDARD, config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_lenient_and_no_base64_are_told_apart() {
        assert_eq!(form(""), Form::Standard(0));
        assert_eq!(form("aGk="), Form::Standard(2));
        assert_eq!(form("+/+/"), Form::Standard(3));
        for lenient in ["aGk", "-_-_", "aG\nk=", " aGk= "] {
            assert_eq!(form(lenient), Form::Lenient, "{lenient:?}");
        }
        for neither in ["data:image/png;base64,aGk=", "a", "é", "aGk=aGk="] {
            assert_eq!(form(neither), Form::Neither, "{neither:?}");
        }
    }
}
