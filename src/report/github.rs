//! Findings as workflow commands of GitHub Actions, which show them beside a change.

use super::escape::escape;
use super::model::Report;
use crate::engine::outcome::FindingStatus;

/// A command for each violation, warning and server that could not be tested.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for server in &report.servers {
        let mut add = |command: &str, title: &str, message: &str| {
            let title = property(&format!("{}: {title}", server.name));
            let line = format!("::{command} title={title}::{}\n", data(message));
            text.push_str(&line);
        };
        if let Some(diagnosis) = &server.diagnosis {
            let message = format!("{} {}", diagnosis.message, diagnosis.next);
            add("error", "not tested", &message);
        }
        for finding in &server.findings {
            let command = match finding.status {
                FindingStatus::Failed => "error",
                FindingStatus::Warned => "warning",
                FindingStatus::Info => continue,
            };
            let revisions: Vec<&str> = finding.revisions.iter().map(|it| it.as_str()).collect();
            let hint = finding.hint.as_deref().unwrap_or_default();
            let message = format!("{} {hint}", finding.message);
            let message = format!("{} (at {})", message.trim(), revisions.join(", "));
            add(command, &finding.requirements.join(" "), &message);
        }
    }
    text
}

/// A page that may hold text of a server, put so that no line of it is taken for a command.
/// `token` must be one that the server cannot know.
pub fn fenced(page: &str, token: &str) -> String {
    format!("::stop-commands::{token}\n{page}\n::{token}::\n")
}

fn data(text: &str) -> String {
    let text = escape(text);
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, model};

    #[test]
    fn each_finding_is_one_command() {
        let text = render(&model::build(&[fixture::broken(), fixture::dead()]));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert_eq!(
            lines[0],
            "::error title=broken%3A jsonrpc.response-id-echo::The answer to a request with the \
             number 7 as its id has the string \"7\". Copy the id of the request as it came. (at \
             2025-06-18, 2025-11-25)"
        );
        assert!(
            lines[6].starts_with("::warning title=broken%3A logging."),
            "{text}"
        );
        assert!(
            lines[7].starts_with("::error title=dead%3A not tested::"),
            "{text}"
        );
    }

    #[test]
    fn text_of_a_server_starts_no_command_of_its_own() {
        let mut run = fixture::soft();
        run.name = "a,file=x::b".into();
        run.findings[0].message = "100%\n::set-env name=A::b\r".into();
        let text = render(&model::build(&[run]));
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.starts_with("::warning title=a%2Cfile=x%3A%3Ab%3A "),
            "{text}"
        );
        assert!(text.contains("100%25\\n::set-env"), "{text}");
        assert_eq!(fenced("x", "t"), "::stop-commands::t\nx\n::t::\n");
    }
}
