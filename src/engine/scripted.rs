//! A user's own session against a server: driven line by line, then judged from the transcript.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::detect::detect;
use super::outcome::{
    Finding, FindingEvidence, FindingKind, FindingStatus, Outcome, ServerRun, Status, fingerprint,
    group,
};
use super::{Settings, assign};
use crate::check::peer::{Answer, Request};
use crate::config::target::Target;
use crate::mock::session_script::{Captured, Expectation, SessionScript, Step, filled, misfit};
use crate::peer::{Connection, Context};
use crate::spec::{Confidence, Severity};
use crate::surface::{self, Surface};
use crate::transcript::{Exchange, Recorder, Reply, View};

/// The check that findings of a script name.
pub const CHECK: &str = "script";

/// Plays the session and judges every expectation.
pub async fn run(
    target: &Target,
    settings: &Settings,
    recorder: Recorder,
    script: &SessionScript,
) -> ServerRun {
    let mut run = ServerRun {
        name: target.name.clone(),
        target: recorder.mask(&target.to_string()),
        ..ServerRun::default()
    };
    let connector = super::connector(target, settings);
    run.transport = Some(connector.kind());
    let context = Rc::new(Context {
        connector,
        recorder: recorder.clone(),
        deadlines: settings.deadlines(),
        stays_behind: false.into(),
    });
    let mut settings = settings.clone();
    if let Some(revision) = script.revision {
        settings.revisions = Some(vec![revision]);
    }
    match detect(&context, &settings).await {
        Ok(mut spoken) => {
            let handshake = spoken
                .iter()
                .rposition(|it| it.revision.era() == crate::spec::Era::Handshake);
            let mut chosen = spoken.swap_remove(handshake.unwrap_or_default());
            chosen.main.note(assign::DRIVEN);
            drive(&mut chosen.main, script).await;
            chosen.main.close().await;
        }
        Err(diagnosis) => run.diagnosis = Some(super::masked(diagnosis, &recorder)),
    }
    let events = recorder.events_of("");
    run.starts = assign::starts(&events);
    let asked = surface::asked(&events);
    let mut views = assign::suites(events);
    views.retain(|view| {
        script.steps.is_empty() || view.exchanges().any(|it| line_of(&it).is_some())
    });
    run.surface = Surface::of(&views, asked);
    if let (None, Some(view)) = (&run.diagnosis, views.first()) {
        run.revisions = vec![view.revision];
        run.server_info = view.session().server_info;
        run.capabilities = view.session().capabilities;
        judge(&mut run, view, script);
    }
    run
}

fn intent(line: usize) -> String {
    format!("script line {line}")
}

fn line_of(exchange: &Exchange<'_>) -> Option<usize> {
    exchange
        .intent()?
        .strip_prefix("script line ")?
        .parse()
        .ok()
}

/// Sends the steps in order, up to one whose parameters could not be filled in.
async fn drive(connection: &mut Connection, script: &SessionScript) {
    let mut captured = Captured::new();
    for step in &script.steps {
        let params = step.params.as_ref().map(|params| filled(params, &captured));
        let intent = intent(step.line);
        if step.is_notification {
            connection
                .send_notification(&intent, &step.method, params)
                .await;
            continue;
        }
        let mut request = Request::new(&intent, &step.method);
        request.params = params;
        let answer = connection.call(request).await;
        let result = match &answer {
            Some(Answer::Result(result)) => result,
            _ => &Value::Null,
        };
        for (_, expectation) in &step.expectations {
            let Expectation::Capture { name, pointer } = expectation else {
                continue;
            };
            match result.pointer(pointer) {
                Some(value) => captured.insert(name.clone(), value.clone()),
                // Nothing sensible can be sent from here on.
                None => return,
            };
        }
        if connection.is_gone() {
            return;
        }
    }
}

