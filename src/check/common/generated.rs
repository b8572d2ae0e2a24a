//! Calls with generated arguments, as judges find them again in a transcript.
//!
//! Each call says by its intent what its arguments are meant to be. The driver has proven that by a
//! validator before it sent them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::{Unanswered, unanswered};
use super::http_end::end_of_http;
use super::is_ordinary;
use super::listing::listed;
use crate::check::{Problem, Ruling};
use crate::transcript::{Body, Conversation, Event, Exchange, Process, Reply, View};

/// Purpose of a connection on which the smallest failing calls are sent once more, to a server that
/// has seen nothing else.
pub const REPRODUCER: &str = "reproducer";

/// Purpose of the connections on which smaller failing calls are searched for. They are no evidence.
pub const SHRINKING: &str = "shrinking";

/// What the arguments of a generated call are meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The plainest arguments that fit; sent again and again to see whether the answer stays alike.
    Control,
    /// They fit the schema, be it only just.
    Valid,
    /// They break one rule, and no reading of the schema allows that.
    Strict,
    /// They break one rule that many servers bend: `"5"` for 5, null for an absent member.
    Lenient,
    /// They break a bound: a range, a length, a pattern.
    Range,
    /// They have a member that the schema excludes.
    Closed,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] = [
        Self::Control,
        Self::Valid,
        Self::Strict,
        Self::Lenient,
        Self::Range,
        Self::Closed,
    ];

    /// The intent under which such calls are sent.
    pub const fn intent(self) -> &'static str {
        match self {
            Self::Control => "generated-control",
            Self::Valid => "generated-valid",
            Self::Strict => "generated-invalid",
            Self::Lenient => "generated-invalid-lenient",
            Self::Range => "generated-invalid-range",
            Self::Closed => "generated-invalid-closed",
        }
    }

    /// The class of a request; `None` when it was not generated.
    pub fn of(exchange: &Exchange<'_>) -> Option<Self> {
        let intent = exchange.intent()?;
        Self::ALL.into_iter().find(|class| class.intent() == intent)
    }

    /// True for arguments that fit the schema.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Control | Self::Valid)
    }
}

/// True for calls as any client makes them, and for those whose generated arguments are proven to
/// fit.
pub fn fits_schema(exchange: &Exchange<'_>) -> bool {
    is_ordinary(exchange) || Class::of(exchange).is_some_and(Class::is_valid)
}

/// One generated call.
#[derive(Clone, Debug)]
pub struct Call<'v> {
    /// What its arguments are meant to be.
    pub class: Class,
    /// Name of the tool.
    pub name: &'v str,
    /// The tool as it was listed.
    pub tool: &'v Value,
    /// Request and answer.
    pub exchange: Exchange<'v>,
}

impl<'v> Call<'v> {
    /// True for a complete result without `isError`.
    pub fn succeeded(&self) -> bool {
        self.success().is_some()
    }

    /// The complete result without `isError`.
    pub fn success(&self) -> Option<&'v Value> {
        let result = self.exchange.result()?;
        let kind = result.get("resultType");
        let is_complete =
            kind.is_none_or(|kind| kind == "complete") && result.get("task").is_none();
        (is_complete && result["isError"] != true).then_some(result)
    }

    /// True for a result with `isError`, or an error.
    pub fn was_refused(&self) -> bool {
        match self.exchange.reply() {
            Reply::Result(_, result) => result["isError"] == true,
            Reply::Error(..) => true,
            _ => false,
        }
    }

    /// The arguments as text, shortened.
    pub fn arguments(&self) -> String {
        const LONGEST: usize = 80;
        let arguments = self.exchange.params().and_then(|it| it.get("arguments"));
        let text = arguments.map_or_else(|| "no arguments".to_owned(), Value::to_string);
        match text.char_indices().nth(LONGEST) {
            Some((cut, _)) => format!("{}…", &text[..cut]),
            None => text,
        }
    }

    /// A problem with this call.
    pub fn problem(&self, text: impl Into<String>) -> Problem {
        Problem::new(format!("tool:{}", self.name), text).exchange(&self.exchange)
    }
}

/// The generated calls of one connection, in order.
pub fn calls<'v>(tools: &BTreeMap<&'v str, &'v Value>, on: &'v Conversation) -> Vec<Call<'v>> {
    let call = |exchange: Exchange<'v>| {
        let class = Class::of(&exchange)?;
        let name = exchange.params()?.get("name")?.as_str()?;
        let tool = tools.get(name)?;
        Some(Call {
            class,
            name,
            tool,
            exchange,
        })
    };
    on.exchanges().filter_map(call).collect()
}

/// The listed tools by name.
pub fn tools(view: &View) -> BTreeMap<&str, &Value> {
    listed(view, "tools/list", "tools")
        .into_iter()
        .filter_map(|tool| Some((tool.value["name"].as_str()?, tool.value)))
        .collect()
}

/// Problems that count only when a fresh connection showed them again.
#[derive(Default)]
pub struct Sightings(Vec<(Again, Problem)>);

