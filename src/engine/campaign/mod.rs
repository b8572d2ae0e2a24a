//! Calls with generated arguments, and requests of the protocol that break one rule: sent in short
//! sessions until the time is up. What looks wrong is made as small as possible and sent once more to a
//! fresh server.

mod messages;
mod oracle;
mod shrink;
mod step;

use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use self::oracle::{Oracle, Wants, is_grave, last_evidence};
use self::shrink::Shrinker;
use self::step::{Sent, Step};
use super::arguments::{Permission, permission, simplest};
use super::outcome::Finding;
use super::{Settings, suite};
use crate::check::Entry;
use crate::check::common::generated::Class;
use crate::check::peer::Answer;
use crate::generate::{Case, plan};
use crate::peer::{Connection, Context};
use crate::spec::Revision;
use crate::transcript::{Body, Event};

/// Cases between two controls.
const PER_SESSION: usize = 8;
/// A tool whose plainest call takes longer is left alone.
const SLOWEST_CONTROL: Duration = Duration::from_secs(5);
/// Shortest and longest wait for an answer while nothing is suspected.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// Times that the server may end or get stuck before it is left alone.
const MOST_KILLS: u32 = 4;
/// Calls of one tool that may remain unanswered before it is left alone. A first one may be due to a busy
/// machine.
const MOST_UNANSWERED: u32 = 2;
/// Causes for which a smaller reproducer is searched.
const MOST_CAUSES: u32 = 6;
/// Time for all these searches together.
const SEARCH_TIME: Duration = Duration::from_secs(12);

/// What the remark at the end of the generated calls begins with; its figures follow as JSON.
const SUMMARY: &str = "generated calls: ";

/// Drives one revision. `surveyed` are the events of the main connection up to the end of the
/// survey.
pub async fn drive(
    main: &mut Connection,
    entries: &[Entry],
    settings: &Settings,
    surveyed: Vec<Event>,
) {
    let time = settings.generate_time;
    let wants = Wants::of(entries);
    if time.is_zero() || wants == Wants::default() {
        return;
    }
    let context = main.context();
    let revision = main.revision();
    let (mut targets, dropped) = match wants.calls {
        true => targets(main, settings),
        false => (Vec::new(), 0),
    };
    let nothing = targets.is_empty() && !wants.messages;
    if nothing || !suite::restore(&context, main, revision).await {
        return;
    }
    let transport = context.connector.kind();
    context.recorder.forget_readings();
    let mut campaign = Campaign {
        context,
        revision,
        oracle: Oracle::new(revision, transport, entries, surveyed),
        until: Instant::now(),
        search_time: SEARCH_TIME,
        sent: 0,
        kills: 0,
        causes: 0,
        unjudged: Vec::new(),
    };
    let for_messages = match (wants.messages, targets.is_empty()) {
        (false, _) => Duration::ZERO,
        (true, true) => time,
        (true, false) => time / 3,
    };
    campaign.until += time.saturating_sub(for_messages);
    campaign.call(main, &mut targets).await;
    let calls = campaign.sent;
    let mut complete = targets.iter().all(Target::is_done);
    if wants.messages && suite::restore(&campaign.context, main, revision).await {
        // What the calls left of their time is added.
        campaign.begin_anew(for_messages);
        complete &= messages::run(&mut campaign, main, settings.seed).await;
    }
    let generated = Generated {
        revision,
        seed: settings.seed,
        tools: targets.len(),
        calls,
        messages: campaign.sent - calls,
        dropped,
        complete,
    };
    if let Ok(text) = serde_json::to_string(&generated) {
        main.note(&format!("{SUMMARY}{text}"));
    }
}

/// What was generated at one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// Revision of the connection.
    pub revision: Revision,
    /// What the arguments depend on, besides the schemas.
    pub seed: u64,
    /// Tools that were called.
    pub tools: usize,
    /// Calls that were sent, without those that made failures smaller.
    pub calls: u32,
    /// Requests of the protocol, sound and broken, that were sent likewise.
    #[serde(default)]
    pub messages: u32,
    /// Cases that were not sent since no validator confirmed them.
    pub dropped: usize,
    /// False when the time was up first, or the server was left alone after it had ended too often.
    pub complete: bool,
}

