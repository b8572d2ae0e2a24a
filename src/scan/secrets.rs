//! Credentials in text, told by their form.

use std::collections::BTreeMap;
use std::ops::Range;

/// A credential in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// What it opens, such as `GitHub token`.
    pub kind: &'static str,
    /// The bytes of the credential.
    pub place: Range<usize>,
}

/// A form that only credentials of one issuer have.
struct Form {
    kind: &'static str,
    prefix: &'static str,
    /// Characters after the prefix: fewest and most.
    length: [usize; 2],
}

const fn form(kind: &'static str, prefix: &'static str, length: [usize; 2]) -> Form {
    Form {
        kind,
        prefix,
        length,
    }
}

const FORMS: [Form; 21] = [
    form("AWS access key id", "AKIA", [16, 16]),
    form("AWS access key id", "ASIA", [16, 16]),
    form("GitHub token", "ghp_", [36, 36]),
    form("GitHub token", "gho_", [36, 36]),
    form("GitHub token", "ghu_", [36, 36]),
    form("GitHub token", "ghs_", [36, 36]),
    form("GitHub token", "ghr_", [36, 76]),
    form("GitHub token", "github_pat_", [82, 82]),
    form("GitLab token", "glpat-", [20, 40]),
    form("Anthropic key", "sk-ant-", [80, 120]),
    form("OpenAI key", "sk-proj-", [40, 200]),
    form("Stripe key", "sk_live_", [24, 120]),
    form("Stripe key", "rk_live_", [24, 120]),
    form("Slack token", "xoxb-", [40, 80]),
    form("Slack token", "xoxp-", [40, 90]),
    form("Google key", "AIza", [35, 35]),
    form("npm token", "npm_", [36, 36]),
    form("PyPI token", "pypi-AgEIcHlwaS5vcmc", [50, 250]),
    form("Hugging Face token", "hf_", [34, 34]),
    form("SendGrid key", "SG.", [66, 66]),
    form("DigitalOcean token", "dop_v1_", [64, 64]),
];

/// Length in bytes of the shortest credential with a form.
const SHORTEST: usize = 20;

/// Bits a character below which it is a pattern and no key.
const ENTROPY: f64 = 3.2;

/// Every credential in a text, in order.
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found: Vec<Secret> = tokens(text).collect();
    found.extend(private_keys(text));
    found.extend(passwords_in_urls(text));
    found.sort_by_key(|it| it.place.start);
    found
}

/// The text with every one of these credentials reduced to its beginning and length.
pub fn masked(text: &str, secrets: &[Secret]) -> String {
    let mut masked = String::new();
    let mut copied = 0;
    for secret in secrets {
        let Some(between) = text.get(copied..secret.place.start) else {
            continue;
        };
        masked.push_str(between);
        masked.push_str(&mask(&text[secret.place.clone()]));
        copied = secret.place.end;
    }
    masked.push_str(text.get(copied..).unwrap_or_default());
    masked
}

fn mask(secret: &str) -> String {
    let start: String = secret.chars().take(4).collect();
    format!("{start}…({} characters)", secret.chars().count())
}

/// Words of the text that begin with the prefix of a form and have the length of its credentials.
fn tokens(text: &str) -> impl Iterator<Item = Secret> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
    let pieces = text.split_inclusive(move |it| !is_part(it));
    let words = pieces.scan(0, move |end, piece| {
        let start = *end;
        *end += piece.len();
        Some((start, piece.trim_end_matches(|it| !is_part(it))))
    });
    let long = words.filter(|(_, word)| word.len() >= SHORTEST);
    long.filter_map(|(start, word)| {
        let fits = |form: &&Form| {
            let body = word.strip_prefix(form.prefix).map(bare);
            body.is_some_and(|body| {
                let [fewest, most] = form.length;
                (fewest..=most).contains(&body.len()) && !is_placeholder(body)
            })
        };
        let form = FORMS.iter().find(fits)?;
        Some(Secret {
            kind: form.kind,
            place: start..start + bare(word).len(),
        })
    })
}

/// Without what ends a sentence.
fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', '-', '_'])
}

