//! Masks secrets before anything is kept.

/// The secrets of a run: values that are written as `<secret:NAME>` wherever they occur.
///
/// Only values of at least [`Secrets::SHORTEST`] bytes are masked; a shorter one would blank
/// ordinary text.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    known: Vec<(String, String)>,
}

impl Secrets {
    /// Length in bytes below which a value is not masked.
    pub const SHORTEST: usize = 8;

    /// Adds a secret. Longer values are masked first, so that one secret within another is safe.
    pub fn add(&mut self, name: &str, value: &str) {
        if value.len() < Self::SHORTEST {
            return;
        }
        self.known.push((name.to_owned(), value.to_owned()));
        self.known
            .sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.cmp(b)));
        self.known.dedup();
    }

    /// Adds the value of an environment entry or header when its name looks like a credential.
    pub fn add_if_named_secret(&mut self, name: &str, value: &str) {
        if looks_secret(name) {
            self.add(name, value);
        }
    }

    /// The text with every secret masked.
    pub fn mask_text(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for (name, value) in &self.known {
            if masked.contains(value.as_str()) {
                masked = masked.replace(value.as_str(), &format!("<secret:{name}>"));
            }
        }
        masked
    }

    /// True when nothing has to be masked.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The bytes with every secret masked; other bytes are untouched, valid UTF-8 or not.
    pub fn mask_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.known.iter().fold(bytes, |bytes, (name, value)| {
            replace(
                bytes,
                value.as_bytes(),
                format!("<secret:{name}>").as_bytes(),
            )
        })
    }
}

/// True when a word of the name speaks of a credential; `GIT_AUTHOR_NAME` has none.
fn looks_secret(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "token",
        "secret",
        "password",
        "passwd",
        "apikey",
        "key",
        "auth",
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "pat",
    ];
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| WORDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
}

fn replace(bytes: Vec<u8>, needle: &[u8], replacement: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at + needle.len() <= bytes.len() {
        if &bytes[at..at + needle.len()] == needle {
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(replacement);
            at += needle.len();
            copied = at;
        } else {
            at += 1;
        }
    }
    if copied == 0 && out.is_empty() {
        return bytes;
    }
    out.extend_from_slice(&bytes[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_named_and_given_values_and_leaves_the_rest() {
        let mut secrets = Secrets::default();
        secrets.add("authorization", "Bearer abcdefgh");
        secrets.add_if_named_secret("GITHUB_TOKEN", "ghp_123456");
        secrets.add_if_named_secret("HOME", "/home/someone");
        secrets.add_if_named_secret("GIT_AUTHOR_NAME", "/home/someone");
        secrets.add("short", "abc");
        assert_eq!(
            secrets.mask_text("Bearer abcdefgh ghp_123456 /home/someone abc"),
            "<secret:authorization> <secret:GITHUB_TOKEN> /home/someone abc"
        );
        assert_eq!(
            secrets.mask_bytes(b"\xffghp_123456\xfe".to_vec()),
            b"\xff<secret:GITHUB_TOKEN>\xfe".to_vec()
        );
    }

    #[test]
    fn a_secret_within_a_secret_is_masked_as_the_longer_one() {
        let mut secrets = Secrets::default();
        secrets.add("inner", "abcdefgh");
        secrets.add("outer", "xxabcdefghxx");
        assert_eq!(secrets.mask_text("xxabcdefghxx"), "<secret:outer>");
    }
}
