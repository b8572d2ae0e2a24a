//! Standard output carries JSON-RPC messages and nothing else.
//!
//! Clients read it line by line and parse every line. A banner, a log line or a debug print breaks
//! some of them at once and fills the logs of the others. Send logs to standard error, and look out
//! for libraries that print when they are loaded and for frameworks whose logger writes JSON to
//! standard output.
//!
//! ```mcp passes
//! > start
//! < stderr Server started
//! > tools/list
//! < raw {"jsonrpc":"2.0","id":$id,"result":{"tools":[]}}\r
//! ```
//!
//! ```mcp fails stdio.stdout-only-messages
//! > start
//! < raw Server listening...
//! ```
//!
//! ```mcp fails stdio.stdout-only-messages
//! > tools/list
//! < raw {"level":30,"msg":"tools/list"}
//! < default
//! ```
//!
//! ```mcp fails stdio.stdout-only-messages
//! revision 2026-07-28
//! > tools/list
//! < raw 2026-07-28 12:00:00 INFO tools/list
//! < default
//! ```
//!
//! ```mcp fails stdio.stdout-only-messages
//! > tools/list
//! < raw
//! < default
//! ```

use crate::check::common::stdout::{OutputLine, output_lines};
use crate::check::prelude::*;

const ID: &str = "stdio.stdout-only-messages";

pub(crate) const CHECK: Check = Check {
    covers: &[ID],
    transports: Transports::Stdio,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(ID);
    for conversation in view.conversations() {
        for (line, kind) in output_lines(conversation) {
            match kind {
                OutputLine::Message | OutputLine::Array => {
                    ruling.held(line.at.clone());
                }
                OutputLine::Foreign => {
                    ruling.broken(pollution(line));
                }
                OutputLine::Blank => {
                    let text = "The server writes an empty line to standard output.";
                    ruling.odd(Problem::new("empty line", text).message(line));
                }
                // A message is meant here; how it is written is judged elsewhere.
                OutputLine::Spread
                | OutputLine::Doubled
                | OutputLine::HeaderFraming
                | OutputLine::Unterminated
                | OutputLine::Damaged => {}
            }
        }
    }
    verdicts
}

fn pollution(line: &WireMessage) -> Problem {
    let text = format!(
        "Standard output has a line that is no MCP message: {}",
        line.excerpt()
    );
    Problem::new("stdout", text).message(line).hint(
        "Write logs to standard error. If the command is a wrapper (npx, uvx, docker, a shell \
         script), the line may be the wrapper's.",
    )
}
