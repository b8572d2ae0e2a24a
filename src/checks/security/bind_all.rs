//! Whoever shares a network with this machine cannot reach the server.
//!
//! A socket on 0.0.0.0 or :: takes connections over every network interface: others can list and call
//! what was meant for the user of this machine. The operating system's table of sockets is read, on
//! Linux, and nothing is sent. Only servers behind a loopback URL are judged. A server that is meant
//! for others is right to listen so, which cannot be seen from here; hence the weakness counts as a
//! medium one. To fix it, bind to 127.0.0.1 or ::1; many frameworks take every interface when no host
//! is named.
//!
//! ```mcp passes
//! transport http
//! listening 127.0.0.1
//! listening ::1
//! ```
//!
//! ```mcp fails sec.http.bind-all-interfaces
//! transport http
//! listening ::
//! ```

use crate::check::common::listening;
use crate::check::prelude::*;

const RULE: &str = "sec.http.bind-all-interfaces";

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
