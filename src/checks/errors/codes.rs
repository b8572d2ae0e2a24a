//! 2026-07-28 keeps error codes for itself, and the server uses them for nothing else.
//!
//! From -32020 to -32099 only the defined codes occur, each for its purpose, and the old codes
//! -32002 and -32042 are gone. Clients act on these codes: they correct headers, choose another
//! version or ask for a capability. Use -32602 for what does not exist, and codes outside the
//! reserved range for your own errors.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < error -32021 "Missing capability" data {"requiredCapabilities":{"elicitation":{}}}
//! ```
//!
//! ```mcp fails errors.mcp-range-only-defined
//! revision 2026-07-28
//! > tools/call
//! < error -32050 "Quota exceeded"
//! ```
//!
//! ```mcp fails errors.retired-codes
//! revision 2026-07-28
//! > resources/read
//! < error -32002 "Resource not found"
//! ```
//!
//! ```mcp fails errors.mcp-range-only-defined errors.retired-codes
//! revision 2026-07-28
//! > tools/call
//! < error -32042 "Visit a page first"
//! ```
//!
//! ```mcp fails errors.mcp-codes-meaning
//! revision 2026-07-28
//! > tools/list
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails errors.mcp-codes-meaning
//! revision 2026-07-28
//! > tools/list
//! < error -32022 "No" data {"supported":["2027-01-01"],"requested":"2026-07-28"}
//! ```

use crate::check::common::http::{VERSION_HEADER, names_one_version, sent_header};
use crate::check::common::{is_ordinary, revision_of};
use crate::check::prelude::*;

const RANGE: &str = "errors.mcp-range-only-defined";
const MEANING: &str = "errors.mcp-codes-meaning";
const RETIRED: &str = "errors.retired-codes";

pub(crate) const CHECK: Check = Check {
    covers: &[RANGE, MEANING, RETIRED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    verdicts
        .on(MEANING)
        .not_applicable("none of the codes was seen");
    for exchange in view.exchanges() {
        let Reply::Error(message, Some(code)) = exchange.reply() else {
            continue;
        };
        if is_modern(view, &exchange) && names_one_version(&exchange) {
            judge_range(&mut verdicts, message, code);
            judge_meaning(verdicts.on(MEANING), view, &exchange, message, code);
        }
    }
    verdicts
}

/// A request without the version in `_meta` may be answered by the rules of earlier revisions.
fn is_modern(view: &View, exchange: &Exchange<'_>) -> bool {
    let revision = revision_of(view, exchange.conversation);
    let meta = exchange.params().and_then(|params| params.get("_meta"));
    let names_version = meta.is_some_and(|meta| {
        meta.get("io.modelcontextprotocol/protocolVersion")
            .is_some()
    });
    names_version && revision.is_some_and(|it| it.era() == Era::Modern)
}

fn judge_range(verdicts: &mut Verdicts, message: &WireMessage, code: i64) {
    let about = |text: String| Problem::new(format!("code:{code}"), text).message(message);
    let is_defined = matches!(
        code,
        code::HEADER_MISMATCH
            | code::MISSING_CLIENT_CAPABILITY
            | code::UNSUPPORTED_PROTOCOL_VERSION
    );
    let range = verdicts.on(RANGE);
    if (-32099..=-32020).contains(&code) && !is_defined {
        let text = format!("The code {code} is reserved for MCP, which does not define it.");
        range.broken(about(text));
    } else {
        range.held(message.at.clone());
    }
    let retired = verdicts.on(RETIRED);
    if matches!(
        code,
        code::RESOURCE_NOT_FOUND | code::URL_ELICITATION_REQUIRED
    ) {
        let text = format!("The code {code} of earlier revisions is not used any more.");
        let hint = match code {
            code::RESOURCE_NOT_FOUND => "Use -32602 for a resource that does not exist.",
            _ => "Answer with an input_required result that asks for the URL to be visited.",
        };
        retired.broken(about(text).hint(hint));
    } else {
        retired.held(message.at.clone());
    }
}

fn judge_meaning(
    ruling: &mut Ruling,
    view: &View,
    exchange: &Exchange<'_>,
    message: &WireMessage,
    code: i64,
) {
    let meta = |key: &str| {
        let meta = exchange.params().and_then(|params| params.get("_meta"));
        meta.and_then(|meta| meta.get(format!("io.modelcontextprotocol/{key}")))
    };
    let misuse = match code {
        code::HEADER_MISMATCH if view.transport != TransportKind::StreamableHttp => {
            Some("although there are no headers over stdio")
        }
        code::HEADER_MISMATCH => {
            headers_match(exchange).then_some("although all headers match the body")
        }
        code::UNSUPPORTED_PROTOCOL_VERSION => {
            let requested = meta("protocolVersion").and_then(Value::as_str);
            let supported = view.session().supported;
            let is_supported =
                requested.is_some_and(|it| supported.iter().any(|known| known == it));
            is_supported.then_some("for a version that server/discover lists")
        }
        code::MISSING_CLIENT_CAPABILITY => {
            let declared = meta("clientCapabilities").unwrap_or(&Value::Null);
            let is_declared = required(message).is_some_and(|it| includes(declared, it));
            is_declared.then_some("although the request declares every capability it names")
        }
        _ => return,
    };
    match misuse {
        None => ruling.held(message.at.clone()),
        Some(misuse) => {
            let text = format!("The server answers {code} {misuse}.");
            ruling.broken(Problem::new(format!("code:{code}"), text).exchange(exchange))
        }
    };
}

fn required(message: &WireMessage) -> Option<&Value> {
    let Message::Error {
        data: Some(data), ..
    } = &message.parsed.message
    else {
        return None;
    };
    data.get("requiredCapabilities")
        .filter(|it| it.as_object().is_some_and(|it| !it.is_empty()))
}

/// True when every member named in `required` is declared, at every depth.
fn includes(declared: &Value, required: &Value) -> bool {
    let Some(required) = required.as_object() else {
        return true;
    };
    required
        .iter()
        .all(|(name, inner)| declared.get(name).is_some_and(|own| includes(own, inner)))
}

/// Only methods whose headers are the version and the method; what a name or a parameter has to
/// look like as a header is more than can be told here. Probes may add headers that are wrong. An
/// error without the id of the request may be about one before it, where a server leaves a body
/// unread on a kept connection.
fn headers_match(exchange: &Exchange<'_>) -> bool {
    let named = ["tools/call", "prompts/get", "resources/read"];
    if named.contains(&exchange.method()) || !is_ordinary(exchange) || !exchange.exact {
        return false;
    }
    let sent = |name| sent_header(exchange.conversation, exchange.request.channel, name);
    let version = exchange
        .params()
        .and_then(|params| params["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str());
    version.is_some()
        && sent(VERSION_HEADER) == version
        && sent("Mcp-Method") == Some(exchange.method())
}
