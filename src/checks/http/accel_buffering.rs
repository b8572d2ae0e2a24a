//! Event streams of 2026-07-28 carry the header `X-Accel-Buffering: no`.
//!
//! Proxies in front of servers collect small pieces of a response before they pass them on, so that
//! progress and changes arrive late or all at once. The header switches that off where it is known.
//! Set it wherever a stream begins. A proxy may also have removed it on the way to mcp-check.
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < sse
//! < header X-Accel-Buffering: no
//! < default
//! ```
//!
//! ```mcp fails http.sse.x-accel-buffering
//! revision 2026-07-28
//! transport http
//! > tools/list
//! < sse
//! < header X-Accel-Buffering absent
//! < default
//! ```

use crate::check::common::http::{EVENT_STREAM, is_private_target};
use crate::check::common::is_modern_request;
use crate::check::prelude::*;

const RULE: &str = "http.sse.x-accel-buffering";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const HEADER: &str = "x-accel-buffering";

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges().filter(is_modern_request) {
        let Some((at, response)) = exchange.http() else {
            continue;
        };
        if response.status != 200 || response.media_type() != EVENT_STREAM {
            continue;
        }
        let value = response.header(HEADER).unwrap_or_default();
        if value.trim().eq_ignore_ascii_case("no") {
            ruling.held(at);
            continue;
        }
        let mut text = "An event stream lacks the header X-Accel-Buffering: no.".to_owned();
        if !is_private_target(exchange.conversation) {
            text.push_str(" A proxy may have removed it.");
        }
        let problem = Problem::new("event streams", text).exchange(&exchange);
        let event = exchange.conversation.event(at.seq);
        ruling.broken(match event {
            Some(event) => problem.event(event, format!("X-Accel-Buffering: {value}")),
            None => problem,
        });
    }
    ruling.not_applicable("no answer came as an event stream");
    verdicts
}
