//! Progress notifications and the requests whose tokens they name.

use serde_json::Value;

use crate::check::peer::Callable;
use crate::rpc::{Id, Message};
use crate::transcript::{Conversation, Exchange, WireMessage};

/// A progress notification with a token, and the request that it is about.
#[derive(Clone, Debug)]
pub struct Progress<'c> {
    /// The notification.
    pub message: &'c WireMessage,
    /// The token it names.
    pub token: Id,
    /// How far the work is; `None` when it is not a number.
    pub value: Option<f64>,
    /// The newest request before it that gave this token, or else one that differs in the token's
    /// type alone.
    pub request: Option<Exchange<'c>>,
}

/// The progress notifications of a connection in order. One without a token is left out: that is a
/// matter of the message's shape.
pub fn progress_of(conversation: &Conversation) -> Vec<Progress<'_>> {
    let given: Vec<(Id, Exchange<'_>)> = conversation
        .exchanges()
        .filter_map(|exchange| given_token(&exchange).map(|token| (token, exchange)))
        .collect();
    let progress = |message| {
        let params = params_of(message)?;
        let token = params.get("progressToken").map(Id::from_value)?;
        let request = request_of(&given, message, &token).cloned();
        Some(Progress {
            message,
            token,
            value: params["progress"].as_f64(),
            request,
        })
    };
    conversation.received().filter_map(progress).collect()
}

/// The arguments of a tool with larger whole numbers, so that there is more to report on. `None` when
/// there is nothing to enlarge.
pub fn longer(tool: &Callable) -> Option<Value> {
    let mut arguments = tool.arguments.clone();
    for (name, value) in arguments.as_object_mut()? {
        let schema = &tool.tool["inputSchema"]["properties"][name];
        let is_bound = ["enum", "const", "multipleOf", "exclusiveMaximum"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some());
        let Some(larger) = value.as_i64().and_then(|number| number.checked_add(2)) else {
            continue;
        };
        let fits = schema["maximum"]
            .as_f64()
            .is_none_or(|most| larger as f64 <= most);
        if !is_bound && fits {
            *value = larger.into();
        }
    }
    (arguments != tool.arguments).then_some(arguments)
}

/// The progress token that a request gave.
pub fn given_token(exchange: &Exchange<'_>) -> Option<Id> {
    let token = exchange.params()?.get("_meta")?.get("progressToken")?;
    Some(Id::from_value(token))
}

fn params_of(message: &WireMessage) -> Option<&Value> {
    match &message.parsed.message {
        Message::Notification { method, params } if method == "notifications/progress" => {
            params.as_deref()
        }
        _ => None,
    }
}

fn request_of<'g, 'c>(
    given: &'g [(Id, Exchange<'c>)],
    message: &WireMessage,
    token: &Id,
) -> Option<&'g Exchange<'c>> {
    let mut before = given
        .iter()
        .rev()
        .filter(|(_, exchange)| exchange.request.at.seq < message.at.seq);
    let same = before.clone().find(|(known, _)| known == token);
    let alike = || before.find(|(known, _)| text_of(known) == text_of(token));
    same.or_else(alike).map(|(_, exchange)| exchange)
}

fn text_of(token: &Id) -> String {
    match token {
        Id::String(text) => text.clone(),
        other => other.to_string(),
    }
}
