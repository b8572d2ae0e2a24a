//! Parameters of the wrong structure are answered with -32602.
//!
//! The code tells a client that its request was wrong and that sending it again will not help. A
//! result hides the mistake, and silence looks like a server that is down. Check that required
//! members are there and of the right type before the request is handled.
//!
//! ```mcp passes
//! > resources/read {"uri":null}
//! < error -32602 "uri is missing"
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > completion/complete {"ref":null}
//! < error -32602 "ref is missing"
//! ```
//!
//! ```mcp fails jsonrpc.invalid-params-code
//! > resources/read {"uri":null}
//! < error -32603 "Cannot read properties of undefined"
//! ```
//!
//! ```mcp fails jsonrpc.invalid-params-code
//! > prompts/get {"name":null}
//! < result {"messages":[]}
//! ```
//!
//! ```mcp fails jsonrpc.invalid-params-code
//! > tools/call {"name":null}
//! < silence
//! ```

use crate::check::common::answers::{judge_unanswered, shown};
use crate::check::common::broken_input::START_UP;
use crate::check::common::is_refusal_of_host;
use crate::check::prelude::*;

const RULE: &str = "jsonrpc.invalid-params-code";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "invalid-params";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let cases = cases(peer).into_iter();
        let asked = cases.flat_map(|(method, params)| {
            let plain = Request::new(INTENT, method).params(params);
            let named = plain.clone().id(Id::from(format!("mcpcheck-{method}")));
            [plain, named]
        });
        let asked: Vec<Request> = asked.collect();
        for request in asked {
            if peer.request(request).await.is_none() && !peer.settle().await {
                return;
            }
        }
        peer.settle().await;
        if peer.revision().era() == Era::Modern {
            return;
        }
        if let Some(mut fresh) = peer.open(Opening::Silent).await {
            let params = json!({
                "capabilities": {},
                "clientInfo": {"name": "mcp-check", "version": env!("CARGO_PKG_VERSION")},
            });
            let mut request = Request::new(INTENT, "initialize").params(params);
            request.deadline = Some(START_UP);
            fresh.request(request).await;
            fresh.close().await;
        }
    })
}

/// Requests without a required member, or with one of the wrong type, for what was declared. In
/// 2026-07-28 headers mirror `name` and `uri`, so that leaving those out over HTTP breaks another
/// rule first.
fn cases(peer: &dyn Peer) -> Vec<(&'static str, Value)> {
    let session = peer.session();
    let is_modern = peer.revision().era() == Era::Modern;
    let is_mirrored = is_modern && peer.transport() == TransportKind::StreamableHttp;
    let mut cases = Vec::new();
    for (feature, method) in [
        ("resources", "resources/read"),
        ("tools", "tools/call"),
        ("prompts", "prompts/get"),
    ] {
        if session.declares(&[feature]) && !is_mirrored {
            cases.push((method, json!({})));
        }
    }
    if !is_modern {
        return cases;
    }
    for (feature, method) in [
        ("tools", "tools/list"),
        ("resources", "resources/list"),
        ("prompts", "prompts/list"),
    ] {
        if session.declares(&[feature]) {
            cases.push((method, json!({"cursor": 7})));
            break;
        }
    }
    if session.declares(&["completions"]) {
        cases.push((
            "completion/complete",
            json!({"argument": {"name": "a", "value": "b"}}),
        ));
    }
    cases
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        let method = exchange.method();
        let subject = format!("method:{method}");
        if let Reply::HttpOnly(_, response) = exchange.reply()
            && is_refusal_of_host(response.status)
        {
            ruling.inconclusive(format!("{method} met HTTP {}", response.status));
            continue;
        }
        let what = format!("{method} with invalid params");
        if let ("initialize", Reply::Silence { .. }) = (method, exchange.reply()) {
            let text = format!("{what} was never answered.");
            ruling.broken(Problem::new(subject, text).exchange(&exchange));
            continue;
        }
        if judge_unanswered(ruling, &exchange, &subject, &what) {
            continue;
        }
        let about = |text: String| Problem::new(subject.clone(), text).exchange(&exchange);
        match exchange.reply() {
            Reply::Error(message, Some(code::INVALID_PARAMS)) => {
                ruling.held(message.at.clone());
            }
            Reply::Error(_, Some(code::METHOD_NOT_FOUND)) => {
                ruling.inconclusive(format!("the server does not know {method}"));
            }
            Reply::Error(_, code) => {
                let text = format!("{what} was answered with {}, not -32602.", shown(code));
                // One place in an SDK usually turns all of them into errors.
                ruling.broken(Problem::new("error code", text).exchange(&exchange));
            }
            Reply::Result(_, result) => {
                let problem = about(format!("{what} was answered by a result."));
                ruling.broken(match is_nonsense(method, result) {
                    true => problem.outright(),
                    false => problem,
                });
            }
            _ => {}
        }
    }
    verdicts
}

/// A server may ignore a cursor it has no use for, read nothing in `initialize`, and report a
/// missing tool name in the tool's result. To serve a request for nothing in particular makes no
/// sense.
fn is_nonsense(method: &str, result: &Value) -> bool {
    match method {
        "resources/read" | "prompts/get" | "completion/complete" => {
            result["resultType"] != "input_required"
        }
        "tools/call" => result["isError"] != true,
        _ => false,
    }
}
