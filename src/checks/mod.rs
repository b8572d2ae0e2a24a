//! Every check, one file each. Written by `scripts/regenerate.sh`; do not edit.

use crate::check::Entry;

mod discover {
    pub(super) mod implemented;
    pub(super) mod initialize_refused;
    pub(super) mod removed_methods;
    pub(super) mod stateless;
    pub(super) mod supported_truthful;
    pub(super) mod unsupported_version;
}

mod http {
    pub(super) mod event_ids;
    pub(super) mod notification_202;
    pub(super) mod request_answer;
    pub(super) mod sse_events;
    pub(super) mod sse_response;
    pub(super) mod stream_end;
}

mod initialize {
    pub(super) mod answered;
    pub(super) mod keeps_version;
    pub(super) mod no_early_requests;
    pub(super) mod only_negotiated;
    pub(super) mod speaks_first;
    pub(super) mod unknown_client_capabilities;
    pub(super) mod unsupported_version;
}

mod jsonrpc {
    pub(super) mod every_request_answered;
    pub(super) mod id_echo;
    pub(super) mod ids;
    pub(super) mod invalid_params;
    pub(super) mod invalid_request;
    pub(super) mod malformed_json;
    pub(super) mod message_shape;
    pub(super) mod not_a_request;
    pub(super) mod notification_answered;
    pub(super) mod notification_id;
    pub(super) mod response_content;
    pub(super) mod server_request_ids;
    pub(super) mod unknown_method;
    pub(super) mod unsolicited_response;
    pub(super) mod utf8;
    pub(super) mod version_field;
}

mod ping {
    pub(super) mod answered;
}

mod prompts {
    pub(super) mod capability;
    pub(super) mod list;
}

mod resources {
    pub(super) mod capability;
    pub(super) mod list;
}

mod stdio {
    pub(super) mod exit_on_eof;
    pub(super) mod exit_on_sigterm;
}

mod tools {
    pub(super) mod call;
    pub(super) mod capability;
    pub(super) mod input_schema;
    pub(super) mod list;
    pub(super) mod malformed_call;
    pub(super) mod names;
    pub(super) mod schema_dialect;
    pub(super) mod unknown_tool;
}

macro_rules! entries {
    ($($id:literal $file:literal $area:ident $name:ident;)*) => {
        vec![$(Entry {
            id: $id,
            source: include_str!($file),
            check: &$area::$name::CHECK,
        },)*]
    };
}

/// All checks, by id.
pub fn all() -> Vec<Entry> {
    entries! {
        "discover/implemented" "discover/implemented.rs" discover implemented;
        "discover/initialize-refused" "discover/initialize_refused.rs" discover initialize_refused;
        "discover/removed-methods" "discover/removed_methods.rs" discover removed_methods;
        "discover/stateless" "discover/stateless.rs" discover stateless;
        "discover/supported-truthful" "discover/supported_truthful.rs" discover supported_truthful;
        "discover/unsupported-version" "discover/unsupported_version.rs" discover unsupported_version;
        "http/event-ids" "http/event_ids.rs" http event_ids;
        "http/notification-202" "http/notification_202.rs" http notification_202;
        "http/request-answer" "http/request_answer.rs" http request_answer;
        "http/sse-events" "http/sse_events.rs" http sse_events;
        "http/sse-response" "http/sse_response.rs" http sse_response;
        "http/stream-end" "http/stream_end.rs" http stream_end;
        "initialize/answered" "initialize/answered.rs" initialize answered;
        "initialize/keeps-version" "initialize/keeps_version.rs" initialize keeps_version;
        "initialize/no-early-requests" "initialize/no_early_requests.rs" initialize no_early_requests;
        "initialize/only-negotiated" "initialize/only_negotiated.rs" initialize only_negotiated;
        "initialize/speaks-first" "initialize/speaks_first.rs" initialize speaks_first;
        "initialize/unknown-client-capabilities" "initialize/unknown_client_capabilities.rs" initialize unknown_client_capabilities;
        "initialize/unsupported-version" "initialize/unsupported_version.rs" initialize unsupported_version;
        "jsonrpc/every-request-answered" "jsonrpc/every_request_answered.rs" jsonrpc every_request_answered;
        "jsonrpc/id-echo" "jsonrpc/id_echo.rs" jsonrpc id_echo;
        "jsonrpc/ids" "jsonrpc/ids.rs" jsonrpc ids;
        "jsonrpc/invalid-params" "jsonrpc/invalid_params.rs" jsonrpc invalid_params;
        "jsonrpc/invalid-request" "jsonrpc/invalid_request.rs" jsonrpc invalid_request;
        "jsonrpc/malformed-json" "jsonrpc/malformed_json.rs" jsonrpc malformed_json;
        "jsonrpc/message-shape" "jsonrpc/message_shape.rs" jsonrpc message_shape;
        "jsonrpc/not-a-request" "jsonrpc/not_a_request.rs" jsonrpc not_a_request;
        "jsonrpc/notification-answered" "jsonrpc/notification_answered.rs" jsonrpc notification_answered;
        "jsonrpc/notification-id" "jsonrpc/notification_id.rs" jsonrpc notification_id;
        "jsonrpc/response-content" "jsonrpc/response_content.rs" jsonrpc response_content;
        "jsonrpc/server-request-ids" "jsonrpc/server_request_ids.rs" jsonrpc server_request_ids;
        "jsonrpc/unknown-method" "jsonrpc/unknown_method.rs" jsonrpc unknown_method;
        "jsonrpc/unsolicited-response" "jsonrpc/unsolicited_response.rs" jsonrpc unsolicited_response;
        "jsonrpc/utf8" "jsonrpc/utf8.rs" jsonrpc utf8;
        "jsonrpc/version-field" "jsonrpc/version_field.rs" jsonrpc version_field;
        "ping/answered" "ping/answered.rs" ping answered;
        "prompts/capability" "prompts/capability.rs" prompts capability;
        "prompts/list" "prompts/list.rs" prompts list;
        "resources/capability" "resources/capability.rs" resources capability;
        "resources/list" "resources/list.rs" resources list;
        "stdio/exit-on-eof" "stdio/exit_on_eof.rs" stdio exit_on_eof;
        "stdio/exit-on-sigterm" "stdio/exit_on_sigterm.rs" stdio exit_on_sigterm;
        "tools/call" "tools/call.rs" tools call;
        "tools/capability" "tools/capability.rs" tools capability;
        "tools/input-schema" "tools/input_schema.rs" tools input_schema;
        "tools/list" "tools/list.rs" tools list;
        "tools/malformed-call" "tools/malformed_call.rs" tools malformed_call;
        "tools/names" "tools/names.rs" tools names;
        "tools/schema-dialect" "tools/schema_dialect.rs" tools schema_dialect;
        "tools/unknown-tool" "tools/unknown_tool.rs" tools unknown_tool;
    }
}
