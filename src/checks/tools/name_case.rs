//! Tool names that differ in letter case are different names.
//!
//! A server that finds a tool in any letter case hides typing mistakes of one client and surprises
//! the next, and two tools whose names differ in case alone can no longer be told apart. Compare
//! names byte by byte. Only a tool that is safe to call is asked for under its name in other letters.
//!
//! ```mcp passes
//! > tools/call {"name":"ECHO"}
//! < error -32602 "Unknown tool: ECHO"
//! ```
//!
//! ```mcp fails tools.name.case-sensitive
//! > tools/call {"name":"ECHO"}
//! < result {"content":[{"type":"text","text":"mcpcheck"}]}
//! ```
//!
//! ```mcp inconclusive
//! # Whatever the name, it succeeds.
//! > tools/call {"name":"ECHO"}
//! < result {"content":[]}
//! > tools/call {"name":"mcpcheck-5f1d0c9a7b3e2468"}
//! < result {"content":[]}
//! ```

use crate::check::common::answers::{UNKNOWN_NAME, says_unknown, text_of, turned_away};
use crate::check::prelude::*;

const RULE: &str = "tools.name.case-sensitive";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::CallsTools,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const FLIPPED: &str = "tool-name-in-other-case";
const MADE_UP: &str = "tool-name-made-up";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let surface = peer.surface();
        let found = surface.callable.iter().find_map(|tool| {
            let name = flipped(&tool.name);
            (name != tool.name && !surface.has_tool(&name)).then(|| (tool.clone(), name))
        });
        let Some((tool, name)) = found else {
            return;
        };
        let call = |intent: &str, name: &str| {
            let params = json!({"name": name, "arguments": tool.arguments});
            Request::new(intent, "tools/call").params(params)
        };
        let answer = peer.request(call(FLIPPED, &name)).await;
        if matches!(answer, Some(Answer::Result(_))) {
            peer.request(call(MADE_UP, UNKNOWN_NAME)).await;
        }
        peer.settle().await;
    })
}

fn flipped(name: &str) -> String {
    let flip = |letter: char| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    name.chars().map(flip).collect()
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    let is_success = |result: &Value| result["isError"] != true;
    let anything_goes = view
        .exchanges_meant(MADE_UP)
        .any(|exchange| exchange.result().is_some_and(is_success));
    for exchange in view.exchanges_meant(FLIPPED) {
        let name = exchange.params().and_then(|params| params["name"].as_str());
        let name = name.unwrap_or_default();
        if let Some(why) = turned_away(&exchange) {
            ruling.inconclusive(why);
            continue;
        }
        match exchange.reply() {
            Reply::Error(message, _) => {
                ruling.held(message.at.clone());
            }
            Reply::Result(message, result) if !is_success(result) => {
                match says_unknown(&text_of(&exchange), "tool", name) {
                    true => ruling.held(message.at.clone()),
                    false => ruling.inconclusive("the call failed for another reason"),
                };
            }
            Reply::Result(..) if anything_goes => {
                ruling.inconclusive("a tool that does not exist can be called, too");
            }
            Reply::Result(..) => {
                let text = format!("A tool that is not listed as {name} is run under that name.");
                let subject = format!("tool:{}", flipped(name));
                ruling.broken(Problem::new(subject, text).exchange(&exchange));
            }
            _ => {
                ruling.inconclusive("the call was not answered");
            }
        }
    }
    if view.exchanges_meant(FLIPPED).next().is_none() {
        ruling.not_applicable("no tool is safe to be called");
    }
    verdicts
}
