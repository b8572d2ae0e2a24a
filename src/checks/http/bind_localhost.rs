//! A server on this machine waits for connections on loopback addresses only.
//!
//! Servers for local use should not be open to the network. The operating system's table of sockets is
//! read, on Linux, and nothing is sent. Only servers behind a loopback URL are judged. To fix it, name
//! the host 127.0.0.1 or ::1 where the server binds its port.
//!
//! ```mcp passes
//! transport http
//! listening 127.0.0.1
//! listening ::1
//! ```
//!
//! ```mcp fails http.bind-localhost
//! transport http
//! listening 0.0.0.0
//! ```

use crate::check::common::listening;
use crate::check::prelude::*;

const RULE: &str = "http.bind-localhost";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE],
    transports: Transports::Network,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    listening::judge(view, verdicts.on(RULE));
    verdicts
}