fn judge(run: &mut ServerRun, view: &View, script: &SessionScript) {
    let mut captured = Captured::new();
    let mut findings = Vec::new();
    for step in script.steps.iter().filter(|step| !step.is_notification) {
        let intent = intent(step.line);
        let exchange = view.exchanges_meant(&intent).next();
        for (line, expectation) in &step.expectations {
            let (status, reason) = match &exchange {
                None => (
                    Status::Inconclusive,
                    Some("it was not sent, since an earlier line failed".to_owned()),
                ),
                Some(exchange) => match wrong(expectation, exchange, &mut captured) {
                    None => (Status::Passed, None),
                    Some(what) => (Status::Failed, Some(what)),
                },
            };
            let place = (view, *line);
            if let (Status::Failed, Some(what), Some(exchange)) = (status, &reason, &exchange) {
                findings.push(finding(place, step, what, exchange));
            }
            run.outcomes.push(Outcome {
                requirement: format!("script.line-{line}"),
                check: CHECK.to_owned(),
                revision: view.revision,
                transport: view.transport,
                status,
                reason,
                evidence: match (&exchange, status) {
                    (Some(exchange), Status::Passed) => evidence(exchange),
                    _ => Vec::new(),
                },
            });
        }
    }
    run.findings = group(findings);
}

/// Why an answer is not what was expected.
fn wrong(
    expectation: &Expectation,
    exchange: &Exchange<'_>,
    captured: &mut Captured,
) -> Option<String> {
    let reply = exchange.reply();
    match (expectation, &reply) {
        (Expectation::Result(pattern), Reply::Result(_, result)) => {
            let (at, what) = misfit(&filled(pattern, captured), result)?;
            Some(format!("result{at} {what}"))
        }
        (Expectation::Capture { name, pointer }, Reply::Result(_, result)) => {
            match result.pointer(pointer) {
                Some(value) => {
                    captured.insert(name.clone(), value.clone());
                    None
                }
                None => Some(format!(
                    "result{pointer} is absent, so there is no `{name}`"
                )),
            }
        }
        (Expectation::Error(None), Reply::Error(..))
        | (Expectation::Silence, Reply::Silence { .. }) => None,
        (Expectation::Error(Some(code)), Reply::Error(_, found)) if Some(*code) == *found => None,
        _ => {
            let expected = match expectation {
                Expectation::Result(_) | Expectation::Capture { .. } => "a result".to_owned(),
                Expectation::Error(None) => "an error".to_owned(),
                Expectation::Error(Some(code)) => format!("error {code}"),
                Expectation::Silence => "no answer".to_owned(),
            };
            Some(format!(
                "{expected} was expected, and {} came",
                told(&reply)
            ))
        }
    }
}

fn told(reply: &Reply<'_>) -> String {
    match reply {
        Reply::Result(..) => "a result".to_owned(),
        Reply::Error(_, Some(code)) => format!("error {code}"),
        Reply::Error(_, None) => "an error without a code".to_owned(),
        Reply::Malformed(_) => "something that is no answer".to_owned(),
        Reply::HttpOnly(_, response) => {
            format!("HTTP status {} without an answer", response.status)
        }
        Reply::Gone(_) => "the end of the connection".to_owned(),
        Reply::Silence { .. } => "nothing".to_owned(),
    }
}

fn evidence(exchange: &Exchange<'_>) -> Vec<String> {
    let answers = exchange
        .responses
        .iter()
        .map(|response| response.at.to_string());
    let mut events: Vec<String> = answers.collect();
    if events.is_empty() {
        events.push(exchange.request.at.to_string());
    }
    events
}

fn finding(
    (view, line): (&View, usize),
    step: &Step,
    what: &str,
    exchange: &Exchange<'_>,
) -> Finding {
    let frames = std::iter::once(exchange.request).chain(exchange.responses.iter().copied());
    let requirement = format!("script.line-{line}");
    let subject = format!("method:{}", step.method);
    Finding {
        check: CHECK.to_owned(),
        kind: FindingKind::Conformance,
        status: FindingStatus::Failed,
        level: None,
        severity: Severity::High,
        confidence: Confidence::Proven,
        revisions: BTreeSet::from([view.revision]),
        transports: BTreeSet::from([view.transport]),
        count: 1,
        message: format!("Line {line}: {what}."),
        evidence: frames
            .map(|message| FindingEvidence {
                event: message.at.to_string(),
                pointer: None,
                excerpt: message.excerpt(),
            })
            .collect(),
        hint: None,
        fleeting: false,
        reproducer: None,
        fingerprint: fingerprint(CHECK, &requirement, &subject),
        requirements: vec![requirement],
        subject,
    }
}
