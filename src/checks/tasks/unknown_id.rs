//! tasks/get, tasks/result and tasks/cancel refuse a task id that does not exist by -32602.
//!
//! The id comes from the client, which may have kept it longer than the server kept the task. The
//! error tells it to stop asking; a task that was never created, or silence, makes it poll for a
//! result that will not come. Look the id up first and answer with -32602.
//!
//! ```mcp passes
//! capabilities {"tasks":{"cancel":{}}}
//! > any tasks/*
//! < error -32602 "Failed to retrieve task: Task not found"
//! ```
//!
//! ```mcp fails tasks.unknown-id
//! capabilities {"tasks":{}}
//! > tasks/get
//! < result {"taskId":"5f1d0c9a-7b3e-4468-8d21-c04be9a6f713","status":"working","ttl":null,
//! | "createdAt":"2025-11-25T10:30:00Z","lastUpdatedAt":"2025-11-25T10:30:00Z"}
//! > any tasks/*
//! < error -32602 "Task not found"
//! ```
//!
//! ```mcp fails tasks.unknown-id
//! transport http
//! capabilities {"tasks":{"cancel":{}}}
//! > tasks/cancel
//! < error -32603 "Internal error"
//! > any tasks/*
//! < error -32602 "Task not found"
//! ```
//!
//! ```mcp fails tasks.unknown-id
//! capabilities {"tasks":{}}
//! > tasks/result {"taskId": null}
//! < error -32602 "Task not found"
//! > tasks/result
//! < silence
//! > any tasks/*
//! < error -32602 "Task not found"
//! ```
//!
//! ```mcp passes
//! capabilities {"tasks":{}}
//! > tasks/cancel
//! < error -32601 "Method not found"
//! > any tasks/*
//! < error -32602 "Task not found"
//! ```

use crate::check::common::answers::{judge_unanswered, shown, turned_away};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &["tasks.unknown-id"],
    transports: Transports::All,
    needs: &[Need::Declares(&["tasks"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "unknown-task";
/// Has the form of the ids that most servers make, so that it is looked up.
const UNKNOWN_ID: &str = "5f1d0c9a-7b3e-4468-8d21-c04be9a6f713";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let can_cancel = peer.session().declares(&["tasks", "cancel"]);
        let methods = ["tasks/get", "tasks/result", "tasks/cancel"];
        let offered = methods
            .into_iter()
            .filter(|method| can_cancel || *method != "tasks/cancel");
        for method in offered {
            let unknown = [json!(UNKNOWN_ID), json!(""), json!(5)];
            let params = unknown.map(|id| json!({ "taskId": id }));
            let requests = params
                .into_iter()
                .chain([json!({})])
                .map(|params| Request::new(INTENT, method).params(params));
            peer.requests(requests.collect()).await;
        }
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on("tasks.unknown-id");
    for exchange in view.exchanges_meant(INTENT) {
        judge_unknown(ruling, &exchange);
    }
    verdicts
}

fn judge_unknown(ruling: &mut Ruling, exchange: &Exchange<'_>) {
    let method = exchange.method();
    let subject = format!("method:{method}");
    let what = match exchange.params().and_then(|params| params.get("taskId")) {
        Some(Value::String(id)) if id.is_empty() => format!("{method} with an empty task id"),
        Some(Value::String(_)) => format!("{method} with an unknown task id"),
        Some(_) => format!("{method} with a number as task id"),
        None => format!("{method} without a task id"),
    };
    if judge_unanswered(ruling, exchange, &subject, &what) {
        return;
    }
    if let Some(why) = turned_away(exchange) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| Problem::new(&subject, text).exchange(exchange);
    match exchange.reply() {
        Reply::Error(message, Some(code::INVALID_PARAMS)) => ruling.held(message.at.clone()),
        Reply::Error(_, code) => {
            let problem = about(format!(
                "{what} is answered with {} instead of -32602.",
                shown(code)
            ));
            // What is no task id at all is a matter of invalid params in general.
            match is_text(exchange) {
                true => ruling.broken(problem),
                false => ruling.odd(problem),
            }
        }
        _ => ruling.broken(about(format!("{what} is answered by a result."))),
    };
}

fn is_text(exchange: &Exchange<'_>) -> bool {
    let id = exchange.params().and_then(|params| params.get("taskId"));
    id.is_some_and(Value::is_string)
}
