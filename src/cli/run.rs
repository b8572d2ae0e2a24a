//! `run`: words to targets, targets to runs, runs to reports.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::future::try_join_all;
use tokio::sync::Semaphore;

use super::args::RunArgs;
use super::exit::ExitCode;
use super::judge::selection;
use super::output::{Outputs, Tested, create};
use super::say;
use super::targets::{Chosen, targets};
use crate::config::resolve::Surroundings;
use crate::config::secrets::secrets_of;
use crate::config::target::{Target, TargetKind};
use crate::engine::{self, Settings};
use crate::errors::Error;
use crate::mock::session_script::SessionScript;
use crate::report::live::{Live, Style};
use crate::report::paint::Look;
use crate::transcript::recorder::LineSink;
use crate::transcript::{Recorder, file};
use crate::transport::tls::Trust;

/// Tests the servers that the words name, and reports.
///
/// # Errors
/// Nothing was tested: the words make no sense, a file cannot be written, or the user gave up.
pub fn run(args: &RunArgs) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let (outputs, tested) = drive(args)?;
    let code = outputs.finish(tested)?;
    if style(args) == Style::Rewritten {
        say(&format!("{:.1} s\n", started.elapsed().as_secs_f64()));
    }
    Ok(code)
}

/// Tests the servers that the words name. The reports have still to be written.
///
/// # Errors
/// As [`run`].
pub(super) fn drive(args: &RunArgs) -> Result<(Outputs, Vec<Tested>), Error> {
    let env = |name: &str| std::env::var(name).ok();
    let around = Surroundings {
        env: &env,
        cwd: std::env::current_dir().map_err(|error| Error::usage(error.to_string()))?,
        start_in: args.cwd.clone(),
        exe: std::env::current_exe().map_err(|error| Error::Internal(error.to_string()))?,
    };
    let Chosen {
        targets,
        configurations,
    } = targets(args, &around)?;
    let settings = settings(args)?;
    let outputs = Outputs::open(&args.report)?;
    let transcripts = transcripts(args, &targets)?;
    let show = Show {
        style: style(args),
        look: outputs.look(),
        exe: around.exe.display().to_string(),
        script: args.script.as_deref().map(session_script).transpose()?,
    };
    let mut tested = interruptible(test_all(targets, transcripts, &settings, &show, args.jobs))?;
    for together in configurations {
        compare(&mut tested[together], &settings);
    }
    Ok((outputs, tested))
}

/// Judges the servers of one configuration together.
fn compare(tested: &mut [Tested], settings: &Settings) {
    let mut runs: Vec<_> = tested.iter_mut().map(|one| &mut one.run).collect();
    engine::across::judge(&mut runs, settings);
    tested.iter_mut().for_each(Tested::point_at_answers);
}

/// Runs a future to its end, or until the user wants no more of it. What it holds, child processes
/// among it, is dropped then.
fn interruptible<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let ended = runtime.block_on(async {
        let caught = |error: io::Error| Error::Internal(error.to_string());
        let mut interrupt = signal(SignalKind::interrupt()).map_err(caught)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(caught)?;
        let mut hang_up = signal(SignalKind::hangup()).map_err(caught)?;
        tokio::select! {
            ended = future => ended,
            _ = hang_up.recv() => Err(Error::Interrupted),
            _ = interrupt.recv() => Err(Error::Interrupted),
            _ = terminate.recv() => Err(Error::Interrupted),
        }
    });
    // Pipes of a server that clings to life must not hold up the exit.
    runtime.shutdown_background();
    ended
}

/// What is played, and how it is shown while it goes on.
struct Show {
    style: Style,
    look: Look,
    exe: String,
    /// What to play instead of the checks.
    script: Option<SessionScript>,
}

/// Several servers at the same time; the results come in the order of the targets. The first
/// failure ends the others.
async fn test_all(
    targets: Vec<Target>,
    transcripts: Vec<Option<(PathBuf, File)>>,
    settings: &Settings,
    show: &Show,
    jobs: usize,
) -> Result<Vec<Tested>, Error> {
    let slots = Semaphore::new(jobs);
    let tests = targets.iter().zip(transcripts).map(|(target, transcript)| {
        let slots = &slots;
        async move {
            let _slot = slots.acquire().await;
            test(target, transcript, settings, show).await
        }
    });
    try_join_all(tests).await
}

async fn test(
    target: &Target,
    transcript: Option<(PathBuf, File)>,
    settings: &Settings,
    show: &Show,
) -> Result<Tested, Error> {
    let started = Instant::now();
    let secrets = secrets_of(target, std::env::vars_os().filter_map(as_text));
    let shown = secrets.mask_text(&shown(target, &show.exe));
    let failed = Failure::default();
    let sink = match transcript {
        Some((path, file)) => Some(write_lines(path, file, target, &shown, &failed)?),
        None => None,
    };
    let clock = move || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let recorder = Recorder::new(secrets, Box::new(clock), sink);
    let live = Live::new(show.style, show.look, &target.name, Box::new(io::stderr()));
    let mut run = match &show.script {
        Some(script) => engine::scripted::run(target, settings, recorder.clone(), script).await,
        None => engine::run(target, settings, recorder.clone(), &live).await,
    };
    drop(live);
    if let Some(error) = failed.take() {
        return Err(error);
    }
    run.target = shown;
    run.elapsed_ms = clock();
    Ok(Tested::new(run, |label, seq| {
        recorder.direction_of(label, seq)
    }))
}

