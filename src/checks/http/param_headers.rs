//! `Mcp-Param-` headers say the same as the arguments they mirror.
//!
//! Proxies route and bill by these headers; when a server takes a call whose header says something
//! else than its body, the two are played off against each other. Refuse such a call, and one that
//! lacks the header of an argument it has, by HTTP 400 with error -32020. Decode the base64 form
//! first, compare integers as numbers, and ask for no header where there is no argument.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"Text"},
//! | "n":{"type":"integer","x-mcp-header":"N"}}}
//! > tools/call {"name":"echo"}
//! when mcp-param-text: mcpcheck-other
//! < http 400
//! < error -32020 "Header mismatch"
//! > tools/call {"name":"echo"}
//! when mcp-param-text absent
//! < http 400
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails http.param-header.matches http.param-header.missing
//! revision 2026-07-28
//! transport http
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"Text"}}}
//! ```
//!
//! ```mcp fails http.param-header.base64 http.param-header.integer-comparison
//! revision 2026-07-28
//! transport http
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"Text"},
//! | "n":{"type":"integer","x-mcp-header":"N"}}}
//! > tools/call {"name":"echo","arguments":{"n":1}}
//! when mcp-param-text: mcpcheck
//! when mcp-param-n: 1
//! < default
//! > tools/call {"name":"echo","arguments":{"n":null}}
//! when mcp-param-text: mcpcheck
//! < default
//! > tools/call {"name":"echo"}
//! < http 400
//! < error -32020 "Header mismatch"
//! ```
//!
//! ```mcp fails http.param-header.not-expected-without-value
//! revision 2026-07-28
//! transport http
//! > tools/list {"cursor":null}
//! < merge /tools/0/inputSchema {"properties":{"text":{"type":"string","x-mcp-header":"Text"},
//! | "n":{"type":"integer","x-mcp-header":"N"}}}
//! > tools/call {"name":"echo"}
//! when mcp-param-n absent
//! < http 400
//! < error -32020 "Header mismatch"
//! > tools/call {"name":"echo"}
//! when mcp-param-text: mcpcheck-other
//! < http 400
//! < error -32020 "Header mismatch"
//! > tools/call {"name":"echo"}
//! when mcp-param-text absent
//! < http 400
//! < error -32020 "Header mismatch"
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::check::common::header_params::{Annotation, annotations};
use crate::check::common::http::judge_header_refusal;
use crate::check::prelude::*;

const MATCHES: &str = "http.param-header.matches";
const MISSING: &str = "http.param-header.missing";
const BASE64: &str = "http.param-header.base64";
const INTEGER: &str = "http.param-header.integer-comparison";
const UNEXPECTED: &str = "http.param-header.not-expected-without-value";

pub(crate) const CHECK: Check = Check {
    covers: &[MATCHES, MISSING, BASE64, INTEGER, UNEXPECTED],
    transports: Transports::Http,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FULL: &str = "param-headers-of-all-arguments";
const PARTIAL: &str = "param-headers-of-required-arguments";
const DIFFERENT: &str = "param-header-different";
const ABSENT: &str = "param-header-absent";
const ENCODED: &str = "param-header-base64";
const FRACTION: &str = "param-header-integer-as-fraction";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.revision().era() == Era::Handshake {
            return;
        }
        let mut tools = peer.surface().callable.iter();
        let Some(tool) = tools.find(|tool| !marks(tool).is_empty()).cloned() else {
            return;
        };
        for request in requests(&tool) {
            peer.request(request).await;
        }
        peer.settle().await;
    })
}

/// The marks of a tool's own parameters, those that clients can follow.
fn marks(tool: &Callable) -> Vec<Annotation<'_>> {
    let mut marks = annotations(&tool.tool["inputSchema"]);
    let is_direct = |mark: &Annotation<'_>| mark.path.as_ref().is_some_and(|path| path.len() == 1);
    marks.retain(|mark| is_direct(mark) && mark.header().is_some());
    marks
}

