//! What Streamable HTTP demands of a request before its message counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answer::Failure;
use super::modern::{self, PROTOCOL_VERSION};
use crate::rpc::code;
use crate::spec::{Era, Revision};
use crate::transcript::HttpRequest;
use crate::transcript::event::header;

/// The header that carries the revision.
pub(super) const VERSION_HEADER: &str = "mcp-protocol-version";

/// True without an `Origin`, and for one on this machine or on the server's own host; anything
/// else may be a page that had its name bound to our address.
pub(super) fn origin_is_allowed(request: &HttpRequest) -> bool {
    let Some(origin) = header(&request.headers, "origin") else {
        return true;
    };
    let Some(origin) = host(origin.trim()) else {
        return false;
    };
    LOCAL.contains(&origin.as_str()) || host(&request.url) == Some(origin)
}

/// True without a `Host` of its own, and for a name of this machine or the server's own.
pub(super) fn host_is_allowed(request: &HttpRequest) -> bool {
    let Some(named) = header(&request.headers, "host") else {
        return true;
    };
    let named = host(&format!("http://{}", named.trim())).unwrap_or_default();
    LOCAL.contains(&named.as_str()) || host(&request.url) == Some(named)
}

/// Names of this machine.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The host of a URL in lower case, without the port.
fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// True when the headers announce a revision without handshake.
pub(super) fn has_modern_headers(request: &HttpRequest) -> bool {
    let version = header(&request.headers, VERSION_HEADER);
    let revision = version.and_then(|version| version.trim().parse::<Revision>().ok());
    revision.is_some_and(|revision| revision.era() == Era::Modern)
        || header(&request.headers, "mcp-method").is_some()
}

/// Compares the headers of a request of 2026-07-28 with its body
/// (basic/transports/streamable-http#server-validation).
pub(super) fn check_headers(
    request: &HttpRequest,
    method: &str,
    params: Option<&Value>,
    supported: &[Revision],
) -> Result<(), Failure> {
    let member = |name: &str| params.and_then(|params| params.get(name));
    let version = member("_meta").and_then(|meta| meta.get(PROTOCOL_VERSION));
    let Some(announced) = value(request, VERSION_HEADER)? else {
        return Err(mismatch(&format!(
            "MCP-Protocol-Version is missing; this server speaks {}",
            modern::versions(supported).join(", ")
        )));
    };
    if version.is_some_and(|version| version.as_str() != Some(&announced)) {
        return Err(mismatch("MCP-Protocol-Version differs from the body"));
    }
    if value(request, "mcp-method")?.as_deref() != Some(method) {
        return Err(mismatch("Mcp-Method differs from the body"));
    }
    let name = match method {
        "tools/call" | "prompts/get" => member("name"),
        "resources/read" => member("uri"),
        _ => return Ok(()),
    };
    match (value(request, "mcp-name")?, name.and_then(Value::as_str)) {
        (Some(announced), Some(name)) if announced == name => Ok(()),
        // The parameters themselves are at fault then.
        (None, None) => Ok(()),
        _ => Err(mismatch("Mcp-Name differs from the body")),
    }
}

/// A header value without blanks around it, decoded where it is marked as base64.
fn value(request: &HttpRequest, name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = header(&request.headers, name) else {
        return Ok(None);
    };
    let value = value.trim_matches([' ', '\t']);
    let is_legal = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    if !value.bytes().all(is_legal) {
        return Err(mismatch("a header value has characters outside ASCII"));
    }
    let marked = value.strip_prefix("=?base64?");
    let Some(encoded) = marked.and_then(|rest| rest.strip_suffix("?=")) else {
        return Ok(Some(value.to_owned()));
    };
    let decoded = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let what = "a header value is marked as base64 and is not";
    decoded.map(Some).ok_or_else(|| mismatch(what))
}

fn mismatch(what: &str) -> Failure {
    Failure::new(code::HEADER_MISMATCH, format!("Header mismatch: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(headers: &[(&str, &str)]) -> HttpRequest {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        HttpRequest {
            method: "POST".to_owned(),
            url: "http://Server.Example:8080/mcp".to_owned(),
            headers: headers.iter().map(owned).collect(),
        }
    }

    #[test]
    fn only_own_and_local_origins_are_allowed() {
        assert!(origin_is_allowed(&request(&[])));
        for own in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:9",
            "https://server.example",
        ] {
            assert!(origin_is_allowed(&request(&[("Origin", own)])), "{own}");
        }
        for foreign in [
            "http://mcp-check.invalid",
            "null",
            "",
            "http://localhost.evil.example",
            "http://evil.example:80",
        ] {
            assert!(
                !origin_is_allowed(&request(&[("origin", foreign)])),
                "{foreign}"
            );
        }
    }

    fn check(headers: &[(&str, &str)]) -> Option<i64> {
        let params = json!({"uri": "memo://ä", "_meta": {PROTOCOL_VERSION: "2026-07-28"}});
        let request = request(headers);
        let checked = check_headers(&request, "resources/read", Some(&params), &Revision::ALL);
        checked.err().map(|failure| failure.code)
    }

    #[test]
    fn headers_have_to_mirror_the_body() {
        let version = ("MCP-Protocol-Version", "2026-07-28");
        let method = ("mcp-method", " resources/read\t");
        let name = ("Mcp-Name", "=?base64?bWVtbzovL8Ok?=");
        assert_eq!(check(&[version, method, name]), None);
        for headers in [
            vec![method, name],
            vec![version, name],
            vec![version, method],
            vec![("mcp-protocol-version", "2025-11-25"), method, name],
            vec![version, ("mcp-method", "RESOURCES/READ"), name],
            vec![version, method, ("mcp-name", "memo://b")],
            vec![version, method, ("mcp-name", "memo://ä")],
            vec![version, method, ("mcp-name", "=?BASE64?bWVtbzovL8Ok?=")],
            vec![version, method, ("mcp-name", "=?base64?SGVs!!!bG8=?=")],
        ] {
            assert_eq!(check(&headers), Some(code::HEADER_MISMATCH), "{headers:?}");
        }
    }
}
