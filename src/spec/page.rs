//! Addresses of the pages that state the rules.
//!
//! The catalogue names a page by its place in the newest revision; pages have moved since.

use super::revision::{Era, Revision};

/// Address of `place`, a page with an optional `#anchor`, as it stands in `revision`.
pub(super) fn url(place: &str, revision: Revision) -> String {
    if let Some(rest) = place.strip_prefix("ext-tasks/") {
        return extension_url(rest);
    }
    if let Some(rest) = place.strip_prefix("docs/") {
        return format!("{SITE}/docs/{}/{rest}", guide_revision(revision));
    }
    let (page, anchor) = split(place);
    let (page, anchor) = match revision.era() {
        Era::Handshake => (
            older_page(page, revision),
            older_anchor(page, anchor, revision),
        ),
        Era::Modern => (modern_page(page, anchor), anchor),
    };
    let page = page.strip_suffix("/index").unwrap_or(page);
    let hash = if anchor.is_empty() { "" } else { "#" };
    format!("{SITE}/specification/{revision}/{page}{hash}{anchor}")
}

const SITE: &str = "https://modelcontextprotocol.io";

/// The tasks extension lives in its own repository.
fn extension_url(place: &str) -> String {
    let (page, anchor) = split(place);
    let base = "https://github.com/modelcontextprotocol/ext-tasks/blob/main";
    if page.starts_with("schema/") {
        return format!("{base}/{page}.ts");
    }
    format!("{base}/{page}.md#{anchor}")
}

/// The guides have versions from 2025-11-25 on.
fn guide_revision(revision: Revision) -> Revision {
    revision.max(Revision::V2025_11_25)
}

fn split(place: &str) -> (&str, &str) {
    place.split_once('#').unwrap_or((place, ""))
}

/// Authorization became several pages in 2026-07-28.
fn modern_page<'p>(page: &'p str, anchor: &str) -> &'p str {
    if page != "basic/authorization" {
        return page;
    }
    match anchor {
        "access-token-privilege-restriction"
        | "authorization-code-protection"
        | "authorization-server-abuse-protection"
        | "communication-security"
        | "confused-deputy-problem"
        | "open-redirection"
        | "token-theft" => "basic/authorization/security-considerations",
        "authorization-server-location" | "protected-resource-metadata-discovery-requirements" => {
            "basic/authorization/authorization-server-discovery"
        }
        "client-id-metadata-documents" | "implementation-requirements" => {
            "basic/authorization/client-registration"
        }
        _ => page,
    }
}

/// Where the page of the newest revision stood in a handshake revision.
fn older_page(page: &str, revision: Revision) -> &str {
    match page {
        "basic/index" if revision == Revision::V2024_11_05 => "basic/messages",
        "basic/versioning" | "server/discover" => "basic/lifecycle",
        "basic/patterns/cancellation" => "basic/utilities/cancellation",
        "basic/patterns/progress" => "basic/utilities/progress",
        _ if page.starts_with("basic/transports/") => "basic/transports",
        _ if page.starts_with("basic/authorization/") => "basic/authorization",
        _ => page,
    }
}

/// The section that held the same matter in a handshake revision, empty where there was none.
fn older_anchor<'p>(page: &str, anchor: &'p str, revision: Revision) -> &'p str {
    match page {
        "basic/index" if revision <= Revision::V2025_06_18 => match anchor {
            "error-codes" | "error-responses" | "result-responses" | "resulttype" => "responses",
            "messages" if revision == Revision::V2024_11_05 => "",
            _ => anchor,
        },
        "basic/index" => match anchor {
            "error-codes" => "error-responses",
            "resulttype" => "result-responses",
            _ => anchor,
        },
        "basic/transports/stdio" if anchor != "shutdown" => "stdio",
        "basic/transports/streamable-http" => http_anchor(anchor),
        "basic/transports/index" if anchor == "custom-transports" => anchor,
        "basic/versioning" | "server/discover" => "",
        _ if page.starts_with("basic/transports/") => "",
        _ if page.starts_with("basic/authorization/") => "",
        _ => anchor,
    }
}

