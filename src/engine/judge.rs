//! Asks every check about every view and passes the rulings through the funnel.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;
use serde_json::Value;

use super::outcome::{self, Finding, NotTested, Outcome, Place, Status};
use super::suite::{newest_handshake, unmet};
use super::weight::older_than_its_transport;
use super::{Settings, arguments, reproducer};
use crate::check::{Entry, Method, Ruling, Scope, Verdicts};
use crate::spec::{Era, Revision, Rule, TransportKind, schema};
use crate::transcript::{Conversation, View};

/// Outcomes and findings of one server.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Sorted by requirement, check, revision, transport.
    pub outcomes: Vec<Outcome>,
    /// Grouped, gravest first.
    pub findings: Vec<Finding>,
}

/// Judges all views with all checks.
pub fn judge(views: Vec<View>, entries: &[Entry]) -> Judged {
    let places: Vec<Place> = views.iter().map(place).collect();
    let mut bench = Bench::new(&places, entries);
    for view in &views {
        let heard = bench.hear(view, Pause::Never).now_or_never();
        heard.expect("nothing is waited for");
    }
    bench.close()
}

/// Whether others get their turn while a view is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It is judged in one go, without waiting for anything.
    Never,
    /// After each check, so that deadlines of other servers do not pass meanwhile.
    AfterEachCheck,
}

/// Judges one view after the other, so that only one has to be in memory.
pub struct Bench<'e> {
    entries: &'e [Entry],
    driven_once: Option<Revision>,
    handshake: Vec<Place>,
    judged: Judged,
}

impl<'e> Bench<'e> {
    /// Where the views will be from, and who judges them.
    pub fn new(places: &[Place], entries: &'e [Entry]) -> Self {
        let is_handshake = |place: &Place| place.revision.era() == Era::Handshake;
        Self {
            entries,
            driven_once: newest_handshake(places.iter().map(|place| place.revision)),
            handshake: places.iter().copied().filter(is_handshake).collect(),
            judged: Judged::default(),
        }
    }

    /// Judges a view with all checks.
    pub async fn hear(&mut self, view: &View, pause: Pause) {
        let known = self.judged.findings.len();
        for entry in self.entries {
            if pause == Pause::AfterEachCheck {
                tokio::task::yield_now().await;
            }
            let is_alone = !matches!(entry.check.method, Method::Across(_));
            if !is_alone || !entry.check.transports.include(view.transport) {
                continue;
            }
            let once =
                entry.check.scope == Scope::OncePerEra && view.revision.era() == Era::Handshake;
            if once && Some(view.revision) != self.driven_once {
                continue;
            }
            let own = [place(view)];
            let places = if once { &self.handshake[..] } else { &own };
            judge_view(entry, view, places, &mut self.judged);
        }
        reproducer::attach(view, &mut self.judged.findings[known..]);
        // Compiled schemas are the largest thing in memory; no later view needs these.
        schema::forget(view.revision);
    }

    /// Everything that was found, sorted and grouped.
    pub fn close(mut self) -> Judged {
        self.judged.outcomes.sort();
        self.judged.findings = outcome::group(std::mem::take(&mut self.judged.findings));
        join_causes(&mut self.judged.findings);
        self.judged
    }
}

/// Security checks that see the same cause as a requirement, or a lesser check, does.
const SAME_CAUSE: [(&str, &str); 5] = [
    ("sec.http.auth-missing", "sec.http.bind-all-interfaces"),
    ("sec.http.auth-missing", "http.bind-localhost"),
    ("sec.http.auth-missing", "auth.token.invalid-401"),
    ("sec.http.session-id-weak", "http.session.id-unguessable"),
    ("sec.http.bind-all-interfaces", "http.bind-localhost"),
];

/// One cause is one finding: that of the security check, which names both ids. The outcomes stay
/// two.
fn join_causes(findings: &mut Vec<Finding>) {
    for (weakness, requirement) in SAME_CAUSE {
        let is_about = |finding: &Finding, id: &str| finding.requirements == [id];
        let Some(at) = findings.iter().position(|it| is_about(it, requirement)) else {
            continue;
        };
        let is_same = |it: &&mut Finding| it.requirements.first().is_some_and(|id| id == weakness);
        if let Some(grave) = findings.iter_mut().find(is_same) {
            grave.requirements.push(requirement.to_owned());
            findings.remove(at);
        }
    }
}

/// What the checks find wrong in one view, with nothing forgotten in between.
pub fn findings(view: &View, entries: &[Entry]) -> Vec<Finding> {
    let mut judged = Judged::default();
    for entry in entries {
        if entry.check.transports.include(view.transport) {
            judge_view(entry, view, &[place(view)], &mut judged);
        }
    }
    outcome::group(judged.findings)
}

fn place(view: &View) -> Place {
    Place {
        revision: view.revision,
        transport: view.transport,
    }
}

