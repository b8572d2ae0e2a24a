//! The proof that verdicts can be right and wrong: the clean reference server triggers nothing,
//! and each of its defects leads to the requirement it breaks and to no other. `DEFECT=progress,icon`
//! in the environment restricts that to the defects with such names.

#[path = "support/reference_server.rs"]
mod reference_server;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Mutex;

use mcp_check::engine::{GENERATE_TIME, Settings, Status};
use mcp_check::spec::{Revision, TransportKind, area_of};
use reference_server::{binary, broken, run, settings};
use serde::Deserialize;

/// Defects that must be caught at least. This number only rises.
const FLOOR: usize = 504;

/// Runs at the same time: most of a run is waiting for deadlines and processes. With many more the
/// machine is so busy that correct servers miss deadlines.
const AT_ONCE: usize = 16;

#[derive(Clone, Debug, Deserialize)]
struct Defect {
    name: String,
    breaks: Vec<String>,
    #[serde(default)]
    may_also: Vec<String>,
    transports: Vec<String>,
    revisions: Vec<Revision>,
    #[serde(default)]
    args: Vec<String>,
    subtlety: u8,
    seen_by: String,
}

#[derive(Debug)]
struct Verdict {
    defect: Defect,
    caught: bool,
    crossfire: Vec<String>,
}

#[test]
fn the_clean_server_triggers_nothing() {
    let http = [
        &[][..],
        &["--sse"],
        &["--sse", "--early-close"],
        &["--stateless"],
        &["--token", "t"],
    ];
    let jobs = http
        .map(|words| (TransportKind::StreamableHttp, owned(words)))
        .into_iter()
        .chain([
            (TransportKind::Stdio, Vec::new()),
            (TransportKind::HttpSse, Vec::new()),
            (TransportKind::HttpSse, owned(&["--token", "t"])),
            (TransportKind::WebSocket, Vec::new()),
        ]);
    let wrong: String = at_once(jobs.collect(), dirt).concat();
    assert!(wrong.is_empty(), "{wrong}");
}

/// With generated calls and messages, which some servers and some transports bear less well than
/// the checks alone.
fn as_users_run_it() -> Settings {
    Settings {
        generate_time: GENERATE_TIME,
        ..settings(None, &[])
    }
}

