//! Targets in, outcomes out: detection, drive, judgement.

pub mod across;
pub mod arguments;
pub mod assign;
pub mod campaign;
pub mod detect;
pub mod diagnose;
mod diagnose_stream;
pub mod judge;
pub mod outcome;
pub mod progress;
pub mod reproducer;
pub mod scripted;
mod second_look;
pub mod suite;
pub mod survey;
pub mod weight;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Semaphore;

use crate::check::Entry;
use crate::check::across::Side;
use crate::config::target::{Target, TargetKind};
use crate::peer::{Context, Deadlines};
use crate::spec::{Era, Revision, TransportKind, schema};
use crate::surface::{self, Surface};
use crate::transcript::{Event, Recorder};
use crate::transport::Connector;
use crate::transport::child::ChildConnector;
use crate::transport::streamable_http::HttpConnector;
use crate::transport::tls::Trust;
use crate::transport::websocket::WebSocketConnector;

use judge::Pause;
use outcome::Place;
pub use outcome::{
    Diagnosis, DiagnosisKind, Finding, FindingStatus, NotTested, Outcome, ServerRun, Status,
};
pub use progress::{Observer, Progress, Quiet};

/// What the user decided about a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Deadline of the first answer.
    pub startup_timeout: Duration,
    /// Deadline of any other answer.
    pub request_timeout: Duration,
    /// Deadline of the exit after end of input and after each signal.
    pub shutdown_grace: Duration,
    /// Wait for messages nobody asked for.
    pub quiet: Duration,
    /// How much is done at the same time; shared by the servers of a run.
    pub slots: Slots,
    /// Only these revisions; all that the server speaks when `None`.
    pub revisions: Option<Vec<Revision>>,
    /// Which checks are run.
    pub checks: Selection,
    /// Tools that may be called whatever their annotations say.
    pub allow_tools: Vec<String>,
    /// Tools that are never called.
    pub deny_tools: Vec<String>,
    /// Who vouches for a server over TLS.
    pub trust: Trust,
    /// Whether a URL that speaks HTTP+SSE is tested over that; else it is said.
    pub detect_transport: bool,
    /// Tools that write may be called, when they say that they neither destroy anything nor reach
    /// the world outside.
    pub allow_writes: bool,
    /// How long calls with generated arguments may go on, for each era; nothing is generated when
    /// it is zero.
    pub generate_time: Duration,
    /// What the generated arguments depend on, besides the schemas.
    pub seed: u64,
}

/// Bounds on what is done at the same time. Clones share them.
#[derive(Clone, Debug)]
pub struct Slots {
    /// For driving a revision of a server.
    pub suites: Arc<Semaphore>,
    /// For judging a server, which takes memory and no waiting.
    judges: Arc<Semaphore>,
}

impl Slots {
    /// So many revisions are driven at the same time, and one server is judged.
    pub fn new(jobs: usize) -> Self {
        Self {
            suites: Arc::new(Semaphore::new(jobs.max(1))),
            judges: Arc::new(Semaphore::new(1)),
        }
    }
}

/// How long calls with generated arguments may go on, unless told otherwise.
pub const GENERATE_TIME: Duration = Duration::from_secs(3);
/// The seed, unless told otherwise: equal runs are worth more than surprises.
pub const SEED: u64 = 1;

impl Default for Settings {
    fn default() -> Self {
        let deadlines = Deadlines::default();
        Self {
            startup_timeout: deadlines.start_up,
            request_timeout: deadlines.request,
            shutdown_grace: deadlines.shutdown,
            quiet: deadlines.quiet,
            slots: Slots::new(Revision::ALL.len()),
            revisions: None,
            checks: Selection::default(),
            allow_tools: Vec::new(),
            deny_tools: Vec::new(),
            trust: Trust::default(),
            detect_transport: true,
            allow_writes: false,
            generate_time: GENERATE_TIME,
            seed: SEED,
        }
    }
}

