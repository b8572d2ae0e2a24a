//! Error codes with a meaning, and where that meaning is fixed.

/// The text is not JSON (jsonrpc.org/specification#error_object).
pub const PARSE_ERROR: i64 = -32700;
/// The JSON is not a request (jsonrpc.org/specification#error_object).
pub const INVALID_REQUEST: i64 = -32600;
/// The method does not exist (jsonrpc.org/specification#error_object).
pub const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters do not fit the method (jsonrpc.org/specification#error_object).
pub const INVALID_PARAMS: i64 = -32602;
/// The server failed inside (jsonrpc.org/specification#error_object).
pub const INTERNAL_ERROR: i64 = -32603;
/// No such resource, 2024-11-05 to 2025-11-25 (server/resources#error-handling). 2026-07-28 forbids
/// the code (basic/index#error-codes).
pub const RESOURCE_NOT_FOUND: i64 = -32002;
/// A URL must be visited first, 2025-11-25 only (client/elicitation#url-elicitation-required-error).
/// 2026-07-28 forbids the code (basic/index#error-codes).
pub const URL_ELICITATION_REQUIRED: i64 = -32042;
/// HTTP headers and body disagree, from 2026-07-28 (basic/index#error-codes).
pub const HEADER_MISMATCH: i64 = -32020;
/// The request needs a capability that its client did not declare, from 2026-07-28
/// (basic/index#error-codes).
pub const MISSING_CLIENT_CAPABILITY: i64 = -32021;
/// The server does not implement the request's revision, from 2026-07-28
/// (schema#unsupportedprotocolversionerror).
pub const UNSUPPORTED_PROTOCOL_VERSION: i64 = -32022;

/// Plain words for a code; `None` when neither JSON-RPC nor any MCP revision defines it.
pub fn name(code: i64) -> Option<&'static str> {
    Some(match code {
        PARSE_ERROR => "parse error",
        INVALID_REQUEST => "invalid request",
        METHOD_NOT_FOUND => "method not found",
        INVALID_PARAMS => "invalid params",
        INTERNAL_ERROR => "internal error",
        RESOURCE_NOT_FOUND => "resource not found",
        URL_ELICITATION_REQUIRED => "URL elicitation required",
        HEADER_MISMATCH => "header mismatch",
        MISSING_CLIENT_CAPABILITY => "missing client capability",
        UNSUPPORTED_PROTOCOL_VERSION => "unsupported protocol version",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_defined_codes_have_names() {
        assert_eq!(name(INVALID_PARAMS), Some("invalid params"));
        assert_eq!(name(HEADER_MISMATCH), Some("header mismatch"));
        assert_eq!(name(-32000), None);
        assert_eq!(name(0), None);
    }
}
