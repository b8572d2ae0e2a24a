//! How a file is run, and where a program is found.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::errors::Error;

/// The interpreters for the files of a language, by preference.
const INTERPRETERS: [(&str, &[&str]); 8] = [
    ("py", &["python3", "python"]),
    ("js", &["node", "bun", "deno"]),
    ("mjs", &["node", "bun", "deno"]),
    ("cjs", &["node", "bun"]),
    ("ts", &["tsx", "bun", "node"]),
    ("mts", &["tsx", "bun", "node"]),
    ("rb", &["ruby"]),
    ("sh", &["sh"]),
];

/// Program and arguments that run a file: itself when it is executable, else what its first line
/// names, else the usual interpreter of its extension. `shown` is the file as the command will
/// name it, `path` where it is now, and `search` the directories of `PATH`.
///
/// # Errors
/// It cannot be told how to run it.
pub fn command_for(shown: &str, path: &Path, search: &[PathBuf]) -> Result<Vec<String>, Error> {
    if path.is_dir() {
        return Err(Error::usage_with(
            format!("{shown} is a directory"),
            "name the server's file, or its command after `--`",
        ));
    }
    let head = head_of(path).map_err(|error| Error::unreadable(path, error))?;
    let shebang = shebang(&head);
    let usual = usual_interpreters(path);
    if is_executable(path) && (shebang.is_some() || usual.is_none()) {
        return Ok(vec![shown.to_owned()]);
    }
    if let Some(mut argv) = shebang {
        argv.push(shown.to_owned());
        return Ok(argv);
    }
    let Some(usual) = usual else {
        return Err(Error::usage_with(
            format!("{shown} is not executable and not a script of a known kind"),
            "make it executable with `chmod +x`, or give the whole command after `--`",
        ));
    };
    let found = usual.iter().find(|name| find(name, search).is_some());
    let interpreter = found.ok_or_else(|| {
        let names = usual.join(", ");
        Error::usage_with(
            format!("{shown} needs one of these, and none is on PATH: {names}"),
            "install one, or give the whole command after `--`",
        )
    })?;
    let mut argv = vec![(*interpreter).to_owned()];
    if *interpreter == "deno" {
        argv.extend(["run".to_owned(), "--allow-all".to_owned()]);
    }
    argv.push(shown.to_owned());
    Ok(argv)
}

/// The program of this name in one of the directories.
pub fn find(name: &str, search: &[PathBuf]) -> Option<PathBuf> {
    search
        .iter()
        .map(|directory| directory.join(name))
        .find(|path| path.is_file() && is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o111 != 0)
}

fn usual_interpreters(path: &Path) -> Option<&'static [&'static str]> {
    let extension = path.extension()?.to_str()?;
    INTERPRETERS
        .iter()
        .find(|(known, _)| *known == extension)
        .map(|(_, interpreters)| *interpreters)
}

fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(256).read_to_end(&mut head)?;
    Ok(head)
}

/// The interpreter of a `#!` line. `/usr/bin/env` is left in place, its `-S` is carried out.
fn shebang(head: &[u8]) -> Option<Vec<String>> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|&byte| byte == b'\n')
        .next()?;
    let line = std::str::from_utf8(line).ok()?.trim();
    let (program, argument) = match line.split_once(char::is_whitespace) {
        Some((program, argument)) => (program, argument.trim()),
        None => (line, ""),
    };
    let mut argv = vec![program.to_owned()];
    match argument.strip_prefix("-S") {
        Some(split) if program.ends_with("/env") => {
            argv.extend(split.split_whitespace().map(str::to_owned));
        }
        // The kernel hands over the rest of the line as one argument.
        _ if !argument.is_empty() => argv.push(argument.to_owned()),
        _ => {}
    }
    (!program.is_empty()).then_some(argv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(directory: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn files_are_run_by_themselves_by_their_first_line_or_by_their_kind() {
        let place = tempfile::tempdir().unwrap();
        let bin = place.path().join("bin");
        fs::create_dir(&bin).unwrap();
        for name in ["python3", "node", "bun"] {
            put(&bin, name, "", 0o755);
        }
        put(&bin, "tsx", "not executable", 0o644);
        let cases: [(&str, &str, u32, &[&str]); 8] = [
            ("a", "\x7fELF", 0o755, &["./a"]),
            ("b.py", "print()", 0o644, &["python3", "./b.py"]),
            ("c.py", "print()", 0o755, &["python3", "./c.py"]),
            ("d.py", "#!/usr/bin/env python3\n", 0o755, &["./d.py"]),
            ("e", "#!/bin/sh -e\necho", 0o644, &["/bin/sh", "-e", "./e"]),
            (
                "f.js",
                "#!/usr/bin/env -S node --x y\n",
                0o644,
                &["/usr/bin/env", "node", "--x", "y", "./f.js"],
            ),
            ("g.mjs", "", 0o644, &["node", "./g.mjs"]),
            ("h.ts", "", 0o644, &["bun", "./h.ts"]),
        ];
        for (name, text, mode, want) in cases {
            let path = put(place.path(), name, text, mode);
            let argv = command_for(&format!("./{name}"), &path, std::slice::from_ref(&bin));
            assert_eq!(argv.unwrap(), want, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_run_says_why() {
        let place = tempfile::tempdir().unwrap();
        let fault = |name: &str| {
            let path = place.path().join(name);
            command_for(name, &path, &[]).unwrap_err().to_string()
        };
        put(place.path(), "data.bin", "x", 0o644);
        put(place.path(), "s.py", "x", 0o644);
        fs::create_dir(place.path().join("dir")).unwrap();
        assert!(fault("data.bin").contains("not executable"));
        assert!(fault("s.py").contains("none is on PATH: python3, python"));
        assert_eq!(fault("dir"), "dir is a directory");
        assert!(fault("gone").contains("gone cannot be read"));
    }
}
