//! Builds and starts the reference server for tests.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use mcp_check::config::target::{Target, TargetKind};
use mcp_check::engine::{self, Quiet, Selection, ServerRun, Settings, Status};
use mcp_check::spec::{Revision, TransportKind};
use mcp_check::transcript::{Recorder, Secrets};

/// Path of the reference server; it is built on first use.
pub(crate) fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let ours = PathBuf::from(env!("CARGO_BIN_EXE_mcp-check"));
        let folder = ours.parent().expect("the binary lies in a folder");
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "-p", "reference-server"]);
        if folder.ends_with("release") {
            command.arg("--release");
        }
        let status = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the reference server does not build");
        folder.join("reference-server")
    })
}

/// A running HTTP server; ended when dropped.
pub(crate) struct HttpServer {
    child: Child,
    /// URL of its endpoint.
    pub(crate) url: String,
}

impl HttpServer {
    /// Starts the reference server on a port, with further arguments.
    pub(crate) fn start(transport: TransportKind, arguments: &[String]) -> Self {
        let mut child = Command::new(binary())
            .args(["--transport", transport.as_str(), "--until-stdin-closes"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the reference server starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        let mut lines = BufReader::new(stderr).lines();
        let url = lines
            .find_map(|line| {
                let line = line.ok()?;
                let from = line.find("http://").or(line.find("ws://"))?;
                Some(line[from..].trim().to_owned())
            })
            .expect("the server prints its URL");
        // Keeps the pipe drained, so that a chatty server never blocks.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Short deadlines for answers: the reference server answers at once or never.
pub(crate) fn settings(revisions: Option<Vec<Revision>>, skip: &[&str]) -> Settings {
    Settings {
        startup_timeout: Duration::from_secs(5),
        request_timeout: Duration::from_secs(2),
        // Long enough for a loaded machine; only servers that do not end by themselves take it.
        shutdown_grace: Duration::from_secs(5),
        quiet: Duration::from_millis(50),
        generate_time: Duration::ZERO,
        revisions,
        checks: Selection {
            only: Vec::new(),
            skip: skip.iter().map(|id| (*id).to_owned()).collect(),
        },
        ..Settings::default()
    }
}

/// Tests the reference server with the given arguments over one transport.
pub(crate) fn run(
    transport: TransportKind,
    arguments: &[String],
    settings: &Settings,
) -> ServerRun {
    let on_a_port = transport != TransportKind::Stdio;
    let server = on_a_port.then(|| HttpServer::start(transport, arguments));
    let kind = match &server {
        // HTTP+SSE has to be recognised, as users give the URL alone.
        Some(server) if transport == TransportKind::HttpSse => TargetKind::at_url(
            TransportKind::StreamableHttp,
            server.url.clone(),
            credentials(arguments),
        ),
        Some(server) => TargetKind::at_url(transport, server.url.clone(), credentials(arguments)),
        None => {
            let mut argv = vec![binary().display().to_string()];
            argv.extend(arguments.iter().cloned());
            TargetKind::Stdio {
                argv,
                env: Vec::new(),
                cwd: None,
            }
        }
    };
    let target = Target {
        name: "reference-server".into(),
        kind,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let recorder = Recorder::new(Secrets::default(), Box::new(|| 0), None);
    runtime.block_on(engine::run(&target, settings, recorder, &Quiet))
}

/// The header for a server that was told to accept a token.
fn credentials(arguments: &[String]) -> Vec<(String, String)> {
    let token = arguments
        .windows(2)
        .find_map(|pair| (pair[0] == "--token").then_some(&pair[1]));
    token
        .map(|token| ("Authorization".to_owned(), format!("Bearer {token}")))
        .into_iter()
        .collect()
}

/// Requirements that a run found broken, with status, revision and message.
pub(crate) fn broken(run: &ServerRun) -> Vec<(String, String)> {
    let mut broken: Vec<(String, String)> = run
        .outcomes
        .iter()
        .filter(|o| matches!(o.status, Status::Failed | Status::Warned | Status::Broken))
        .map(|o| {
            let reason = o.reason.as_deref().unwrap_or_default();
            let shown = format!("{:?} at {} by {}: {reason}", o.status, o.revision, o.check);
            (o.requirement.clone(), shown)
        })
        .collect();
    broken.sort();
    broken
}
