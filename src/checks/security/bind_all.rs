//! A server on this machine waits for connections on loopback addresses only.
//!
//! A socket on 0.0.0.0 or :: takes connections over every network interface: whoever shares the
//! network with the machine can list and call. The operating system's table of sockets is read, on
//! Linux, and nothing is sent. Only servers behind a loopback URL are judged. A server that is meant
//! for others is right to listen so, which cannot be seen from here; hence this is a warning, and the
//! weakness a medium one. To fix it, bind to 127.0.0.1 or ::1 unless the user asks for more; many
//! frameworks take every interface when no host is named.
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
//!
//! ```mcp fails sec.http.bind-all-interfaces
//! transport http
//! listening ::
//! ```

use crate::check::prelude::*;

const RULE: &str = "http.bind-localhost";
const WEAKNESS: &str = "sec.http.bind-all-interfaces";

pub(crate) const CHECK: Check = Check {
    covers: &[RULE, WEAKNESS],
    transports: Transports::Http,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::OncePerEra,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let events = view.main().into_iter().flat_map(|main| &main.events);
    let known = events.filter_map(|event| match &event.body {
        Body::Listening(addresses) => Some((event, addresses)),
        _ => None,
    });
    for (event, addresses) in known {
        let Some(address) = addresses.iter().find(|address| address.is_unspecified()) else {
            verdicts.on(RULE).held(event.reference());
            verdicts.on(WEAKNESS).held(event.reference());
            continue;
        };
        for id in [RULE, WEAKNESS] {
            let text = format!("The server listens on {address}, which is every interface.");
            let hint = "Bind to 127.0.0.1 or ::1 unless the user asks for more.";
            let problem = Problem::new("listening socket", text)
                .event(event, format!("listening on {address}"))
                .hint(hint);
            verdicts.on(id).broken(problem.severity(Severity::Medium));
        }
    }
    for id in [RULE, WEAKNESS] {
        let why =
            "where the server listens is not known: it is elsewhere, or the system does not tell";
        verdicts.on(id).not_applicable(why);
    }
    verdicts
}
