//! The command line as clap sees it. What the words mean is decided elsewhere.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::output::ReportFile;
use crate::engine::SEED;
use crate::report::FailOn;
use crate::spec::{Revision, TransportKind};

/// Compliance tester for Model Context Protocol (MCP) servers.
#[derive(Debug, Parser)]
#[command(name = "mcp-check", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing found that fails the run
  1    a requirement is broken, or there is a grave security problem (see --fail-on)
  2    wrong usage or configuration
  3    a server could not be tested: it does not start, answer or speak MCP
  4    nothing selected
  70   a defect of mcp-check
  130  interrupted

Try it without a server of your own:  mcp-check run demo";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Test servers: start or connect, find out what they speak, drive and judge
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Judge recorded transcripts; no server is needed
    Judge(JudgeArgs),
    /// Compare two transcripts or JSON reports: what changed, and does it break clients
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Compare a server with its committed snapshot
    #[command(after_help = SNAPSHOT_EXAMPLES)]
    Snapshot(Box<SnapshotArgs>),
    /// Be the server that a script or a transcript describes
    Mock(MockArgs),
    /// List the checks, or the requirements they judge
    List(ListArgs),
    /// Explain a check, a requirement or a security check
    Explain(ExplainArgs),
    /// Be one of the demonstration servers
    #[command(hide = true)]
    DemoServer(DemoServerArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  mcp-check run ./server.py
  mcp-check run \"npx -y @modelcontextprotocol/server-everything\"
  mcp-check run https://example.com/mcp --header-env Authorization=MCP_AUTH
  mcp-check run .mcp.json --report junit=mcp.xml
  mcp-check run --transcript out.jsonl -- ./target/release/server --stdio";

const DIFF_EXAMPLES: &str = "\
Examples:
  mcp-check diff old.jsonl new.jsonl
  mcp-check diff last-release.json now.json --json changes.json

Exit codes: 0 nothing differs, 1 something does.";

const SNAPSHOT_EXAMPLES: &str = "\
Examples:
  mcp-check snapshot ./server.py --accept      # write mcp-check.snap, and commit it
  mcp-check snapshot ./server.py               # in CI: exit 1 when it differs

Exit codes: 0 nothing differs, 1 something does.";

const HOW: &str = "How to reach the server";
const WHAT: &str = "What to test";
const REPORT: &str = "What to report";

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A file, a quoted command, a URL, a client's .json file, or `demo`
    ///
    /// A file is run by itself when it is executable, else by what its first line names, or by the
    /// usual interpreter of .py, .js, .mjs and .ts. A quoted command is split as a shell would
    /// split it, and never given to a shell. A .json file lists servers as .mcp.json, Claude
    /// Desktop, Cursor or VS Code do.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,

    /// A command and its arguments, taken as they are
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,

    /// How to talk to a URL; found out when not given: ws:// and wss:// are WebSockets, others
    /// Streamable HTTP, or HTTP+SSE where only that is spoken
    #[arg(long, value_name = "NAME", help_heading = HOW)]
    pub transport: Option<Transport>,

    /// Send this header with every HTTP request; its value is masked in reports
    #[arg(long, value_name = "NAME=VALUE", value_parser = header, help_heading = HOW)]
    pub header: Vec<(String, String)>,

    /// As --header, with the value of an environment variable
    #[arg(long, value_name = "NAME=ENVVAR", value_parser = pair, help_heading = HOW)]
    pub header_env: Vec<(String, String)>,

    /// Trust the certificates of this PEM file too, over https and wss
    #[arg(long, value_name = "FILE", help_heading = HOW)]
    pub ca_file: Vec<PathBuf>,

    /// Set an environment entry for the server; masked in reports when its name looks secret
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = HOW)]
    pub env: Vec<(String, String)>,

    /// Start the server in this directory
    #[arg(long, value_name = "DIR", help_heading = HOW)]
    pub cwd: Option<PathBuf>,

    /// Name in the report; of a .json file, only test the server of this name
    #[arg(long, value_name = "NAME", help_heading = HOW)]
    pub name: Option<String>,

    /// Wait so long for the first answer
    #[arg(long, value_name = "SECS", value_parser = seconds, default_value = "30", help_heading = HOW)]
    pub startup_timeout: Duration,

    /// Wait so long for any other answer
    #[arg(long, value_name = "SECS", value_parser = seconds, default_value = "10", help_heading = HOW)]
    pub timeout: Duration,

    /// Only these revisions, for example 2025-11-25; without it all that the server speaks
    #[arg(long, value_name = "DATE", value_delimiter = ',', help_heading = WHAT)]
    pub revision: Vec<Revision>,

    /// What to test.
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Test so many servers at the same time, and so many revisions over all of them
    #[arg(long, value_name = "N", value_parser = jobs, default_value = "5", help_heading = WHAT)]
    pub jobs: usize,

    /// Play the session in FILE instead of the checks (docs/script-notation.md)
    #[arg(long, value_name = "FILE", help_heading = WHAT)]
    pub script: Option<PathBuf>,

    /// Call this tool whatever its annotations say
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub allow_tool: Vec<String>,

    /// Never call this tool
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub deny_tool: Vec<String>,

    /// Also call tools that write, when they say that they neither destroy nor reach out
    #[arg(long, help_heading = WHAT)]
    pub allow_writes: bool,

    /// Call tools with generated arguments for so long; 0 generates nothing
    #[arg(long, value_name = "SECS", value_parser = seconds_or_none, default_value = "3", help_heading = WHAT)]
    pub generate_time: Duration,

    /// What the generated arguments depend on, besides the schemas
    #[arg(long, value_name = "N", default_value_t = SEED, help_heading = WHAT)]
    pub seed: u64,

    /// What to report.
    #[command(flatten)]
    pub report: ReportArgs,

    /// Write every byte that is exchanged to FILE; several servers get FILE.NAME each
    #[arg(long, value_name = "FILE", help_heading = REPORT)]
    pub transcript: Option<PathBuf>,

    /// Do not show progress
    #[arg(long, help_heading = REPORT)]
    pub no_progress: bool,
}