fn http_anchor(anchor: &str) -> &str {
    match anchor {
        "sending-messages" | "receiving-messages" => "sending-messages-to-the-server",
        "security-&-endpoint" => "security-warning",
        "http-sse-transport-2024-11-05" | "earlier-streamable-http-revisions" => {
            "backwards-compatibility"
        }
        "protocol-version-header" => anchor,
        _ => "streamable-http",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::catalogue;

    fn page_of(id: &str, revision: Revision) -> String {
        catalogue().get(id).unwrap().page_url(revision)
    }

    #[test]
    fn the_newest_revision_has_the_page_as_written() {
        let base = "https://modelcontextprotocol.io/specification/2026-07-28";
        let newest = Revision::V2026_07_28;
        assert_eq!(
            page_of("jsonrpc.version-field", newest),
            format!("{base}/basic#messages")
        );
        assert_eq!(
            page_of("tools.list.result-shape", newest),
            format!("{base}/schema#listtoolsresult")
        );
        assert_eq!(
            page_of("discover.implemented", newest),
            format!("{base}/server/discover")
        );
        assert_eq!(
            page_of("auth.as.redirect-uri.exact", newest),
            format!("{base}/basic/authorization/security-considerations#open-redirection")
        );
    }

    #[test]
    fn older_revisions_have_the_page_where_it_stood() {
        let base = "https://modelcontextprotocol.io/specification";
        let first = Revision::V2024_11_05;
        assert_eq!(
            page_of("jsonrpc.response-id-echo", first),
            format!("{base}/2024-11-05/basic/messages#responses")
        );
        assert_eq!(
            page_of("stdio.stdout-only-messages", Revision::V2025_03_26),
            format!("{base}/2025-03-26/basic/transports#stdio")
        );
        assert_eq!(
            page_of("cancel.unknown-id-ignored", Revision::V2025_11_25),
            format!("{base}/2025-11-25/basic/utilities/cancellation#error-handling")
        );
        assert_eq!(
            page_of("http.post.notification-202", Revision::V2025_06_18),
            format!("{base}/2025-06-18/basic/transports#sending-messages-to-the-server")
        );
        assert_eq!(
            page_of("resources.read.result-shape", first),
            format!("{base}/2024-11-05/schema#readresourceresult")
        );
    }

    #[test]
    fn a_place_of_one_revision_wins() {
        let base = "https://modelcontextprotocol.io/specification";
        assert_eq!(
            page_of("auth.as.https", Revision::V2025_03_26),
            format!("{base}/2025-03-26/basic/authorization#security-considerations")
        );
        assert_eq!(
            page_of("transport-security.bind-loopback", Revision::V2026_07_28),
            format!("{base}/2026-07-28/basic/transports/streamable-http#security-&-endpoint")
        );
        assert_eq!(
            page_of("transport-security.bind-loopback", Revision::V2024_11_05),
            format!("{base}/2024-11-05/basic/transports#security-warning")
        );
    }

    #[test]
    fn guides_and_the_extension_have_their_own_addresses() {
        assert_eq!(
            page_of(
                "transport-security.session.bound-to-user",
                Revision::V2025_03_26
            ),
            "https://modelcontextprotocol.io/docs/2025-11-25/tutorials/security/security_best_practices#session-hijacking"
        );
        assert_eq!(
            page_of("ext-tasks.declared", Revision::V2026_07_28),
            "https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/draft/tasks.md#capability-negotiation"
        );
        assert_eq!(
            page_of("ext-tasks.timestamps", Revision::V2026_07_28),
            "https://github.com/modelcontextprotocol/ext-tasks/blob/main/schema/draft/schema.ts"
        );
    }

    #[test]
    fn every_address_is_well_formed_and_free_of_pages_the_revision_lacks() {
        for row in catalogue().iter() {
            for revision in row.revisions.iter().copied() {
                let url = row.page_url(revision);
                assert!(url.starts_with("https://"), "{url}");
                assert!(!url.contains([' ', ';', '(']), "{}: {url}", row.id);
                assert!(!url.ends_with('#'), "{}: {url}", row.id);
                let newer = [
                    "/patterns/",
                    "/transports/",
                    "versioning",
                    "server/discover",
                ];
                if revision.era() == Era::Handshake {
                    assert!(
                        !newer.iter().any(|part| url.contains(part)),
                        "{}: {url}",
                        row.id
                    );
                } else {
                    assert!(!url.contains("basic/lifecycle"), "{}: {url}", row.id);
                }
            }
        }
    }
}
