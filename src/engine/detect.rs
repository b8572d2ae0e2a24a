//! What a server speaks: both eras asked at the same time, on connections of their own, under one
//! start-up deadline, because some servers die or hang on the other era's first message.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use serde_json::Value;
use tokio::time::Instant;

use super::outcome::Diagnosis;
use super::{Settings, assign, diagnose};
use crate::check::peer::{Answer, Request};
use crate::peer::{Connection, Context};
use crate::spec::{Era, Revision, TransportKind};
use crate::transcript::Body;
use crate::transport::ConnectError;

/// Intent of the requests that find out what a server speaks.
pub const DETECT: &str = "detect";

/// The slower era gets this long at least, once the other has answered.
const LEAST_GRACE: Duration = Duration::from_secs(2);

/// A revision that the server speaks, with the connection that showed it.
pub struct Spoken {
    /// The revision.
    pub revision: Revision,
    /// Ready for the suite.
    pub main: Connection,
}

/// Finds the revisions that the server speaks, oldest first.
///
/// # Errors
/// The one reason why nothing can be tested.
pub async fn detect(context: &Rc<Context>, settings: &Settings) -> Result<Vec<Spoken>, Diagnosis> {
    let handshakes = settings.wanted_handshake();
    // HTTP+SSE was replaced before the revisions without a handshake came.
    let modern_wanted = settings.wants(Revision::V2026_07_28)
        && (context.connector.kind() != TransportKind::HttpSse);
    let (modern, mut handshake) =
        both_eras(context, modern_wanted, handshakes.first().copied()).await;
    if let (Some(Ok(None)), Some(revision)) = (&handshake, handshakes.first())
        && modern.is_some()
        && failed_inside(context, *revision)
    {
        handshake = Some(ask_handshake(context, *revision).await);
    }
    let mut spoken: Vec<Spoken> = Vec::new();
    let mut failure = None;
    for found in [handshake, modern].into_iter().flatten() {
        match found {
            Ok(Some(found)) => spoken.push(found),
            Ok(None) => {}
            Err(error) => failure = Some(error),
        }
    }
    if let Some(error) = failure {
        return Err(diagnose::cannot_start(&error));
    }
    let answers_handshakes = spoken
        .iter()
        .any(|found| found.revision.era() == Era::Handshake);
    if answers_handshakes {
        let known: Vec<Revision> = spoken.iter().map(|found| found.revision).collect();
        let rest = handshakes
            .into_iter()
            .skip(1)
            .filter(|r| !known.contains(r));
        spoken.extend(other_handshakes(context, settings, rest.collect()).await);
    }
    spoken.retain(|found| settings.wants(found.revision));
    spoken.sort_by_key(|found| found.revision);
    if spoken.is_empty() {
        return Err(diagnose::diagnose(context, settings).await);
    }
    Ok(spoken)
}

/// True when the handshake met an HTTP server error. Some servers set themselves up at the first
/// request and cannot bear two at once; asked alone, they answer.
fn failed_inside(context: &Rc<Context>, revision: Revision) -> bool {
    let events = context.recorder.events_of(&detection_label(revision));
    events.iter().any(|event| {
        matches!(&event.body, Body::HttpResponse(response) if (500..600).contains(&response.status))
    })
}

fn detection_label(revision: Revision) -> String {
    format!("detect-{revision}")
}

type Found = Result<Option<Spoken>, ConnectError>;

async fn both_eras(
    context: &Rc<Context>,
    modern: bool,
    handshake: Option<Revision>,
) -> (Option<Found>, Option<Found>) {
    let revision = match (handshake, modern) {
        (Some(revision), true) => revision,
        (Some(revision), false) => return (None, Some(ask_handshake(context, revision).await)),
        (None, true) => return (Some(ask_modern(context).await), None),
        (None, false) => return (None, None),
    };
    let started = Instant::now();
    let modern = Box::pin(ask_modern(context));
    let handshake = Box::pin(ask_handshake(context, revision));
    match select(modern, handshake).await {
        Either::Left((found, other)) => {
            let other = wait_for(other, grace(&found, started)).await;
            (Some(found), other)
        }
        Either::Right((found, other)) => {
            let other = wait_for(other, grace(&found, started)).await;
            (other, Some(found))
        }
    }
}

/// How much longer the other era may take: no limit of its own while nothing was established.
fn grace(found: &Found, started: Instant) -> Option<Duration> {
    match found {
        Ok(Some(_)) => Some((started.elapsed() * 3).max(LEAST_GRACE)),
        _ => None,
    }
}

async fn wait_for<F: Future<Output = Found>>(other: F, grace: Option<Duration>) -> Option<Found> {
    match grace {
        Some(grace) => tokio::time::timeout(grace, other).await.ok(),
        None => Some(other.await),
    }
}

async fn ask_modern(context: &Rc<Context>) -> Found {
    let revision = Revision::V2026_07_28;
    let label = detection_label(revision);
    let mut main = Connection::open(context, revision, &label, assign::MAIN)?;
    let mut request = Request::new(DETECT, "server/discover");
    request.deadline = Some(context.deadlines.start_up);
    let answer = main.call(request).await;
    let modern = match answer {
        Some(Answer::Result(result)) => looks_modern(&result),
        _ => false,
    };
    Ok(modern.then_some(Spoken { revision, main }))
}

/// A discover result, even a faulty one; a legacy server that answers anything with anything has
/// neither member.
fn looks_modern(result: &Value) -> bool {
    match result["supportedVersions"].as_array() {
        Some(versions) => versions
            .iter()
            .filter_map(Value::as_str)
            .any(|version| version >= Revision::V2026_07_28.as_str()),
        None => result.get("resultType").is_some(),
    }
}

async fn ask_handshake(context: &Rc<Context>, revision: Revision) -> Found {
    let label = detection_label(revision);
    let wait = context.deadlines.start_up;
    let mut main = Connection::open(context, revision, &label, assign::MAIN)?;
    let Some(result) = main.handshake(revision.as_str(), wait).await else {
        return Ok(None);
    };
    let Some(agreed) = agreed(&result, revision) else {
        return Ok(None);
    };
    main.set_revision(agreed);
    Ok(Some(Spoken {
        revision: agreed,
        main,
    }))
}

/// The revision a server agreed to. A result without a version is judged as the one asked for.
fn agreed(result: &Value, asked: Revision) -> Option<Revision> {
    match &result["protocolVersion"] {
        Value::String(text) => text
            .parse()
            .ok()
            .filter(|revision: &Revision| revision.era() == Era::Handshake),
        _ => Some(asked),
    }
}

async fn other_handshakes(
    context: &Rc<Context>,
    settings: &Settings,
    revisions: Vec<Revision>,
) -> Vec<Spoken> {
    let asked = revisions.into_iter().map(|revision| {
        async move {
            let _slot = settings.slots.suites.acquire().await;
            let label = format!("{revision}/main");
            let mut main = Connection::open(context, revision, &label, assign::MAIN).ok()?;
            let wait = context.deadlines.start_up;
            let result = main.handshake(revision.as_str(), wait).await;
            match result.and_then(|result| agreed(&result, revision)) {
                Some(agreed) if agreed == revision => Some(Spoken { revision, main }),
                // Not closed as a client would: deleting a session upsets some HTTP servers as a
                // whole, before they have been tested.
                _ => None,
            }
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}
