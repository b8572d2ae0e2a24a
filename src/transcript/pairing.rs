//! Which response belongs to which request.

use std::collections::BTreeMap;

use super::conversation::WireMessage;
use super::event::Channel;
use crate::rpc::{Id, Message};

/// A request and its responses, as positions among the messages.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) request: usize,
    pub(super) responses: Vec<usize>,
    pub(super) exact: bool,
    /// The server turned the request away because there were too many.
    pub(super) too_many: bool,
}

/// Pairs responses with requests: first by equal id, then what is left over by likeness, so that
/// one damaged id is one finding and not a lost answer besides.
pub(super) fn pair(messages: &[WireMessage]) -> (Vec<Pair>, Vec<usize>) {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut by_id: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
    let mut left: Vec<usize> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if !message.is_received() {
            if let Message::Request { id, .. } = &message.parsed.message {
                by_id.entry(id.clone()).or_default().push(pairs.len());
                pairs.push(Pair {
                    request: index,
                    responses: Vec::new(),
                    exact: true,
                    too_many: false,
                });
            }
        } else if message.is_response() {
            let asked = message.response_id().and_then(|id| by_id.get(&id));
            match asked.and_then(|asked| choose(&pairs, asked, messages, message)) {
                Some(chosen) => pairs[chosen].responses.push(index),
                None => left.push(index),
            }
        }
    }
    let unpaired = left
        .into_iter()
        .filter(|&index| !pair_loosely(&mut pairs, messages, index))
        .collect();
    (pairs, unpaired)
}

/// Of several requests with one id: the one on the same HTTP exchange, else the oldest that waits,
/// else the newest.
fn choose(
    pairs: &[Pair],
    asked: &[usize],
    messages: &[WireMessage],
    response: &WireMessage,
) -> Option<usize> {
    let same_channel = asked
        .iter()
        .find(|&&at| messages[pairs[at].request].channel == response.channel);
    let waiting = asked.iter().find(|&&at| pairs[at].responses.is_empty());
    match response.channel {
        Channel::Http(_) => {
            // An answer on the exchange of another request belongs to that one, wrong id and all.
            let foreign = pairs
                .iter()
                .any(|pair| messages[pair.request].channel == response.channel);
            if foreign {
                same_channel
            } else {
                waiting.or(asked.last())
            }
        }
        Channel::Stdio | Channel::Stream => waiting.or(asked.last()),
    }
    .copied()
}

fn pair_loosely(pairs: &mut [Pair], messages: &[WireMessage], index: usize) -> bool {
    let response = &messages[index];
    let response_text = match response.response_id() {
        Some(Id::Null) | None => None,
        Some(id) => Some(bare(&id)),
    };
    let unanswered = |pair: &&mut Pair| {
        let request = &messages[pair.request];
        pair.responses.is_empty() && request.at.seq < response.at.seq
    };
    let found = pairs.iter_mut().filter(unanswered).find(|pair| {
        let request = &messages[pair.request];
        let same_exchange =
            matches!(response.channel, Channel::Http(_)) && request.channel == response.channel;
        let Message::Request { id, .. } = &request.parsed.message else {
            return false;
        };
        let alike = response_text.as_ref() == Some(&bare(id));
        let unnamed_next = response_text.is_none()
            && response.channel.is_shared()
            && is_last_sent_before(messages, request, index);
        same_exchange || alike || unnamed_next
    });
    match found {
        Some(pair) => {
            pair.responses.push(index);
            pair.exact = false;
            true
        }
        None => false,
    }
}

/// The text of an id without its type and letter case.
fn bare(id: &Id) -> String {
    id.to_string().trim_matches('"').to_lowercase()
}

fn is_last_sent_before(messages: &[WireMessage], request: &WireMessage, index: usize) -> bool {
    messages[..index]
        .iter()
        .rev()
        .find(|message| !message.is_received())
        .is_some_and(|last| last.at == request.at && last.pointer == request.pointer)
}
