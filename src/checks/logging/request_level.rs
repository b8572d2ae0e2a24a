//! Log messages for a request keep to the level it asks for, and come before its answer.
//!
//! In 2026-07-28 the level of a request is all that a client says about logging, so a message below
//! it is noise that was not asked for, and one after the answer belongs to nothing the client still
//! knows of. Compare levels by their order, from debug to emergency, and write the last message
//! before the answer. Lists are asked for at four levels, one at a time.
//!
//! ```mcp passes
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"info"}}
//! < notify notifications/message {"level":"notice","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.per-request.level-floor
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"error"}}
//! < notify notifications/message {"level":"info","data":"listing"}
//! < default
//! ```
//!
//! ```mcp fails logging.per-request.same-stream-before-response
//! revision 2026-07-28
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"debug"}}
//! < default
//! < notify notifications/message {"level":"info","data":"listed"}
//! ```
//!
//! ```mcp fails logging.per-request.same-stream-before-response
//! revision 2026-07-28
//! transport http
//! > tools/list {"_meta":{"io.modelcontextprotocol/logLevel":"debug"}}
//! < sse
//! < default
//! < notify notifications/message {"level":"info","data":"listed"}
//! ```
//!
//! ```mcp inconclusive
//! revision 2026-07-28
//! > tools/list
//! < default
//! ```

use crate::check::common::handshake::list_methods;
use crate::check::common::logs::{
    Belongs, LEVEL_KEY, LEVELS, belongs, logs, rank, rank_of, requested_level,
};
use crate::check::prelude::*;

const FLOOR: &str = "logging.per-request.level-floor";
const STREAM: &str = "logging.per-request.same-stream-before-response";

pub(crate) const CHECK: Check = Check {
    covers: &[FLOOR, STREAM],
    transports: Transports::All,
    needs: &[Need::Declares(&["logging"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const SUBJECT: &str = "method:notifications/message";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let lists = list_methods(peer.session());
        let method = lists.first().copied().unwrap_or("server/discover");
        for level in ["emergency", "error", "info", "debug"] {
            let request = Request::new("list-at-log-level", method).meta(LEVEL_KEY, json!(level));
            peer.request(request).await;
            // Two without a level, to tell a late message from a level that sticks.
            for _ in 0..2 {
                peer.request(Request::new("list-without-log-level", method))
                    .await;
            }
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for id in CHECK.covers {
        verdicts.on(id);
    }
    for conversation in view.conversations() {
        let exchanges: Vec<Exchange<'_>> = conversation.exchanges().collect();
        let placed: Vec<(&WireMessage, Belongs)> = logs(conversation)
            .map(|log| (log, belongs(&exchanges, log)))
            .collect();
        let sticks = placed.iter().any(|(_, belongs)| match belongs {
            Belongs::To(at) | Belongs::Late(at) => requested_level(&exchanges[*at]).is_none(),
            _ => false,
        });
        for (log, belongs) in placed {
            match belongs {
                Belongs::To(at) => judge_level(&mut verdicts, &exchanges[at], log),
                Belongs::Late(at) if requested_level(&exchanges[at]).is_some() => {
                    late(verdicts.on(STREAM), &exchanges[at], log);
                }
                Belongs::Unclear(at) if !sticks => {
                    late(verdicts.on(STREAM), &exchanges[at - 1], log);
                }
                _ => {}
            }
        }
    }
    let ruling = verdicts.on(FLOOR);
    if ruling.held.is_empty() && ruling.problems.is_empty() {
        for id in CHECK.covers {
            verdicts
                .on(id)
                .inconclusive("the server logged nothing, even at the level debug");
        }
    }
    verdicts
}

fn judge_level(verdicts: &mut Verdicts, exchange: &Exchange<'_>, log: &WireMessage) {
    let wanted = requested_level(exchange).and_then(rank);
    let (Some(wanted), Some(sent)) = (wanted, rank_of(log)) else {
        return;
    };
    verdicts.on(STREAM).held(log.at.clone());
    if sent >= wanted {
        verdicts.on(FLOOR).held(log.at.clone());
        return;
    }
    let text = format!(
        "A message of level {} comes for a request that asked for {}.",
        LEVELS[sent], LEVELS[wanted]
    );
    let problem = Problem::new(SUBJECT, text).message(exchange.request);
    verdicts.on(FLOOR).broken(problem.message(log));
}

fn late(ruling: &mut Ruling, exchange: &Exchange<'_>, log: &WireMessage) {
    let text = "A log message comes after the answer to its request.";
    ruling.broken(Problem::new(SUBJECT, text).exchange(exchange).message(log));
}
