//! Requests of the protocol, each valid but for one rule, between plain ones that show whether the server
//! still answers as before.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::step::{Sent, Step};
use super::{Campaign, SLOWEST_CONTROL};
use crate::check::common::generated::REPRODUCER;
use crate::check::common::handshake::initialize_params;
use crate::check::peer::Answer;
use crate::engine::suite;
use crate::generate::{BrokenRequest, broken_requests};
use crate::peer::Connection;
use crate::spec::{Era, TransportKind, methods};

/// Broken requests of one revision. What is left out is much like what is sent.
const MOST: usize = 220;
/// Broken requests between plain ones; more than of calls, since every method has its plain request.
const PER_SESSION: usize = 44;
/// Sessions that are judged together, so that the checks read the survey again less often.
const MOST_UNJUDGED: usize = 5;
/// Methods whose envelope and metadata are broken as well; they are the same for all.
const WITH_COMMON: usize = 2;
/// A plain request that takes longer is not repeated.
const SLOWEST_PLAIN: Duration = Duration::from_secs(1);
/// Broken requests to begin a connection with; each costs a start of the server.
const MOST_INITIALIZES: usize = 2;
/// Longest wait for the answer to one of those.
const INITIALIZE_WAIT: Duration = Duration::from_secs(5);
/// Purpose of the connections that begin so.
const BEGINNING: &str = "generated-beginning";

/// Sends broken requests until the time is up; true when all that were planned were sent.
pub(super) async fn run(campaign: &mut Campaign, main: &mut Connection, seed: u64) -> bool {
    let plain = plain_requests(main);
    let Some(begun) = begin_with_controls(campaign, main, plain).await else {
        return false;
    };
    let queue = queue(main, &begun.sound, seed);
    let complete = sessions(campaign, main, begun, queue).await;
    campaign.judge(main).await;
    complete && beginnings(campaign, main, seed).await
}

/// False when not all of the queue was sent.
async fn sessions(
    campaign: &mut Campaign,
    main: &mut Connection,
    mut begun: Begun,
    mut queue: VecDeque<Rc<BrokenRequest>>,
) -> bool {
    while !queue.is_empty() {
        if campaign.is_over() {
            return false;
        }
        let before = queue.len();
        session(campaign, main, &mut begun, &mut queue).await;
        if queue.len() == before {
            return false;
        }
        if campaign.unjudged.len() >= MOST_UNJUDGED {
            campaign.judge(main).await;
        }
        if !suite::restore(&campaign.context, main, campaign.revision).await {
            return false;
        }
    }
    true
}

async fn session(
    campaign: &mut Campaign,
    main: &mut Connection,
    begun: &mut Begun,
    queue: &mut VecDeque<Rc<BrokenRequest>>,
) {
    let now = queue.len().min(PER_SESSION);
    let cases: Vec<Rc<BrokenRequest>> = queue.drain(..now).collect();
    let mut steps = begun.controls.clone();
    steps.extend(cases.iter().map(Step::broken));
    steps.extend(begun.controls.iter().cloned());
    let sent = std::mem::take(&mut begun.sent);
    let wait = campaign.pace(SLOWEST_PLAIN);
    let reached = campaign.play(main, steps.clone(), wait, false, sent).await;
    let Some(culprit) = steps.get(reached.well) else {
        return;
    };
    // What comes behind it was not sent; what is alike would only show the same once more.
    let unsent = steps[reached.well + 1..].iter().rev();
    for step in unsent {
        if let Step::Broken(request, _) = step {
            queue.push_front(Rc::clone(request));
        }
    }
    if let Step::Broken(culprit, _) = culprit {
        queue.retain(|request| !is_alike(request, culprit));
    }
}

/// Broken in the same member of the envelope, or within the params of the same method.
fn is_alike(one: &BrokenRequest, other: &BrokenRequest) -> bool {
    let is_params = |request: &BrokenRequest| request.at.starts_with("/params");
    match (is_params(one), is_params(other)) {
        (true, true) => one.method == other.method,
        (false, false) => one.at == other.at,
        _ => false,
    }
}

/// What plain requests have shown.
struct Begun {
    /// Those that bring a result soon; they are repeated from then on.
    controls: Vec<Step>,
    /// Where these were sent; they are the first of the first session.
    sent: Vec<Sent>,
    /// All that can be broken.
    sound: Vec<Plain>,
}

/// Sends each plain request once. Those that bring no answer at all are not broken either. `None`
/// when the server did not survive them.
async fn begin_with_controls(
    campaign: &mut Campaign,
    main: &mut Connection,
    plain: Vec<Plain>,
) -> Option<Begun> {
    let mut begun = Begun {
        controls: Vec::new(),
        sent: Vec::new(),
        sound: Vec::new(),
    };
    let wait = SLOWEST_CONTROL.min(campaign.context.deadlines.request);
    for request in plain {
        let step = Step::Plain(request.method.into(), Some(request.params.clone()));
        if request.is_call {
            begun.sound.push(request);
            continue;
        }
        let mut sent = step.send(main, wait).await;
        campaign.sent += 1;
        if sent.is_alive && sent.answer.is_none() {
            // A busy machine may have been the reason.
            sent = step.send(main, wait).await;
            campaign.sent += 1;
        }
        if !sent.is_alive {
            return None;
        }
        if sent.answer.is_some() {
            begun.sound.push(request);
        }
        if matches!(sent.answer, Some(Answer::Result(_))) && sent.took < SLOWEST_PLAIN {
            begun.controls.push(step);
            begun.sent.push(sent);
        }
    }
    main.take_timeouts();
    Some(begun)
}

