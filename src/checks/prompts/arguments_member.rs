//! A prompt that requires no argument is given with and without the member `arguments`.
//!
//! The member is optional in the request, and clients differ: some leave it out when there is
//! nothing to say, others send an empty object. A server that knows only one of the two works with
//! half of the clients. Read a missing member as an empty object.
//!
//! ```mcp passes
//! > prompts/get {"name":"help"}
//! < default
//! ```
//!
//! ```mcp fails prompts.get.arguments-member-optional
//! > prompts/get {"name":"help","arguments":null}
//! < error -32602 "arguments is required"
//! ```
//!
//! ```mcp fails prompts.get.arguments-member-optional
//! > prompts/get {"name":"help","arguments":null}
//! < default
//! > prompts/get
//! < error -32602 "Unexpected arguments"
//! ```
//!
//! ```mcp inconclusive
//! > prompts/get {"name":"help"}
//! < error -32603 "Not today"
//! ```

use crate::check::common::answers::{evidence_first, turned_away};
use crate::check::prelude::*;

const RULE: &str = "prompts.get.arguments-member-optional";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const EMPTY: &str = "prompt-with-empty-arguments";
const ABSENT: &str = "prompt-without-arguments";
/// Prompts that are tried at most.
const SAMPLES: usize = 2;

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let prompts = peer.surface().prompts.clone();
        let names = prompts
            .iter()
            .filter(|prompt| !requires_something(prompt))
            .filter_map(|prompt| prompt["name"].as_str());
        for name in names.take(SAMPLES) {
            let get =
                |intent: &str, params: Value| Request::new(intent, "prompts/get").params(params);
            peer.request(get(EMPTY, json!({"name": name, "arguments": {}})))
                .await;
            peer.request(get(ABSENT, json!({"name": name}))).await;
        }
        peer.settle().await;
    })
}

fn requires_something(prompt: &Value) -> bool {
    let mut arguments = prompt["arguments"].as_array().into_iter().flatten();
    arguments.any(|argument| argument["required"] == true)
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for absent in view.exchanges_meant(ABSENT) {
        let name = absent
            .params()
            .map_or("", |it| it["name"].as_str().unwrap_or_default());
        let empty = view
            .exchanges_meant(EMPTY)
            .find(|empty| empty.params().is_some_and(|params| params["name"] == name));
        let Some(empty) = empty else {
            continue;
        };
        judge_pair(ruling, name, &empty, &absent);
    }
    evidence_first(ruling);
    ruling.not_applicable("no prompt without required arguments was listed");
    verdicts
}

fn judge_pair(ruling: &mut Ruling, name: &str, empty: &Exchange<'_>, absent: &Exchange<'_>) {
    if let Some(why) = turned_away(empty).or_else(|| turned_away(absent)) {
        ruling.inconclusive(why);
        return;
    }
    let about = |text: String| {
        let problem = Problem::new(format!("prompt:{name}"), text);
        problem.exchange(empty).exchange(absent)
    };
    match (empty.reply(), absent.reply()) {
        (Reply::Result(..), Reply::Result(message, _)) => {
            ruling.held(message.at.clone());
        }
        (Reply::Result(..), Reply::Error(..)) => {
            let text = format!("{name} is refused without `arguments` and given with empty ones.");
            ruling.broken(about(text));
        }
        (Reply::Error(..), Reply::Result(..)) => {
            let text = format!("{name} is refused with empty `arguments` and given without them.");
            ruling.broken(about(text));
        }
        _ => {
            ruling.inconclusive(format!("{name} was given in neither way"));
        }
    }
}
