//! Which values of a target are secrets.

use super::target::{Target, TargetKind};
use crate::transcript::Secrets;

/// Request headers that steer the exchange and never carry a credential. Masking their values
/// would blank words such as `application/json` in everything the server says.
const PLAIN_HEADERS: [&str; 14] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-type",
    "host",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "origin",
    "referer",
    "user-agent",
];

/// The secrets of a target: header values, environment entries whose name looks like a
/// credential, and credentials within the URL. `inherited` is our own environment, which a child
/// gets as well.
pub fn secrets_of(
    target: &Target,
    inherited: impl IntoIterator<Item = (String, String)>,
) -> Secrets {
    let mut secrets = Secrets::default();
    match &target.kind {
        TargetKind::Stdio { env, .. } => {
            for (name, value) in inherited.into_iter().chain(env.iter().cloned()) {
                secrets.add_if_named_secret(&name, &value);
            }
        }
        TargetKind::Http { url, headers }
        | TargetKind::HttpSse { url, headers }
        | TargetKind::WebSocket { url, headers } => {
            for (name, value) in headers {
                add_header(&mut secrets, name, value);
            }
            add_url(&mut secrets, url);
        }
    }
    secrets
}

/// The value as a whole, and what follows a scheme such as `Bearer`: servers quote either.
fn add_header(secrets: &mut Secrets, name: &str, value: &str) {
    let lower = name.to_ascii_lowercase();
    if PLAIN_HEADERS.contains(&lower.as_str()) {
        return;
    }
    secrets.add(name, value);
    if let Some((_, credential)) = value.split_once(' ') {
        secrets.add(name, credential);
    }
}

fn add_url(secrets: &mut Secrets, url: &str) {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority_end = after_scheme
        .find(['/', '?', '#'])
        .unwrap_or(after_scheme.len());
    let (authority, rest) = after_scheme.split_at(authority_end);
    if let Some((user, _)) = authority.rsplit_once('@') {
        let password = user.split_once(':').map_or(user, |(_, password)| password);
        secrets.add("url-password", password);
    }
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        secrets.add_if_named_secret(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::TransportKind;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn headers_and_url_credentials_are_masked_and_plain_headers_are_not() {
        let kind = TargetKind::at_url(
            TransportKind::StreamableHttp,
            "https://me:longpassword@host.invalid/mcp?api_key=abcdefgh1&page=longvalue".into(),
            vec![
                pair("Authorization", "Bearer tok-12345678"),
                pair("Accept", "application/json"),
                pair("X-Tenant", "tenant-one"),
            ],
        );
        let target = Target {
            name: "a".into(),
            kind,
        };
        let secrets = secrets_of(&target, [pair("GITHUB_TOKEN", "inherited-1")]);
        assert_eq!(
            secrets.mask_text(&target.to_string()),
            "https://me:<secret:url-password>@host.invalid/mcp?api_key=<secret:api_key>&page=longvalue"
        );
        assert_eq!(
            secrets.mask_text("Bearer tok-12345678, tok-12345678, application/json, tenant-one"),
            "<secret:Authorization>, <secret:Authorization>, application/json, <secret:X-Tenant>"
        );
        assert_eq!(secrets.mask_text("inherited-1"), "inherited-1");
    }

    #[test]
    fn a_child_hides_what_it_inherits_and_what_it_is_given() {
        let kind = TargetKind::Stdio {
            argv: vec!["x".into()],
            env: vec![pair("API_KEY", "given-key-1"), pair("MODE", "plain-text")],
            cwd: None,
        };
        let target = Target {
            name: "a".into(),
            kind,
        };
        let secrets = secrets_of(&target, [pair("GITHUB_TOKEN", "inherited-1")]);
        assert_eq!(
            secrets.mask_text("given-key-1 plain-text inherited-1"),
            "<secret:API_KEY> plain-text <secret:GITHUB_TOKEN>"
        );
    }
}
