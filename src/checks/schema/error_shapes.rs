//! The errors that 2026-07-28 defines carry the data that they are defined with.
//!
//! A client acts on the data: it declares the capability that -32021 names and sends the request
//! again. Without the data the code says that something can be done, but not what. Build these
//! errors in one place that asks for their data.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < error -32021 "Missing capability" data {"requiredCapabilities":{"elicitation":{}}}
//! ```
//!
//! ```mcp fails schema.error-shapes
//! revision 2026-07-28
//! > tools/call
//! < error -32021 "Missing capability"
//! ```
//!
//! ```mcp fails schema.error-shapes
//! revision 2026-07-28
//! > tools/call
//! < error -32021 "Missing capability" data {"requiredCapabilities":["elicitation"]}
//! ```

use crate::check::common::{place_of, revision_of};
use crate::check::prelude::*;
use crate::spec::schema;

const RULE: &str = "schema.error-shapes";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for (conversation, message) in view.received() {
        let Some(revision) = revision_of(view, conversation) else {
            continue;
        };
        let Message::Error {
            code: Some(code), ..
        } = &message.parsed.message
        else {
            continue;
        };
        let (Some(definition), Some(value)) = (definition(*code), &message.parsed.envelope) else {
            continue;
        };
        if revision.era() == Era::Modern {
            judge_error(ruling, message, *code, definition, value);
        }
    }
    verdicts
}

fn definition(code: i64) -> Option<&'static str> {
    match code {
        code::HEADER_MISMATCH => Some("HeaderMismatchError"),
        code::MISSING_CLIENT_CAPABILITY => Some("MissingRequiredClientCapabilityError"),
        code::UNSUPPORTED_PROTOCOL_VERSION => Some("UnsupportedProtocolVersionError"),
        _ => None,
    }
}

fn judge_error(
    ruling: &mut Ruling,
    message: &WireMessage,
    code: i64,
    definition: &str,
    value: &Value,
) {
    let Err(faults) = schema::validate(Revision::V2026_07_28, definition, value) else {
        ruling.held(message.at.clone());
        return;
    };
    // Id, code and message have checks of their own, and so has the data of -32022.
    let faults = faults.iter().filter(|fault| {
        place_of(fault).starts_with("/error/data") && code != code::UNSUPPORTED_PROTOCOL_VERSION
    });
    for fault in faults {
        let text = format!(
            "An error {code} does not fit {definition}: at {}, {}.",
            fault.pointer, fault.message
        );
        let problem = Problem::new(format!("code:{code}"), text);
        ruling.broken(problem.at_pointer(message, &fault.pointer));
    }
}
