//! From a session that shows something wrong to the fewest and smallest calls that still do.

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::oracle::Oracle;
use super::step::{Call, Step};
use crate::check::common::generated::{REPRODUCER, SHRINKING};
use crate::check::peer::Request;
use crate::peer::{Connection, Context};
use crate::spec::Era;

/// Connections that one search may open.
const MOST_STARTS: u32 = 20;

/// Searches on connections of its own, and leaves the result on one more.
pub(super) struct Shrinker<'c> {
    pub(super) oracle: &'c Oracle,
    pub(super) context: &'c Rc<Context>,
    pub(super) main: &'c Connection,
    pub(super) fingerprint: &'c str,
    pub(super) until: Instant,
    /// For an answer, while searching.
    pub(super) wait: Duration,
    pub(super) open: Option<Connection>,
    pub(super) starts: u32,
}

impl Shrinker<'_> {
    /// Makes the steps fewer and smaller, and sends what is left to a fresh server.
    pub(super) async fn run(&mut self, steps: Vec<Step>) {
        let mut steps = self.fewer(steps).await;
        for index in 0..steps.len() {
            self.smaller(&mut steps, index).await;
        }
        if let Some(mut open) = self.open.take() {
            open.close().await;
        }
        let Some(mut fresh) = self.connect("reproducer", REPRODUCER).await else {
            return;
        };
        let wait = self.context.deadlines.request;
        if self.send(&mut fresh, &steps, wait).await {
            fresh.close().await;
        }
    }

    fn may_go_on(&self) -> bool {
        Instant::now() < self.until && self.starts < MOST_STARTS
    }

    /// The last step alone; else behind what is left of the earlier ones when the plain requests are
    /// left out, then ever smaller parts of the rest.
    async fn fewer(&mut self, steps: Vec<Step>) -> Vec<Step> {
        let Some((last, earlier)) = steps.split_last() else {
            return steps;
        };
        let alone = vec![last.clone()];
        if earlier.is_empty() || self.shows(&alone).await {
            return alone;
        }
        let same = earlier.iter().find(|step| step.is_same(last));
        let first = same.unwrap_or(&earlier[0]);
        let suspects = earlier.iter().filter(|step| !step.is_control());
        let bare: Vec<Step> = suspects.chain([last]).cloned().collect();
        let compared = [std::slice::from_ref(first), &*bare].concat();
        // What a plain request shows, it shows by being answered otherwise than before.
        let is_compared = same.is_some() && last.is_control();
        let candidates = match is_compared {
            true => vec![compared],
            false => vec![bare, compared],
        };
        for candidate in candidates {
            if self.shows(&candidate).await {
                return self
                    .without_parts(candidate, usize::from(is_compared))
                    .await;
            }
        }
        self.without_parts(steps, 0).await
    }

    /// Takes out parts that are not needed, from half of the steps down to single ones. The first
    /// `fixed` steps stay, and so does the last.
    async fn without_parts(&mut self, mut kept: Vec<Step>, fixed: usize) -> Vec<Step> {
        let mut size = (kept.len() - fixed) / 2;
        while size > 0 {
            let mut index = fixed;
            while index + 1 < kept.len() {
                if !self.may_go_on() {
                    return kept;
                }
                let end = (index + size).min(kept.len() - 1);
                let mut fewer = kept.clone();
                fewer.drain(index..end);
                if self.shows(&fewer).await {
                    kept = fewer;
                } else {
                    index = end;
                }
            }
            size /= 2;
        }
        kept
    }

    /// Makes one step smaller as long as the whole still shows it.
    async fn smaller(&mut self, steps: &mut [Step], index: usize) {
        match steps[index].clone() {
            Step::Call(call) => self.smaller_call(steps, index, call).await,
            Step::Broken(request, _) => {
                for message in request.smaller() {
                    let mut candidate = steps.to_vec();
                    candidate[index] = Step::Broken(Rc::clone(&request), message);
                    if !self.may_go_on() {
                        return;
                    }
                    if self.shows(&candidate).await {
                        steps.clone_from_slice(&candidate);
                        return;
                    }
                }
            }
            Step::Plain(..) => {}
        }
    }

    async fn smaller_call(&mut self, steps: &mut [Step], index: usize, call: Call) {
        let Some(case) = call.case.clone() else {
            return;
        };
        let Some(mut shrinking) = case.shrinking() else {
            return;
        };
        let mut tried: Vec<Value> = vec![call.arguments.clone()];
        while self.may_go_on() && shrinking.simplify() {
            loop {
                let arguments = shrinking.current();
                let is_new = !tried.contains(&arguments) && case.fits(&arguments);
                let mut candidate = steps.to_vec();
                candidate[index] = Step::Call(Call {
                    arguments: arguments.clone(),
                    ..call.clone()
                });
                let is_smaller = is_new && self.shows(&candidate).await;
                tried.push(arguments);
                if is_smaller {
                    steps.clone_from_slice(&candidate);
                    break;
                }
                if !self.may_go_on() || !shrinking.complicate() {
                    return;
                }
            }
        }
    }

    /// True when the steps show what is searched for. Several steps want a server that has seen
    /// nothing else.
    async fn shows(&mut self, steps: &[Step]) -> bool {
        let reused = self.open.take().filter(|_| steps.len() == 1);
        let connection = match reused {
            Some(open) => Some(open),
            None => self.connect("shrinking", SHRINKING).await,
        };
        let Some(mut connection) = connection else {
            return false;
        };
        let label = connection.label();
        let from = self.context.recorder.length_of(&label);
        let wait = self.wait;
        let is_well = self.send(&mut connection, steps, wait).await;
        let part = self.context.recorder.tail_of(&label, from);
        let found = self.oracle.broken(vec![part]);
        if is_well && steps.len() == 1 {
            self.open = Some(connection);
        } else if is_well {
            connection.close().await;
        }
        found.iter().any(|it| it.fingerprint == self.fingerprint)
    }

    /// Sends steps; false when the server ended or left one unanswered.
    async fn send(&self, connection: &mut Connection, steps: &[Step], wait: Duration) -> bool {
        for step in steps {
            if !step.send(connection, wait).await.is_well(step) {
                return false;
            }
        }
        true
    }

    async fn connect(&mut self, name: &str, purpose: &str) -> Option<Connection> {
        self.starts += 1;
        let revision = self.main.revision();
        let label = format!("{revision}/{name}");
        let mut fresh = Connection::open(self.context, revision, &label, purpose).ok()?;
        fresh.set_facts(self.main.session().clone(), self.main.surface());
        let wait = self.context.deadlines.start_up;
        if revision.era() == Era::Handshake {
            fresh.handshake(revision.as_str(), wait).await?;
            // What comes late after the handshake is not taken for an answer to the first step.
            fresh.call(Request::new("set-up", "ping")).await?;
        }
        Some(fresh)
    }
}
