//! The server as its clients see it.

mod any;
mod demo;
mod http;
mod reactions;
mod schema;
mod stdio;

use serde_json::{Value, json};

use super::{Act, HttpBody, HttpReply, Input, Script, Server};
use crate::spec::{Era, Revision};
use crate::transcript::HttpRequest;

fn server(script: &str) -> Server {
    Server::new(Script::parse(script).unwrap())
}

/// A server that has agreed on the revision over stdio, when that takes a handshake.
fn ready(script: &str, revision: Revision) -> Server {
    let mut server = server(&format!("revision {revision}\n{script}"));
    if revision.era() == Era::Handshake {
        let answer = ask(&mut server, &initialize(revision.as_str()));
        assert_eq!(answer["result"]["protocolVersion"], revision.as_str());
        assert_eq!(lines(&mut server, INITIALIZED), [""; 0]);
    }
    server
}

const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

fn initialize(version: &str) -> String {
    let params = json!({
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    request("initialize", params)
}

/// A request with the id 1.
fn request(method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

/// The same with the metadata of 2026-07-28 where the revision wants it.
fn request_of(revision: Revision, method: &str, mut params: Value) -> String {
    if revision.era() == Era::Modern {
        params["_meta"] = metadata();
    }
    request(method, params)
}

fn metadata() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

fn send(server: &mut Server, line: &str) -> Vec<Act> {
    server.receive(Input::Line(line.as_bytes()))
}

/// The lines that come back for a line, and nothing else may.
fn lines(server: &mut Server, line: &str) -> Vec<String> {
    let text = |act| match act {
        Act::Line(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?} is no line"),
    };
    send(server, line).into_iter().map(text).collect()
}

/// The one message that comes back for a line.
fn ask(server: &mut Server, line: &str) -> Value {
    let lines = lines(server, line);
    assert_eq!(lines.len(), 1, "{line} leads to {lines:?}");
    serde_json::from_str(&lines[0]).unwrap()
}

fn code(server: &mut Server, line: &str) -> Option<i64> {
    ask(server, line)["error"]["code"].as_i64()
}

fn http(method: &str, headers: &[(&str, &str)]) -> HttpRequest {
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    HttpRequest {
        method: method.to_owned(),
        url: "http://127.0.0.1:9000/mcp".to_owned(),
        headers: headers.iter().map(owned).collect(),
    }
}

fn http_acts(server: &mut Server, request: &HttpRequest, body: &str) -> Vec<Act> {
    let body = body.as_bytes();
    server.receive(Input::Http { request, body })
}

/// The one reply to an HTTP request.
fn reply(server: &mut Server, request: &HttpRequest, body: &str) -> HttpReply {
    match &http_acts(server, request, body)[..] {
        [Act::Http(reply)] => reply.clone(),
        other => panic!("{other:?} is not one reply"),
    }
}

fn post(server: &mut Server, headers: &[(&str, &str)], body: &str) -> HttpReply {
    reply(server, &http("POST", headers), body)
}

/// The JSON body of a reply.
fn body(reply: &HttpReply) -> Value {
    match &reply.body {
        HttpBody::Whole(bytes) => serde_json::from_slice(bytes).unwrap(),
        other => panic!("{other:?} is no JSON body"),
    }
}