/// PEM blocks with a body.
fn private_keys(text: &str) -> Vec<Secret> {
    let starts = text.match_indices("-----BEGIN ").map(|(at, _)| at);
    let blocks = starts.filter_map(|at| {
        let head = text[at..].find("PRIVATE KEY-----").filter(|it| *it < 40)? + at + 16;
        let body = text[head..].split("-----").next()?;
        let is_key = body.chars().filter(char::is_ascii_alphanumeric).count() >= 100;
        (is_key && !is_placeholder(body)).then(|| Secret {
            kind: "private key",
            place: at..head + body.len(),
        })
    });
    blocks.collect()
}

/// The password of `scheme://user:password@host`, unless it or the host is for show.
fn passwords_in_urls(text: &str) -> Vec<Secret> {
    let starts = text.match_indices("://").map(|(at, _)| at + 3);
    let found = starts.filter_map(|from| {
        let rest = &text[from..];
        let is_end = |it: char| it.is_whitespace() || "/?#\"'`<>,)".contains(it);
        let authority = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let (login, host) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let word = password.to_ascii_lowercase();
        let is_shown = [
            "localhost",
            "127.",
            "example",
            "host",
            "server",
            "db",
            "domain",
        ]
        .iter()
        .any(|known| host.to_ascii_lowercase().starts_with(known))
            || host.contains("example");
        let is_plain = ["pass", "pwd", "secret", "token", "key", "user", "change"]
            .iter()
            .any(|known| word.contains(known));
        let has_digit = password.bytes().any(|it| it.is_ascii_digit());
        let start = from + user.len() + 1;
        let is_secret = password.len() >= 10
            && has_digit
            && !is_shown
            && !is_plain
            && !password.contains(['$', '{', '[', '*'])
            && !is_placeholder(password);
        is_secret.then(|| Secret {
            kind: "password in a URL",
            place: start..start + password.len(),
        })
    });
    found.collect()
}

/// What documentation writes in place of a credential.
fn is_placeholder(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    let words = [
        "example",
        "xxxx",
        "your",
        "abcdef",
        "12345",
        "placeholder",
        "redacted",
        "0000",
    ];
    words.iter().any(|word| lower.contains(word)) || entropy(body) < ENTROPY
}

/// Bits a character, as the characters are distributed.
fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for character in text.chars() {
        *counts.entry(character).or_default() += 1;
    }
    let all: u32 = counts.values().sum();
    let shares = counts
        .values()
        .map(|count| f64::from(*count) / f64::from(all));
    shares.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Put together here, so that no scanner of repositories takes them for real ones.
    fn token() -> String {
        format!("ghp_{}", "q8Zt3LmW0bVx7KcP2nRy5HsD9fGj4TeU6aQi")
    }

    fn kinds(text: &str) -> Vec<&'static str> {
        secrets(text).into_iter().map(|it| it.kind).collect()
    }

    #[test]
    fn credentials_are_told_by_their_form_and_masked() {
        let text = format!("Use {}, then go.", token());
        let found = secrets(&text);
        assert_eq!(found[0].kind, "GitHub token");
        assert_eq!(masked(&text, &found), "Use ghp_…(40 characters), then go.");
        let key = format!("{}{}", "AKIA", "Q7ZT3LMW9BVX5KCP");
        assert_eq!(kinds(&format!("key={key}")), ["AWS access key id"]);
        let url = format!("postgres://admin:{}@db7.corp.net/x", "t7Gq2LxP9w");
        assert_eq!(kinds(&url.replace("db7", "pg7")), ["password in a URL"]);
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7".repeat(2);
        let pem = format!("-----BEGIN {}PRIVATE KEY-----\n{body}\n-----END", "RSA ");
        assert_eq!(kinds(&pem), ["private key"]);
    }

    #[test]
    fn placeholders_and_other_long_words_are_left_alone() {
        for text in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "postgres://user:password@localhost:5432/db",
            "mysql://root:${DB_PASS}@db.corp.net/x",
            "550e8400-e29b-41d4-a716-446655440000",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "sk-ant-your-key-here, hf_token, xoxb-your-token",
            "https://user@host.invalid/path",
        ] {
            assert_eq!(secrets(text), [], "{text}");
        }
    }
}
