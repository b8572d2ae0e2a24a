//! What a run is doing, while it is doing it. Goes to standard error, never into a report.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use super::escape::escape;
use super::paint::Look;
use crate::engine::progress::{Observer, Progress};
use crate::spec::Revision;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Off,
    /// One line that is written again and again: for a terminal.
    Rewritten,
    /// A line for every phase: for logs.
    Lines,
}

/// Shows the progress of one server.
pub struct Live {
    style: Style,
    look: Look,
    server: String,
    state: RefCell<State>,
}

struct State {
    out: Box<dyn Write>,
    probes: BTreeMap<Revision, (usize, usize)>,
    dirty: bool,
}

/// Returns to the start of a line and clears it.
const CLEAR: &str = "\r\x1b[2K";

impl Live {
    /// Shows the progress of `server` on `out`.
    pub fn new(style: Style, look: Look, server: &str, out: Box<dyn Write>) -> Self {
        Self {
            style,
            look,
            server: escape(server),
            state: RefCell::new(State {
                out,
                probes: BTreeMap::new(),
                dirty: false,
            }),
        }
    }

    fn phase(&self, text: &str) {
        let mut state = self.state.borrow_mut();
        let line = format!("{}: {text}", self.server);
        match self.style {
            Style::Off => {}
            Style::Lines => state.write(&format!("{line}\n")),
            Style::Rewritten => {
                // One column is left free, or some terminals begin a new line.
                let line = self.look.cut(&line, self.look.width.saturating_sub(1));
                state.write(&format!("{CLEAR}{line}"));
                state.dirty = true;
            }
        }
    }

    fn check(&self, revision: Revision, id: &str, done: usize, of: usize) {
        if self.style != Style::Rewritten {
            return;
        }
        let counts: Vec<String> = {
            let mut state = self.state.borrow_mut();
            state.probes.insert(revision, (done, of));
            let probes = state.probes.iter();
            probes
                .map(|(revision, (done, of))| format!("{revision} {done}/{of}"))
                .collect()
        };
        self.phase(&format!("{}  {id}", counts.join("  ")));
    }

    fn clear(&self) {
        let mut state = self.state.borrow_mut();
        if state.dirty {
            state.write(CLEAR);
            state.dirty = false;
        }
    }
}

/// A line that is left when the run is given up must not stay.
impl Drop for Live {
    fn drop(&mut self) {
        self.clear();
    }
}

impl State {
    /// Progress that nobody can read is no reason to stop.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

impl Observer for Live {
    fn event(&self, event: Progress<'_>) {
        match event {
            Progress::Detecting => self.phase("starting"),
            Progress::Detected { revisions } => {
                let texts: Vec<&str> = revisions.iter().map(|it| it.as_str()).collect();
                self.phase(&format!("speaks {}", texts.join(", ")));
            }
            Progress::Check {
                revision,
                id,
                done,
                of,
            } => self.check(revision, id, done, of),
            Progress::SuiteFinished { revision } => {
                if self.style == Style::Lines {
                    self.phase(&format!("{revision} tested"));
                } else if let Some(probes) = self.state.borrow_mut().probes.get_mut(&revision) {
                    probes.0 = probes.1;
                }
            }
            Progress::Finished => self.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn shown(style: Style) -> String {
        let written = Written::default();
        let look = Look {
            width: 60,
            ..Look::default()
        };
        let live = Live::new(style, look, "a\x1b", Box::new(written.clone()));
        let (old, new) = (Revision::V2025_06_18, Revision::V2025_11_25);
        live.event(Progress::Detecting);
        live.event(Progress::Detected {
            revisions: &[old, new],
        });
        for revision in [new, old] {
            live.event(Progress::Check {
                revision,
                id: "area/slug",
                done: 1,
                of: 2,
            });
        }
        live.event(Progress::SuiteFinished { revision: old });
        live.event(Progress::Finished);
        drop(live);
        let bytes = written.0.borrow().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_log_gets_a_line_per_phase() {
        assert_eq!(
            shown(Style::Lines),
            "a\\u{1b}: starting\na\\u{1b}: speaks 2025-06-18, 2025-11-25\na\\u{1b}: 2025-06-18 tested\n"
        );
        assert_eq!(shown(Style::Off), "");
    }

    #[test]
    fn a_terminal_gets_one_line_that_is_cleared_in_the_end() {
        let shown = shown(Style::Rewritten);
        let frames: Vec<&str> = shown.split(CLEAR).skip(1).collect();
        assert_eq!(
            frames,
            [
                "a\\u{1b}: starting",
                "a\\u{1b}: speaks 2025-06-18, 2025-11-25",
                "a\\u{1b}: 2025-11-25 1/2  area/slug",
                "a\\u{1b}: 2025-06-18 1/2  2025-11-25 1/2  area/slug",
                "",
            ]
        );
    }
}