/// What was generated, as the remarks in a transcript say.
pub fn generated(events: &[Event]) -> Vec<Generated> {
    let read = |event: &Event| match &event.body {
        Body::Note(text) => serde_json::from_str(text.strip_prefix(SUMMARY)?).ok(),
        _ => None,
    };
    events.iter().filter_map(read).collect()
}

/// A tool and what it is to be called with.
struct Target {
    name: Rc<str>,
    control: Value,
    cases: Vec<Rc<Case>>,
    next: usize,
    /// Calls that were not answered in time, while the server went on.
    unanswered: u32,
    /// Nothing more is to be learnt, or no more to be risked.
    is_spent: bool,
}

impl Target {
    fn is_done(&self) -> bool {
        self.is_spent || self.next >= self.cases.len()
    }

    /// The next cases between controls; twice at first, to see whether the tool answers alike at all.
    fn session(&mut self) -> Vec<Step> {
        let control = Step::control(&self.name, &self.control);
        let mut steps = vec![control.clone()];
        if self.next == 0 {
            steps.push(control.clone());
        }
        let cases = self.cases[self.next..].iter().take(PER_SESSION);
        steps.extend(cases.map(|case| Step::case(&self.name, case)));
        self.next = (self.next + PER_SESSION).min(self.cases.len());
        steps.push(control);
        steps
    }

    /// Takes in how far a session came that had so many steps. What was not sent comes in the next.
    fn reached(&mut self, reached: &Reached, count: usize) {
        let is_unanswered = reached.well < count;
        self.unanswered += u32::from(is_unanswered);
        self.is_spent |= reached.has_ended || !reached.is_callable;
        self.is_spent |= self.unanswered >= MOST_UNANSWERED;
        if is_unanswered && !self.is_spent {
            // Neither the step that went wrong is sent again nor the control at the end.
            self.next -= count.saturating_sub(reached.well + 2);
        }
    }
}

/// The tools that may be called, and how many cases were not what they were meant to be.
fn targets(main: &Connection, settings: &Settings) -> (Vec<Target>, usize) {
    let mut targets = Vec::new();
    let mut dropped = 0;
    let surface = main.surface();
    for tool in &surface.tools {
        let allowed = permission(tool, settings);
        let needs_task = tool["execution"]["taskSupport"] == "required";
        let Some(name) = tool["name"].as_str() else {
            continue;
        };
        if allowed == Permission::Never || needs_task {
            continue;
        }
        let schema = &tool["inputSchema"];
        let revision = main.revision();
        let Some(plan) = plan(schema, revision, settings.seed, name, allowed.limits()) else {
            continue;
        };
        dropped += plan.dropped;
        let mut valid = plan.cases.iter().filter(|case| case.class == Class::Valid);
        let first = valid.next().map(|case| case.arguments.clone());
        let Some(control) = simplest(tool).or(first) else {
            continue;
        };
        let mut cases = plan.cases;
        cases.retain(|case| case.arguments != control);
        targets.push(Target {
            name: name.into(),
            control,
            cases: cases.into_iter().map(Rc::new).collect(),
            next: 0,
            unanswered: 0,
            is_spent: false,
        });
    }
    (targets, dropped)
}

struct Campaign {
    context: Rc<Context>,
    revision: Revision,
    oracle: Oracle,
    until: Instant,
    search_time: Duration,
    sent: u32,
    kills: u32,
    causes: u32,
    unjudged: Vec<Played>,
}

/// Steps that were sent in one go.
struct Played {
    steps: Vec<Step>,
    sent: Vec<Sent>,
    /// Longest wait for an answer.
    wait: Duration,
    /// The events of that, until they are judged.
    part: Vec<Event>,
}

/// How far a session came.
struct Reached {
    /// The steps that were sent, without a last one that went wrong.
    well: usize,
    /// Whether the first step brought a result.
    is_callable: bool,
    /// Whether the server ended, or answered nothing else either.
    has_ended: bool,
}

impl Campaign {
    /// True when nothing more is to be sent.
    fn is_over(&self) -> bool {
        Instant::now() >= self.until || self.kills >= MOST_KILLS
    }

