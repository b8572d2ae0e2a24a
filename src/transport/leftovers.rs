//! Processes that outlive the child that started them.
//!
//! Every child gets an environment entry with a value of its own, which its descendants inherit
//! even when they leave the process group. On Linux `/proc` shows who still carries it.

use std::ops::RangeInclusive;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};

/// Name of the environment entry.
pub const MARKER: &str = "MCP_CHECK_CHILD";

/// A value that no other child of this machine carries: our process id and a counter.
pub fn nonce() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{number}", std::process::id())
}

/// Ends what is left of a child's group and of its descendants; says how many processes it found.
/// The group has the number of the child.
pub fn end(group: Option<Pid>, nonce: &str) -> u32 {
    let strays = marked(group, nonce);
    let mut found = u32::try_from(strays.len()).unwrap_or(u32::MAX);
    if let Some(group) = group
        && test_kill_process_group(group).is_ok()
    {
        found = found.max(1);
        let _ = kill_process_group(group, Signal::KILL);
    }
    for pid in strays {
        let _ = kill_process(pid, Signal::KILL);
    }
    found
}

/// Live processes that carry the marker with this value. Empty where there is no `/proc`.
fn marked(child: Option<Pid>, nonce: &str) -> Vec<Pid> {
    let wanted = format!("{MARKER}={nonce}");
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let born = since(child);
    let numbers = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|number| born.contains(number));
    numbers
        .filter(|number| carries(*number, wanted.as_bytes()) && !is_zombie(*number))
        .filter_map(Pid::from_raw)
        .collect()
}

/// Numbers of the processes that may have been started after a child. Numbers go up until they
/// begin anew, which shows when the newest is below the child's: then it can be any.
fn since(child: Option<Pid>) -> RangeInclusive<i32> {
    let newest = || {
        let load = std::fs::read_to_string("/proc/loadavg").ok()?;
        load.split_whitespace().last()?.parse::<i32>().ok()
    };
    match child.map(|pid| pid.as_raw_nonzero().get()) {
        Some(child) if newest().is_some_and(|newest| newest >= child) => child..=i32::MAX,
        _ => 1..=i32::MAX,
    }
}

fn carries(number: i32, wanted: &[u8]) -> bool {
    std::fs::read(format!("/proc/{number}/environ")).is_ok_and(|environment| {
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted)
    })
}

fn is_zombie(number: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{number}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z'))
    })
}
