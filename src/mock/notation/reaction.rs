//! Reads one `<` line.

use serde_json::Value;

use super::line::Line;
use super::{HTTP_ONLY, header, id, object};
use crate::mock::script::{Event, Frame, Patch, Reaction, ScriptError};
use crate::spec::TransportKind;

/// Reads a reaction and adds it to those of its rule.
pub(super) fn read(
    line: &mut Line,
    transport: TransportKind,
    reactions: &mut Vec<Reaction>,
) -> Result<(), ScriptError> {
    let start = line.here();
    let word = line.word().to_owned();
    if word == "merge" {
        let patch = patch(line)?;
        if let Some(Reaction::Frame(Frame::Default { patches, .. })) = reactions.last_mut() {
            patches.push(patch);
            return Ok(());
        }
        let merged = Reaction::Frame(Frame::Default {
            checked: true,
            patches: vec![patch],
        });
        return add(line, start, transport, reactions, merged);
    }
    let Some(reaction) = reaction(&word, line)? else {
        return Err(line.error_at(
            start,
            "expected `result`, `complete`, `error`, `merge`, `default`, `serve`, `notify`, \
             `request`, `raw`, `bytes`, `stderr`, `silence`, `exit`, `http`, `header`, `sse`, \
             `sse-event`, `body` or `open`",
        ));
    };
    line.end()?;
    add(line, start, transport, reactions, reaction)
}

fn reaction(word: &str, line: &mut Line) -> Result<Option<Reaction>, ScriptError> {
    if let Some(frame) = frame(word, line)? {
        return Ok(Some(Reaction::Frame(frame)));
    }
    Ok(Some(match word {
        "bytes" => Reaction::Bytes(line.text()?),
        "stderr" => Reaction::Stderr(line.text()?),
        "silence" => Reaction::Silence,
        "exit" => Reaction::Exit(line.number("expected an exit code")?),
        "http" => Reaction::Status(status(line)?),
        "header" => {
            let (name, value) = header(line)?;
            Reaction::Header(name, value)
        }
        "sse" => Reaction::Sse,
        "sse-event" => Reaction::SseEvent(event(line)?),
        "body" => Reaction::Body {
            media_type: media_type(line)?,
            text: line.text()?,
        },
        "open" => Reaction::Open,
        _ => return Ok(None),
    }))
}

fn frame(word: &str, line: &mut Line) -> Result<Option<Frame>, ScriptError> {
    Ok(Some(match word {
        "default" | "serve" => Frame::Default {
            checked: word == "default",
            patches: Vec::new(),
        },
        "result" => Frame::Result(line.json()?),
        "complete" => Frame::Complete(object(line)?),
        "error" => error(line)?,
        "notify" => Frame::Notify {
            method: method(line)?,
            params: params(line)?,
        },
        "request" => Frame::Request {
            id: id(line)?,
            method: method(line)?,
            params: params(line)?,
        },
        "raw" => Frame::Raw(line.text()?),
        _ => return Ok(None),
    }))
}

fn error(line: &mut Line) -> Result<Frame, ScriptError> {
    let code = line.number("expected an integer code")?;
    let start = line.here();
    let Value::String(message) = line.json()? else {
        return Err(line.error_at(start, "expected a message in quotes"));
    };
    let data = line.take_word("data").then(|| line.json()).transpose()?;
    Ok(Frame::Error {
        code,
        message,
        data,
    })
}

fn patch(line: &mut Line) -> Result<Patch, ScriptError> {
    let at = match line.peek("/") {
        true => line.word().to_owned(),
        false => String::new(),
    };
    let value = match at.is_empty() {
        true => object(line)?,
        false => line.json()?,
    };
    line.end()?;
    Ok(Patch { at, value })
}

fn method(line: &mut Line) -> Result<String, ScriptError> {
    let start = line.here();
    match line.word() {
        "" => Err(line.error_at(start, "expected a method")),
        word => Ok(word.to_owned()),
    }
}