fn requests(tool: &Callable) -> Vec<Request> {
    let marks = marks(tool);
    let mut arguments = tool.arguments.clone();
    for mark in &marks {
        let name = mark.parameter();
        if arguments.get(&name).is_none()
            && let Some(value) = bland(mark.schema)
        {
            arguments[name] = value;
        }
    }
    let call = |intent: &str| {
        let params = json!({"name": tool.name, "arguments": arguments});
        Request::new(intent, "tools/call").params(params)
    };
    let mut requests = vec![call(FULL)];
    if arguments != tool.arguments {
        requests.push(tool.call(PARTIAL));
    }
    let text = marks.iter().find_map(|mark| {
        let value = mark.argument(&arguments)?.as_str()?;
        Some((mark.header()?, value))
    });
    if let Some((header, value)) = text {
        let encoded = format!("=?base64?{}?=", STANDARD.encode(value));
        requests.push(call(DIFFERENT).header(&header, "mcpcheck-other"));
        requests.push(call(ABSENT).without_header(&header));
        requests.push(call(ENCODED).header(&header, &encoded));
    }
    let number = marks.iter().find_map(|mark| {
        let value = mark.argument(&arguments)?.as_i64()?;
        Some((mark.header()?, value))
    });
    if let Some((header, value)) = number {
        requests.push(call(FRACTION).header(&header, &format!("{value}.0")));
    }
    requests
}

/// A plain value for an optional parameter; `None` when its schema wants something special.
fn bland(schema: &Value) -> Option<Value> {
    let special = [
        "enum",
        "const",
        "pattern",
        "format",
        "multipleOf",
        "minLength",
    ];
    if special.iter().any(|keyword| schema.get(keyword).is_some()) {
        return None;
    }
    match schema["type"].as_str()? {
        "string" => Some(json!("mcpcheck")),
        "integer" => Some(json!(schema["minimum"].as_i64().unwrap_or(1).max(1))),
        _ => None,
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let Some(full) = view.exchanges_meant(FULL).next() else {
        for id in CHECK.covers {
            let why = "no tool that is safe to be called has a parameter marked by x-mcp-header";
            verdicts.on(id).not_applicable(why);
        }
        return verdicts;
    };
    let serves_full = full.result().is_some();
    for (intent, rule, what) in [
        (
            DIFFERENT,
            MATCHES,
            "A call whose header differs from its argument",
        ),
        (ABSENT, MISSING, "A call without the header of an argument"),
    ] {
        for exchange in view.exchanges_meant(intent) {
            match serves_full {
                true => judge_header_refusal(verdicts.on(rule), &exchange, "Mcp-Param", what),
                false => {
                    let why = "the call is not served with all headers in order";
                    verdicts.on(rule).inconclusive(why);
                }
            }
        }
    }
    for (intent, rule, text) in [
        (
            ENCODED,
            BASE64,
            "A header in base64 is not decoded before it is compared.",
        ),
        (
            FRACTION,
            INTEGER,
            "An integer in a header is not compared as a number.",
        ),
        (
            PARTIAL,
            UNEXPECTED,
            "A header is demanded for an argument that was left out.",
        ),
    ] {
        for exchange in view.exchanges_meant(intent) {
            judge_acceptance(verdicts.on(rule), &exchange, serves_full, text);
        }
        verdicts
            .on(rule)
            .not_applicable("the tool has no parameter for this");
    }
    verdicts
}

fn judge_acceptance(ruling: &mut Ruling, exchange: &Exchange<'_>, serves_full: bool, text: &str) {
    match exchange.reply() {
        Reply::Error(_, Some(code::HEADER_MISMATCH)) if serves_full => {
            ruling.broken(Problem::new("Mcp-Param", text).exchange(exchange));
        }
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        _ => {
            ruling.inconclusive("the call was not served for another reason");
        }
    }
}
