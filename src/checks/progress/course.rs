//! Progress grows with each notification of a token, and ends with the answer to its request.
//!
//! A value that does not grow makes a progress bar stand or jump back, and a notification after the
//! answer reopens what was finished, or is taken for the progress of something else. Count up, with
//! fractions where needed, and send the last notification before the answer. One list is asked for
//! with a token, and tools that report progress are called for more of it; progress for all other
//! requests counts as well.
//!
//! ```mcp passes
//! > tools/list {"_meta":{"progressToken":"mcp-check-course"}}
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1,"total":2}
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1.5,"total":2}
//! < default
//! ```
//!
//! ```mcp fails progress.increasing
//! > tools/list {"_meta":{"progressToken":"mcp-check-course"}}
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1}
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1}
//! < default
//! ```
//!
//! ```mcp fails progress.stops-at-completion
//! > tools/list {"_meta":{"progressToken":"mcp-check-course"}}
//! < default
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1}
//! ```
//!
//! ```mcp fails progress.stops-at-completion
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"progressToken":"mcp-check-course"}}
//! < sse
//! < default
//! < notify notifications/progress {"progressToken":"mcp-check-course","progress":1}
//! ```

use std::collections::BTreeMap;

use crate::check::common::handshake::list_methods;
use crate::check::common::progress::{given_token, longer, progress_of};
use crate::check::prelude::*;

const INCREASING: &str = "progress.increasing";
const STOPS: &str = "progress.stops-at-completion";

pub(crate) const CHECK: Check = Check {
    covers: &[INCREASING, STOPS],
    transports: Transports::All,
    needs: &[],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

/// Tools that are called at most; they may take their time.
const MOST_TOOLS: usize = 2;
const SUBJECT: &str = "method:notifications/progress";
/// The channels of HTTP have no common order: what is younger than this may have crossed, in
/// milliseconds.
const CROSSING_MS: u64 = 1000;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if let Some(list) = list_methods(peer.session()).first().copied() {
            let params = json!({"_meta": {"progressToken": "mcp-check-course"}});
            peer.request(Request::new("list-with-progress", list).params(params))
                .await;
        }
        let tools = peer.surface().callable.clone();
        let reporting = tools.iter().filter(|tool| tool.reports_progress);
        for tool in reporting.take(MOST_TOOLS) {
            if let Some(arguments) = longer(tool) {
                let meta = json!({"progressToken": format!("mcp-check-course-{}", tool.name)});
                let params = json!({"name": tool.name, "arguments": arguments, "_meta": meta});
                peer.request(Request::new("call-with-progress", "tools/call").params(params))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    verdicts
        .on(INCREASING)
        .not_applicable("no request got two progress notifications");
    verdicts
        .on(STOPS)
        .not_applicable("the server sent no progress notification");
    for conversation in view.conversations() {
        let mut last_values = BTreeMap::new();
        for progress in progress_of(conversation) {
            // Another token than the one given breaks another rule.
            let request = progress.request.as_ref();
            let given = request.filter(|it| given_token(it).as_ref() == Some(&progress.token));
            let Some(request) = given else { continue };
            judge_end(verdicts.on(STOPS), request, progress.message);
            let key = (request.request.at.seq, progress.message.channel);
            if let Some(value) = progress.value {
                let last = last_values.insert(key, value);
                judge_growth(verdicts.on(INCREASING), progress.message, last, value);
            }
        }
    }
    verdicts
}

fn judge_end(ruling: &mut Ruling, request: &Exchange<'_>, message: &WireMessage) {
    let answer = request
        .responses
        .first()
        .filter(|answer| answer.at.seq < message.at.seq);
    let is_task = request
        .result()
        .is_some_and(|result| result["task"].is_object());
    let Some(answer) = answer.filter(|_| !is_task) else {
        ruling.held(message.at.clone());
        return;
    };
    let time = |at: &EventRef| {
        request
            .conversation
            .event(at.seq)
            .map_or(0, |event| event.at_ms)
    };
    let text = "Progress is reported for a request that has been answered.";
    let problem = Problem::new(SUBJECT, text)
        .exchange(request)
        .message(message);
    if answer.channel == message.channel {
        ruling.broken(problem);
    } else if time(&message.at).saturating_sub(time(&answer.at)) > CROSSING_MS {
        ruling.odd(problem);
    }
}

fn judge_growth(ruling: &mut Ruling, message: &WireMessage, last: Option<f64>, value: f64) {
    match last {
        Some(last) if value <= last => {
            let text = format!("Progress goes from {last} to {value} instead of growing.");
            ruling.broken(Problem::new(SUBJECT, text).message(message));
        }
        Some(_) => {
            ruling.held(message.at.clone());
        }
        None => {}
    }
}
