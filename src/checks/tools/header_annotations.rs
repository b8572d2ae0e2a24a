//! A parameter is marked for a header only where clients can mirror it, and by a name HTTP allows.
//!
//! Clients over HTTP repeat arguments marked by `x-mcp-header` in `Mcp-Param-` headers, and leave
//! out a tool whose marks they cannot follow. The mark has to be a header name, unlike all others of
//! the tool, on a string, integer or boolean that is reached through `properties` alone. A line
//! break in it would add headers of the server's choice. What is secret does not belong into
//! headers, which proxies log. Over other transports a wrong mark is only a warning.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"Text"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.not-empty
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":""}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.token-syntax
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"a b"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.no-control-characters
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"a\r\nb"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.unique-ignoring-case
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"A"},
//! | "b":{"type":"string","x-mcp-header":"a"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.primitive-only
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"number","x-mcp-header":"A"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.statically-reachable
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"$defs":{"a":{"type":"string","x-mcp-header":"A"}}}
//! ```
//!
//! ```mcp fails tools.x-mcp-header.not-on-sensitive-parameters
//! revision 2026-07-28
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"api_key":{"type":"string","x-mcp-header":"A"}}}
//! ```

use std::collections::BTreeMap;

use crate::check::common::header_params::{Annotation, annotations, is_token};
use crate::check::common::listing::{Listed, listed};
use crate::check::prelude::*;

const EMPTY: &str = "tools.x-mcp-header.not-empty";
const TOKEN: &str = "tools.x-mcp-header.token-syntax";
const CONTROL: &str = "tools.x-mcp-header.no-control-characters";
const UNIQUE: &str = "tools.x-mcp-header.unique-ignoring-case";
const PRIMITIVE: &str = "tools.x-mcp-header.primitive-only";
const REACHABLE: &str = "tools.x-mcp-header.statically-reachable";
const SENSITIVE: &str = "tools.x-mcp-header.not-on-sensitive-parameters";

pub(crate) const CHECK: Check = Check {
    covers: &[
        EMPTY, TOKEN, CONTROL, UNIQUE, PRIMITIVE, REACHABLE, SENSITIVE,
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

/// Parts of names and titles of parameters that hold secrets.
const SECRETS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "ssn",
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for tool in listed(view, "tools/list", "tools") {
        let marks = annotations(&tool.value["inputSchema"]);
        let mut first: BTreeMap<String, String> = BTreeMap::new();
        for mark in &marks {
            for (rule, fault) in faults(mark) {
                rule_on(&mut verdicts, view.transport, &tool, mark, (rule, fault));
            }
            let Some(text) = mark.value.as_str().filter(|text| !text.is_empty()) else {
                continue;
            };
            let twin = first.insert(text.to_ascii_lowercase(), mark.parameter());
            let fault = twin.map(|twin| format!("{text:?}, like {twin} but for letter case"));
            rule_on(&mut verdicts, view.transport, &tool, mark, (UNIQUE, fault));
        }
    }
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("no parameter is marked by x-mcp-header");
    }
    verdicts
}

/// Each rule that one mark can break by itself, with how it does; a mark that is wrong in itself
/// breaks one rule about its text.
fn faults(mark: &Annotation<'_>) -> [(&'static str, Option<String>); 6] {
    let text = mark.value.as_str().unwrap_or_default();
    let has_control = text.chars().any(char::is_control);
    let shown = || mark.value.to_string();
    [
        (EMPTY, text.is_empty().then(shown)),
        (CONTROL, has_control.then(shown)),
        (
            TOKEN,
            (!text.is_empty() && !has_control && !is_token(text)).then(shown),
        ),
        (PRIMITIVE, type_fault(mark)),
        (
            REACHABLE,
            mark.path
                .is_none()
                .then(|| format!("{text:?} at {}", mark.pointer)),
        ),
        (SENSITIVE, is_sensitive(mark).then(shown)),
    ]
}

/// Where the way to a mark is no chain of properties, it is no parameter that could have a type.
fn type_fault(mark: &Annotation<'_>) -> Option<String> {
    mark.path.as_ref()?;
    let is_fine = |kind: &str| ["string", "integer", "boolean"].contains(&kind);
    let kind = &mark.schema["type"];
    match kind {
        Value::String(kind) if is_fine(kind) => None,
        Value::Null => Some("on a parameter without a type".to_owned()),
        Value::Array(kinds) if is_nullable_primitive(kinds) => {
            Some(format!("on a parameter of the types {kind}"))
        }
        _ => Some(format!("on a parameter of type {kind}")),
    }
}

/// The text is silent about a primitive that may also be null.
fn is_nullable_primitive(kinds: &[Value]) -> bool {
    let is_fine = |kind: &Value| kind == "string" || kind == "integer" || kind == "boolean";
    kinds.iter().all(|kind| kind == "null" || is_fine(kind))
}

fn is_sensitive(mark: &Annotation<'_>) -> bool {
    let name = mark.path.as_ref().and_then(|path| path.last().copied());
    let title = mark.schema["title"].as_str();
    let says_so = |text: &str| {
        let text = text.to_lowercase();
        SECRETS.iter().any(|word| text.contains(word))
    };
    name.is_some_and(says_so)
        || title.is_some_and(says_so)
        || mark.schema["format"] == "password"
        || mark.schema["writeOnly"] == true
}

fn rule_on(
    verdicts: &mut Verdicts,
    transport: TransportKind,
    tool: &Listed<'_>,
    mark: &Annotation<'_>,
    (rule, fault): (&'static str, Option<String>),
) {
    let ruling = verdicts.on(rule);
    let Some(fault) = fault else {
        ruling.held(tool.message.at.clone());
        return;
    };
    let text = format!(
        "The parameter {} of {} has the x-mcp-header {fault}.",
        mark.parameter(),
        tool.value["name"]
    );
    let place = tool.pointer("tools", &format!("/inputSchema{}", mark.pointer));
    let problem = Problem::new(tool.subject("tool", "name"), text).at_pointer(tool.message, &place);
    let kinds = mark.schema["type"].as_array();
    let is_open = rule == PRIMITIVE && kinds.is_some_and(|kinds| is_nullable_primitive(kinds));
    match transport == TransportKind::Stdio || is_open {
        true => ruling.odd(problem),
        false => ruling.broken(problem),
    };
}