fn session_script(path: &Path) -> Result<SessionScript, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::unreadable(path, error))?;
    SessionScript::parse(&text).map_err(|error| Error::unreadable(path, error))
}

/// An entry that is not UTF-8 cannot be searched for in text.
fn as_text((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

/// The target as the user knows it: the demonstration servers are this program.
fn shown(target: &Target, exe: &str) -> String {
    match &target.kind {
        TargetKind::Stdio { argv, .. } if argv.first().is_some_and(|program| program == exe) => {
            let mut target = target.clone();
            if let TargetKind::Stdio { argv, .. } = &mut target.kind {
                "mcp-check".clone_into(&mut argv[0]);
            }
            target.to_string()
        }
        _ => target.to_string(),
    }
}

/// The first failure to write a transcript; what follows it is not written.
#[derive(Clone, Default)]
struct Failure(std::rc::Rc<std::cell::RefCell<Option<Error>>>);

impl Failure {
    fn take(&self) -> Option<Error> {
        self.0.borrow_mut().take()
    }
}

fn write_lines(
    path: PathBuf,
    mut out: File,
    target: &Target,
    shown: &str,
    failed: &Failure,
) -> Result<LineSink, Error> {
    let header = file::Header {
        format: file::FORMAT.to_owned(),
        version: file::VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        server: target.name.clone(),
        target: shown.to_owned(),
        started: jiff::Timestamp::now().to_string(),
    };
    writeln!(out, "{}", file::encode_header(&header))
        .map_err(|error| Error::unwritable(&path, error))?;
    let failed = failed.clone();
    Ok(Box::new(move |line| {
        if failed.0.borrow().is_some() {
            return;
        }
        // One write for a line and its end, so that a killed run tears at most the last line.
        if let Err(error) = out.write_all(format!("{line}\n").as_bytes()) {
            *failed.0.borrow_mut() = Some(Error::unwritable(&path, error));
        }
    }))
}

fn style(args: &RunArgs) -> Style {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let watched = io::stderr().is_terminal() && std::env::var_os("CI").is_none();
    match (args.no_progress || args.report.quiet, watched && !dumb) {
        (true, _) => Style::Off,
        (false, true) => Style::Rewritten,
        (false, false) => Style::Lines,
    }
}

fn settings(args: &RunArgs) -> Result<Settings, Error> {
    let mut revisions = args.revision.clone();
    revisions.sort_unstable();
    revisions.dedup();
    Ok(Settings {
        startup_timeout: args.startup_timeout,
        request_timeout: args.timeout,
        slots: engine::Slots::new(args.jobs),
        revisions: (!revisions.is_empty()).then_some(revisions),
        checks: selection(&args.selection)?,
        allow_tools: args.allow_tool.clone(),
        deny_tools: args.deny_tool.clone(),
        trust: trust(args)?,
        detect_transport: args.transport.is_none(),
        allow_writes: args.allow_writes,
        generate_time: args.generate_time,
        seed: args.seed,
        ..Settings::default()
    })
}

/// The certificates of `--ca-file`.
fn trust(args: &RunArgs) -> Result<Trust, Error> {
    let mut trust = Trust::default();
    for file in &args.ca_file {
        let shown = file.display();
        let pem = std::fs::read(file)
            .map_err(|error| Error::usage(format!("--ca-file {shown}: {error}")))?;
        trust
            .with(&pem)
            .map_err(|what| Error::usage(format!("--ca-file {shown}: {what}")))?;
    }
    Ok(trust)
}

/// A transcript file for each server, opened before anything runs.
fn transcripts(args: &RunArgs, targets: &[Target]) -> Result<Vec<Option<(PathBuf, File)>>, Error> {
    let several = targets.len() > 1;
    targets
        .iter()
        .map(|target| {
            let Some(path) = &args.transcript else {
                return Ok(None);
            };
            let path = if several {
                with_name(path, &target.name)
            } else {
                path.clone()
            };
            let file = create(&path)?;
            Ok(Some((path, file)))
        })
        .collect()
}

/// `out.jsonl` and `time` become `out.time.jsonl`.
fn with_name(path: &Path, name: &str) -> PathBuf {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "._-".contains(character) {
            character
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let file = match path.extension() {
        Some(extension) => format!("{stem}.{name}.{}", extension.to_string_lossy()),
        None => format!("{stem}.{name}"),
    };
    path.with_file_name(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_servers_gets_a_transcript_of_its_own() {
        let path = |name| with_name(Path::new("dir/out.jsonl"), name);
        assert_eq!(path("time"), Path::new("dir/out.time.jsonl"));
        assert_eq!(
            path("127.0.0.1:80/../x"),
            Path::new("dir/out.127.0.0.1_80_.._x.jsonl")
        );
        assert_eq!(with_name(Path::new("out"), "a"), Path::new("out.a"));
    }

    #[test]
    fn the_demonstration_is_shown_under_the_name_of_this_program() {
        let argv = vec![
            "/opt/x y".to_owned(),
            "demo-server".into(),
            "correct".into(),
        ];
        let target = Target {
            name: "a".into(),
            kind: TargetKind::command(argv),
        };
        assert_eq!(shown(&target, "/opt/x y"), "mcp-check demo-server correct");
        assert_eq!(shown(&target, "/other"), "'/opt/x y' demo-server correct");
    }
}
