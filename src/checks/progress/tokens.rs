//! Progress names the token of a request that gave one, exactly as it was given.
//!
//! The token is all that ties a progress notification to a request. One that no request gave, such
//! as the request's id, moves no progress bar, and neither does one that comes back as a number
//! where a string was sent. Keep the token as the JSON value it was, and send nothing for requests
//! that have none. Three lists are asked for with tokens, and tools that report progress are called
//! with a number; progress for all other requests counts as well.
//!
//! ```mcp passes
//! > tools/list {"_meta":{"progressToken":"9072"}}
//! < notify notifications/progress {"progressToken":"9072","progress":1,"total":2}
//! < default
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"progressToken":9073}}
//! < sse
//! < notify notifications/progress {"progressToken":9073,"progress":0}
//! < default
//! ```
//!
//! ```mcp fails progress.only-given-tokens
//! > tools/list
//! < notify notifications/progress {"progressToken":"$id","progress":1}
//! < default
//! ```
//!
//! ```mcp fails progress.token-type
//! > tools/list {"_meta":{"progressToken":"9072"}}
//! < notify notifications/progress {"progressToken":9072,"progress":1}
//! < default
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::common::progress::{Progress, given_token, progress_of};
use crate::check::prelude::*;

const GIVEN: &str = "progress.only-given-tokens";
const TYPE: &str = "progress.token-type";

pub(crate) const CHECK: Check = Check {
    covers: &[GIVEN, TYPE],
    transports: Transports::All,
    needs: &[],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

/// Gives tokens that no request id resembles, not even in another type.
fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if let Some(list) = list_methods(peer.session()).first().copied() {
            for token in [json!("mcp-check-71"), json!("9072"), json!(9073)] {
                let params = json!({"_meta": {"progressToken": token}});
                let request = Request::new("list-with-progress-token", list).params(params);
                peer.request(request).await;
            }
        }
        let tools = peer.surface().callable.clone();
        let reporting = tools.iter().filter(|tool| tool.reports_progress);
        for (tool, token) in reporting.zip([9074, 9075]) {
            let meta = json!({"progressToken": token});
            let params = json!({"name": tool.name, "arguments": tool.arguments, "_meta": meta});
            peer.request(Request::new("call-with-numeric-token", "tools/call").params(params))
                .await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for id in CHECK.covers {
        verdicts
            .on(id)
            .not_applicable("the server sent no progress notification");
    }
    for conversation in view.conversations() {
        for progress in progress_of(conversation) {
            judge_token(&mut verdicts, &progress);
        }
    }
    verdicts
}

fn judge_token(verdicts: &mut Verdicts, progress: &Progress<'_>) {
    let token = &progress.token;
    let about = |text: String| {
        Problem::new("method:notifications/progress", text).message(progress.message)
    };
    let Some(request) = &progress.request else {
        let text = format!("Progress names the token {token}, which no request gave.");
        let hint = "Send progress only for requests with _meta.progressToken, under that token.";
        verdicts.on(GIVEN).broken(about(text).hint(hint));
        return;
    };
    match given_token(request) {
        Some(given) if given != *token => {
            let text = format!("Progress names the token {token}, but {given} was given.");
            verdicts
                .on(TYPE)
                .broken(about(text).message(request.request));
        }
        _ => {
            verdicts.on(GIVEN).held(progress.message.at.clone());
            verdicts.on(TYPE).held(progress.message.at.clone());
        }
    }
}
