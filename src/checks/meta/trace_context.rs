//! Trace context in `_meta` has the formats of W3C Trace Context and Baggage.
//!
//! The keys `traceparent`, `tracestate` and `baggage` are passed on to tracing systems as they
//! are; a value of another form breaks the trace or is rejected there. Copy them from the tracing
//! library, and leave them out when there is no trace.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/call
//! < merge {"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}
//! ```
//!
//! ```mcp fails meta.trace-context-format
//! revision 2026-07-28
//! > tools/call
//! < merge {"_meta":{"traceparent":"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"}}
//! ```
//!
//! ```mcp fails meta.trace-context-format
//! revision 2026-07-28
//! > tools/call
//! < merge {"_meta":{"baggage":{"user":"ada"}}}
//! ```

use crate::check::common::meta_key::metas;
use crate::check::prelude::*;

const RULE: &str = "meta.trace-context-format";

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
    ruling.not_applicable("the server sent no trace context");
    for (_, message) in view.received() {
        for (place, meta) in metas(&message.parsed) {
            for key in ["traceparent", "tracestate", "baggage"] {
                let Some(value) = meta.get(key) else {
                    continue;
                };
                if value.as_str().is_some_and(|text| is_well_formed(key, text)) {
                    ruling.held(message.at.clone());
                    continue;
                }
                let text = format!("The {key} in _meta does not have the form of that header.");
                let problem = Problem::new(format!("key:{key}"), text);
                ruling.broken(problem.at_pointer(message, &format!("{place}/{key}")));
            }
        }
    }
    verdicts
}

fn is_well_formed(key: &str, text: &str) -> bool {
    match key {
        "traceparent" => is_traceparent(text),
        _ => is_list(text),
    }
}

/// Version, trace id, parent id and flags in lower-case hexadecimal. Later versions may add more.
fn is_traceparent(text: &str) -> bool {
    let is_hex = |part: &str, length: usize| {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        part.len() == length && part.bytes().all(is_digit)
    };
    let is_id = |part: &str, length| is_hex(part, length) && part.bytes().any(|byte| byte != b'0');
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [version, trace, parent, flags, rest @ ..] => {
            let may_go_on = rest.is_empty() || *version != "00";
            is_hex(version, 2)
                && *version != "ff"
                && is_id(trace, 32)
                && is_id(parent, 16)
                && is_hex(flags, 2)
                && may_go_on
        }
        _ => false,
    }
}

/// Entries `name=value` with commas between them; empty ones are allowed.
fn is_list(text: &str) -> bool {
    let mut entries = text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    entries.all(|entry| {
        let name = entry.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_are_those_of_the_headers() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(is_traceparent(parent));
        assert!(is_traceparent(&format!("cc{}-more", &parent[2..])));
        for bad in [
            format!("{parent}-more"),
            format!("ff{}", &parent[2..]),
            parent.replace("b7ad6b7169203331", "0000000000000000"),
            parent.to_uppercase(),
            "00".to_owned(),
        ] {
            assert!(!is_traceparent(&bad), "{bad}");
        }
        assert!(is_list("rojo=00f067aa0ba902b7, congo=t61rcWkgMzE;p=1,,"));
        assert!(!is_list("rojo"));
        assert!(!is_list("=x"));
    }
}