/// What a run finds wrong with a server that has no defect.
fn dirt((transport, arguments): (TransportKind, Vec<String>)) -> String {
    let run = run(transport, &arguments, &as_users_run_it());
    let mut wrong = String::new();
    let mut note = |what: String| {
        let _ = writeln!(wrong, "{transport} {arguments:?}: {what}");
    };
    if let Some(diagnosis) = &run.diagnosis {
        note(diagnosis.message.clone());
    }
    // HTTP+SSE was replaced before 2026-07-28 came.
    let spoken = Revision::ALL.len() - usize::from(transport == TransportKind::HttpSse);
    if run.transport != Some(transport) || run.revisions.len() != spoken {
        note(format!("{:?}", run.revisions));
    }
    for (id, shown) in broken(&run) {
        note(format!("{id}: {shown}"));
    }
    let passed = run.outcomes.iter().filter(|o| o.status == Status::Passed);
    if passed.count() <= 50 {
        note("hardly anything was judged".to_owned());
    }
    wrong
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn oddities_are_not_violations() {
    let listed = listing("--list-oddities");
    let names: Vec<String> = serde_json::from_slice::<Vec<serde_json::Value>>(&listed)
        .expect("the list of oddities is JSON")
        .iter()
        .filter_map(|oddity| Some(oddity["name"].as_str()?.to_owned()))
        .collect();
    assert!(names.len() >= 55, "{names:?}");
    let jobs = names.into_iter().flat_map(|name| {
        [TransportKind::Stdio, TransportKind::StreamableHttp]
            .map(|transport| (name.clone(), transport))
    });
    let wrong: String = at_once(jobs.collect(), violations).concat();
    assert!(wrong.is_empty(), "{wrong}");
}

fn violations((name, transport): (String, TransportKind)) -> String {
    let mut wrong = String::new();
    let arguments = ["--oddity".to_owned(), name.clone()];
    let run = run(transport, &arguments, &as_users_run_it());
    if let Some(diagnosis) = &run.diagnosis {
        let _ = writeln!(wrong, "{name} over {transport}: {}", diagnosis.message);
    }
    let failed = run.outcomes.iter().filter(|o| o.status == Status::Failed);
    for outcome in failed {
        let _ = writeln!(wrong, "{name} over {transport}: {outcome:?}");
    }
    wrong
}

#[test]
fn each_defect_leads_to_its_requirement_and_to_no_other() {
    let defects: Vec<Defect> =
        serde_json::from_slice(&listing("--list-defects")).expect("the table is JSON");
    assert!(defects.len() > 50, "only {} defects", defects.len());
    let wanted = std::env::var("DEFECT").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split(',').collect();
    let mut defects: Vec<Defect> = defects
        .into_iter()
        .filter(|defect| wanted.iter().any(|part| defect.name.contains(part)))
        .collect();
    // The last are taken first: servers that do not end make the longest runs.
    defects.sort_by_key(|defect| {
        (
            defect.seen_by == "reconnects",
            defect.seen_by == "generates",
        )
    });
    let mut verdicts = at_once(defects, judge);
    verdicts.sort_by(|a, b| a.defect.name.cmp(&b.defect.name));
    let (score, missed, crossfire) = summary(&verdicts);
    println!("{score}\nnot caught:\n{missed}\nfindings outside the defect:\n{crossfire}");
    let caught = verdicts.iter().filter(|verdict| verdict.caught).count();
    assert!(
        crossfire.is_empty(),
        "findings outside the defect:\n{crossfire}"
    );
    assert!(
        caught >= FLOOR || wanted != [""],
        "{caught} caught, the floor is {FLOOR}; not caught:\n{missed}"
    );
}

fn listing(flag: &str) -> Vec<u8> {
    let output = Command::new(binary())
        .arg(flag)
        .output()
        .expect("the reference server runs");
    assert!(output.status.success());
    output.stdout
}

/// Does jobs on several threads; the results come in any order.
fn at_once<J: Send, R: Send>(jobs: Vec<J>, work: fn(J) -> R) -> Vec<R> {
    let queue = Mutex::new(jobs);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panicked").pop();
                    let Some(job) = next else {
                        break;
                    };
                    let result = work(job);
                    results.lock().expect("no worker panicked").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no worker panicked")
}

fn judge(defect: Defect) -> Verdict {
    // The first of them is the one that costs least.
    let transport = match defect.transports[0].as_str() {
        "stdio" => TransportKind::Stdio,
        "sse" => TransportKind::HttpSse,
        "ws" => TransportKind::WebSocket,
        _ => TransportKind::StreamableHttp,
    };
    let newest = defect.revisions.iter().max().copied().expect("a revision");
    let mut arguments = vec!["--defect".to_owned(), defect.name.clone()];
    arguments.extend(defect.args.iter().cloned());
    let mut settings = settings(Some(vec![newest]), &[]);
    if newest == Revision::V2024_11_05 {
        // This revision has no annotations by which a tool is known to be harmless.
        settings.allow_tools = vec!["echo".to_owned()];
    }
    let mut broken = broken(&run(transport, &arguments, &settings));
    // A server that does not get as far as a session is diagnosed: no finding, nothing caught.
    let is_caught = |broken: &[(String, String)]| {
        let mut ids = broken.iter().map(|(id, _)| id);
        ids.any(|id| defect.breaks.contains(id))
    };
    if !is_caught(&broken) {
        settings.generate_time = GENERATE_TIME;
        broken = reference_server::broken(&run(transport, &arguments, &settings));
    }
    let caught = is_caught(&broken);
    let crossfire = broken
        .into_iter()
        .filter(|(id, _)| !defect.breaks.contains(id) && !defect.may_also.contains(id))
        .map(|(id, shown)| format!("{id}: {shown}"))
        .collect();
    Verdict {
        defect,
        caught,
        crossfire,
    }
}

fn summary(verdicts: &[Verdict]) -> (String, String, String) {
    let (mut missed, mut crossfire) = (String::new(), String::new());
    for verdict in verdicts {
        let Defect { name, breaks, .. } = &verdict.defect;
        if !verdict.caught {
            let _ = writeln!(missed, "  {name} ({})", breaks.join(", "));
        }
        for line in &verdict.crossfire {
            let _ = writeln!(crossfire, "  {name}: {line}");
        }
    }
    let caught = verdicts.iter().filter(|verdict| verdict.caught).count();
    let mut score = format!(
        "mutation score: {caught} of {} defects caught\n",
        verdicts.len()
    );
    let area = |defect: &Defect| format!("{:?}", area_of(&defect.breaks[0]));
    let subtlety = |defect: &Defect| format!("subtlety {}", defect.subtlety);
    let seen_by = |defect: &Defect| format!("seen by one who {}", defect.seen_by);
    let groupings: [&dyn Fn(&Defect) -> String; 3] = [&area, &subtlety, &seen_by];
    for group_of in groupings {
        score.push_str(&breakdown(verdicts, group_of));
    }
    (score, missed, crossfire)
}

/// How many were caught in each group.
fn breakdown(verdicts: &[Verdict], group_of: &dyn Fn(&Defect) -> String) -> String {
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for verdict in verdicts {
        let (caught, all) = groups.entry(group_of(&verdict.defect)).or_default();
        *caught += usize::from(verdict.caught);
        *all += 1;
    }
    let mut lines = String::new();
    for (group, (caught, all)) in groups {
        let _ = writeln!(lines, "  {group:<24} {caught:>3} of {all}");
    }
    lines
}