impl Settings {
    /// The named deadlines of a run.
    pub fn deadlines(&self) -> Deadlines {
        Deadlines {
            start_up: self.startup_timeout,
            request: self.request_timeout,
            shutdown: self.shutdown_grace,
            quiet: self.quiet,
            ..Deadlines::default()
        }
    }

    /// True when the revision is to be tested.
    pub fn wants(&self, revision: Revision) -> bool {
        self.revisions
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&revision))
    }

    /// Handshake revisions to be tested, newest first.
    pub fn wanted_handshake(&self) -> Vec<Revision> {
        let mut wanted: Vec<Revision> = Revision::ALL
            .into_iter()
            .filter(|revision| revision.era() == Era::Handshake && self.wants(*revision))
            .collect();
        wanted.reverse();
        wanted
    }
}

/// Which checks are run, by the beginning of their ids or of requirement ids they cover.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, when not empty.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

impl Selection {
    /// True when the check is to be run.
    pub fn includes(&self, entry: &Entry) -> bool {
        let named = |prefix: &String| {
            entry.id.starts_with(prefix.as_str())
                || entry
                    .check
                    .covers
                    .iter()
                    .any(|id| id.starts_with(prefix.as_str()))
        };
        (self.only.is_empty() || self.only.iter().any(named)) && !self.skip.iter().any(named)
    }
}

/// Tests one server: detects what it speaks, drives a suite for each revision, judges.
pub async fn run(
    target: &Target,
    settings: &Settings,
    recorder: Recorder,
    observer: &dyn Observer,
) -> ServerRun {
    let mut run = ServerRun {
        name: target.name.clone(),
        target: recorder.mask(&target.to_string()),
        ..ServerRun::default()
    };
    let connector = connector(target, settings);
    run.transport = Some(connector.kind());
    let first = run.clone();
    let run = run_with(connector, settings, recorder.clone(), observer, run).await;
    let Some(diagnosis) = &run.diagnosis else {
        return run;
    };
    let second = match diagnosis.kind {
        DiagnosisKind::OtherTransport if settings.detect_transport => {
            event_source_connector(target, settings)
        }
        _ => redirected_connector(target, settings, &recorder),
    };
    match second {
        Some(connector) => {
            let mut first = first;
            first.transport = Some(connector.kind());
            run_with(connector, settings, recorder, observer, first).await
        }
        None => run,
    }
}

/// The same address, spoken to over HTTP+SSE.
fn event_source_connector(target: &Target, settings: &Settings) -> Option<Rc<dyn Connector>> {
    let TargetKind::Http { url, headers } = &target.kind else {
        return None;
    };
    let kind = TransportKind::HttpSse;
    Some(http_connector(kind, url, headers, settings))
}

fn http_connector(
    kind: TransportKind,
    url: &str,
    headers: &[(String, String)],
    settings: &Settings,
) -> Rc<dyn Connector> {
    Rc::new(HttpConnector {
        kind,
        url: url.to_owned(),
        headers: headers.to_vec(),
        trust: settings.trust.clone(),
    })
}

/// The endpoint that a 307 or 308 within the origin points to; such a redirect keeps method and
/// body, so following it changes nothing about what is tested.
fn redirected_connector(
    target: &Target,
    settings: &Settings,
    recorder: &Recorder,
) -> Option<Rc<dyn Connector>> {
    let TargetKind::Http { url, headers } = &target.kind else {
        return None;
    };
    let url = diagnose::redirect_within_origin(url, &recorder.events_of("detect-"))?;
    let kind = TransportKind::StreamableHttp;
    Some(http_connector(kind, &url, headers, settings))
}

