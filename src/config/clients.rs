//! The configuration files in which MCP clients list their servers.
//!
//! `mcpServers` is the key of Claude Desktop, Claude Code (`.mcp.json`), Cursor and most others;
//! `servers` is that of VS Code (`.vscode/mcp.json`), whose files may hold comments.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::expand::{Values, expand};
use super::target::{Target, TargetKind};
use crate::errors::Error;
use crate::spec::TransportKind;

/// The servers that a configuration file lists, in its order. `env` looks up an environment
/// variable; a relative path of the file is relative to `cwd`.
///
/// # Errors
/// The file is no such configuration; the error names the file and the key.
pub fn parse(
    file: &Path,
    text: &str,
    cwd: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Target>, Error> {
    let fault = |what: String| Error::Config {
        file: file.to_owned(),
        what,
    };
    let value: Value = serde_json::from_str(&without_comments(text))
        .map_err(|error| fault(format!("not JSON: {error}")))?;
    let (key, servers) = servers(&value).map_err(fault)?;
    let workspace = workspace_of(&cwd.join(file));
    let values = Values {
        env,
        workspace: &workspace,
    };
    let mut targets = Vec::new();
    for (name, entry) in servers {
        let place = format!("{key}.{name}");
        let entry = Entry::new(&place, entry, values).map_err(fault)?;
        if !entry.is_disabled() {
            let kind = entry.kind().map_err(fault)?;
            let name = name.clone();
            targets.push(Target { name, kind });
        }
    }
    if targets.is_empty() {
        return Err(fault(format!("`{key}` lists no server to test")));
    }
    Ok(targets)
}

fn servers(value: &Value) -> Result<(&'static str, &Map<String, Value>), String> {
    for key in ["mcpServers", "servers"] {
        match value.get(key) {
            Some(Value::Object(servers)) => return Ok((key, servers)),
            Some(_) => return Err(format!("`{key}` must be an object of servers")),
            None => {}
        }
    }
    Err("neither `mcpServers` nor `servers` is there, so it lists no MCP servers".into())
}

/// The project directory: the one above `.vscode`, `.cursor` and the like.
fn workspace_of(file: &Path) -> PathBuf {
    let directory = file.parent().unwrap_or(Path::new(""));
    let hidden = directory
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    match directory.parent() {
        Some(parent) if hidden => parent.to_owned(),
        _ => directory.to_owned(),
    }
}

/// Keys that decide how a server is reached.
const USED: [&str; 9] = [
    "command",
    "args",
    "env",
    "cwd",
    "type",
    "url",
    "serverUrl",
    "headers",
    "disabled",
];

/// Keys that steer the client that reads the file and say nothing about the server.
const FOR_CLIENTS: [&str; 14] = [
    "alwaysAllow",
    "autoApprove",
    "description",
    "dev",
    "disabledTools",
    "enabled",
    "excludeTools",
    "gallery",
    "includeTools",
    "name",
    "timeout",
    "tools",
    "trust",
    "version",
];

/// One server of a file.
struct Entry<'e> {
    place: &'e str,
    members: &'e Map<String, Value>,
    values: Values<'e>,
}

impl<'e> Entry<'e> {
    fn new(place: &'e str, entry: &'e Value, values: Values<'e>) -> Result<Self, String> {
        let members = entry
            .as_object()
            .ok_or_else(|| format!("`{place}` must be an object"))?;
        let remark = |key: &str| key.starts_with(['$', '_', '/']);
        let known = |key: &str| USED.contains(&key) || FOR_CLIENTS.contains(&key) || remark(key);
        if let Some(key) = members.keys().find(|key| !known(key)) {
            let used = USED.join(", ");
            return Err(format!("`{place}.{key}` is not known; used are {used}"));
        }
        Ok(Self {
            place,
            members,
            values,
        })
    }

    fn is_disabled(&self) -> bool {
        self.members.get("disabled") == Some(&Value::Bool(true))
            || self.members.get("enabled") == Some(&Value::Bool(false))
    }

