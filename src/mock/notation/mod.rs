//! Reads the script notation: header lines, rules, reactions.

pub(super) mod client;
mod line;
mod reaction;

use serde_json::Value;

use self::line::{Line, logical_lines};
use super::script::{HeaderCondition, IdPattern, Reaction, Rule, Script, ScriptError, Selector};
use crate::rpc::Id;
use crate::spec::{Revision, TransportKind};

/// Reads a whole script.
pub(super) fn parse(text: &str) -> Result<Script, ScriptError> {
    let mut reader = Reader::default();
    for mut line in logical_lines(text)? {
        reader.line(&mut line)?;
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    script: Script,
    open: Option<OpenRule>,
}

/// A rule whose lines are still being read.
struct OpenRule {
    rule: Rule,
    /// For an error that is found when the rule is complete.
    end: ScriptError,
}

impl Reader {
    fn line(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        if line.take(">") {
            self.close_rule()?;
            return self.rule_line(line);
        }
        if line.take("<") {
            return self.reaction_line(line);
        }
        let start = line.here();
        let name = line.word().to_owned();
        match name.as_str() {
            "when" => self.condition_line(line),
            _ if self.open.is_none() => self.header_line(&name, start, line),
            "revision" | "revisions" | "transport" | "listening" | "capabilities" => {
                Err(line.error_at(start, "header lines come before the first rule"))
            }
            _ => {
                let what = "expected a line that begins with `>`, `<`, `when`, `#` or `|`";
                Err(line.error_at(start, what))
            }
        }
    }

    fn header_line(
        &mut self,
        name: &str,
        start: usize,
        line: &mut Line,
    ) -> Result<(), ScriptError> {
        match name {
            "revision" => self.script.revision = revision(line)?,
            "revisions" => {
                let mut supported = vec![revision(line)?];
                while !line.is_at_end() {
                    supported.push(revision(line)?);
                }
                supported.sort_unstable();
                supported.dedup();
                self.script.supported = supported;
            }
            "transport" => self.script.transport = transport(line)?,
            "listening" => {
                let at = line.here();
                let address = line.word().parse();
                let address = address.map_err(|_| line.error_at(at, "expected an IP address"))?;
                self.script.listening.push(address);
            }
            "capabilities" => self.script.capabilities = Some(object(line)?),
            _ => {
                return Err(line.error_at(
                    start,
                    "expected `revision`, `revisions`, `transport`, `listening`, `capabilities` or a rule",
                ));
            }
        }
        line.end()
    }

    fn rule_line(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        let nth = line.digits_here()?;
        let start = line.here();
        let selector = selector(line)?;
        line.end()?;
        if self.script.transport != TransportKind::Stdio {
            if let Selector::Start | Selector::EndOfInput | Selector::Terminate = selector {
                return Err(line.error_at(start, "this happens to a process, over stdio only"));
            }
        } else if let Selector::Http(_) = selector {
            return Err(line.error_at(start, HTTP_ONLY));
        }
        self.open = Some(OpenRule {
            rule: Rule {
                selector,
                nth,
                conditions: Vec::new(),
                reactions: Vec::new(),
            },
            end: line.error_at(start, "a rule needs at least one `<` line"),
        });
        Ok(())
    }

    fn condition_line(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        let Some(open) = &mut self.open else {
            return Err(line.error_at(0, "a `when` line belongs below a `>` line"));
        };
        if !open.rule.reactions.is_empty() {
            return Err(line.error_at(0, "`when` lines come before the `<` lines"));
        }
        if self.script.transport == TransportKind::Stdio {
            return Err(line.error_at(0, HTTP_ONLY));
        }
        let (name, value) = header(line)?;
        open.rule.conditions.push(HeaderCondition { name, value });
        Ok(())
    }

    fn reaction_line(&mut self, line: &mut Line) -> Result<(), ScriptError> {
        let Some(open) = &mut self.open else {
            return Err(line.error_at(0, "a `<` line belongs below a `>` line"));
        };
        reaction::read(line, self.script.transport, &mut open.rule.reactions)
    }

    fn close_rule(&mut self) -> Result<(), ScriptError> {
        let Some(OpenRule { rule, end }) = self.open.take() else {
            return Ok(());
        };
        if rule.reactions.is_empty() {
            return Err(end);
        }
        if !says_what_the_body_is(&rule.reactions) {
            let what = "this rule has no body; add `< default` to keep the built-in one";
            return Err(ScriptError {
                what: what.to_owned(),
                ..end
            });
        }
        self.script.rules.push(rule);
        Ok(())
    }

    fn finish(mut self) -> Result<Script, ScriptError> {
        self.close_rule()?;
        Ok(self.script)
    }
}

const HTTP_ONLY: &str = "this needs the header line `transport http`";

/// Headers alone leave open whether the built-in body is meant or none; a status means none.
fn says_what_the_body_is(reactions: &[Reaction]) -> bool {
    let is_open_question =
        |reaction: &Reaction| matches!(reaction, Reaction::Header(..) | Reaction::Open);
    !reactions.iter().all(is_open_question)
}

fn revision(line: &mut Line) -> Result<Revision, ScriptError> {
    let start = line.here();
    let parsed = line.word().parse::<Revision>();
    parsed.map_err(|unknown| line.error_at(start, &unknown.to_string()))
}

fn transport(line: &mut Line) -> Result<TransportKind, ScriptError> {
    let start = line.here();
    match line.word() {
        "stdio" => Ok(TransportKind::Stdio),
        "http" => Ok(TransportKind::StreamableHttp),
        _ => Err(line.error_at(start, "expected `stdio` or `http`")),
    }
}

fn object(line: &mut Line) -> Result<Value, ScriptError> {
    let start = line.here();
    let value = line.json()?;
    if value.is_object() {
        return Ok(value);
    }
    Err(line.error_at(start, "expected a JSON object"))
}

/// `NAME: VALUE` or `NAME absent`, to the end of the line.
fn header(line: &mut Line) -> Result<(String, Option<String>), ScriptError> {
    let start = line.here();
    let text = line.rest();
    if let Some((name, value)) = text.split_once(':') {
        if is_token(name) {
            return Ok((name.to_owned(), Some(value.trim().to_owned())));
        }
    } else if let Some(name) = text.strip_suffix(" absent").map(str::trim_end)
        && is_token(name)
    {
        return Ok((name.to_owned(), None));
    }
    Err(line.error_at(start, "expected `NAME: VALUE` or `NAME absent`"))
}

fn is_token(name: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

fn selector(line: &mut Line) -> Result<Selector, ScriptError> {
    let start = line.here();
    let word = line.word().to_owned();
    Ok(match word.as_str() {
        "" => return Err(line.error_at(start, "expected a method or a selector")),
        "start" => Selector::Start,
        "eof" => Selector::EndOfInput,
        "terminate" => Selector::Terminate,
        "malformed" => Selector::Malformed,
        "invalid" => Selector::Invalid,
        "batch" => Selector::Batch,
        "response" => Selector::Response,
        "http" => {
            let at = line.here();
            match line.word() {
                "" => return Err(line.error_at(at, "expected `GET`, `POST` or `DELETE`")),
                method => Selector::Http(method.to_owned()),
            }
        }
        "any" => {
            let at = line.here();
            match line.word().strip_suffix('*') {
                Some(prefix) => Selector::Prefix(prefix.to_owned()),
                None => return Err(line.error_at(at, "expected the start of a method and `*`")),
            }
        }
        _ => {
            let params = line.peek("{").then(|| object(line)).transpose()?;
            let id = line.take_word("id").then(|| id_pattern(line)).transpose()?;
            Selector::Method {
                method: word,
                params,
                id,
            }
        }
    })
}

fn id_pattern(line: &mut Line) -> Result<IdPattern, ScriptError> {
    if line.take_word("string") {
        return Ok(IdPattern::String);
    }
    if line.take_word("number") {
        return Ok(IdPattern::Number);
    }
    id(line).map(IdPattern::Exactly)
}

/// An id as a JSON literal.
fn id(line: &mut Line) -> Result<Id, ScriptError> {
    line.json().map(|value| Id::from_value(&value))
}

#[cfg(test)]
mod tests;
