//! Reads scripted sessions: what a client sends, and what it expects of the answers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::line::{Line, logical_lines};
use super::{object, revision};
use crate::mock::script::ScriptError;
use crate::mock::session_script::{Expectation, SessionScript, Step};

/// Reads a whole session.
pub(in crate::mock) fn parse(text: &str) -> Result<SessionScript, ScriptError> {
    let mut reader = Reader::default();
    for mut line in logical_lines(text)? {
        reader.line(&mut line)?;
    }
    Ok(reader.script)
}

#[derive(Default)]
struct Reader {
    script: SessionScript,
    captured: BTreeSet<String>,
}

impl Reader {
    fn line(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        if line.take(">") {
            return self.step(line);
        }
        if line.take("<") {
            return self.expectation(line);
        }
        let start = line.here();
        match line.word() {
            "revision" if self.script.steps.is_empty() => {
                self.script.revision = Some(revision(line)?);
                line.end()
            }
            "revision" => Err(line.error_at(start, "this comes before the first `>` line")),
            _ => Err(line.error_at(
                start,
                "expected `revision`, or a line that begins with `>` or `<`",
            )),
        }
    }

    fn step(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        let number = line.number_of_first();
        let start = line.here();
        let is_notification = line.take_word("notify");
        let method = line.word().to_owned();
        if method.is_empty() {
            return Err(line.error_at(start, "expected a method"));
        }
        let params = match line.is_at_end() {
            true => None,
            false => {
                let at = line.here();
                let params = object(line)?;
                self.check_names(&params, at, line)?;
                Some(params)
            }
        };
        line.end()?;
        self.script.steps.push(Step {
            line: number,
            method,
            params,
            is_notification,
            expectations: Vec::new(),
        });
        Ok(())
    }

    fn expectation(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        let number = line.number_of_first();
        let start = line.here();
        let word = line.word().to_owned();
        let expectation = match word.as_str() {
            "result" if line.is_at_end() => {
                Expectation::Result(Value::Object(serde_json::Map::new()))
            }
            "result" => {
                let at = line.here();
                let pattern = line.json()?;
                self.check_names(&pattern, at, line)?;
                Expectation::Result(pattern)
            }
            "error" if line.is_at_end() => Expectation::Error(None),
            "error" => Expectation::Error(Some(line.number("expected an error code")?)),
            "silence" => Expectation::Silence,
            "capture" => {
                let name = line.word().to_owned();
                let is_name = |name: &str| {
                    let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
                    !name.is_empty() && name.chars().all(is_letter)
                };
                if !is_name(&name) || KINDS.contains(&name.as_str()) {
                    return Err(line.error_at(start, "expected `capture NAME /POINTER`"));
                }
                let at = line.here();
                let pointer = line.word().to_owned();
                if !pointer.is_empty() && !pointer.starts_with('/') {
                    return Err(line.error_at(at, "a JSON pointer begins with `/`"));
                }
                self.captured.insert(name.clone());
                Expectation::Capture { name, pointer }
            }
            _ => {
                let what = "expected `result`, `error`, `silence` or `capture`";
                return Err(line.error_at(start, what));
            }
        };
        line.end()?;
        match self.script.steps.last_mut() {
            None => Err(line.error_at(0, "a `<` line belongs below a `>` line")),
            Some(step) if step.is_notification => {
                Err(line.error_at(0, "a notification has no answer"))
            }
            Some(step) => {
                step.expectations.push((number, expectation));
                Ok(())
            }
        }
    }

    /// A name has to be captured before it is used.
    fn check_names(&self, value: &Value, at: usize, line: &Line) -> Result<(), ScriptError> {
        match value {
            Value::String(text) => match text.strip_prefix('$') {
                Some(name) if !KINDS.contains(&name) && !self.captured.contains(name) => {
                    let what = format!("nothing was captured as `{name}` before");
                    Err(line.error_at(at, &what))
                }
                _ => Ok(()),
            },
            Value::Array(items) => items
                .iter()
                .try_for_each(|it| self.check_names(it, at, line)),
            Value::Object(members) => {
                let mut values = members.values();
                values.try_for_each(|it| self.check_names(it, at, line))
            }
            _ => Ok(()),
        }
    }
}

/// What `"$KIND"` fits, besides captured values.
pub(in crate::mock) const KINDS: [&str; 6] =
    ["any", "string", "number", "boolean", "array", "object"];