fn params(line: &mut Line) -> Result<Option<Value>, ScriptError> {
    match line.is_at_end() {
        true => Ok(None),
        false => line.json().map(Some),
    }
}

fn status(line: &mut Line) -> Result<u16, ScriptError> {
    const WHAT: &str = "expected an HTTP status from 200 to 599";
    let start = line.here();
    let status = line.number(WHAT)?;
    match status {
        200..=599 => Ok(status),
        _ => Err(line.error_at(start, WHAT)),
    }
}

fn media_type(line: &mut Line) -> Result<String, ScriptError> {
    let start = line.here();
    let word = line.word();
    match word.contains('/') {
        true => Ok(word.to_owned()),
        false => Err(line.error_at(start, "expected a media type such as `text/html`")),
    }
}

/// `KEY=VALUE` words; `comment=` and `data=` take the rest of the line.
fn event(line: &mut Line) -> Result<Event, ScriptError> {
    let mut event = Event::default();
    while !line.is_at_end() {
        if line.take("data=") {
            event.data = Some(line.text()?);
        } else if line.take("comment=") {
            event.comment = Some(line.rest().to_owned());
        } else if line.take("id=") {
            event.id = Some(value_here(line));
        } else if line.take("event=") {
            event.event = Some(value_here(line));
        } else if line.take("retry=") {
            event.retry = Some(line.number("expected milliseconds")?);
        } else {
            let start = line.here();
            let what = "expected `id=`, `event=`, `retry=`, `comment=` or `data=`";
            return Err(line.error_at(start, what));
        }
    }
    Ok(event)
}

/// The value directly behind `=`, possibly empty.
fn value_here(line: &mut Line) -> String {
    match line.is_at_blank() {
        true => String::new(),
        false => line.word().to_owned(),
    }
}

fn add(
    line: &Line,
    start: usize,
    transport: TransportKind,
    reactions: &mut Vec<Reaction>,
    reaction: Reaction,
) -> Result<(), ScriptError> {
    let complaint = match transport {
        TransportKind::Stdio => over_stdio(&reaction),
        _ => over_http(reactions, &reaction),
    };
    if let Some(what) = complaint {
        return Err(line.error_at(start, what));
    }
    reactions.push(reaction);
    Ok(())
}

fn over_stdio(reaction: &Reaction) -> Option<&'static str> {
    let is_http = is_fact(reaction) || is_event_or_body(reaction);
    is_http.then_some(HTTP_ONLY)
}

fn over_http(before: &[Reaction], reaction: &Reaction) -> Option<&'static str> {
    let is_alone = |reaction: &Reaction| matches!(reaction, Reaction::Silence | Reaction::Exit(_));
    let is_answer =
        |reaction: &Reaction| matches!(reaction, Reaction::Frame(_)) || is_event_or_body(reaction);
    let is_stream = before.contains(&Reaction::Sse);
    match reaction {
        Reaction::Bytes(_) | Reaction::Stderr(_) => Some("this is for stdio only"),
        _ if before.iter().any(is_alone) || (is_alone(reaction) && !before.is_empty()) => {
            Some("over HTTP `silence` and `exit` stand alone")
        }
        _ if is_fact(reaction) && before.iter().any(is_answer) => {
            Some("HTTP facts come before the body")
        }
        Reaction::SseEvent(_) if !is_stream => Some("this needs a `< sse` line before it"),
        Reaction::Body { .. } if is_stream => Some("a `< sse` answer has no other body"),
        _ if is_answer(reaction) && !is_stream && before.iter().any(is_answer) => {
            Some("several frames in one HTTP answer need a `< sse` line before them")
        }
        _ => None,
    }
}

fn is_fact(reaction: &Reaction) -> bool {
    matches!(
        reaction,
        Reaction::Status(_) | Reaction::Header(..) | Reaction::Sse | Reaction::Open
    )
}

fn is_event_or_body(reaction: &Reaction) -> bool {
    matches!(reaction, Reaction::SseEvent(_) | Reaction::Body { .. })
}
