//! Every check, one file each. Written by `scripts/regenerate.sh`; do not edit.

use crate::check::Entry;

mod auth {
    pub(super) mod every_request;
    pub(super) mod refusals;
}

mod batch {
    pub(super) mod answers;
    pub(super) mod empty_or_invalid;
    pub(super) mod never_sent;
    pub(super) mod received;
}

mod caching {
    pub(super) mod hints;
}

mod cancel {
    pub(super) mod ignored;
    pub(super) mod malformed;
    pub(super) mod server_sends;
}

mod client {
    pub(super) mod completion_notice;
    pub(super) mod forms;
    pub(super) mod request_shape;
}

mod completion {
    pub(super) mod capability;
    pub(super) mod complete;
    pub(super) mod context;
    pub(super) mod faulty_requests;
    pub(super) mod totals;
}

mod content {
    pub(super) mod annotations;
    pub(super) mod blocks;
    pub(super) mod icons;
    pub(super) mod mime_types;
}

mod discover {
    pub(super) mod implemented;
    pub(super) mod initialize_not_modern;
    pub(super) mod initialize_refused;
    pub(super) mod removed_methods;
    pub(super) mod stateless;
    pub(super) mod supported_truthful;
    pub(super) mod undeclared_methods;
    pub(super) mod unsupported_version;
}

mod errors {
    pub(super) mod codes;
    pub(super) mod own_codes;
    pub(super) mod reserved_codes;
}

mod http {
    pub(super) mod accel_buffering;
    pub(super) mod bind_localhost;
    pub(super) mod event_ids;
    pub(super) mod get_stream;
    pub(super) mod initialize_version_header;
    pub(super) mod last_event_id;
    pub(super) mod method_header;
    pub(super) mod name_base64;
    pub(super) mod name_header;
    pub(super) mod no_sessions;
    pub(super) mod notification_202;
    pub(super) mod notification_rejected;
    pub(super) mod origin;
    pub(super) mod origin_absent;
    pub(super) mod param_headers;
    pub(super) mod request_answer;
    pub(super) mod session_end;
    pub(super) mod session_ids;
    pub(super) mod session_requests;
    pub(super) mod sse_events;
    pub(super) mod sse_response;
    pub(super) mod stream_end;
    pub(super) mod unknown_method_status;
    pub(super) mod version_header;
    pub(super) mod version_mismatch;
}

mod initialize {
    pub(super) mod answered;
    pub(super) mod keeps_version;
    pub(super) mod no_early_requests;
    pub(super) mod only_negotiated;
    pub(super) mod ping_before_initialized;
    pub(super) mod speaks_first;
    pub(super) mod unknown_client_capabilities;
    pub(super) mod unsupported_version;
}

mod jsonrpc {
    pub(super) mod broken_requests;
    pub(super) mod error_message;
    pub(super) mod every_request_answered;
    pub(super) mod id_echo;
    pub(super) mod id_reuse;
    pub(super) mod ids;
    pub(super) mod invalid_params;
    pub(super) mod invalid_request;
    pub(super) mod malformed_json;
    pub(super) mod message_shape;
    pub(super) mod not_a_request;
    pub(super) mod notification_answered;
    pub(super) mod notification_id;
    pub(super) mod open_objects;
    pub(super) mod response_content;
    pub(super) mod server_request_ids;
    pub(super) mod unknown_method;
    pub(super) mod unsolicited_response;
    pub(super) mod utf8;
    pub(super) mod version_field;
}

mod logging {
    pub(super) mod capability;
    pub(super) mod invalid_request_level;
    pub(super) mod per_request;
    pub(super) mod request_level;
    pub(super) mod set_level;
    pub(super) mod threshold;
}

mod meta {
    pub(super) mod client_info;
    pub(super) mod keys;
    pub(super) mod optional_fields;
    pub(super) mod required_fields;
    pub(super) mod server_info;
    pub(super) mod trace_context;
}

mod mrtr {
    pub(super) mod input_required;
    pub(super) mod missing_capability;
    pub(super) mod no_server_requests;
    pub(super) mod responses;
    pub(super) mod undeclared;
}

mod pagination {
    pub(super) mod cursors;
    pub(super) mod invalid_cursor;
    pub(super) mod next_cursor;
    pub(super) mod params_optional;
    pub(super) mod stable_cursors;
}

