//! Every script in the explain page of every check, executed: one named test each.

use std::rc::Rc;

use libtest_mimic::{Arguments, Failed, Trial};
use mcp_check::check::Entry;
use mcp_check::check::explain::{self, Example, Expectation};
use mcp_check::engine::{self, Quiet, Selection, ServerRun, Settings, Status};
use mcp_check::mock::Script;
use mcp_check::transcript::{Recorder, Secrets};
use mcp_check::transport::memory::MemoryConnector;

fn main() {
    let arguments = Arguments::from_args();
    let trials = mcp_check::checks::all()
        .into_iter()
        .flat_map(|entry| {
            explain::examples(&explain::page(entry.source))
                .into_iter()
                .enumerate()
                .map(move |(index, example)| trial(entry, index, example))
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let is_lost = arguments.filter.is_some() && conclusion.num_passed + conclusion.num_failed == 0;
    assert!(
        !is_lost,
        "no check has such an id; file_name.rs is area/file-name"
    );
    conclusion.exit();
}

fn trial(entry: Entry, index: usize, example: Example) -> Trial {
    let what = match example.expectation {
        Expectation::Passes => "passes",
        Expectation::Fails => "fails",
        Expectation::Inconclusive => "inconclusive",
    };
    let name = format!("{}::{}::{what}", entry.id, index + 1);
    Trial::test(name, move || execute(&entry, &example))
}

fn execute(entry: &Entry, example: &Example) -> Result<(), Failed> {
    let mut runs = Vec::new();
    for (name, script) in servers(&example.script) {
        let script = Script::parse(&script)
            .map_err(|error| format!("script at page line {}: {error}", example.line))?;
        runs.push(play(entry, script, name)?);
    }
    engine::across::judge(
        &mut runs.iter_mut().collect::<Vec<_>>(),
        &settings_for(entry),
    );
    let outcomes = runs.iter().flat_map(|run| run.outcomes.clone()).collect();
    let diagnosis = runs.iter().find_map(|run| run.diagnosis.clone());
    let run = ServerRun {
        outcomes,
        diagnosis,
        ..ServerRun::default()
    };
    if let Some(diagnosis) = &run.diagnosis {
        return Err(format!("nothing was judged: {}", diagnosis.message).into());
    }
    let broken: Vec<&str> = run
        .outcomes
        .iter()
        .filter(|outcome| {
            matches!(
                outcome.status,
                Status::Failed | Status::Warned | Status::Broken
            )
        })
        .map(|outcome| outcome.requirement.as_str())
        .collect();
    let any = |status: Status| run.outcomes.iter().any(|outcome| outcome.status == status);
    let as_expected = match example.expectation {
        Expectation::Passes => broken.is_empty() && any(Status::Passed),
        Expectation::Inconclusive => broken.is_empty() && any(Status::Inconclusive),
        Expectation::Fails => {
            let mut expected: Vec<&str> = example.name.split_whitespace().collect();
            expected.sort_unstable();
            broken == expected
        }
    };
    if as_expected {
        return Ok(());
    }
    Err(format!(
        "expected {:?} {}, got {:#?}\n{:#?}",
        example.expectation, example.name, run.outcomes, run.findings
    )
    .into())
}

/// The servers of an example: a line `server NAME` begins the script of one, where there are several.
fn servers(script: &str) -> Vec<(String, String)> {
    let mut servers: Vec<(String, String)> = Vec::new();
    for line in script.lines() {
        if let Some(name) = line.strip_prefix("server ") {
            servers.push((name.to_owned(), String::new()));
            continue;
        }
        if servers.is_empty() {
            servers.push((String::new(), String::new()));
        }
        if let Some((_, script)) = servers.last_mut() {
            script.push_str(line);
            script.push('\n');
        }
    }
    if servers.is_empty() {
        servers.push((String::new(), String::new()));
    }
    servers
}

fn settings_for(entry: &Entry) -> Settings {
    Settings {
        checks: Selection {
            only: vec![entry.id.to_owned()],
            skip: Vec::new(),
        },
        ..Settings::default()
    }
}

fn play(entry: &Entry, script: Script, name: String) -> Result<ServerRun, Failed> {
    let settings = Settings {
        revisions: Some(vec![script.revision()]),
        ..settings_for(entry)
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    let recorder = Recorder::new(Secrets::default(), Box::new(|| 0), None);
    let connector = Rc::new(MemoryConnector::new(script));
    Ok(runtime.block_on(engine::run_with(
        connector,
        &settings,
        recorder,
        &Quiet,
        ServerRun {
            name,
            ..ServerRun::default()
        },
    )))
}
