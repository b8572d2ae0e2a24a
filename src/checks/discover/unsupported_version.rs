//! A request for a version that the server does not implement is answered by error -32022.
//!
//! The error names the versions that the server does support, so that the client can choose one and
//! ask again. Over HTTP its status is 400. A server that serves the request all the same gives
//! answers whose meaning the client may not know, and one that answers another error leaves the
//! client without a way on. Check `io.modelcontextprotocol/protocolVersion` before anything else,
//! for every method.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < error -32022 "Unsupported protocol version" data {"supported":["2026-07-28"],"requested":"1900-01-01"}
//! ```
//!
//! ```mcp fails versioning.unsupported-version.error
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < serve
//! ```
//!
//! ```mcp fails versioning.unsupported-version.error
//! revision 2026-07-28
//! > server/discover {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < error -32004 "Unsupported protocol version"
//! ```
//!
//! ```mcp fails versioning.unsupported-version.data
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < error -32022 "Unsupported protocol version" data {"supported":["2026-07-28"]}
//! ```
//!
//! ```mcp fails versioning.unsupported-version.http-400
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}}
//! < http 200
//! < default
//! ```

use crate::check::common::answers::end_by;
use crate::check::common::handshake;
use crate::check::prelude::*;

const ERROR: &str = "versioning.unsupported-version.error";
const DATA: &str = "versioning.unsupported-version.data";
const STATUS: &str = "versioning.unsupported-version.http-400";

pub(crate) const CHECK: Check = Check {
    covers: &[ERROR, DATA, STATUS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const KNOWN: &str = "unsupported-version-known-method";
const UNKNOWN: &str = "unsupported-version-unknown-method";
const MADE_UP: &str = "1900-01-01";
const SUBJECT: &str = "protocol version";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut methods = vec![(KNOWN, "server/discover")];
        methods.extend(
            handshake::list_methods(peer.session())
                .first()
                .map(|list| (KNOWN, *list)),
        );
        methods.push((UNKNOWN, "mcpcheck/unknown-method"));
        for (intent, method) in methods {
            let request = Request::new(intent, method)
                .meta(VERSION_KEY, json!(MADE_UP))
                .header("MCP-Protocol-Version", MADE_UP);
            peer.request(request).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for exchange in view
        .exchanges_meant(KNOWN)
        .chain(view.exchanges_meant(UNKNOWN))
    {
        if let Some(why) = handshake::unclear(&exchange) {
            verdicts.on(ERROR).inconclusive(why);
            continue;
        }
        match exchange.reply() {
            Reply::Error(message, Some(code::UNSUPPORTED_PROTOCOL_VERSION)) => {
                verdicts.on(ERROR).held(message.at.clone());
                judge_data(verdicts.on(DATA), &exchange, message);
                judge_status(verdicts.on(STATUS), &exchange);
            }
            Reply::Error(message, Some(code::METHOD_NOT_FOUND)) if is_unknown(&exchange) => {
                verdicts.on(ERROR).held(message.at.clone());
            }
            // What else an unknown method is answered by has a rule of its own.
            _ if is_unknown(&exchange) => {}
            Reply::HttpOnly(..) => judge_status(verdicts.on(STATUS), &exchange),
            other => judge_other(verdicts.on(ERROR), &exchange, &other),
        }
    }
    if verdicts.on(DATA).held.is_empty() && verdicts.on(DATA).problems.is_empty() {
        for id in [DATA, STATUS] {
            verdicts
                .on(id)
                .inconclusive("there was no error -32022 to look at");
        }
    }
    verdicts
}

fn is_unknown(exchange: &Exchange<'_>) -> bool {
    exchange.intent() == Some(UNKNOWN)
}

fn judge_other(ruling: &mut Ruling, exchange: &Exchange<'_>, reply: &Reply<'_>) {
    let what = match reply {
        Reply::Result(..) => "is served".to_owned(),
        Reply::Error(_, Some(code)) => format!("is refused by {code}, not -32022"),
        Reply::Silence { alive: false } => "leaves the server without a further answer".to_owned(),
        Reply::Silence { alive: true } => "is not answered".to_owned(),
        Reply::Gone(_) => end_by(exchange).to_owned(),
        _ => "is refused without the code -32022".to_owned(),
    };
    let text = format!("A request for the version {MADE_UP} {what}.");
    let mut problem = Problem::new(SUBJECT, text).exchange(exchange);
    if matches!(reply, Reply::Error(_, Some(-32004))) {
        problem = problem.hint("-32004 is the number of a draft; the published one is -32022.");
    }
    ruling.broken(problem);
}

fn judge_data(ruling: &mut Ruling, exchange: &Exchange<'_>, message: &WireMessage) {
    let Message::Error { data, .. } = &message.parsed.message else {
        return;
    };
    let data = data.as_deref().unwrap_or(&Value::Null);
    let about = |text: &str| Problem::new(SUBJECT, text).exchange(exchange);
    let supported = data["supported"].as_array();
    let supported = supported.filter(|all| all.iter().all(Value::is_string));
    let Some(supported) = supported else {
        let text = "The data of error -32022 has no list of version strings named supported.";
        ruling.broken(about(text));
        return;
    };
    if data["requested"] != MADE_UP {
        let text = "The data of error -32022 does not name the requested version as requested.";
        ruling.broken(about(text));
    } else if supported.is_empty() {
        ruling.odd(about("The data of error -32022 lists no version at all."));
    } else {
        ruling.held(message.at.clone());
    }
}

fn judge_status(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let Some((at, response)) = exchange.http() else {
        return;
    };
    let is_answered = !exchange.responses.is_empty();
    if response.status == 400 && is_answered {
        ruling.held(at);
        return;
    }
    let what = if is_answered {
        ""
    } else {
        " without a JSON-RPC error"
    };
    let status = response.status;
    let text = format!("A request for an unknown version is answered by HTTP {status}{what}.");
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange));
}