mod ping {
    pub(super) mod answered;
}

mod progress {
    pub(super) mod course;
    pub(super) mod token_accepted;
    pub(super) mod tokens;
}

mod prompts {
    pub(super) mod argument_values;
    pub(super) mod arguments_member;
    pub(super) mod audio;
    pub(super) mod capability;
    pub(super) mod content;
    pub(super) mod get;
    pub(super) mod injection;
    pub(super) mod list;
    pub(super) mod names;
    pub(super) mod unknown_name;
}

mod resources {
    pub(super) mod capability;
    pub(super) mod list;
    pub(super) mod not_found_32002;
    pub(super) mod not_found_32602;
    pub(super) mod odd_uris;
    pub(super) mod read;
    pub(super) mod subscribe;
    pub(super) mod text_and_size;
    pub(super) mod updates;
    pub(super) mod uri_template;
    pub(super) mod uris;
}

mod result {
    pub(super) mod kind;
}

mod schema {
    pub(super) mod error_shapes;
    pub(super) mod results;
    pub(super) mod server_messages;
}

mod security {
    pub(super) mod ansi_escapes;
    pub(super) mod auth_missing;
    pub(super) mod bind_all;
    pub(super) mod error_details;
    pub(super) mod exfiltration;
    pub(super) mod hidden_markup;
    pub(super) mod hidden_unicode;
    pub(super) mod host;
    pub(super) mod injection_phrases;
    pub(super) mod look_alike_names;
    pub(super) mod secret_in_metadata;
    pub(super) mod shadowing;
}

mod stdio {
    pub(super) mod exit_on_eof;
    pub(super) mod exit_on_sigterm;
    pub(super) mod one_message_per_line;
    pub(super) mod stdout_only_messages;
}

mod subscriptions {
    pub(super) mod acknowledgment;
    pub(super) mod listen;
    pub(super) mod messages;
    pub(super) mod several;
    pub(super) mod stream;
    pub(super) mod without_filter;
}

mod tasks {
    pub(super) mod unknown_id;
}

