//! What any client does first: lists everything, reads a little, calls what is safe.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{Settings, arguments};
use crate::check::common::progress::progress_of;
use crate::check::peer::{Answer, Callable, Request, Surface};
use crate::peer::Connection;
use crate::rpc::Id;
use crate::spec::Era;
use crate::transcript::{Conversation, Session};

/// Intent of the survey's requests.
pub use crate::transcript::view::SURVEY;

/// Pages of one list that are fetched at most.
pub const MOST_PAGES: usize = 50;
/// Resources that are read and prompts that are fetched at most.
const SAMPLES: usize = 5;
/// Tools that are called at most.
const MOST_CALLS: usize = 20;

/// Drives the survey and leaves what was listed with the connection.
pub async fn survey(connection: &mut Connection, session: Session, settings: &Settings) {
    let mut surface = Surface::default();
    if session.declares(&["tools"]) {
        surface.tools = list(connection, "tools/list", "tools").await;
    }
    if session.declares(&["resources"]) {
        surface.resources = list(connection, "resources/list", "resources").await;
        surface.templates = list(connection, "resources/templates/list", "resourceTemplates").await;
    }
    if session.declares(&["prompts"]) {
        surface.prompts = list(connection, "prompts/list", "prompts").await;
    }
    read_resources(connection, &surface).await;
    get_prompts(connection, &surface).await;
    // Headers mirror arguments as the listed tools want it.
    connection.set_facts(session.clone(), Rc::new(surface.clone()));
    surface.callable = call_tools(connection, &surface, settings).await;
    if connection.revision().era() == Era::Handshake && !connection.is_gone() {
        connection.call(Request::new(SURVEY, "ping")).await;
    }
    connection.set_facts(session, Rc::new(surface));
}

/// All entries of a list, over all pages; stops at a repeated cursor.
pub(super) async fn list(connection: &mut Connection, method: &str, member: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut cursors = BTreeSet::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        if connection.is_gone() {
            break;
        }
        let mut request = Request::new(SURVEY, method);
        if let Some(cursor) = &cursor {
            request = request.params(json!({"cursor": cursor}));
        }
        let Some(Answer::Result(result)) = connection.call(request).await else {
            break;
        };
        if let Some(page) = result[member].as_array() {
            entries.extend(page.iter().cloned());
        }
        let Some(next) = result["nextCursor"].as_str() else {
            break;
        };
        if !cursors.insert(next.to_owned()) {
            break;
        }
        cursor = Some(next.to_owned());
    }
    entries
}

pub(super) async fn read_resources(connection: &mut Connection, surface: &Surface) {
    let readable = surface
        .resources
        .iter()
        .filter_map(|resource| resource["uri"].as_str())
        .filter(|uri| !uri.starts_with("http://") && !uri.starts_with("https://"));
    for uri in readable.take(SAMPLES) {
        if connection.is_gone() {
            return;
        }
        let request = Request::new(SURVEY, "resources/read").params(json!({"uri": uri}));
        connection.call(request).await;
    }
}

pub(super) async fn get_prompts(connection: &mut Connection, surface: &Surface) {
    let needs_nothing = |prompt: &&Value| {
        prompt["arguments"]
            .as_array()
            .is_none_or(|all| all.iter().all(|argument| argument["required"] != true))
    };
    let names = surface
        .prompts
        .iter()
        .filter(needs_nothing)
        .filter_map(|prompt| prompt["name"].as_str());
    for name in names.take(SAMPLES) {
        if connection.is_gone() {
            return;
        }
        let request = Request::new(SURVEY, "prompts/get").params(json!({"name": name}));
        connection.call(request).await;
    }
}

async fn call_tools(
    connection: &mut Connection,
    surface: &Surface,
    settings: &Settings,
) -> Vec<Callable> {
    let safe = surface
        .tools
        .iter()
        .filter(|tool| arguments::is_safe(tool, settings));
    let mut callable: Vec<Callable> = Vec::new();
    for tool in safe.take(MOST_CALLS) {
        let (Some(name), Some(arguments)) = (tool["name"].as_str(), arguments::simplest(tool))
        else {
            continue;
        };
        if connection.is_gone() {
            break;
        }
        // With a token, so that tools that report progress do.
        let meta = json!({"progressToken": token(name)});
        let params = json!({"name": name, "arguments": arguments, "_meta": meta});
        connection
            .call(Request::new(SURVEY, "tools/call").params(params))
            .await;
        callable.push(Callable {
            tool: tool.clone(),
            name: name.to_owned(),
            arguments,
            reports_progress: false,
        });
    }
    note_progress(connection, &mut callable);
    callable
}

fn token(name: &str) -> String {
    format!("mcpcheck-{name}")
}

fn note_progress(connection: &Connection, callable: &mut [Callable]) {
    let events = connection.context().recorder.events_on(&connection.label());
    let Some(conversation) = Conversation::new(events) else {
        return;
    };
    let reported: BTreeSet<Id> = progress_of(&conversation)
        .into_iter()
        .map(|progress| progress.token)
        .collect();
    for tool in callable {
        tool.reports_progress = reported.contains(&Id::String(token(&tool.name)));
    }
}
