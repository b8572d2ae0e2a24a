//! The built-in answers to the methods that both eras share.

use serde_json::{Value, json};

use super::answer::Failure;
use super::offer::{self, CallFault, PromptFault};
use crate::rpc::code;
use crate::spec::{Era, Revision};

const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// What a request is answered with: its revision and what the server declares.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) revision: Revision,
    pub(super) capabilities: Value,
}

impl Context {
    /// True when the capability at the path is declared.
    pub(super) fn declares(&self, path: &[&str]) -> bool {
        let found = path
            .iter()
            .try_fold(&self.capabilities, |value, name| value.get(name));
        found.is_some_and(|value| value.is_object() || value == &Value::Bool(true))
    }

    /// True when the method exists here: its revision has it and its capability is declared.
    pub(super) fn offers(&self, method: &str) -> bool {
        let is_handshake = self.revision.era() == Era::Handshake;
        match method {
            "ping" => is_handshake,
            "tools/list" | "tools/call" => self.declares(&["tools"]),
            "resources/list" | "resources/templates/list" | "resources/read" => {
                self.declares(&["resources"])
            }
            "resources/subscribe" | "resources/unsubscribe" => {
                is_handshake && self.declares(&["resources", "subscribe"])
            }
            "prompts/list" | "prompts/get" => self.declares(&["prompts"]),
            // 2024-11-05 has the method but no capability for it.
            "completion/complete" if self.revision == Revision::V2024_11_05 => {
                self.declares(&["prompts"]) || self.declares(&["resources"])
            }
            "completion/complete" => self.declares(&["completions"]),
            "logging/setLevel" => is_handshake && self.declares(&["logging"]),
            _ => false,
        }
    }

    /// Answers a request.
    pub(super) fn answer(&self, method: &str, params: Option<&Value>) -> Result<Value, Failure> {
        if !self.offers(method) {
            return Err(Failure::unknown_method(method));
        }
        let none = json!({});
        let params = params.unwrap_or(&none);
        if !params.is_object() {
            return Err(Failure::invalid_params("`params` has to be an object"));
        }
        match method {
            "tools/list" => self.tools(params),
            "tools/call" => self.call(params),
            "resources/list" => whole(params, "resources", offer::resources()),
            "resources/templates/list" => {
                whole(params, "resourceTemplates", offer::resource_templates())
            }
            "resources/read" => self.read(text(params, "uri")?),
            "resources/subscribe" | "resources/unsubscribe" => {
                self.read(text(params, "uri")?).map(|_| json!({}))
            }
            "prompts/list" => whole(params, "prompts", offer::prompts()),
            "prompts/get" => prompt(params),
            "completion/complete" => complete(params),
            "logging/setLevel" => match LEVELS.contains(&text(params, "level")?) {
                true => Ok(json!({})),
                false => Err(Failure::invalid_params("unknown log level")),
            },
            _ => Ok(json!({})),
        }
    }

    fn tools(&self, params: &Value) -> Result<Value, Failure> {
        let page = offer::tools(self.revision, cursor(params)?);
        let (tools, next) = page.ok_or_else(unknown_cursor)?;
        let mut result = json!({ "tools": tools });
        if let Some(next) = next {
            result["nextCursor"] = json!(next);
        }
        Ok(result)
    }

    fn call(&self, params: &Value) -> Result<Value, Failure> {
        let name = text(params, "name")?;
        let arguments = arguments(params)?;
        match offer::call(self.revision, name, &arguments) {
            Ok(result) => Ok(result),
            Err(CallFault::UnknownTool) => Err(Failure::new(
                code::INVALID_PARAMS,
                format!("Unknown tool: {name}"),
            )),
            // From 2025-11-25 on the model is to see them (server/tools#error-handling).
            Err(CallFault::BadArguments(what)) if self.revision >= Revision::V2025_11_25 => {
                let mut result = offer::content(what);
                result["isError"] = json!(true);
                Ok(result)
            }
            Err(CallFault::BadArguments(what)) => Err(Failure::invalid_params(what)),
        }
    }

    fn read(&self, uri: &str) -> Result<Value, Failure> {
        let contents = offer::read(uri).ok_or_else(|| {
            let code = match self.revision.era() {
                Era::Handshake => code::RESOURCE_NOT_FOUND,
                Era::Modern => code::INVALID_PARAMS,
            };
            Failure::new(code, "Resource not found").with_data(json!({ "uri": uri }))
        })?;
        Ok(json!({ "contents": contents }))
    }
}

/// A list of one page.
fn whole(params: &Value, name: &str, items: Value) -> Result<Value, Failure> {
    match cursor(params)? {
        None => Ok(json!({ name: items })),
        Some(_) => Err(unknown_cursor()),
    }
}

fn cursor(params: &Value) -> Result<Option<&str>, Failure> {
    match params.get("cursor") {
        None => Ok(None),
        Some(Value::String(cursor)) => Ok(Some(cursor)),
        Some(_) => Err(Failure::invalid_params("`cursor` has to be a string")),
    }
}

fn unknown_cursor() -> Failure {
    Failure::invalid_params("unknown cursor")
}

/// A member that has to be a string.
pub(super) fn text<'v>(params: &'v Value, name: &str) -> Result<&'v str, Failure> {
    let found = params.get(name).and_then(Value::as_str);
    found.ok_or_else(|| Failure::invalid_params(format!("`{name}` has to be a string")))
}

fn arguments(params: &Value) -> Result<Value, Failure> {
    match params.get("arguments") {
        None => Ok(json!({})),
        Some(arguments) if arguments.is_object() => Ok(arguments.clone()),
        Some(_) => Err(Failure::invalid_params("`arguments` has to be an object")),
    }
}

fn prompt(params: &Value) -> Result<Value, Failure> {
    let name = text(params, "name")?;
    offer::prompt(name, &arguments(params)?).map_err(|fault| match fault {
        PromptFault::Unknown => {
            Failure::new(code::INVALID_PARAMS, format!("Unknown prompt: {name}"))
        }
        PromptFault::MissingName => Failure::invalid_params("`name` has to be a string"),
    })
}

fn complete(params: &Value) -> Result<Value, Failure> {
    let reference = params.get("ref").unwrap_or(&Value::Null);
    let argument = params.get("argument").unwrap_or(&Value::Null);
    let (name, prefix) = (text(argument, "name")?, text(argument, "value")?);
    let values = offer::completions(reference, name, prefix)
        .ok_or_else(|| Failure::invalid_params("unknown `ref` or argument"))?;
    let total = values.len();
    Ok(json!({ "completion": { "values": values, "total": total, "hasMore": false } }))
}