    fn kind(&self) -> Result<TargetKind, String> {
        let place = self.place;
        let declared = self.text("type")?;
        let command = self.text("command")?;
        let url = match self.text("url")? {
            Some(url) => Some(url),
            None => self.text("serverUrl")?,
        };
        let transport = declared.as_deref().map(transport_of);
        match (command, url, transport) {
            (Some(_), Some(_), _) => Err(format!("`{place}` has both `command` and `url`")),
            (None, None, _) => Err(format!("`{place}` has neither `command` nor `url`")),
            (_, _, Some(None)) => Err(format!(
                "`{place}.type` is {:?}; known are stdio, http, sse and ws",
                declared.unwrap_or_default()
            )),
            (Some(command), None, None | Some(Some(TransportKind::Stdio))) => self.stdio(command),
            (None, Some(url), None) => self.http(TransportKind::StreamableHttp, url),
            (None, Some(url), Some(Some(transport))) if transport != TransportKind::Stdio => {
                self.http(transport, url)
            }
            (Some(_), ..) => Err(format!("`{place}.type` does not go with `command`")),
            (None, ..) => Err(format!("`{place}.type` does not go with `url`")),
        }
    }

    fn stdio(&self, command: String) -> Result<TargetKind, String> {
        let mut argv = vec![command];
        argv.extend(self.list("args")?);
        Ok(TargetKind::Stdio {
            argv,
            env: self.pairs("env")?,
            cwd: self.text("cwd")?.map(PathBuf::from),
        })
    }

    fn http(&self, transport: TransportKind, url: String) -> Result<TargetKind, String> {
        let web = ["http://", "https://", "ws://", "wss://"];
        if !web.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(format!(
                "`{}.url` is {url:?}, which is no http address",
                self.place
            ));
        }
        let transport = match transport {
            TransportKind::StreamableHttp if url.starts_with("ws") => TransportKind::WebSocket,
            other => other,
        };
        let headers = self.pairs("headers")?;
        Ok(TargetKind::at_url(transport, url, headers))
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.members.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => self.expanded(key, text).map(Some),
            Some(_) => Err(format!("`{}.{key}` must be a string", self.place)),
        }
    }

    fn list(&self, key: &str) -> Result<Vec<String>, String> {
        let wrong = || format!("`{}.{key}` must be an array of strings", self.place);
        let items = match self.members.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong()),
        };
        items
            .iter()
            .map(|item| self.expanded(key, item.as_str().ok_or_else(wrong)?))
            .collect()
    }

    fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, String> {
        let members = match self.members.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(format!("`{}.{key}` must be an object", self.place)),
        };
        let mut pairs = Vec::new();
        for (name, value) in members {
            let inner = format!("{key}.{name}");
            let value = match value {
                Value::String(text) => self.expanded(&inner, text)?,
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                Value::Null => continue,
                _ => return Err(format!("`{}.{inner}` must be a string", self.place)),
            };
            pairs.push((name.clone(), value));
        }
        Ok(pairs)
    }

    fn expanded(&self, key: &str, text: &str) -> Result<String, String> {
        expand(text, self.values).map_err(|what| format!("`{}.{key}`: {what}", self.place))
    }
}

fn transport_of(name: &str) -> Option<TransportKind> {
    match name {
        "stdio" | "local" => Some(TransportKind::Stdio),
        "http" | "streamable-http" | "streamableHttp" | "streamable_http" | "remote" => {
            Some(TransportKind::StreamableHttp)
        }
        "sse" => Some(TransportKind::HttpSse),
        "ws" | "websocket" => Some(TransportKind::WebSocket),
        _ => None,
    }
}

/// The text with `//` and `/* */` comments blanked and commas before a closing bracket dropped.
/// Line ends stay, so that the place of an error is right.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            string_length(rest)
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if token.starts_with("//") || token.starts_with("/*") {
            out.extend(token.chars().filter(|&character| character == '\n'));
        } else {
            if matches!(first, '}' | ']') {
                drop_last_comma(&mut out);
            }
            out.push_str(token);
        }
        rest = after;
    }
    out
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

fn drop_last_comma(out: &mut String) {
    let kept = out.trim_end().len();
    if out[..kept].ends_with(',') {
        out.replace_range(kept - 1..kept, " ");
    }
}

#[cfg(test)]
#[path = "clients_tests.rs"]
mod tests;
