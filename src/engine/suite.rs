//! Drives the suite of each revision: survey, probes, end. Decides nothing.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;

use super::detect::Spoken;
use super::progress::{Observer, Progress};
use super::{Settings, assign, campaign, second_look, survey};
use crate::check::{Check, Effect, Entry, Need, Scope};
use crate::peer::probe::ProbePeer;
use crate::peer::{Connection, Context};
use crate::spec::{Era, Revision, Rule, TransportKind};
use crate::transcript::{Event, Session, View};

/// A probe that takes longer is abandoned; its verdicts rest on what was recorded until then.
const PROBE_DEADLINE: Duration = Duration::from_secs(120);

/// Drives all revisions, several at a time.
pub async fn drive_all(
    spoken: Vec<Spoken>,
    entries: &[Entry],
    settings: &Settings,
    observer: &dyn Observer,
) {
    let newest_handshake = newest_handshake(spoken.iter().map(|found| found.revision));
    let suites: Vec<Suite<'_>> = spoken
        .iter()
        .map(|found| Suite {
            revision: found.revision,
            once_per_era: Some(found.revision) == newest_handshake
                || found.revision.era() == Era::Modern,
            settings,
            observer,
            surveyed: RefCell::default(),
        })
        .collect();
    let mut mains: Vec<Connection> = spoken.into_iter().map(|found| found.main).collect();
    // What a server may not survive comes last. Over HTTP, where the suites share one server, it
    // comes after all else at every revision.
    let shared = mains
        .first()
        .is_some_and(|main| main.context().connector.kind() != TransportKind::Stdio);
    let passes: &[&[Phase]] = match shared {
        true => &[&[Phase::Ordinary], &[Phase::Last]],
        false => &[&[Phase::Ordinary, Phase::Last, Phase::Generated]],
    };
    for phases in passes {
        let driven = suites
            .iter()
            .zip(&mut mains)
            .map(|(suite, main)| async move {
                let _slot = settings.slots.suites.acquire().await;
                for phase in *phases {
                    suite.drive(main, entries, *phase).await;
                }
            });
        join_all(driven).await;
    }
    if shared {
        // One after the other, so that it is known whose request the server did not survive.
        for (suite, main) in suites.iter().zip(&mut mains) {
            suite.drive(main, entries, Phase::Generated).await;
        }
    }
}

/// The passes over all suites.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The survey, and probes that any server survives.
    Ordinary,
    /// Probes of [`Effect::MayKill`].
    Last,
    /// What is generated, and the end of the connection.
    Generated,
}

/// The handshake revision in whose suite the probes of [`Scope::OncePerEra`] are driven.
pub fn newest_handshake(revisions: impl Iterator<Item = Revision>) -> Option<Revision> {
    revisions
        .filter(|revision| revision.era() == Era::Handshake)
        .max()
}

struct Suite<'s> {
    revision: Revision,
    once_per_era: bool,
    settings: &'s Settings,
    observer: &'s dyn Observer,
    /// The events of the main connection up to the end of the survey.
    surveyed: RefCell<Vec<Event>>,
}