mod tools {
    pub(super) mod arguments_optional;
    pub(super) mod call;
    pub(super) mod capability;
    pub(super) mod execution_errors;
    pub(super) mod header_annotations;
    pub(super) mod input_schema;
    pub(super) mod inputs_validated;
    pub(super) mod invalid_arguments;
    pub(super) mod list;
    pub(super) mod list_again;
    pub(super) mod malformed_call;
    pub(super) mod name_case;
    pub(super) mod names;
    pub(super) mod schema_dialect;
    pub(super) mod state_kept;
    pub(super) mod structured_content;
    pub(super) mod survival;
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
#[expect(clippy::too_many_lines, reason = "one line a check")]
pub fn all() -> Vec<Entry> {
    entries! {
        "auth/every-request" "auth/every_request.rs" auth every_request;
        "auth/refusals" "auth/refusals.rs" auth refusals;
        "batch/answers" "batch/answers.rs" batch answers;
        "batch/empty-or-invalid" "batch/empty_or_invalid.rs" batch empty_or_invalid;
        "batch/never-sent" "batch/never_sent.rs" batch never_sent;
        "batch/received" "batch/received.rs" batch received;
        "caching/hints" "caching/hints.rs" caching hints;
        "cancel/ignored" "cancel/ignored.rs" cancel ignored;
        "cancel/malformed" "cancel/malformed.rs" cancel malformed;
        "cancel/server-sends" "cancel/server_sends.rs" cancel server_sends;
        "client/completion-notice" "client/completion_notice.rs" client completion_notice;
        "client/forms" "client/forms.rs" client forms;
        "client/request-shape" "client/request_shape.rs" client request_shape;
        "completion/capability" "completion/capability.rs" completion capability;
        "completion/complete" "completion/complete.rs" completion complete;
        "completion/context" "completion/context.rs" completion context;
        "completion/faulty-requests" "completion/faulty_requests.rs" completion faulty_requests;
        "completion/totals" "completion/totals.rs" completion totals;
        "content/annotations" "content/annotations.rs" content annotations;
        "content/blocks" "content/blocks.rs" content blocks;
        "content/icons" "content/icons.rs" content icons;
        "content/mime-types" "content/mime_types.rs" content mime_types;
        "discover/implemented" "discover/implemented.rs" discover implemented;
        "discover/initialize-not-modern" "discover/initialize_not_modern.rs" discover initialize_not_modern;
        "discover/initialize-refused" "discover/initialize_refused.rs" discover initialize_refused;
        "discover/removed-methods" "discover/removed_methods.rs" discover removed_methods;
        "discover/stateless" "discover/stateless.rs" discover stateless;
        "discover/supported-truthful" "discover/supported_truthful.rs" discover supported_truthful;
        "discover/undeclared-methods" "discover/undeclared_methods.rs" discover undeclared_methods;
        "discover/unsupported-version" "discover/unsupported_version.rs" discover unsupported_version;
        "errors/codes" "errors/codes.rs" errors codes;
        "errors/own-codes" "errors/own_codes.rs" errors own_codes;
        "errors/reserved-codes" "errors/reserved_codes.rs" errors reserved_codes;
        "http/accel-buffering" "http/accel_buffering.rs" http accel_buffering;
        "http/bind-localhost" "http/bind_localhost.rs" http bind_localhost;
        "http/event-ids" "http/event_ids.rs" http event_ids;
        "http/get-stream" "http/get_stream.rs" http get_stream;
        "http/initialize-version-header" "http/initialize_version_header.rs" http initialize_version_header;
        "http/last-event-id" "http/last_event_id.rs" http last_event_id;
        "http/method-header" "http/method_header.rs" http method_header;
        "http/name-base64" "http/name_base64.rs" http name_base64;
        "http/name-header" "http/name_header.rs" http name_header;
        "http/no-sessions" "http/no_sessions.rs" http no_sessions;
        "http/notification-202" "http/notification_202.rs" http notification_202;
        "http/notification-rejected" "http/notification_rejected.rs" http notification_rejected;
        "http/origin" "http/origin.rs" http origin;
        "http/origin-absent" "http/origin_absent.rs" http origin_absent;
        "http/param-headers" "http/param_headers.rs" http param_headers;
        "http/request-answer" "http/request_answer.rs" http request_answer;
        "http/session-end" "http/session_end.rs" http session_end;
        "http/session-ids" "http/session_ids.rs" http session_ids;
        "http/session-requests" "http/session_requests.rs" http session_requests;
        "http/sse-events" "http/sse_events.rs" http sse_events;
        "http/sse-response" "http/sse_response.rs" http sse_response;
        "http/stream-end" "http/stream_end.rs" http stream_end;
        "http/unknown-method-status" "http/unknown_method_status.rs" http unknown_method_status;
        "http/version-header" "http/version_header.rs" http version_header;
        "http/version-mismatch" "http/version_mismatch.rs" http version_mismatch;
        "initialize/answered" "initialize/answered.rs" initialize answered;
        "initialize/keeps-version" "initialize/keeps_version.rs" initialize keeps_version;
        "initialize/no-early-requests" "initialize/no_early_requests.rs" initialize no_early_requests;
        "initialize/only-negotiated" "initialize/only_negotiated.rs" initialize only_negotiated;
        "initialize/ping-before-initialized" "initialize/ping_before_initialized.rs" initialize ping_before_initialized;
        "initialize/speaks-first" "initialize/speaks_first.rs" initialize speaks_first;
        "initialize/unknown-client-capabilities" "initialize/unknown_client_capabilities.rs" initialize unknown_client_capabilities;
        "initialize/unsupported-version" "initialize/unsupported_version.rs" initialize unsupported_version;
        "jsonrpc/broken-requests" "jsonrpc/broken_requests.rs" jsonrpc broken_requests;
        "jsonrpc/error-message" "jsonrpc/error_message.rs" jsonrpc error_message;
        "jsonrpc/every-request-answered" "jsonrpc/every_request_answered.rs" jsonrpc every_request_answered;
        "jsonrpc/id-echo" "jsonrpc/id_echo.rs" jsonrpc id_echo;
        "jsonrpc/id-reuse" "jsonrpc/id_reuse.rs" jsonrpc id_reuse;
        "jsonrpc/ids" "jsonrpc/ids.rs" jsonrpc ids;
        "jsonrpc/invalid-params" "jsonrpc/invalid_params.rs" jsonrpc invalid_params;
        "jsonrpc/invalid-request" "jsonrpc/invalid_request.rs" jsonrpc invalid_request;
        "jsonrpc/malformed-json" "jsonrpc/malformed_json.rs" jsonrpc malformed_json;
        "jsonrpc/message-shape" "jsonrpc/message_shape.rs" jsonrpc message_shape;
        "jsonrpc/not-a-request" "jsonrpc/not_a_request.rs" jsonrpc not_a_request;
        "jsonrpc/notification-answered" "jsonrpc/notification_answered.rs" jsonrpc notification_answered;
        "jsonrpc/notification-id" "jsonrpc/notification_id.rs" jsonrpc notification_id;
        "jsonrpc/open-objects" "jsonrpc/open_objects.rs" jsonrpc open_objects;
        "jsonrpc/response-content" "jsonrpc/response_content.rs" jsonrpc response_content;
        "jsonrpc/server-request-ids" "jsonrpc/server_request_ids.rs" jsonrpc server_request_ids;
        "jsonrpc/unknown-method" "jsonrpc/unknown_method.rs" jsonrpc unknown_method;
        "jsonrpc/unsolicited-response" "jsonrpc/unsolicited_response.rs" jsonrpc unsolicited_response;
        "jsonrpc/utf8" "jsonrpc/utf8.rs" jsonrpc utf8;
        "jsonrpc/version-field" "jsonrpc/version_field.rs" jsonrpc version_field;
        "logging/capability" "logging/capability.rs" logging capability;
        "logging/invalid-request-level" "logging/invalid_request_level.rs" logging invalid_request_level;
        "logging/per-request" "logging/per_request.rs" logging per_request;
        "logging/request-level" "logging/request_level.rs" logging request_level;
        "logging/set-level" "logging/set_level.rs" logging set_level;
        "logging/threshold" "logging/threshold.rs" logging threshold;
        "meta/client-info" "meta/client_info.rs" meta client_info;
        "meta/keys" "meta/keys.rs" meta keys;
        "meta/optional-fields" "meta/optional_fields.rs" meta optional_fields;
        "meta/required-fields" "meta/required_fields.rs" meta required_fields;
        "meta/server-info" "meta/server_info.rs" meta server_info;
        "meta/trace-context" "meta/trace_context.rs" meta trace_context;
        "mrtr/input-required" "mrtr/input_required.rs" mrtr input_required;
        "mrtr/missing-capability" "mrtr/missing_capability.rs" mrtr missing_capability;
        "mrtr/no-server-requests" "mrtr/no_server_requests.rs" mrtr no_server_requests;
        "mrtr/responses" "mrtr/responses.rs" mrtr responses;
        "mrtr/undeclared" "mrtr/undeclared.rs" mrtr undeclared;
        "pagination/cursors" "pagination/cursors.rs" pagination cursors;
        "pagination/invalid-cursor" "pagination/invalid_cursor.rs" pagination invalid_cursor;
        "pagination/next-cursor" "pagination/next_cursor.rs" pagination next_cursor;
        "pagination/params-optional" "pagination/params_optional.rs" pagination params_optional;
        "pagination/stable-cursors" "pagination/stable_cursors.rs" pagination stable_cursors;
        "ping/answered" "ping/answered.rs" ping answered;
        "progress/course" "progress/course.rs" progress course;
        "progress/token-accepted" "progress/token_accepted.rs" progress token_accepted;
        "progress/tokens" "progress/tokens.rs" progress tokens;
        "prompts/argument-values" "prompts/argument_values.rs" prompts argument_values;
        "prompts/arguments-member" "prompts/arguments_member.rs" prompts arguments_member;
        "prompts/audio" "prompts/audio.rs" prompts audio;
        "prompts/capability" "prompts/capability.rs" prompts capability;
        "prompts/content" "prompts/content.rs" prompts content;
        "prompts/get" "prompts/get.rs" prompts get;
        "prompts/injection" "prompts/injection.rs" prompts injection;
        "prompts/list" "prompts/list.rs" prompts list;
        "prompts/names" "prompts/names.rs" prompts names;
        "prompts/unknown-name" "prompts/unknown_name.rs" prompts unknown_name;
        "resources/capability" "resources/capability.rs" resources capability;
        "resources/list" "resources/list.rs" resources list;
        "resources/not-found-32002" "resources/not_found_32002.rs" resources not_found_32002;
        "resources/not-found-32602" "resources/not_found_32602.rs" resources not_found_32602;
        "resources/odd-uris" "resources/odd_uris.rs" resources odd_uris;
        "resources/read" "resources/read.rs" resources read;
        "resources/subscribe" "resources/subscribe.rs" resources subscribe;
        "resources/text-and-size" "resources/text_and_size.rs" resources text_and_size;
        "resources/updates" "resources/updates.rs" resources updates;
        "resources/uri-template" "resources/uri_template.rs" resources uri_template;
        "resources/uris" "resources/uris.rs" resources uris;
        "result/kind" "result/kind.rs" result kind;
        "schema/error-shapes" "schema/error_shapes.rs" schema error_shapes;
        "schema/results" "schema/results.rs" schema results;
        "schema/server-messages" "schema/server_messages.rs" schema server_messages;
        "security/ansi-escapes" "security/ansi_escapes.rs" security ansi_escapes;
        "security/auth-missing" "security/auth_missing.rs" security auth_missing;
        "security/bind-all" "security/bind_all.rs" security bind_all;
        "security/error-details" "security/error_details.rs" security error_details;
        "security/exfiltration" "security/exfiltration.rs" security exfiltration;
        "security/hidden-markup" "security/hidden_markup.rs" security hidden_markup;
        "security/hidden-unicode" "security/hidden_unicode.rs" security hidden_unicode;
        "security/host" "security/host.rs" security host;
        "security/injection-phrases" "security/injection_phrases.rs" security injection_phrases;
        "security/look-alike-names" "security/look_alike_names.rs" security look_alike_names;
        "security/secret-in-metadata" "security/secret_in_metadata.rs" security secret_in_metadata;
        "security/shadowing" "security/shadowing.rs" security shadowing;
        "stdio/exit-on-eof" "stdio/exit_on_eof.rs" stdio exit_on_eof;
        "stdio/exit-on-sigterm" "stdio/exit_on_sigterm.rs" stdio exit_on_sigterm;
        "stdio/one-message-per-line" "stdio/one_message_per_line.rs" stdio one_message_per_line;
        "stdio/stdout-only-messages" "stdio/stdout_only_messages.rs" stdio stdout_only_messages;
        "subscriptions/acknowledgment" "subscriptions/acknowledgment.rs" subscriptions acknowledgment;
        "subscriptions/listen" "subscriptions/listen.rs" subscriptions listen;
        "subscriptions/messages" "subscriptions/messages.rs" subscriptions messages;
        "subscriptions/several" "subscriptions/several.rs" subscriptions several;
        "subscriptions/stream" "subscriptions/stream.rs" subscriptions stream;
        "subscriptions/without-filter" "subscriptions/without_filter.rs" subscriptions without_filter;
        "tasks/unknown-id" "tasks/unknown_id.rs" tasks unknown_id;
        "tools/arguments-optional" "tools/arguments_optional.rs" tools arguments_optional;
        "tools/call" "tools/call.rs" tools call;
        "tools/capability" "tools/capability.rs" tools capability;
        "tools/execution-errors" "tools/execution_errors.rs" tools execution_errors;
        "tools/header-annotations" "tools/header_annotations.rs" tools header_annotations;
        "tools/input-schema" "tools/input_schema.rs" tools input_schema;
        "tools/inputs-validated" "tools/inputs_validated.rs" tools inputs_validated;
        "tools/invalid-arguments" "tools/invalid_arguments.rs" tools invalid_arguments;
        "tools/list" "tools/list.rs" tools list;
        "tools/list-again" "tools/list_again.rs" tools list_again;
        "tools/malformed-call" "tools/malformed_call.rs" tools malformed_call;
        "tools/name-case" "tools/name_case.rs" tools name_case;
        "tools/names" "tools/names.rs" tools names;
        "tools/schema-dialect" "tools/schema_dialect.rs" tools schema_dialect;
        "tools/state-kept" "tools/state_kept.rs" tools state_kept;
        "tools/structured-content" "tools/structured_content.rs" tools structured_content;
        "tools/survival" "tools/survival.rs" tools survival;
        "tools/unknown-tool" "tools/unknown_tool.rs" tools unknown_tool;
    }
}