    /// What was risked and spent so far does not count for what comes now.
    fn begin_anew(&mut self, time: Duration) {
        self.until = self.until.max(Instant::now()) + time;
        self.search_time = SEARCH_TIME;
        self.kills = 0;
        self.causes = 0;
    }

    async fn call(&mut self, main: &mut Connection, targets: &mut [Target]) {
        while targets.iter().any(|target| !target.is_done()) {
            for target in &mut *targets {
                if self.is_over() {
                    return self.judge(main).await;
                }
                if target.is_done() {
                    continue;
                }
                let steps = target.session();
                let count = steps.len();
                let wait = SLOWEST_CONTROL.min(self.context.deadlines.request);
                let reached = self.play(main, steps, wait, true, Vec::new()).await;
                target.reached(&reached, count);
                if !suite::restore(&self.context, main, self.revision).await {
                    return self.judge(main).await;
                }
            }
            self.judge(main).await;
        }
    }

    /// Sends the steps of one session until one goes wrong. The first step may be waited for as said;
    /// where it is a `control`, it has to bring a result, and its pace is that of the others. The first
    /// steps may have been `sent` already.
    async fn play(
        &mut self,
        main: &mut Connection,
        steps: Vec<Step>,
        mut wait: Duration,
        control: bool,
        mut sent: Vec<Sent>,
    ) -> Reached {
        let label = main.label();
        let mut reached = Reached {
            well: sent.len(),
            is_callable: false,
            has_ended: false,
        };
        for step in &steps[sent.len()..] {
            let one = step.send(main, wait).await;
            self.sent += 1;
            let is_well = one.is_well(step);
            if sent.is_empty() {
                reached.is_callable = matches!(one.answer, Some(Answer::Result(_)));
                if control {
                    wait = self.pace(one.took);
                }
            }
            sent.push(one);
            if !is_well || (control && !reached.is_callable) {
                break;
            }
            reached.well += 1;
        }
        main.take_timeouts();
        reached.has_ended = sent.iter().any(|one| !one.is_alive);
        if let Some(from) = sent.first().map(|first| first.from) {
            self.unjudged.push(Played {
                part: self.context.recorder.tail_of(&label, from),
                steps,
                sent,
                wait,
            });
        }
        if reached.has_ended {
            self.kills += 1;
            main.close().await;
        }
        reached
    }

    /// How long an answer may take where a plain one took so long.
    fn pace(&self, took: Duration) -> Duration {
        let wait = (took * 10).clamp(WAITS[0], WAITS[1]);
        wait.min(self.context.deadlines.request)
    }

    /// Judges what was played since the last time, and searches a small reproducer for what is new.
    async fn judge(&mut self, main: &Connection) {
        let mut played = std::mem::take(&mut self.unjudged);
        let parts = played.iter_mut().map(|it| std::mem::take(&mut it.part));
        for finding in self.oracle.broken(parts.collect()) {
            let is_searched = self.causes < MOST_CAUSES && !self.search_time.is_zero();
            if is_grave(&finding) && is_searched {
                self.causes += 1;
                self.reproduce(main, &finding, &played).await;
            }
            self.oracle.learn(&finding);
        }
    }

    /// Makes what led to a finding as small as possible. The time for that is not taken from the
    /// time for generating.
    async fn reproduce(&mut self, main: &Connection, finding: &Finding, played: &[Played]) {
        let (index, last) = last_evidence(finding).unwrap_or((0, u32::MAX));
        let Some(played) = played.get(index) else {
            return;
        };
        let until_there = played.sent.iter().take_while(|one| one.from <= last);
        let steps = played.steps[..until_there.count()].to_vec();
        let started = Instant::now();
        let mut shrinker = Shrinker {
            oracle: &self.oracle,
            context: &self.context,
            main,
            fingerprint: &finding.fingerprint,
            until: started + self.search_time,
            wait: played.wait,
            open: None,
            starts: 0,
        };
        shrinker.run(steps).await;
        self.search_time = self.search_time.saturating_sub(started.elapsed());
        self.until += started.elapsed();
    }
}