impl Suite<'_> {
    async fn drive(&self, main: &mut Connection, entries: &[Entry], phase: Phase) {
        let context = main.context();
        if phase == Phase::Ordinary {
            let session = session(&context, main, self.revision);
            main.note(assign::DRIVEN);
            main.note_listening();
            survey::survey(main, session, self.settings).await;
            let surveyed = context.recorder.events_on(&main.label());
            self.surveyed.replace(surveyed);
        }
        if phase == Phase::Generated {
            self.finish(main, entries).await;
            return;
        }
        let probes = self.probes(&context, main, entries);
        let of = probes.len();
        for (done, entry) in probes.iter().enumerate() {
            if (entry.check.effect == Effect::MayKill) != (phase == Phase::Last) {
                continue;
            }
            self.observer.event(Progress::Check {
                revision: self.revision,
                id: entry.id,
                done,
                of,
            });
            if !restore(&context, main, self.revision).await {
                break;
            }
            self.probe(main, entry).await;
        }
        if phase == Phase::Last && self.once_per_era {
            second_look::drive(main, &probes).await;
        }
    }

    async fn finish(&self, main: &mut Connection, entries: &[Entry]) {
        if self.once_per_era {
            let surveyed = self.surveyed.take();
            campaign::drive(main, entries, self.settings, surveyed).await;
        }
        main.close().await;
        self.observer.event(Progress::SuiteFinished {
            revision: self.revision,
        });
    }

    fn probes(&self, context: &Context, main: &Connection, entries: &[Entry]) -> Vec<Entry> {
        let transport = context.connector.kind();
        let mut probes: Vec<Entry> = entries
            .iter()
            .filter(|entry| entry.check.method.drive().is_some())
            .filter(|entry| self.once_per_era || entry.check.scope == Scope::EachRevision)
            .filter(|entry| applies(entry.check, self.revision, transport))
            .filter(|entry| unmet(entry.check, main.session(), transport).is_none())
            .copied()
            .collect();
        probes.sort_by_key(|entry| (entry.check.effect, entry.id));
        probes
    }

    async fn probe(&self, main: &mut Connection, entry: &Entry) {
        let Some(drive) = entry.check.method.drive() else {
            return;
        };
        main.set_probe(Some(entry.id));
        {
            let mut peer = ProbePeer::on(main, entry.id);
            let driven = tokio::time::timeout(PROBE_DEADLINE, drive(&mut peer)).await;
            drop(peer);
            if driven.is_err() {
                main.note("the probe was abandoned at its deadline");
            }
        }
        main.set_probe(None);
    }
}

/// Replaces a connection that has died or stopped answering. False when that fails.
pub async fn restore(context: &Rc<Context>, main: &mut Connection, revision: Revision) -> bool {
    let stuck = main.take_timeouts() > 0 && !main.settle().await;
    if !main.is_gone() && !main.is_closed() && !stuck {
        return true;
    }
    main.close().await;
    let label = format!("{revision}/again");
    let Ok(mut fresh) = Connection::open(context, revision, &label, "again") else {
        return false;
    };
    let version = revision.as_str();
    let wait = context.deadlines.start_up;
    if revision.era() == Era::Handshake && fresh.handshake(version, wait).await.is_none() {
        return false;
    }
    fresh.set_facts(main.session().clone(), main.surface());
    *main = fresh;
    true
}

/// What the main connection established, read from the log as a judge would.
fn session(context: &Context, main: &Connection, revision: Revision) -> Session {
    let events = context.recorder.events_on(&main.label());
    let transport = context.connector.kind();
    View::new(revision, transport, events).session()
}

/// True when a check says anything at this revision and transport.
pub fn applies(check: &Check, revision: Revision, transport: TransportKind) -> bool {
    check.transports.include(transport)
        && check
            .covers
            .iter()
            .filter_map(|id| Rule::find(id))
            .any(|rule| super::judge::in_force(rule, revision, transport))
}

/// Why a probe is not driven, when a need of its check is unmet.
pub fn unmet(check: &Check, session: &Session, transport: TransportKind) -> Option<String> {
    check.needs.iter().find_map(|need| match need {
        Need::Declares(path) => (!session.declares(path)).then(|| {
            format!(
                "the server does not declare the capability {}",
                path.join(".")
            )
        }),
        Need::LacksCapability(path) => session
            .declares(path)
            .then(|| format!("the server declares the capability {}", path.join("."))),
        Need::SessionId => session
            .session_id
            .is_none()
            .then(|| "the server issues no session id".to_owned()),
        Need::OwnChild => (transport != TransportKind::Stdio)
            .then(|| "mcp-check did not start this server".to_owned()),
    })
}
