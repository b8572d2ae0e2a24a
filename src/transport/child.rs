//! A server as a child process in a process group of its own.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal as UnixSignal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::leftovers::{self, MARKER};
use super::{ConnectError, Connector, Inbound, Outbound, Signal, Transport, Wait};
use crate::spec::TransportKind;
use crate::transcript::{Body, Channel, Frame, Process};
use crate::wire::lines::{Line, LineDecoder};

/// Length in bytes after which a line from the server is cut off and judged as it is.
pub const LONGEST_LINE: usize = 16 << 20;

/// How to start a server.
#[derive(Clone, Debug)]
pub struct ChildConnector {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Entries added to our own environment.
    pub env: Vec<(String, String)>,
    /// Working directory; our own when `None`.
    pub cwd: Option<PathBuf>,
}

impl Connector for ChildConnector {
    fn kind(&self) -> TransportKind {
        TransportKind::Stdio
    }

    fn url(&self) -> &str {
        ""
    }

    fn headers(&self) -> &[(String, String)] {
        &[]
    }

    fn connect(&self) -> Result<Box<dyn Transport>, ConnectError> {
        Ok(Box::new(ChildTransport::start(self)?))
    }
}

struct ChildTransport {
    group: Option<Pid>,
    nonce: String,
    input: Option<UnboundedSender<Vec<u8>>>,
    inbox: UnboundedReceiver<Inbound>,
}

impl ChildTransport {
    fn start(connector: &ChildConnector) -> Result<Self, ConnectError> {
        let cannot = |why: String| ConnectError::CannotStart {
            program: connector.argv.first().cloned().unwrap_or_default(),
            why,
        };
        let (program, arguments) = connector
            .argv
            .split_first()
            .ok_or_else(|| cannot("no program given".into()))?;
        let nonce = leftovers::nonce();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(connector.env.iter().map(|(name, value)| (name, value)))
            .env(MARKER, &nonce)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(cwd) = &connector.cwd {
            command.current_dir(cwd);
        }
        let mut child = command.spawn().map_err(|error| cannot(error.to_string()))?;
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        let (sender, inbox) = unbounded_channel();
        let (input, lines) = unbounded_channel();
        if let Some(stdin) = child.stdin.take() {
            tokio::spawn(write_lines(stdin, lines, sender.clone()));
        }
        tokio::spawn(observe(child, sender));
        Ok(Self {
            group,
            nonce,
            input: Some(input),
            inbox,
        })
    }
}

impl Transport for ChildTransport {
    fn send(&mut self, outbound: Outbound) {
        if let Some(input) = &self.input {
            let mut bytes = outbound.bytes;
            bytes.push(b'\n');
            // The writer ends when the pipe breaks, which it has already reported.
            let _ = input.send(bytes);
        }
    }

    fn receive(&mut self) -> Wait<'_, Option<Inbound>> {
        Box::pin(self.inbox.recv())
    }

    fn close_input(&mut self) {
        self.input = None;
    }

    fn signal(&mut self, signal: Signal) {
        let signal = match signal {
            Signal::Terminate => UnixSignal::TERM,
            Signal::Kill => UnixSignal::KILL,
        };
        if let Some(group) = self.group {
            // The group may be gone by now, which is what the signal was for.
            let _ = kill_process_group(group, signal);
        }
    }

    fn cancel(&mut self, _channel: Channel) {}

    fn end_leftovers(&mut self) -> u32 {
        leftovers::end(self.group, &self.nonce)
    }
}

impl Drop for ChildTransport {
    fn drop(&mut self) {
        self.signal(Signal::Kill);
        leftovers::end(self.group, &self.nonce);
    }
}

fn on_stdio(body: Body) -> Inbound {
    Inbound {
        channel: Channel::Stdio,
        body,
    }
}

async fn write_lines(
    mut stdin: ChildStdin,
    mut lines: UnboundedReceiver<Vec<u8>>,
    sender: UnboundedSender<Inbound>,
) {
    while let Some(line) = lines.recv().await {
        let written = async {
            stdin.write_all(&line).await?;
            stdin.flush().await
        };
        if let Err(error) = written.await {
            let _ = sender.send(on_stdio(Body::Fault(format!("standard input: {error}"))));
            return;
        }
    }
}

/// Forwards both outputs to their ends, then reports the exit. A process that a server left
/// behind can hold the pipes open, so the exit does not wait for them for ever.
async fn observe(mut child: Child, sender: UnboundedSender<Inbound>) {
    let stdout = child.stdout.take().map(|pipe| {
        let sender = sender.clone();
        tokio::spawn(read_stdout(pipe, sender))
    });
    let stderr = child.stderr.take().map(|pipe| {
        let sender = sender.clone();
        tokio::spawn(read_stderr(pipe, sender))
    });
    let status = child.wait().await;
    let drained = async {
        if let Some(task) = stdout {
            let _ = task.await;
        }
        if let Some(task) = stderr {
            let _ = task.await;
        }
    };
    let _ = tokio::time::timeout(DRAIN_AFTER_EXIT, drained).await;
    let exited = match status {
        Ok(status) => exited(status),
        Err(error) => Body::Fault(format!("waiting for the process: {error}")),
    };
    let _ = sender.send(on_stdio(exited));
}

/// How long output is still read after the process has ended.
const DRAIN_AFTER_EXIT: std::time::Duration = std::time::Duration::from_millis(500);

fn exited(status: ExitStatus) -> Body {
    use std::os::unix::process::ExitStatusExt as _;
    Body::Process(Process::Exited {
        code: status.code(),
        signal: status.signal(),
    })
}

async fn read_stdout(mut pipe: ChildStdout, sender: UnboundedSender<Inbound>) {
    let mut decoder = LineDecoder::new(LONGEST_LINE);
    let mut buffer = vec![0; 16 << 10];
    loop {
        match pipe.read(&mut buffer).await {
            Ok(0) => break,
            Ok(length) => {
                for line in decoder.push(&buffer[..length]) {
                    let _ = sender.send(on_stdio(frame(line)));
                }
            }
            Err(error) => {
                let _ = sender.send(on_stdio(Body::Fault(format!("standard output: {error}"))));
                break;
            }
        }
    }
    if let Some(line) = decoder.finish() {
        let _ = sender.send(on_stdio(frame(line)));
    }
    let _ = sender.send(on_stdio(Body::StreamEnd));
}

fn frame(line: Line) -> Body {
    Body::Frame(Frame::new(line.bytes, line.terminated, None))
}

async fn read_stderr(mut pipe: ChildStderr, sender: UnboundedSender<Inbound>) {
    let mut decoder = LineDecoder::new(LONGEST_LINE);
    let mut buffer = vec![0; 4 << 10];
    while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
        for line in decoder.push(&buffer[..length]) {
            let _ = sender.send(on_stdio(Body::Stderr(line.bytes)));
        }
    }
    if let Some(line) = decoder.finish() {
        let _ = sender.send(on_stdio(Body::Stderr(line.bytes)));
    }
}
