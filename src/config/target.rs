//! How to reach a server: plain data, decided before anything is started.

use std::fmt;
use std::path::PathBuf;

use crate::spec::TransportKind;

/// A server to be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name in the report, unique within a run.
    pub name: String,
    /// How to reach it.
    pub kind: TargetKind,
}

/// How to reach a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// A child process, spoken to over its standard input and output.
    Stdio {
        /// Program and arguments.
        argv: Vec<String>,
        /// Entries added to our own environment.
        env: Vec<(String, String)>,
        /// Working directory; our own when `None`.
        cwd: Option<PathBuf>,
    },
    /// One Streamable HTTP endpoint.
    Http {
        /// Absolute URL.
        url: String,
        /// Headers for every request.
        headers: Vec<(String, String)>,
    },
    /// The event stream of the HTTP+SSE transport of 2024-11-05.
    HttpSse {
        /// Absolute URL.
        url: String,
        /// Headers for every request.
        headers: Vec<(String, String)>,
    },
    /// A WebSocket.
    WebSocket {
        /// Absolute URL.
        url: String,
        /// Headers for the opening request.
        headers: Vec<(String, String)>,
    },
}

impl TargetKind {
    /// The endpoint at `url` over a transport; `Stdio` has no URL and counts as Streamable HTTP.
    pub fn at_url(transport: TransportKind, url: String, headers: Vec<(String, String)>) -> Self {
        match transport {
            TransportKind::HttpSse => Self::HttpSse { url, headers },
            TransportKind::WebSocket => Self::WebSocket { url, headers },
            TransportKind::Stdio | TransportKind::StreamableHttp => Self::Http { url, headers },
        }
    }

    /// A command without entries for its environment.
    pub fn command(argv: Vec<String>) -> Self {
        Self::Stdio {
            argv,
            env: Vec::new(),
            cwd: None,
        }
    }

    /// The transport it will be reached over.
    pub fn transport(&self) -> TransportKind {
        match self {
            Self::Stdio { .. } => TransportKind::Stdio,
            Self::Http { .. } => TransportKind::StreamableHttp,
            Self::HttpSse { .. } => TransportKind::HttpSse,
            Self::WebSocket { .. } => TransportKind::WebSocket,
        }
    }

    /// The headers for its requests; `None` for a command.
    pub fn headers_mut(&mut self) -> Option<&mut Vec<(String, String)>> {
        match self {
            Self::Stdio { .. } => None,
            Self::Http { headers, .. }
            | Self::HttpSse { headers, .. }
            | Self::WebSocket { headers, .. } => Some(headers),
        }
    }
}

/// The command as a shell would take it, or the URL. Secrets are not masked here.
impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TargetKind::Stdio { argv, .. } => formatter.write_str(&shell_words::join(argv)),
            TargetKind::Http { url, .. }
            | TargetKind::HttpSse { url, .. }
            | TargetKind::WebSocket { url, .. } => formatter.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_would_take_it() {
        let target = Target {
            name: "a".into(),
            kind: TargetKind::command(vec!["node".into(), "my server.js".into(), "$x".into()]),
        };
        assert_eq!(target.to_string(), "node 'my server.js' '$x'");
        assert_eq!(target.kind.transport(), TransportKind::Stdio);
    }

    #[test]
    fn a_url_is_shown_as_given_and_knows_its_transport() {
        for transport in [
            TransportKind::StreamableHttp,
            TransportKind::HttpSse,
            TransportKind::WebSocket,
        ] {
            let kind = TargetKind::at_url(transport, "http://[::1]:1/x".into(), Vec::new());
            assert_eq!(kind.transport(), transport);
            let name = "b".into();
            assert_eq!(Target { name, kind }.to_string(), "http://[::1]:1/x");
        }
    }
}