fn judge_view(entry: &Entry, view: &View, places: &[Place], judged: &mut Judged) {
    let covered = entry.check.covers.iter();
    let rules: Vec<Rule> = covered.filter_map(|id| Rule::find(id)).collect();
    let anywhere = places.iter().any(|place| {
        rules
            .iter()
            .any(|rule| in_force(*rule, place.revision, place.transport))
    });
    if !anywhere {
        return;
    }
    let rulings = rulings(entry, view);
    for place in places {
        for rule in &rules {
            if !in_force(*rule, place.revision, place.transport) {
                continue;
            }
            match &rulings {
                Ok(rulings) => {
                    let silent = Ruling::default();
                    let ruling = rulings.get(rule.id()).unwrap_or(&silent);
                    let (outcome, findings) = outcome::decide(entry.id, *rule, *place, ruling);
                    judged.outcomes.push(outcome);
                    judged.findings.extend(findings);
                }
                Err(why) => judged.outcomes.push(broken(entry, *rule, *place, why)),
            }
        }
    }
}

/// The rulings of one check; a need that is unmet stands for all of them.
fn rulings(entry: &Entry, view: &View) -> Result<BTreeMap<&'static str, Ruling>, String> {
    if let Some(why) = unmet(entry.check, &view.session(), view.transport) {
        let mut verdicts = Verdicts::new();
        for id in entry.check.covers {
            verdicts.on(id).not_applicable(why.clone());
        }
        return Ok(verdicts.into_rulings());
    }
    let judge = entry.check.method.judge();
    catch_unwind(AssertUnwindSafe(|| judge(view).into_rulings())).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("a judge panicked").to_owned()
    })
}

fn broken(entry: &Entry, rule: Rule, place: Place, why: &str) -> Outcome {
    Outcome {
        requirement: rule.id().to_owned(),
        check: entry.id.to_owned(),
        revision: place.revision,
        transport: place.transport,
        status: Status::Broken,
        reason: Some(format!("mcp-check failed to judge this: {why}")),
        evidence: Vec::new(),
    }
}

/// True when a rule is in force at a revision and transport. Security checks always are; the
/// transports of their checks limit them.
///
/// Streamable HTTP with 2024-11-05 agreed is judged by the transport rows of 2025-03-26, the
/// oldest revision that has it.
pub fn in_force(rule: Rule, revision: Revision, transport: TransportKind) -> bool {
    let Rule::Requirement(requirement) = rule else {
        return true;
    };
    if requirement.applies(revision, transport) {
        return true;
    }
    let place = Place {
        revision,
        transport,
    };
    older_than_its_transport(requirement, place)
        && requirement.id.starts_with("http.")
        && requirement.applies(Revision::V2025_03_26, transport)
}

/// What was left out over the views so far.
#[derive(Default)]
pub struct LeftOut {
    tools: BTreeMap<String, Left>,
    is_limited: bool,
}

impl LeftOut {
    /// Counts what a view leaves out.
    pub fn count(&mut self, view: &View, settings: &Settings) {
        let mut conversations = view.conversations().iter();
        self.is_limited |= conversations.any(Conversation::limits_rate);
        for (_, result) in view.results_of("tools/list") {
            for tool in result["tools"].as_array().into_iter().flatten() {
                let Some(name) = tool["name"].as_str() else {
                    continue;
                };
                let left = left_out(view, tool, name, settings);
                let known = self.tools.entry(name.to_owned()).or_insert(left);
                *known = left.min(*known);
            }
        }
    }

    /// What, why, and which flag would change that.
    pub fn rows(&self) -> Vec<NotTested> {
        let limited = self.is_limited.then(|| NotTested {
            what: "some requests were turned away".to_owned(),
            why: "the server limits the rate of requests; what it turned away is not judged"
                .to_owned(),
            how_to: "raise the limit for the test".to_owned(),
        });
        let uncalled = self.row(
            Left::Unsafe,
            "the annotations do not say readOnlyHint: true with openWorldHint: false, or a \
             parameter takes code or commands",
            "--allow-tool NAME",
        );
        let unsampled = self.row(
            Left::NotSampled,
            "enough others were, or no simple arguments fit the schema",
            "",
        );
        [limited, uncalled, unsampled]
            .into_iter()
            .flatten()
            .collect()
    }

    fn row(&self, left: Left, why: &str, how_to: &str) -> Option<NotTested> {
        let all = self.tools.len();
        let alike = self.tools.values().filter(|known| **known == left);
        let count = alike.count();
        let noun = if all == 1 { "tool" } else { "tools" };
        let verb = if count == 1 { "was" } else { "were" };
        (count > 0).then(|| NotTested {
            what: format!("{count} of {all} {noun} {verb} not called"),
            why: why.to_owned(),
            how_to: how_to.to_owned(),
        })
    }
}

/// Why a tool was not called; the least reason over all revisions counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    Called,
    NotSampled,
    Unsafe,
}

fn left_out(view: &View, tool: &Value, name: &str, settings: &Settings) -> Left {
    if was_called(view, name) {
        Left::Called
    } else if arguments::is_safe(tool, settings) {
        Left::NotSampled
    } else {
        Left::Unsafe
    }
}

fn was_called(view: &View, name: &str) -> bool {
    view.exchanges()
        .filter(|exchange| exchange.method() == "tools/call")
        .filter_map(|exchange| exchange.params())
        .any(|params| params["name"] == name)
}
