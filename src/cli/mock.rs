//! `mock`: a script or a transcript as a server.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use super::args::MockArgs;
use super::exit::ExitCode;
use super::say;
use crate::engine::assign;
use crate::errors::Error;
use crate::mock::{self, Played, Recorded, Script, Server};
use crate::spec::TransportKind;
use crate::transcript::file;

/// Plays the server until its input ends, or over HTTP until a signal.
///
/// # Errors
/// The file is neither a script nor a transcript, or the streams broke.
pub fn mock(args: &MockArgs) -> Result<ExitCode, Error> {
    let path = &args.file;
    let text = fs::read_to_string(path).map_err(|error| Error::unreadable(path, error))?;
    if text.starts_with('{') {
        return play(args, recorded(path, &text)?, args.http);
    }
    let script = Script::parse(&text).map_err(|error| Error::unreadable(path, error))?;
    let is_http = script.transport() != TransportKind::Stdio;
    if args.http && !is_http {
        return Err(Error::usage_with(
            format!("{} describes a server over stdio", path.display()),
            "add the line `transport http` at its beginning",
        ));
    }
    play(args, Server::new(script), is_http)
}

fn recorded(path: &Path, text: &str) -> Result<Recorded, Error> {
    let (_, events) = file::decode(text).map_err(|error| Error::unreadable(path, error))?;
    Recorded::of(&assign::suites(events))
        .ok_or_else(|| Error::unreadable(path, "it holds no server that answered"))
}

fn play(args: &MockArgs, server: impl Played + 'static, is_http: bool) -> Result<ExitCode, Error> {
    let broke = |error: std::io::Error| Error::usage(error.to_string());
    if is_http {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).map_err(broke)?;
        let address = listener.local_addr().map_err(broke)?;
        say(&format!("http://{address}/mcp\n"));
        mock::http::serve(&listener, server).map_err(broke)?;
        return Ok(ExitCode::Clean);
    }
    match mock::play::stdio(server).map_err(broke)? {
        0 => Ok(ExitCode::Clean),
        _ => Ok(ExitCode::Findings),
    }
}