/// Arguments of `judge`.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// Transcripts that `run --transcript` wrote
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// What to judge.
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// What to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A transcript of `run --transcript`, or a report of `run --report json=FILE`
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// Another one
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// Also write the changes as JSON; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Only print the verdict
    #[arg(long, short)]
    pub quiet: bool,

    /// Use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// Only use ASCII characters in what mcp-check itself writes
    #[arg(long)]
    pub ascii: bool,
}

/// Arguments of `mock`.
#[derive(Debug, Args)]
pub struct MockArgs {
    /// A script (docs/script-notation.md) or a transcript of `run --transcript`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Serve Streamable HTTP on this machine; the URL is written to standard error
    #[arg(long)]
    pub http: bool,

    /// The port; 0 is any free one
    #[arg(long, value_name = "N", default_value = "0", requires = "http")]
    pub port: u16,
}

/// Arguments of `snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Write the snapshot instead of comparing with it
    #[arg(long)]
    pub accept: bool,

    /// The snapshot
    #[arg(long, value_name = "FILE", default_value = "mcp-check.snap")]
    pub file: PathBuf,

    /// How to test the server.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Which checks.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Only checks whose id, or whose requirement's id, begins like this
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = WHAT)]
    pub check: Vec<String>,

    /// Not the checks whose id, or whose requirement's id, begins like this
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = WHAT)]
    pub skip: Vec<String>,
}

