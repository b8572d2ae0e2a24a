//! Where a server of this machine waits for connections.

use core::net::IpAddr;

use crate::check::prelude::*;

/// The addresses that the driver noted, with the events that say so.
pub fn known(view: &View) -> impl Iterator<Item = (&Event, &[IpAddr])> {
    let events = view.main().into_iter().flat_map(|main| &main.events);
    events.filter_map(|event| match &event.body {
        Body::Listening(addresses) => Some((event, &**addresses)),
        _ => None,
    })
}

/// Judges the addresses that the driver noted: loopback addresses hold, all interfaces do not.
pub fn judge(view: &View, ruling: &mut Ruling) {
    for (event, addresses) in known(view) {
        let Some(address) = addresses.iter().find(|address| address.is_unspecified()) else {
            ruling.held(event.reference());
            continue;
        };
        let text = format!("The server listens on {address}, which is every interface.");
        let problem = Problem::new("listening socket", text)
            .event(event, format!("listening on {address}"))
            .hint("Bind to 127.0.0.1 or ::1 unless the user asks for more.");
        // Whether the server is meant for others cannot be seen from here.
        ruling.broken(problem.severity(Severity::Medium));
    }
    ruling.not_applicable(
        "where the server listens is not known: it is elsewhere, or the system does not tell",
    );
}