/// Whether something was seen again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Yes,
    No,
    /// It could not be tried: nothing is left that could be asked.
    Impossible,
}

impl Sightings {
    /// Something was seen on a connection.
    pub fn add(&mut self, on: &Conversation, mut problem: Problem) {
        problem.fleeting = true;
        let again = match on.opened.purpose == REPRODUCER {
            true => Again::Yes,
            false => Again::No,
        };
        self.0.push((again, problem));
    }

    /// Something was seen on a connection after which no other can be opened. It counts, but no more
    /// than as a warning.
    pub fn add_for_good(&mut self, on: &Conversation, problem: Problem) {
        self.add(on, problem);
        if let Some((again @ Again::No, _)) = self.0.last_mut() {
            *again = Again::Impossible;
        }
    }

    /// Problems about a subject that was seen again on a fresh connection are broken rules; what
    /// was not is worth a remark.
    pub fn rule(self, ruling: &mut Ruling) {
        let again: Vec<String> = self
            .0
            .iter()
            .filter(|(again, _)| *again == Again::Yes)
            .map(|(_, problem)| problem.subject.clone())
            .collect();
        for (seen, mut problem) in self.0 {
            if again.contains(&problem.subject) {
                ruling.broken(problem);
            } else if seen == Again::Impossible {
                problem.message.push_str(FOR_GOOD);
                ruling.odd(problem);
            } else {
                problem.message.push_str(NOT_AGAIN);
                ruling.remark(problem);
            }
        }
    }
}

const FOR_GOOD: &str = " Nothing listens there any more, so that it could not be tried again.";
const NOT_AGAIN: &str = " It was not seen again on a fresh connection.";

/// Adds what a call did to the server instead of being answered. False when there is nothing to add:
/// silence of a tool that may be slow, or whose plainest call is not answered either, says nothing.
pub fn add_harm(sightings: &mut Sightings, call: &Call<'_>) -> bool {
    let conversation = call.exchange.conversation;
    if let Some(event) = end_of_http(conversation, call.exchange.request) {
        let problem = ended(call, event, "connection refused from here on".to_owned());
        sightings.add_for_good(conversation, problem);
        return true;
    }
    match harm(call) {
        Some(problem) => {
            sightings.add(conversation, problem);
            true
        }
        None => false,
    }
}

fn ended(call: &Call<'_>, event: &Event, how: String) -> Problem {
    let (name, arguments) = (call.name, call.arguments());
    let text = format!("The server ended when its tool {name} was called with {arguments}.");
    let problem = call.problem(text).outright().event(event, how);
    match last_words(call.exchange.conversation) {
        Some((event, words)) => problem.event(event, words),
        None => problem,
    }
}

fn harm(call: &Call<'_>) -> Option<Problem> {
    let (name, arguments) = (call.name, call.arguments());
    let unanswered = unanswered(&call.exchange)?;
    let is_silent = matches!(unanswered, Unanswered::Lost | Unanswered::Stuck);
    if is_silent && (call.class == Class::Control || takes_time(call.tool)) {
        return None;
    }
    match unanswered {
        Unanswered::Ended(event) => {
            let how = end_of(call.exchange.conversation);
            Some(ended(call, event, how))
        }
        Unanswered::Stuck => {
            let text = format!(
                "The server stopped answering when its tool {name} was called with {arguments}."
            );
            Some(call.problem(text).outright())
        }
        Unanswered::Lost => {
            let text = format!(
                "A call of the tool {name} with {arguments} was never answered, while other requests were."
            );
            Some(call.problem(text).at_most_warned())
        }
        Unanswered::Unclear(_) => None,
    }
}

/// True for a tool that may be slow on purpose: its name or that of a parameter speaks of time.
fn takes_time(tool: &Value) -> bool {
    const WORDS: [&str; 12] = [
        "wait", "delay", "sleep", "timeout", "duration", "second", "minute", "hour", "interval",
        "long", "slow", "poll",
    ];
    let speaks = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == "ms" || WORDS.iter().any(|word| name.contains(word))
    };
    let parameters = tool["inputSchema"]["properties"].as_object();
    tool["name"].as_str().is_some_and(speaks)
        || parameters.is_some_and(|all| all.keys().any(|name| speaks(name)))
}

/// How the process ended.
pub fn end_of(conversation: &Conversation) -> String {
    match conversation.exit().map(|event| &event.body) {
        Some(Body::Process(Process::Exited {
            code: Some(code), ..
        })) => format!("exit code {code}"),
        Some(Body::Process(Process::Exited {
            signal: Some(signal),
            ..
        })) => format!("ended by signal {signal}"),
        _ => "standard output ended".to_owned(),
    }
}

/// The last line on standard error.
pub fn last_words(conversation: &Conversation) -> Option<(&Event, String)> {
    conversation.events.iter().rev().find_map(|event| {
        let Body::Stderr(bytes) = &event.body else {
            return None;
        };
        let text = String::from_utf8_lossy(bytes);
        let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
        let line = crate::transcript::conversation::excerpt(line.as_bytes());
        Some((event, format!("stderr: {line}")))
    })
}
