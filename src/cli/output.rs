//! Where reports go: files that are opened before the run starts, and the terminal.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::args::{ReportArgs, When};
use super::exit::ExitCode;
use crate::engine::ServerRun;
use crate::errors::Error;
use crate::report::paint::{Look, NARROWEST, WIDEST};
use crate::report::terminal::{self, Directions};
use crate::report::{
    FailOn, Report, Standing, build, github, json, junit, markdown, sarif, script_page,
};
use crate::transcript::Direction;

/// The value of `--report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    kind: Kind,
    /// `None` is standard output.
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Junit,
    Sarif,
    Markdown,
    Github,
}

/// The kinds by their names.
const KINDS: [(&str, Kind); 5] = [
    ("json", Kind::Json),
    ("junit", Kind::Junit),
    ("sarif", Kind::Sarif),
    ("markdown", Kind::Markdown),
    ("github", Kind::Github),
];

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, file) = text.split_once('=').ok_or("it must look like json=FILE")?;
        let known = KINDS.iter().find(|(name, _)| *name == kind);
        let Some((_, kind)) = known.copied() else {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            return Err(format!(
                "{kind:?} is not a kind of report; known are {names}"
            ));
        };
        let file = match file {
            "" => return Err("the file name is missing".into()),
            "-" => None,
            _ => Some(PathBuf::from(file)),
        };
        Ok(Self { kind, file })
    }
}

/// One server that was tested or judged, and who caused the events its findings point at.
pub struct Tested {
    /// What was found out.
    pub run: ServerRun,
    directions: BTreeMap<String, Direction>,
}

impl Tested {
    /// Keeps the directions of those events that a finding points at; `direction_of` knows them by
    /// connection and position.
    pub fn new(run: ServerRun, direction_of: impl Fn(&str, u32) -> Option<Direction>) -> Self {
        let evidence = run.findings.iter().flat_map(|finding| &finding.evidence);
        let directions = evidence
            .filter_map(|evidence| {
                let (label, seq) = evidence.event.rsplit_once('#')?;
                let direction = direction_of(label, seq.parse().ok()?)?;
                Some((evidence.event.clone(), direction))
            })
            .collect();
        Self { run, directions }
    }

    /// After findings were added whose events are answers of the server.
    pub fn point_at_answers(&mut self) {
        let findings = self.run.findings.iter();
        for evidence in findings.flat_map(|finding| &finding.evidence) {
            self.directions
                .entry(evidence.event.clone())
                .or_insert(Direction::Received);
        }
    }
}

/// The places that reports go to, open for writing.
pub struct Outputs {
    files: Vec<(Kind, PathBuf, File)>,
    stdout: Option<Kind>,
    color: When,
    look: Look,
}

impl Outputs {
    /// Opens every file, so that a path that cannot be written is found before anything runs.
    ///
    /// # Errors
    /// A file cannot be written, or two reports want standard output.
    pub fn open(args: &ReportArgs) -> Result<Self, Error> {
        let mut files = Vec::new();
        let mut stdout = None;
        for report in &args.report {
            match &report.file {
                Some(path) => files.push((report.kind, path.clone(), create(path)?)),
                None if stdout.is_some() => {
                    return Err(Error::usage("only one report can go to standard output"));
                }
                None => stdout = Some(report.kind),
            }
        }
        let mut outputs = Self {
            files,
            stdout,
            color: args.color,
            look: Look {
                width: WIDEST,
                ascii: args.ascii,
                verbose: args.verbose,
                quiet: args.quiet,
                strict: args.strict,
                fail_on: args.fail_on.into(),
            },
        };
        outputs.look.width = match outputs.stdout {
            None => columns(io::stdout().is_terminal(), io::stdout()),
            Some(_) => columns(io::stderr().is_terminal(), io::stderr()),
        };
        Ok(outputs)
    }

