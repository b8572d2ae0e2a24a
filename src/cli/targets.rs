//! Which servers the words name, and how the flags change the way to them.

use std::ops::Range;

use super::args::{RunArgs, check_header};
use super::judge::free_name;
use super::say;
use crate::config::resolve::{Surroundings, command, resolve};
use crate::config::target::{Target, TargetKind};
use crate::errors::Error;
use crate::spec::TransportKind;

/// The servers to test, each with a name of its own.
///
/// # Errors
/// There are none, a word names none, or a flag fits none.
pub(super) fn targets(args: &RunArgs, around: &Surroundings<'_>) -> Result<Chosen, Error> {
    let mut targets: Vec<Target> = Vec::new();
    let mut add = |found: Target| {
        let taken = |name: &str| targets.iter().any(|known| known.name == name);
        let name = free_name(&found.name, taken);
        targets.push(Target { name, ..found });
    };
    let mut configurations = Vec::new();
    let mut count = 0;
    for word in &args.targets {
        let mut resolved = resolve(word, around)?;
        if let Some(note) = &resolved.note {
            say(&format!("mcp-check: {note}\n"));
        }
        if resolved.from_configuration {
            choose(&mut resolved.targets, args.name.as_deref(), word)?;
            configurations.push(count..count + resolved.targets.len());
        }
        count += resolved.targets.len();
        resolved.targets.into_iter().for_each(&mut add);
    }
    if !args.command.is_empty() {
        let resolved = command(args.command.clone(), around)?;
        resolved.targets.into_iter().for_each(&mut add);
    }
    if targets.is_empty() {
        return Err(Error::usage_with(
            "no server to test",
            "mcp-check run TARGET, or mcp-check run -- COMMAND ARGUMENTS; `mcp-check run demo` needs no server",
        ));
    }
    if let (Some(name), true) = (&args.name, configurations.is_empty()) {
        let [only] = targets.as_mut_slice() else {
            return Err(Error::usage(
                "--name goes with one server, or with a .json file",
            ));
        };
        only.name.clone_from(name);
    }
    adjust(&mut targets, args, around)?;
    Ok(Chosen {
        targets,
        configurations,
    })
}

/// The servers to test.
pub(super) struct Chosen {
    /// In the order they were named.
    pub(super) targets: Vec<Target>,
    /// Which of them one configuration file names together.
    pub(super) configurations: Vec<Range<usize>>,
}

/// Leaves the servers of a configuration file that are asked for by name.
fn choose(targets: &mut Vec<Target>, name: Option<&str>, word: &str) -> Result<(), Error> {
    let Some(name) = name else { return Ok(()) };
    let known: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    targets.retain(|target| target.name == name);
    if !targets.is_empty() {
        return Ok(());
    }
    Err(Error::Config {
        file: word.into(),
        what: format!(
            "no server is named {name:?}; there are {}",
            known.join(", ")
        ),
    })
}

/// Applies the flags that say how to reach a server. A flag that reaches none is a mistake.
fn adjust(targets: &mut [Target], args: &RunArgs, around: &Surroundings<'_>) -> Result<(), Error> {
    let headers = headers(args, around)?;
    let mut commands = 0;
    for target in targets.iter_mut() {
        set_transport(target, args)?;
        match &mut target.kind {
            TargetKind::Stdio { env, cwd, .. } => {
                commands += 1;
                if args.cwd.is_some() {
                    cwd.clone_from(&args.cwd);
                }
                env.extend(args.env.iter().cloned());
            }
            other => {
                if let Some(known) = other.headers_mut() {
                    known.retain(|(name, _)| {
                        !headers
                            .iter()
                            .any(|(given, _)| given.eq_ignore_ascii_case(name))
                    });
                    known.extend(headers.iter().cloned());
                }
            }
        }
    }
    let urls = targets.len() - commands;
    if urls == 0 && !headers.is_empty() {
        return Err(Error::usage(
            "--header and --header-env are for URLs, and there is none",
        ));
    }
    if commands == 0 && (!args.env.is_empty() || args.cwd.is_some()) {
        return Err(Error::usage(
            "--env and --cwd are for commands, and there is none",
        ));
    }
    match &args.cwd {
        Some(directory) if !around.cwd.join(directory).is_dir() => {
            let shown = directory.display();
            Err(Error::usage(format!("--cwd {shown} is not a directory")))
        }
        _ => Ok(()),
    }
}

fn set_transport(target: &mut Target, args: &RunArgs) -> Result<(), Error> {
    let Some(wanted) = args.transport.map(TransportKind::from) else {
        return Ok(());
    };
    let is_command = target.kind.transport() == TransportKind::Stdio;
    if is_command != (wanted == TransportKind::Stdio) {
        let what = if is_command {
            "is a command"
        } else {
            "is a URL"
        };
        return Err(Error::usage(format!(
            "--transport {wanted} does not fit {}, which {what}",
            target.name
        )));
    }
    if is_command {
        return Ok(());
    }
    let url = target.to_string();
    let headers = target
        .kind
        .headers_mut()
        .map(std::mem::take)
        .unwrap_or_default();
    target.kind = TargetKind::at_url(wanted, url, headers);
    Ok(())
}

fn headers(args: &RunArgs, around: &Surroundings<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut headers = args.header.clone();
    for (name, variable) in &args.header_env {
        let value = (around.env)(variable).ok_or_else(|| {
            let message = format!("--header-env {name}: the variable {variable} is not set");
            Error::usage(message)
        })?;
        check_header(name, &value)
            .map_err(|what| Error::usage(format!("--header-env {name}: {what}")))?;
        headers.push((name.clone(), value));
    }
    Ok(headers)
}
