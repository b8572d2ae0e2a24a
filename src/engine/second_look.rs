//! What was right once is asked for again: under ids that are strings, with progress tokens, and on a
//! connection that has seen calls, refusals and cancellations. Servers go wrong there that were
//! tested with the numbers 1 to 10 on a fresh connection.
//!
//! The requests are those of the survey and of probes, with the same intents, so that the same
//! judges rule on them.

use std::time::Duration;

use tokio::time::Instant;

use super::survey::{self, SURVEY};
use crate::check::common::listing::LISTS;
use crate::check::peer::Request;
use crate::check::{Drive, Entry};
use crate::peer::Connection;
use crate::peer::probe::ProbePeer;
use crate::spec::{Era, TransportKind};

/// Nothing more is asked after this time; a server that answers at once needs a tenth of it.
const TIME: Duration = Duration::from_millis(1500);

/// Probes that are driven again. They ask a few cheap questions over the connection they are given,
/// open no other, and their judges look at each question for itself.
const AGAIN: &[&str] = &[
    "cancel/ignored",
    "completion/complete",
    "completion/context",
    "jsonrpc/unknown-method",
    "logging/set-level",
    "pagination/cursors",
    "ping/answered",
    "prompts/get",
    "prompts/unknown-name",
    "resources/not-found-32002",
    "resources/not-found-32602",
    "resources/subscribe",
    "tools/unknown-tool",
    "pagination/invalid-cursor",
    "prompts/argument-values",
    "tools/malformed-call",
];

/// Asks once more on the main connection, as long as it answers. `probes` are those of the suite.
pub(super) async fn drive(main: &mut Connection, probes: &[Entry]) {
    if main.is_gone() || main.is_closed() || is_anybody(main) {
        return;
    }
    main.take_timeouts();
    main.vary(true);
    let until = Instant::now() + TIME;
    if survey_again(main, until).await {
        for (id, drive) in repeated(probes) {
            main.set_probe(Some(id));
            drive(&mut ProbePeer::on(main, id)).await;
            main.set_probe(None);
            if is_over(main, until) {
                break;
            }
        }
    }
    main.vary(false);
    if !main.is_gone() {
        main.settle().await;
    }
}

/// True over HTTP without sessions before 2026-07-28: by now probes have declared features there, and
/// the server cannot tell this client from theirs.
fn is_anybody(main: &Connection) -> bool {
    main.revision().era() == Era::Handshake
        && main.context().connector.kind() == TransportKind::StreamableHttp
        && main.session().session_id.is_none()
}

/// Lists, reads and calls as the survey did. False when that was enough.
async fn survey_again(main: &mut Connection, until: Instant) -> bool {
    let session = main.session().clone();
    let surface = main.surface();
    for (method, member, _) in LISTS {
        let feature = method.split('/').next().unwrap_or_default();
        if session.declares(&[feature]) {
            survey::list(main, method, member).await;
        }
        if is_over(main, until) {
            return false;
        }
    }
    survey::read_resources(main, &surface).await;
    survey::get_prompts(main, &surface).await;
    if main.revision().era() == Era::Handshake && !is_over(main, until) {
        main.call(Request::new(SURVEY, "ping")).await;
    }
    for tool in &surface.callable {
        if is_over(main, until) {
            return false;
        }
        main.call(tool.call(SURVEY)).await;
    }
    !is_over(main, until)
}

fn repeated(probes: &[Entry]) -> impl Iterator<Item = (&'static str, Drive)> {
    let wanted = |entry: &&Entry| AGAIN.contains(&entry.id);
    let drive = |entry: &Entry| Some((entry.id, entry.check.method.drive()?));
    probes.iter().filter(wanted).filter_map(drive)
}

/// True when the time is up, an answer was lost, or the server has ended.
fn is_over(main: &Connection, until: Instant) -> bool {
    main.is_gone() || main.has_timeouts() || Instant::now() >= until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Effect;

    #[test]
    fn what_is_driven_again_are_probes_that_call_no_tool_of_their_own() {
        let all = crate::checks::all();
        assert_eq!(repeated(&all).count(), AGAIN.len());
        let calls = |entry: &&Entry| entry.check.effect == Effect::CallsTools;
        assert!(
            !all.iter()
                .filter(calls)
                .any(|entry| AGAIN.contains(&entry.id))
        );
    }
}