/// As [`run`], over a given connector.
pub async fn run_with(
    connector: Rc<dyn Connector>,
    settings: &Settings,
    recorder: Recorder,
    observer: &dyn Observer,
    mut run: ServerRun,
) -> ServerRun {
    let _in_use = schema::InUse::begin();
    let context = Rc::new(Context {
        connector,
        recorder: recorder.clone(),
        deadlines: settings.deadlines(),
        stays_behind: false.into(),
    });
    let entries = selected(settings);
    observer.event(Progress::Detecting);
    match detect::detect(&context, settings).await {
        Ok(spoken) => {
            let revisions: Vec<Revision> = spoken.iter().map(|spoken| spoken.revision).collect();
            observer.event(Progress::Detected {
                revisions: &revisions,
            });
            suite::drive_all(spoken, &entries, settings, observer).await;
        }
        Err(diagnosis) => run.diagnosis = Some(masked(diagnosis, &recorder)),
    }
    observer.event(Progress::Finished);
    // Where nothing is judged, the events say where to go on.
    let events = match run.diagnosis {
        Some(_) => recorder.events_of(""),
        None => recorder.take(),
    };
    let _slot = settings.slots.judges.acquire().await;
    // A thread of its own would have memory of its own, which lies idle before and after.
    judge_into(&mut run, events, &entries, settings, Pause::AfterEachCheck).await;
    run
}

/// Judges recorded events, with no server.
pub fn judge_events(
    header: &crate::transcript::file::Header,
    events: Vec<Event>,
    settings: &Settings,
) -> ServerRun {
    let mut run = ServerRun {
        name: header.server.clone(),
        target: header.target.clone(),
        ..ServerRun::default()
    };
    let entries = selected(settings);
    let judged = judge_into(&mut run, events, &entries, settings, Pause::Never).now_or_never();
    judged.expect("nothing is waited for");
    run
}

fn selected(settings: &Settings) -> Vec<Entry> {
    crate::checks::all()
        .into_iter()
        .filter(|entry| settings.checks.includes(entry))
        .collect()
}

fn masked(mut diagnosis: Diagnosis, recorder: &Recorder) -> Diagnosis {
    diagnosis.message = recorder.mask(&diagnosis.message);
    diagnosis.next = recorder.mask(&diagnosis.next);
    diagnosis
}

async fn judge_into(
    run: &mut ServerRun,
    events: Vec<Event>,
    entries: &[Entry],
    settings: &Settings,
    pause: Pause,
) {
    run.starts = assign::starts(&events);
    run.leftover_processes = assign::leftover_processes(&events);
    run.surface = Surface::of(&[], surface::asked(&events));
    let generated = campaign::generated(&events);
    let suites = assign::split(events);
    let places: Vec<Place> = suites
        .iter()
        .map(|suite| Place {
            revision: suite.revision,
            transport: suite.transport,
        })
        .collect();
    run.transport = run
        .transport
        .or(places.first().map(|place| place.transport));
    run.revisions = places.iter().map(|place| place.revision).collect();
    if run.diagnosis.is_none() && places.is_empty() {
        run.diagnosis = Some(diagnose::nothing_established());
    }
    let is_judged = run.diagnosis.is_none();
    let mut bench = judge::Bench::new(&places, entries);
    let mut left_out = judge::LeftOut::default();
    for suite in suites {
        let view = suite.read();
        run.surface.add(&view);
        let session = view.session();
        run.side = Some(Side::of(&run.name, &view));
        run.server_info = session.server_info;
        run.capabilities = session.capabilities;
        if is_judged {
            left_out.count(&view, settings);
            bench.hear(&view, pause).await;
        }
    }
    if is_judged {
        run.not_tested = left_out.rows();
        run.generated = generated;
        let judged = bench.close();
        run.outcomes = judged.outcomes;
        run.findings = judged.findings;
    }
}

fn connector(target: &Target, settings: &Settings) -> Rc<dyn Connector> {
    match &target.kind {
        TargetKind::Stdio { argv, env, cwd } => Rc::new(ChildConnector {
            argv: argv.clone(),
            env: env.clone(),
            cwd: cwd.clone(),
        }),
        TargetKind::Http { url, headers } | TargetKind::HttpSse { url, headers } => {
            http_connector(target.kind.transport(), url, headers, settings)
        }
        TargetKind::WebSocket { url, headers } => Rc::new(WebSocketConnector {
            url: url.clone(),
            headers: headers.clone(),
            trust: settings.trust.clone(),
        }),
    }
}
