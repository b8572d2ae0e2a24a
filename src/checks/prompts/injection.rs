//! What a client puts into a prompt's argument stays text: it is not evaluated and opens no file.
//!
//! Arguments often hold what a user pasted. A server that passes them through a template engine runs
//! expressions of strangers, and one that takes them for paths hands out its files. Insert arguments
//! as text, after the template was read.
//!
//! ```mcp passes
//! > prompts/get {"name":"greet"}
//! < default
//! ```
//!
//! ```mcp fails prompts.get.inputs-and-outputs-validated
//! > prompts/get {"name":"greet"}
//! < result {"messages":[{"role":"user","content":{"type":"text","text":"Greet mcpcheck-49-49-end."}}]}
//! ```
//!
//! ```mcp fails prompts.get.inputs-and-outputs-validated
//! > prompts/get {"name":"greet"}
//! < result {"messages":[{"role":"user","content":{"type":"text","text":"root:x:0:0:root:/root:/bin/sh"}}]}
//! ```
//!
//! ```mcp inconclusive
//! > prompts/get {"name":"greet"}
//! < error -32603 "Not today"
//! ```

use crate::check::common::answers::evidence_first;
use crate::check::prelude::*;

const RULE: &str = "prompts.get.inputs-and-outputs-validated";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::All,
    needs: &[Need::Declares(&["prompts"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const INTENT: &str = "prompt-argument-injection";
const EXPRESSIONS: &str = "mcpcheck-{{7*7}}-${7*7}-end";
/// What becomes of the expressions where any of them is evaluated.
const EVALUATED: [&str; 3] = [
    "mcpcheck-49-49-end",
    "mcpcheck-49-${7*7}-end",
    "mcpcheck-{{7*7}}-49-end",
];
const PATH: &str = "../../../../../../../../etc/passwd";
/// How that file begins wherever it exists.
const FILE: &str = "root:x:0:0:";
/// Names of arguments that ask for a file: opening one is then no injection.
const FILE_WORDS: [&str; 6] = ["path", "file", "dir", "uri", "url", "resource"];

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let mut prompts = peer.surface().prompts.iter();
        let chosen = prompts.find_map(|prompt| {
            let names = plain_arguments(prompt);
            (!names.is_empty()).then(|| (prompt["name"].clone(), names))
        });
        let Some((name, arguments)) = chosen else {
            return;
        };
        for text in [EXPRESSIONS, PATH] {
            let given: serde_json::Map<String, Value> = arguments
                .iter()
                .map(|argument| (argument.clone(), json!(text)))
                .collect();
            let params = json!({"name": name, "arguments": given});
            peer.request(Request::new(INTENT, "prompts/get").params(params))
                .await;
        }
        peer.settle().await;
    })
}

/// The names of a prompt's arguments; none when one of them asks for a file.
fn plain_arguments(prompt: &Value) -> Vec<String> {
    let arguments = prompt["arguments"].as_array().into_iter().flatten();
    let names: Vec<String> = arguments
        .filter_map(|argument| argument["name"].as_str().map(str::to_owned))
        .collect();
    let asks_for_file = |name: &String| {
        let name = name.to_lowercase();
        FILE_WORDS.iter().any(|word| name.contains(word))
    };
    match names.iter().any(asks_for_file) {
        true => Vec::new(),
        false => names,
    }
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(RULE);
    for exchange in view.exchanges_meant(INTENT) {
        let Reply::Result(message, result) = exchange.reply() else {
            ruling.inconclusive("a prompt with odd arguments was not given");
            continue;
        };
        let name = exchange
            .params()
            .map_or("", |it| it["name"].as_str().unwrap_or_default());
        let about = |text: String| {
            let problem = Problem::new(format!("prompt:{name}"), text);
            problem.exchange(&exchange)
        };
        let said = result["messages"].to_string();
        if EVALUATED.iter().any(|text| said.contains(text)) {
            let text = format!("{name} evaluates expressions in its arguments.");
            ruling.broken(about(text));
        } else if said.contains(FILE) {
            let text = format!("{name} hands out the file that an argument names.");
            ruling.broken(about(text));
        } else {
            ruling.held(message.at.clone());
        }
    }
    evidence_first(ruling);
    ruling.not_applicable("no prompt with arguments that are plain text was listed");
    verdicts
}
