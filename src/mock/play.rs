//! A server over the real standard input and output of this process.

use std::io::{self, BufRead, Write};

use super::{Act, Input, Played};

/// Plays a server until it exits, and returns its exit code. A script that outlives the end of its
/// input waits for a signal, which ends the process whatever the script says about it.
///
/// # Errors
/// Standard input cannot be read, or standard output or error cannot be written.
pub fn stdio(server: impl Played) -> io::Result<i32> {
    let mut streams = Streams {
        output: &mut io::stdout().lock(),
        errors: &mut io::stderr().lock(),
    };
    match play(server, &mut io::stdin().lock(), &mut streams)? {
        Some(code) => Ok(code),
        None => loop {
            std::thread::park();
        },
    }
}

struct Streams<'s> {
    output: &'s mut dyn Write,
    errors: &'s mut dyn Write,
}

/// `None` when the input ended and the server did not exit.
fn play(
    mut server: impl Played,
    input: &mut dyn BufRead,
    streams: &mut Streams<'_>,
) -> io::Result<Option<i32>> {
    if let Some(code) = streams.perform(server.start())? {
        return Ok(Some(code));
    }
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return streams.perform(server.receive(Input::EndOfInput));
        }
        let acts = server.receive(Input::Line(without_line_end(&line)));
        if let Some(code) = streams.perform(acts)? {
            return Ok(Some(code));
        }
    }
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl Streams<'_> {
    /// Performs acts in order. Returns the exit code when the process is to end.
    fn perform(&mut self, acts: Vec<Act>) -> io::Result<Option<i32>> {
        for act in acts {
            match act {
                Act::Line(mut bytes) => {
                    bytes.push(b'\n');
                    self.output.write_all(&bytes)?;
                    self.output.flush()?;
                }
                Act::Bytes(bytes) => {
                    self.output.write_all(&bytes)?;
                    self.output.flush()?;
                }
                Act::Stderr(bytes) => {
                    self.errors.write_all(&bytes)?;
                    self.errors.flush()?;
                }
                Act::Exit(code) => return Ok(Some(code)),
                // There is nobody to send an HTTP answer to.
                Act::Http(_) => {}
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::{Script, Server};

    /// Exit code, standard output and standard error of a script that reads `input`.
    fn played(script: &str, input: &str) -> (Option<i32>, String, String) {
        let server = Server::new(Script::parse(script).unwrap());
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            output: &mut output,
            errors: &mut errors,
        };
        let code = play(server, &mut input.as_bytes(), &mut streams).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code, text(output), text(errors))
    }

    #[test]
    fn lines_are_answered_in_order_until_the_input_ends() {
        let input = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n\n{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"ping\"}";
        let answers = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"result\":{}}\n";
        assert_eq!(
            played("", input),
            (Some(0), answers.to_owned(), String::new())
        );
    }

    #[test]
    fn start_partial_output_stderr_and_exit_are_played() {
        let script = "> start\n< stderr ready\n< bytes half\n> ping\n< raw  of it\n< exit 3";
        let input = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{}\n";
        let expected = (Some(3), "half of it\n".to_owned(), "ready\n".to_owned());
        assert_eq!(played(script, input), expected);
    }

    #[test]
    fn a_server_may_outlive_its_input() {
        let expected = (None, String::new(), String::new());
        assert_eq!(played("> eof\n< silence", ""), expected);
    }
}
