//! From the words of the command line to targets.

use std::fs;
use std::path::{Path, PathBuf};

use super::clients;
use super::launch::{command_for, find};
use super::target::{Target, TargetKind};
use crate::errors::Error;
use crate::spec::TransportKind;

/// What the words mean depends on these.
pub struct Surroundings<'s> {
    /// Looks up an environment variable.
    pub env: &'s dyn Fn(&str) -> Option<String>,
    /// Current directory.
    pub cwd: PathBuf,
    /// Directory in which commands will be started, when it is another one.
    pub start_in: Option<PathBuf>,
    /// This program, for the demonstration servers.
    pub exe: PathBuf,
}

impl Surroundings<'_> {
    fn search(&self) -> Vec<PathBuf> {
        let path = (self.env)("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|directory| self.cwd.join(directory))
            .collect()
    }
}

/// What one word stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Resolved {
    /// One target, or those that a configuration lists.
    pub targets: Vec<Target>,
    /// True when the word named a configuration file, so that names choose among its servers.
    pub from_configuration: bool,
    /// Something the user ought to know.
    pub note: Option<String>,
}

impl Resolved {
    fn one(name: String, kind: TargetKind) -> Self {
        Self {
            targets: vec![Target { name, kind }],
            from_configuration: false,
            note: None,
        }
    }
}

/// The demonstration servers: names for the report and for `demo-server`.
pub const DEMO: [(&str, &str); 2] = [("demo-correct", "correct"), ("demo-broken", "broken")];

/// Finds out what a TARGET word stands for.
///
/// # Errors
/// It stands for nothing that can be tested.
pub fn resolve(word: &str, around: &Surroundings<'_>) -> Result<Resolved, Error> {
    if let Some(transport) = transport_of_url(word) {
        let kind = TargetKind::at_url(transport, word.to_owned(), Vec::new());
        return Ok(Resolved::one(host_of(word), kind));
    }
    if word == "demo" {
        return Ok(demo(around));
    }
    let path = around.cwd.join(word);
    if is_configuration(word) {
        return configuration(word, around);
    }
    if path.exists() {
        let shown = match around.start_in {
            Some(_) => path.display().to_string(),
            None => with_directory(word),
        };
        let argv = command_for(&shown, &path, &around.search())?;
        return Ok(Resolved::one(stem(word), TargetKind::command(argv)));
    }
    if word.contains(char::is_whitespace) {
        let argv = shell_words::split(word)
            .map_err(|error| Error::usage(format!("`{word}` cannot be split: {error}")))?;
        return command(argv, around);
    }
    if !word.contains('/') && find(word, &around.search()).is_some() {
        return Ok(Resolved::one(
            word.to_owned(),
            TargetKind::command(vec![word.to_owned()]),
        ));
    }
    Err(missing(word))
}

/// The target for program and arguments, which are taken as they are.
///
/// # Errors
/// There is no such program. A program path is relative to the directory it will run in.
pub fn command(argv: Vec<String>, around: &Surroundings<'_>) -> Result<Resolved, Error> {
    let Some(program) = argv.first().filter(|program| !program.is_empty()) else {
        return Err(Error::usage_with(
            "the command is empty",
            "mcp-check run -- COMMAND ARGUMENTS",
        ));
    };
    let there = if program.contains('/') {
        let start_in = around.start_in.as_deref().unwrap_or(Path::new(""));
        around.cwd.join(start_in).join(program).exists()
    } else {
        find(program, &around.search()).is_some()
    };
    if !there {
        return Err(missing(program));
    }
    Ok(Resolved::one(name_of(&argv), TargetKind::command(argv)))
}

fn missing(program: &str) -> Error {
    let what = if program.contains('/') {
        format!("there is no file {program}")
    } else {
        format!("`{program}` is neither a file here nor a program on PATH")
    };
    Error::usage_with(
        what,
        "a target is a file, a quoted command, a URL, a client's .json file or `demo`; see `mcp-check run --help`",
    )
}

fn demo(around: &Surroundings<'_>) -> Resolved {
    let exe = around.exe.display().to_string();
    let target = |(name, server): (&str, &str)| Target {
        name: name.to_owned(),
        kind: TargetKind::command(vec![exe.clone(), "demo-server".into(), server.to_owned()]),
    };
    let note = "`demo` is the built-in demonstration; write ./demo for the file of that name";
    Resolved {
        targets: DEMO.into_iter().map(target).collect(),
        from_configuration: false,
        note: around.cwd.join("demo").exists().then(|| note.to_owned()),
    }
}

fn configuration(word: &str, around: &Surroundings<'_>) -> Result<Resolved, Error> {
    let file = Path::new(word);
    let text = fs::read_to_string(around.cwd.join(file))
        .map_err(|error| Error::unreadable(file, error))?;
    Ok(Resolved {
        targets: clients::parse(file, &text, &around.cwd, around.env)?,
        from_configuration: true,
        note: None,
    })
}

fn is_configuration(word: &str) -> bool {
    let extension = Path::new(word).extension();
    let words = word.split_whitespace().count();
    // A quoted command may well end in the name of a file that is meant for the server.
    words == 1 && extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// A file in the current directory needs a directory in front, or `PATH` would be searched.
fn with_directory(word: &str) -> String {
    if word.contains('/') {
        return word.to_owned();
    }
    format!("./{word}")
}

fn stem(word: &str) -> String {
    let stem = Path::new(word).file_stem();
    stem.map_or_else(
        || word.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

fn transport_of_url(word: &str) -> Option<TransportKind> {
    let (scheme, rest) = word.split_once("://")?;
    if rest.is_empty() {
        return None;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => Some(TransportKind::StreamableHttp),
        "ws" | "wss" => Some(TransportKind::WebSocket),
        _ => None,
    }
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.to_owned()
}

/// Programs that run the server named by one of their arguments.
const RUNNERS: [&str; 13] = [
    "bun", "bunx", "deno", "node", "npm", "npx", "pipx", "pnpm", "python", "python3", "tsx", "uv",
    "uvx",
];

/// Words between a runner and what it runs.
const RUN_WORDS: [&str; 6] = ["dlx", "exec", "run", "tool", "x", "start"];

/// A name for a command: the program, or what a runner runs.
fn name_of(argv: &[String]) -> String {
    let program = argv
        .first()
        .map(|program| stem(program))
        .unwrap_or_default();
    if !RUNNERS.contains(&program.as_str()) {
        return program;
    }
    let run = argv
        .iter()
        .skip(1)
        .find(|argument| !argument.starts_with('-') && !RUN_WORDS.contains(&argument.as_str()));
    let Some(run) = run else { return program };
    let base = run.rsplit('/').next().unwrap_or(run);
    let unversioned = base.split(['@', '=']).next().unwrap_or(base);
    let scripts = [".py", ".js", ".mjs", ".cjs", ".ts", ".mts"];
    let name = scripts
        .iter()
        .find_map(|extension| unversioned.strip_suffix(extension))
        .unwrap_or(unversioned);
    if name.is_empty() {
        return program;
    }
    name.to_owned()
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
