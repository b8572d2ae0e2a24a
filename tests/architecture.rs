//! The layout holds: imports go downward only, pure folders stay pure, generated files are current.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders of `src` from the bottom up; a folder may use itself and those before it.
const LAYERS: [(&str, &[&str]); 20] = [
    ("json", &[]),
    ("wire", &[]),
    ("rpc", &["json"]),
    ("spec", &[]),
    ("scan", &[]),
    ("transcript", &["rpc", "spec", "wire", "json"]),
    ("surface", &["spec", "transcript"]),
    (
        "check",
        &["rpc", "spec", "transcript", "json", "wire", "scan"],
    ),
    (
        "checks",
        &["check", "rpc", "spec", "json", "transcript", "wire", "scan"],
    ),
    ("generate", &["check", "spec"]),
    ("mock", &["rpc", "spec", "json", "wire", "transcript"]),
    ("transport", &["mock", "spec", "transcript", "wire"]),
    ("peer", &["check", "rpc", "spec", "transcript", "transport"]),
    ("config", &["spec", "errors", "transcript"]),
    (
        "engine",
        &[
            "check",
            "checks",
            "config",
            "generate",
            "mock",
            "peer",
            "rpc",
            "spec",
            "surface",
            "transcript",
            "transport",
        ],
    ),
    (
        "report",
        &[
            "check",
            "checks",
            "engine",
            "spec",
            "surface",
            "transcript",
            "config",
        ],
    ),
    (
        "diff",
        &["engine", "report", "spec", "surface", "transcript"],
    ),
    ("errors", &["engine", "config"]),
    (
        "cli",
        &[
            "check",
            "checks",
            "config",
            "diff",
            "engine",
            "errors",
            "mock",
            "report",
            "spec",
            "surface",
            "transcript",
            "transport",
        ],
    ),
    ("main", &["cli"]),
];

/// Folders that decide: no IO, no clock, no environment.
const PURE: [&str; 11] = [
    "json",
    "wire",
    "rpc",
    "spec",
    "scan",
    "transcript",
    "surface",
    "check",
    "checks",
    "diff",
    "generate",
];

/// What a pure folder may not name.
const IMPURE: [&str; 8] = [
    "tokio",
    "std::net",
    "std::process",
    "std::fs",
    "std::env",
    "Instant::now",
    "SystemTime",
    "reqwest",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return files;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Code lines with their numbers: comments and everything after the unit tests' opening are left
/// out.
fn code_lines(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a source file is readable");
    let lines = text.lines().enumerate();
    lines
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.to_owned()))
        .collect()
}

fn folder_of(path: &Path) -> String {
    let relative = path.strip_prefix(root()).expect("a path under src");
    let first = relative.components().next().expect("a first component");
    let name = first.as_os_str().to_string_lossy();
    name.trim_end_matches(".rs").to_owned()
}

#[test]
fn imports_go_downward_only() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in sources(&root()) {
        let folder = folder_of(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == folder) else {
            continue;
        };
        for (number, line) in code_lines(&path) {
            for used in line.split("crate::").skip(1) {
                let name: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                seen += 1;
                let known = LAYERS.iter().any(|(layer, _)| *layer == name);
                if known && name != folder && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{number}: {folder} uses {name}", path.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folders_that_decide_do_no_io() {
    let mut wrong = Vec::new();
    for folder in PURE {
        let files = sources(&root().join(folder));
        assert!(!files.is_empty(), "src/{folder} is empty");
        for path in files {
            for (number, line) in code_lines(&path) {
                for word in IMPURE {
                    if line.contains(word) {
                        wrong.push(format!("{}:{number}: {word}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_checks_is_current() {
    let script = root().join("../scripts/regenerate.sh");
    let output = std::process::Command::new("bash")
        .arg(script)
        .arg("--check")
        .output()
        .expect("bash runs the script");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn files_under_checks_are_checks_and_short() {
    let mut long = Vec::new();
    for path in sources(&root().join("checks")) {
        let text = fs::read_to_string(&path).expect("a source file is readable");
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            continue;
        }
        assert!(
            text.contains("pub(crate) const CHECK: Check"),
            "{} declares no check",
            path.display()
        );
        if text.lines().count() > 300 {
            long.push(path.display().to_string());
        }
    }
    assert!(long.is_empty(), "over 300 lines: {}", long.join(", "));
}