    /// How the terminal report looks.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Writes all reports and says how it came out.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self, tested: Vec<Tested>) -> Result<ExitCode, Error> {
        let mut directions = Directions::new();
        let mut runs = Vec::new();
        for one in tested {
            directions.insert(one.run.name.clone(), one.directions);
            runs.push(one.run);
        }
        let (to_stderr, color, look) = (self.stdout.is_some(), self.color, self.look);
        let report = self.write(&runs)?;
        let mut page = match script_page::is_scripted(&report) {
            true => script_page::render(&report, look),
            false => terminal::render(&report, &directions, look),
        };
        if on_github() {
            page = github::fenced(&page, &token());
            if !to_stderr {
                page.push_str(&github::render(&report));
            }
        }
        print_page(&page, to_stderr, color);
        Ok(Standing::of_report(&report, look.fail_on).into())
    }

    /// Writes the reports that were asked for, without a page for the reader.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(self, runs: &[ServerRun]) -> Result<Report, Error> {
        let (report, fail_on) = (build(runs), self.look.fail_on);
        for (kind, path, mut file) in self.files {
            file.write_all(rendered(kind, &report, fail_on).as_bytes())
                .map_err(|error| Error::unwritable(&path, error))?;
        }
        if let Some(kind) = self.stdout {
            print(rendered(kind, &report, fail_on).as_bytes());
        }
        Ok(report)
    }

    /// Writes a page to where the reader looks.
    pub fn show(&self, page: &str) {
        print_page(page, self.stdout.is_some(), self.color);
    }
}

fn rendered(kind: Kind, report: &Report, fail_on: FailOn) -> String {
    match kind {
        Kind::Json => json::render(report),
        Kind::Junit => junit::render(report),
        Kind::Sarif => sarif::render(report),
        Kind::Markdown => markdown::render(report, fail_on),
        Kind::Github => github::render(report),
    }
}

/// True in a workflow of GitHub Actions, which takes lines of output for commands.
fn on_github() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// A word that no server can know before it is printed.
fn token() -> String {
    let seed = (std::process::id(), std::time::SystemTime::now());
    let state = std::collections::hash_map::RandomState::new();
    format!(
        "mcp-check-{:016x}",
        std::hash::BuildHasher::hash_one(&state, seed)
    )
}

/// Creates a file for writing.
///
/// # Errors
/// It cannot be created.
pub fn create(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(|error| Error::unwritable(path, error))
}

/// Writes to standard output. A reader that went away, as `head` does, is no failure.
pub fn print(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(bytes);
    let _ = out.flush();
}

/// Writes text that may hold colours, which only reach a terminal that wants them.
pub fn print_page(page: &str, to_stderr: bool, color: When) {
    let choice = match color {
        When::Auto => anstream::ColorChoice::Auto,
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    };
    if to_stderr {
        let mut out = anstream::AutoStream::new(io::stderr(), choice);
        let _ = out.write_all(page.as_bytes());
    } else {
        let mut out = anstream::AutoStream::new(io::stdout(), choice);
        let _ = out.write_all(page.as_bytes());
        let _ = out.flush();
    }
}

/// Columns of the page: what `COLUMNS` says, else those of the terminal, else the widest page.
fn columns(is_terminal: bool, stream: impl std::os::fd::AsFd) -> usize {
    let told = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let measured = || {
        let size = is_terminal.then(|| rustix::termios::tcgetwinsize(stream).ok())?;
        size.map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0)
    };
    told.or_else(measured)
        .unwrap_or(WIDEST)
        .clamp(NARROWEST, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_kind_and_a_place() {
        let json: ReportFile = "json=a=b.json".parse().unwrap();
        assert_eq!(json.file, Some(PathBuf::from("a=b.json")));
        assert_eq!(json.kind, Kind::Json);
        let junit: ReportFile = "junit=-".parse().unwrap();
        assert_eq!((junit.kind, junit.file), (Kind::Junit, None));
        let sarif: ReportFile = "sarif=x".parse().unwrap();
        assert_eq!(sarif.kind, Kind::Sarif);
        for wrong in ["json", "json=", "xml=a", "=a"] {
            assert!(wrong.parse::<ReportFile>().is_err(), "{wrong}");
        }
    }
}
