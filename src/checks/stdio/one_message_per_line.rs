//! Each message stands on one line of standard output, alone, and the line ends with a line feed.
//!
//! Clients cut the stream at line feeds and parse each piece. A message that is written with
//! indentation, or with a raw line break in a string, arrives as pieces that are not JSON; two
//! messages on one line are lost together; a message without its line feed waits until something
//! else is written. Serialise without indentation, add one line feed, and flush. Arrays of messages
//! existed in 2025-03-26 only. One request has an id with a line break, to see it escaped.
//!
//! ```mcp passes
//! > tools/list
//! < raw {"jsonrpc":"2.0","id":$id,"result":{"tools":[]}}\r
//! ```
//!
//! ```mcp passes
//! revision 2025-03-26
//! > tools/list
//! < raw [{"jsonrpc":"2.0","id":$id,"result":{"tools":[]}}]
//! ```
//!
//! ```mcp fails stdio.no-embedded-newlines
//! > tools/list
//! < raw {\n  "jsonrpc": "2.0",\n  "id": $id,\n  "result": {\n    "tools": []\n  }\n}
//! ```
//!
//! ```mcp fails stdio.no-embedded-newlines
//! > ping id "mcp-check\nline"
//! < raw {"jsonrpc":"2.0","id":"mcp-check\nline","result":{}}
//! ```
//!
//! ```mcp fails stdio.newline-delimited
//! > tools/list
//! < bytes {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}
//! < default
//! ```
//!
//! ```mcp fails stdio.newline-delimited
//! > eof
//! < bytes {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}
//! < exit 0
//! ```
//!
//! ```mcp fails stdio.newline-delimited
//! > tools/list
//! < raw Content-Length: 46\r\n\r
//! < default
//! ```
//!
//! ```mcp fails stdio.one-message-per-line-no-arrays
//! > tools/list
//! < raw [{"jsonrpc":"2.0","id":$id,"result":{"tools":[]}}]
//! ```

use crate::check::common::revision_of;
use crate::check::common::stdout::{OutputLine, output_lines};
use crate::check::prelude::*;

const DELIMITED: &str = "stdio.newline-delimited";
const EMBEDDED: &str = "stdio.no-embedded-newlines";
const ARRAYS: &str = "stdio.one-message-per-line-no-arrays";

pub(crate) const CHECK: Check = Check {
    covers: &[DELIMITED, EMBEDDED, ARRAYS],
    transports: Transports::Stdio,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        let method = match peer.revision().era() {
            Era::Handshake => "ping",
            Era::Modern => "server/discover",
        };
        let id = Id::from("mcp-check\nline");
        peer.request(Request::new("line-break-in-id", method).id(id))
            .await;
        peer.settle().await;
    })
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for conversation in view.conversations() {
        let revision = revision_of(view, conversation).unwrap_or(view.revision);
        for (line, kind) in output_lines(conversation) {
            judge_line(&mut verdicts, revision, line, kind);
        }
    }
    verdicts
}

fn judge_line(verdicts: &mut Verdicts, revision: Revision, line: &WireMessage, kind: OutputLine) {
    let about = |text: &str| Problem::new("stdout", text).message(line);
    match kind {
        OutputLine::Message => {
            for id in CHECK.covers {
                verdicts.on(id).held(line.at.clone());
            }
        }
        OutputLine::Array if revision == Revision::V2025_03_26 => {
            verdicts.on(DELIMITED).held(line.at.clone());
            verdicts.on(EMBEDDED).held(line.at.clone());
        }
        OutputLine::Array => {
            let text =
                format!("A line holds an array of messages, which {revision} does not have.");
            verdicts.on(ARRAYS).broken(about(&text));
        }
        OutputLine::Spread => {
            let hint = "Write messages without indentation, and escape line breaks in strings.";
            let text = "A message is written over several lines.";
            verdicts.on(EMBEDDED).broken(about(text).hint(hint));
        }
        OutputLine::Doubled => {
            verdicts
                .on(DELIMITED)
                .broken(about("Two messages stand on one line."));
        }
        OutputLine::HeaderFraming => {
            let text = "Messages are framed by Content-Length headers instead of line feeds.";
            verdicts.on(DELIMITED).broken(about(text));
        }
        OutputLine::Unterminated => {
            let text = "The last message on standard output has no line feed at its end.";
            verdicts.on(DELIMITED).broken(about(text));
        }
        OutputLine::Blank | OutputLine::Foreign | OutputLine::Damaged => {}
    }
}
