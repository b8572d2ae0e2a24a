//! Names, descriptions, defaults and examples hold no live credentials.
//!
//! Everything in a listing goes to every client, into its logs and to the provider of its model. A token
//! that was pasted as an example or a default is published by that. Credentials are told by the form that
//! their issuers give them; placeholders, hashes and UUIDs have no such form. A value that was given to
//! mcp-check as a secret and comes back in a listing is one too. To fix it, withdraw the credential and
//! write a placeholder.
//!
//! ```mcp passes
//! > tools/list
//! < merge /tools/0 {"description": "Takes a token such as ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx or postgres://user:password@localhost/db."}
//! ```
//!
//! ```mcp fails sec.meta.secret-in-metadata
//! > tools/list
//! < merge /tools/0/inputSchema/properties {"token": {"type": "string", "default": "ghp_q8Zt3LmW0bVx7KcP2nRy5HsD9fGj4TeU6aQi"}}
//! ```

use crate::check::common::metadata::{Text, judge_texts};
use crate::check::prelude::*;
use crate::scan::secrets::{masked, secrets};

const SECRET: &str = "sec.meta.secret-in-metadata";

pub(crate) const CHECK: Check = Check {
    covers: &[SECRET],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    judge_texts(verdicts.on(SECRET), view, problem);
    verdicts
}

fn problem(text: &Text<'_>) -> Option<Problem> {
    let found = secrets(text.text);
    let first = found.first()?;
    let message = format!("{} has a {} in {}.", text.owner(), first.kind, text.within);
    let shown = excerpt(masked(&text.text[..first.place.end], &found[..1]).as_bytes());
    Some(text.problem_showing(message, shown))
}