/// The broken requests of all methods in turns, the worthiest first.
fn queue(main: &Connection, sound: &[Plain], seed: u64) -> VecDeque<Rc<BrokenRequest>> {
    let revision = main.revision();
    let mut made: Vec<std::vec::IntoIter<BrokenRequest>> = sound
        .iter()
        .enumerate()
        .filter_map(|(index, plain)| {
            let mut made = broken_requests(revision, &plain.message(main), seed)?;
            made.retain(|one| index < WITH_COMMON || !one.is_common());
            Some(made.into_iter())
        })
        .collect();
    let mut queue = Vec::new();
    loop {
        let round: Vec<BrokenRequest> = made.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            break;
        }
        queue.extend(round.into_iter().map(Rc::new));
    }
    queue.sort_by_key(|one| one.worth);
    queue.truncate(MOST);
    queue.into()
}

/// A request in good order.
struct Plain {
    method: &'static str,
    /// Without the `_meta` of 2026-07-28.
    params: Value,
    /// It calls a tool, which has controls of its own.
    is_call: bool,
}

impl Plain {
    fn message(&self, main: &Connection) -> Value {
        let mut request = crate::check::peer::Request::new("", self.method);
        request.params = Some(self.params.clone());
        json!({
            "jsonrpc": "2.0",
            "id": "mcpcheck",
            "method": self.method,
            "params": main.with_meta(&request),
        })
    }
}

/// A request of each method that is offered and harmless. Subscriptions and tasks would leave
/// something open.
fn plain_requests(main: &Connection) -> Vec<Plain> {
    let revision = main.revision();
    let session = main.session();
    let surface = main.surface();
    let mut plain = Vec::new();
    let mut add = |method: &'static str, params: Option<Value>, is_call: bool| {
        let is_offered = methods::request_definition(revision, method).is_some()
            && methods::capability_for(revision, method).is_none_or(|path| session.declares(path));
        if let Some(params) = params.filter(|_| is_offered) {
            plain.push(Plain {
                method,
                params,
                is_call,
            });
        }
    };
    for method in [
        "ping",
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
    ] {
        add(method, Some(json!({})), false);
    }
    let tool = surface.callable.first();
    let call = tool.map(|tool| json!({"name": tool.name, "arguments": tool.arguments}));
    add("tools/call", call, true);
    let prompt = surface.prompts.first();
    add("prompts/get", prompt.map(prompt_params), false);
    let resource = surface.resources.first();
    let read = resource.map(|resource| json!({"uri": resource["uri"]}));
    add("resources/read", read, false);
    let complete = prompt.map(|prompt| {
        let argument = prompt["arguments"][0]["name"]
            .as_str()
            .unwrap_or("mcpcheck");
        json!({
            "ref": {"type": "ref/prompt", "name": prompt["name"]},
            "argument": {"name": argument, "value": ""},
        })
    });
    add("completion/complete", complete, false);
    add("logging/setLevel", Some(json!({"level": "error"})), false);
    plain
}

fn prompt_params(prompt: &Value) -> Value {
    let arguments = prompt["arguments"].as_array().into_iter().flatten();
    let required = arguments.filter(|argument| argument["required"] == true);
    let named: serde_json::Map<String, Value> = required
        .filter_map(|argument| Some((argument["name"].as_str()?.to_owned(), json!("mcpcheck"))))
        .collect();
    json!({"name": prompt["name"], "arguments": named})
}

/// Connections that begin with a broken initialize request. What ends the server is sent once more.
async fn beginnings(campaign: &mut Campaign, main: &Connection, seed: u64) -> bool {
    let revision = main.revision();
    let is_sse = campaign.context.connector.kind() == TransportKind::HttpSse;
    if revision.era() == Era::Modern || is_sse {
        return true;
    }
    let sound = json!({
        "jsonrpc": "2.0",
        "id": "mcpcheck",
        "method": "initialize",
        "params": initialize_params(revision.as_str(), json!({})),
    });
    let made = broken_requests(revision, &sound, seed).unwrap_or_default();
    let inner = made.into_iter().filter(|one| one.at.starts_with("/params"));
    for request in inner.take(MOST_INITIALIZES) {
        if campaign.is_over() {
            return false;
        }
        let request = Rc::new(request);
        if !begin(campaign, main, &request, BEGINNING).await {
            begin(campaign, main, &request, REPRODUCER).await;
            return false;
        }
    }
    true
}

/// False when the server ended, or did not answer.
async fn begin(
    campaign: &mut Campaign,
    main: &Connection,
    request: &Rc<BrokenRequest>,
    purpose: &str,
) -> bool {
    let revision = main.revision();
    let label = format!("{revision}/beginning");
    let Ok(mut fresh) = Connection::open(&campaign.context, revision, &label, purpose) else {
        return false;
    };
    fresh.set_facts(main.session().clone(), main.surface());
    campaign.sent += 1;
    let wait = INITIALIZE_WAIT.min(campaign.context.deadlines.start_up);
    let is_well = Step::broken(request).ask_once(&mut fresh, wait).await;
    fresh.close().await;
    is_well
}
