//! A request that needs what its client did not declare is answered with -32021, saying what.
//!
//! Client capabilities come with each request of 2026-07-28 and count for that request alone: the
//! next one may come from another client of the same gateway. A tool that cannot do without input
//! answers with -32021 and names in `data.requiredCapabilities` what it needs, over HTTP with status
//! 400, so that the client can offer it or look for another tool. Tools that are safe to call are
//! called with all features declared; one that asks for input is then called with none.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/call {"name":"echo","_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":null}}}
//! < http 400
//! < error -32021 "Roots are needed" data {"requiredCapabilities":{"roots":{}}}
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```
//!
//! ```mcp fails meta.client-capabilities.undeclared-error
//! revision 2026-07-28
//! > tools/call {"name":"echo","_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":null}}}
//! < error -32003 "Roots are needed"
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```
//!
//! ```mcp fails meta.client-capabilities.undeclared-http-400
//! revision 2026-07-28
//! transport http
//! > tools/call {"name":"echo","_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":null}}}
//! < http 200
//! < error -32021 "Roots are needed" data {"requiredCapabilities":{"roots":{}}}
//! > tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```
//!
//! ```mcp fails stateless.capabilities-not-remembered
//! revision 2026-07-28
//! >2 tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! >3 tools/call {"name":"echo"}
//! < complete {"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}
//! ```

use crate::check::common::client_features::{asker, asks, find_asking_tool, needed};
use crate::check::common::is_ordinary;
use crate::check::prelude::*;

const ERROR: &str = "meta.client-capabilities.undeclared-error";
const STATUS: &str = "meta.client-capabilities.undeclared-http-400";
const MEMORY: &str = "stateless.capabilities-not-remembered";

pub(crate) const CHECK: Check = Check {
    covers: &[ERROR, STATUS, MEMORY],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const DECLARED: &str = "call-with-all-client-features";
const FORGOTTEN: &str = "call-without-client-features-after-it";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if peer.surface().callable.is_empty() {
            return;
        }
        if let Some((tool, _)) = find_asking_tool(peer, DECLARED).await {
            peer.request(tool.call(FORGOTTEN)).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view.exchanges_meant(FORGOTTEN) {
        // What the tool answered before anything was declared on the connection.
        let at_first = view
            .exchanges()
            .filter(is_ordinary)
            .find(|other| other.method() == "tools/call" && same_tool(other, &exchange));
        judge_memory(verdicts.on(MEMORY), at_first.as_ref(), &exchange);
        judge_error(verdicts.on(ERROR), &exchange);
        judge_status(verdicts.on(STATUS), &exchange);
    }
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("no tool that is safe to be called asks for input");
    }
    verdicts
}

fn same_tool(one: &Exchange<'_>, other: &Exchange<'_>) -> bool {
    let name = |exchange: &Exchange<'_>| exchange.params().map(|params| params["name"].clone());
    name(one) == name(other)
}

fn asks_for_something(exchange: &Exchange<'_>) -> bool {
    exchange.result().is_some_and(|result| {
        let requests = result["inputRequests"].as_object();
        let mut entries = requests.into_iter().flatten();
        asks(result) && entries.any(|(_, it)| it["method"].as_str().and_then(needed).is_some())
    })
}

fn judge_memory(ruling: &mut Ruling, at_first: Option<&Exchange<'_>>, exchange: &Exchange<'_>) {
    let (true, Some(first)) = (asks_for_something(exchange), at_first) else {
        match exchange.responses.first() {
            Some(answer) if !asks_for_something(exchange) => ruling.held(answer.at.clone()),
            _ => ruling.inconclusive("the call was not answered"),
        };
        return;
    };
    if asks_for_something(first) {
        ruling.inconclusive("the tool asks for input whatever is declared");
        return;
    }
    let text = "Client capabilities that an earlier request declared are taken as declared.";
    let problem = Problem::new(asker(exchange), text);
    ruling.broken(problem.exchange(first).exchange(exchange));
}

fn judge_error(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let about = |text: &str| Problem::new(asker(exchange), text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::MISSING_CLIENT_CAPABILITY)) => {
            if names_capabilities(message) {
                ruling.held(message.at.clone());
            } else {
                let text = "The error for a missing client capability does not say which.";
                ruling.broken(about(text).hint("Name it in data.requiredCapabilities."));
            }
        }
        Reply::Error(..) => {
            let text = "A missing client capability is answered by another error than -32021.";
            ruling.broken(about(text));
        }
        // Who asks nevertheless breaks another rule.
        Reply::Result(_, result) if asks(result) => {
            ruling.inconclusive("the server asks for what the client did not declare");
        }
        Reply::Result(_, result) if result["isError"] == true => {
            let text = "A missing client capability is reported as a failure of the tool.";
            ruling.odd(about(text));
        }
        Reply::Result(message, _) => {
            ruling.held(message.at.clone());
        }
        _ => {
            ruling.inconclusive("the call was not answered");
        }
    }
}

fn names_capabilities(message: &WireMessage) -> bool {
    let Message::Error { data, .. } = &message.parsed.message else {
        return false;
    };
    let required = data
        .as_ref()
        .and_then(|data| data["requiredCapabilities"].as_object());
    required.is_some_and(|required| !required.is_empty())
}

fn judge_status(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let Reply::Error(message, Some(code::MISSING_CLIENT_CAPABILITY)) = exchange.reply() else {
        ruling.not_applicable("no request led to the error");
        return;
    };
    match exchange.http().map(|(_, response)| response.status) {
        Some(400) => {
            ruling.held(message.at.clone());
        }
        Some(status) => {
            let text = format!(
                "The error for a missing client capability comes with HTTP {status}, not 400."
            );
            ruling.broken(Problem::new(asker(exchange), text).exchange(exchange));
        }
        None => {}
    }
}