/// How the outcome is told.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Also write a report: json, junit, sarif, markdown or github =FILE; `-` is standard output
    ///
    /// `github` are the annotations of GitHub Actions; in a workflow they are also printed unasked.
    /// `markdown=$GITHUB_STEP_SUMMARY` makes a job summary.
    #[arg(long, value_name = "KIND=FILE", help_heading = REPORT)]
    pub report: Vec<ReportFile>,

    /// Exit with 1 for this and worse
    #[arg(long, value_name = "LEVEL", default_value = "must", help_heading = REPORT)]
    pub fail_on: FailOnName,

    /// Also list what could not be judged
    #[arg(long, help_heading = REPORT)]
    pub strict: bool,

    /// Also show SHOULD-level deviations, remarks and counts per check
    #[arg(long, short, help_heading = REPORT)]
    pub verbose: bool,

    /// Only print the verdict
    #[arg(long, short, conflicts_with = "verbose", help_heading = REPORT)]
    pub quiet: bool,

    /// Use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = REPORT)]
    pub color: When,

    /// Only use ASCII characters in the terminal report
    #[arg(long, help_heading = REPORT)]
    pub ascii: bool,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only what contains this word
    #[arg(value_name = "WORD")]
    pub word: Option<String>,

    /// List requirements instead of checks
    #[arg(long)]
    pub requirements: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Id of a check (area/slug), a requirement or a security check (sec.*)
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Arguments of `demo-server`.
#[derive(Debug, Args)]
pub struct DemoServerArgs {
    /// `correct` or `broken`
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// The transports by the names of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Transport {
    /// Standard input and output of a command
    Stdio,
    /// Streamable HTTP
    Http,
    /// HTTP+SSE of 2024-11-05
    Sse,
    /// WebSocket
    Ws,
}

impl From<Transport> for TransportKind {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Stdio => Self::Stdio,
            Transport::Http => Self::StreamableHttp,
            Transport::Sse => Self::HttpSse,
            Transport::Ws => Self::WebSocket,
        }
    }
}

/// The values of `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOnName {
    /// A broken MUST, a crash, a hang, a grave security problem
    Must,
    /// Also a SHOULD-level deviation and a security warning
    Should,
    /// Nothing
    Never,
}

impl From<FailOnName> for FailOn {
    fn from(name: FailOnName) -> Self {
        match name {
            FailOnName::Must => Self::Must,
            FailOnName::Should => Self::Should,
            FailOnName::Never => Self::Never,
        }
    }
}

/// The values of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must look like NAME=VALUE".into()),
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    check_header(&name, &value)?;
    Ok((name, value))
}

/// Refuses what cannot be sent as a header (RFC 9110, sections 5.1 and 5.5).
///
/// # Errors
/// What is wrong. The value is not quoted, since it may be a secret.
pub fn check_header(name: &str, value: &str) -> Result<(), String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("{name:?} is not a header name"));
    }
    if value
        .chars()
        .any(|character| character.is_control() && character != '\t')
    {
        return Err(format!(
            "the value of {name} has a line end or control character"
        ));
    }
    Ok(())
}

fn seconds_or_none(text: &str) -> Result<Duration, String> {
    match text {
        "0" => Ok(Duration::ZERO),
        _ => seconds(text),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|wait| !wait.is_zero() && *wait <= LONGEST_WAIT)
        .ok_or_else(|| "it must be a number of seconds above 0, at most 86400".into())
}

const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

fn jobs(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|jobs| (1..=64).contains(jobs))
        .ok_or_else(|| "it must be a number from 1 to 64".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_description_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_after_two_dashes_are_the_command() {
        let cli = Cli::parse_from(["mcp-check", "run", "a", "--", "b", "--revision", "c"]);
        let Command::Run(run) = cli.command else {
            panic!("run was asked for")
        };
        assert_eq!(run.targets, ["a"]);
        assert_eq!(run.command, ["b", "--revision", "c"]);
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "x", "NaN", "inf", "1e99", "1e-20"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(pair("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert!(pair("A").is_err() && pair("=b").is_err());
        assert!(header("X-Y=z").is_ok());
        assert!(header("X Y=z").is_err() && header("X=a\nb").is_err());
        assert!(!header("X=secret\n").unwrap_err().contains("secret"));
        assert!(jobs("0").is_err() && jobs("8") == Ok(8));
    }
}
