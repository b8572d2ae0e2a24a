//! Requests of the protocol that break one rule of their definition, and plain ones in between, as
//! judges find them again in a transcript. The driver has proven by the schemas what they are.

use serde_json::Value;

use super::answers::{Unanswered, unanswered};
use super::broken_input::other_reason_for_silence;
use super::generated::{end_of, last_words};
use super::http_end::end_of_http;
use super::{is_plain_request, place_of};
use crate::check::Problem;
use crate::spec::{Era, Revision, methods, schema};
use crate::transcript::{Channel, Conversation, Event, Exchange, Reply, Sent, View, WireMessage};

/// Intent of a plain request that is sent again and again, to see whether it is still served.
pub const CONTROL: &str = "generated-message-control";

/// Intent of a request that breaks one rule.
pub const BROKEN: &str = "generated-message-broken";

/// The places where a request breaks the general definition of requests, or that of its method. For a
/// missing member it is the place where it should be. Empty for a request in good order.
pub fn faults(revision: Revision, method: Option<&str>, message: &Value) -> Vec<String> {
    let own = method.and_then(|method| methods::request_definition(revision, method));
    let definitions = ["JSONRPCRequest"].into_iter().chain(own);
    let mut places: Vec<String> = definitions
        .filter_map(|definition| schema::validate(revision, definition, message).err())
        .flatten()
        .map(|fault| place_of(&fault))
        .collect();
    places.sort();
    places.dedup();
    places
}

/// True when all that is wrong with a request lies at one place, and something does.
pub fn breaks_only(revision: Revision, method: &str, message: &Value, at: &str) -> bool {
    let faults = faults(revision, Some(method), message);
    let is_within = |place: &String| place == at || place.starts_with(&format!("{at}/"));
    !faults.is_empty() && faults.iter().all(is_within)
}

/// True for a place, a JSON pointer, that is alike in requests for any method: the envelope, the params
/// as a whole, the metadata. A message that is wrong there may be no request to a server.
pub fn is_wrong_in_any(place: &str) -> bool {
    let own = place.strip_prefix("/params/");
    own.is_none_or(|own| own == "_meta" || own.starts_with("_meta/"))
}

/// One request that breaks a rule, as it was sent.
pub struct BrokenMessage<'v> {
    /// The connection it was sent on.
    pub conversation: &'v Conversation,
    /// The request.
    pub message: &'v WireMessage,
    /// The request with its answers, where an id tells which these are.
    pub exchange: Option<Exchange<'v>>,
}

/// All broken requests, in order.
pub fn broken_messages(view: &View) -> impl Iterator<Item = BrokenMessage<'_>> {
    view.conversations().iter().flat_map(|conversation| {
        let is_ours = |message: &&WireMessage| message.intent.as_deref() == Some(BROKEN);
        let sent = conversation.messages.iter().filter(is_ours);
        sent.filter(|message| !conversation.is_429(message.channel))
            .map(move |message| BrokenMessage {
                conversation,
                message,
                exchange: conversation
                    .exchanges()
                    .find(|exchange| exchange.request.at == message.at),
            })
    })
}

/// True when the last request on a connection was a broken one. Whether the server came through it is
/// not known then, and its orderly end is not to be expected.
pub fn ends_broken(conversation: &Conversation) -> bool {
    let mut requests = conversation.messages.iter().rev();
    let last = requests.find(|message| !message.is_received());
    last.is_some_and(|message| message.intent.as_deref() == Some(BROKEN))
}

/// What became of the server.
#[derive(Clone, Debug)]
pub enum Harm {
    /// It ended or answered nothing any more.
    Fatal(Problem),
    /// It ended, and nothing is left that could be asked again.
    FatalForGood(Problem),
    /// It answered other requests, but never this one, which is a request for all it can tell.
    Lost(Problem),
}

impl<'v> BrokenMessage<'v> {
    /// What the request is about: the member of the envelope that is broken, else its method.
    pub fn subject(&self, revision: Revision) -> String {
        let value = self.message.parsed.envelope.as_ref();
        let faults = value.map(|value| faults(revision, None, value));
        let place = faults.and_then(|faults| faults.into_iter().next());
        let member = place.as_deref().map(|place| place.trim_start_matches('/'));
        match (member, self.message.parsed.method()) {
            (Some(member @ ("jsonrpc" | "id" | "method")), _) => format!("member:{member}"),
            (_, Some(method)) => format!("method:{method}"),
            (_, None) => "request".to_owned(),
        }
    }

    /// The first answer that came for it.
    pub fn answer(&self) -> Option<&'v WireMessage> {
        self.exchange.as_ref()?.responses.first().copied()
    }

    /// What it did to the server; `None` when that lived on and answered, or nothing can be told.
    pub fn harm(&self, revision: Revision) -> Option<Harm> {
        if self.answer().is_some() {
            return None;
        }
        if let Some(event) = end_of_http(self.conversation, self.message) {
            let problem = self.ended(revision, event, "connection refused from here on".into());
            return Some(Harm::FatalForGood(problem));
        }
        let sent = self.sent()?;
        if let Some(event) = self.end(&sent) {
            let problem = self.ended(revision, event, end_of(self.conversation));
            return Some(Harm::Fatal(problem));
        }
        let shown = self.message.excerpt();
        if self.ended_by_itself() || other_reason_for_silence(&sent).is_some() {
            return None;
        }
        if !sent.answered_later() && self.is_silent_from_here() {
            let text = format!("The server answered nothing any more after it was sent {shown}.");
            return Some(Harm::Fatal(self.problem(revision, text).outright()));
        }
        let exchange = self.exchange.as_ref()?;
        let is_lost = is_plain_request(exchange.request)
            && self.is_wrong_for_its_method(revision)
            && matches!(unanswered(exchange), Some(Unanswered::Lost));
        let text = format!("{shown} was never answered, while other requests were.");
        is_lost.then(|| Harm::Lost(self.problem(revision, text).at_most_warned()))
    }

    /// True when nothing is wrong with it but members of the method's own.
    fn is_wrong_for_its_method(&self, revision: Revision) -> bool {
        let (value, method) = (&self.message.parsed.envelope, self.message.parsed.method());
        let faults = value.as_ref().map(|value| faults(revision, method, value));
        let is_own = |place: &String| !is_wrong_in_any(place);
        faults.is_some_and(|places| !places.is_empty() && places.iter().all(is_own))
    }

    fn problem(&self, revision: Revision, text: String) -> Problem {
        Problem::new(self.subject(revision), text).message(self.message)
    }

    /// A server may well not outlive a handshake that it cannot read; that is no more than a warning.
    fn ended(&self, revision: Revision, event: &Event, how: String) -> Problem {
        let shown = self.message.excerpt();
        let text = format!("The server ended when it was sent {shown}.");
        let mut problem = self.problem(revision, text).event(event, how);
        if let Some((event, words)) = last_words(self.conversation) {
            problem = problem.event(event, words);
        }
        match self.conversation.session.agreed.is_some() || revision.era() == Era::Modern {
            true => problem.outright(),
            false => problem.at_most_warned(),
        }
    }

    /// The event by which the process ended because of it. That a connection is closed is no end, and
    /// what was answered in between shows that something later was the reason.
    fn end(&self, sent: &Sent<'v>) -> Option<&'v Event> {
        if self.message.channel != Channel::Stdio {
            return None;
        }
        let gone = sent.gone()?;
        match &self.exchange {
            Some(exchange) => match unanswered(exchange) {
                Some(Unanswered::Ended(event)) => Some(event),
                _ => None,
            },
            None => Some(gone),
        }
    }

    /// True when the server ended before mcp-check ended it.
    fn ended_by_itself(&self) -> bool {
        let ours = self.conversation.ending_from();
        self.conversation
            .gone()
            .is_some_and(|gone| ours.is_none_or(|from| gone.seq < from))
    }

    /// Whether something was sent behind it that could have been answered. Over HTTP a connection
    /// that broke is no silence.
    fn is_silent_from_here(&self) -> bool {
        let mut later = self
            .conversation
            .exchanges()
            .filter(|exchange| exchange.request.at.seq > self.message.at.seq);
        later.any(|exchange| matches!(exchange.reply(), Reply::Silence { .. }))
    }

    fn sent(&self) -> Option<Sent<'v>> {
        let event = self.conversation.event(self.message.at.seq)?;
        Some(Sent {
            conversation: self.conversation,
            event,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::spec::TransportKind;
    use crate::transcript::{Body, Direction, Frame, Opened};

    const REVISION: Revision = Revision::V2025_11_25;
    const PING: &str = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
    const PONG: &str = r#"{"jsonrpc":"2.0","id":2,"result":{}}"#;

    /// A connection over stdio. Each line was sent with an intent, or received without one.
    fn view(lines: &[(Option<&str>, &str)]) -> View {
        let opened = Body::Opened(Opened {
            revision: REVISION,
            transport: TransportKind::Stdio,
            purpose: "main".to_owned(),
        });
        let frame = |text: &str| Body::Frame(Frame::line(text.as_bytes().to_vec()));
        let frames = lines.iter().map(|(intent, text)| (*intent, frame(text)));
        let bodies = [(None, opened)].into_iter().chain(frames);
        let events = bodies.enumerate().map(|(seq, (intent, body))| Event {
            connection: Arc::from("test"),
            seq: seq as u32,
            at_ms: 0,
            direction: match intent {
                Some(_) => Direction::Sent,
                None => Direction::Received,
            },
            channel: Channel::Stdio,
            probe: None,
            intent: intent.map(Arc::from),
            body,
        });
        View::new(REVISION, TransportKind::Stdio, events.collect())
    }

    fn broken(params: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"prompts/list","params":{params}}}"#)
    }

    #[test]
    fn a_connection_ends_broken_when_nothing_was_sent_behind_the_broken_request() {
        let sent = broken(r#"{"cursor":true}"#);
        let answer = r#"{"jsonrpc":"2.0","id":1,"result":{"prompts":[]}}"#;
        for (lines, expected) in [
            (vec![], false),
            (vec![(Some(CONTROL), PING)], false),
            (vec![(Some(BROKEN), &*sent)], true),
            (vec![(Some(BROKEN), &*sent), (None, answer)], true),
            (vec![(Some(CONTROL), PING), (Some(BROKEN), &*sent)], true),
            (vec![(Some(BROKEN), &*sent), (Some(CONTROL), PING)], false),
        ] {
            let view = view(&lines);
            let conversation = &view.conversations()[0];
            assert_eq!(ends_broken(conversation), expected, "{lines:?}");
        }
    }

    /// What silence about a request with such params is, while a later one is answered.
    fn harm_of_silence(params: &str) -> Option<Harm> {
        let text = broken(params);
        let lines = [(Some(BROKEN), &*text), (Some(CONTROL), PING), (None, PONG)];
        let view = view(&lines);
        let sent = broken_messages(&view).next().unwrap();
        sent.harm(REVISION)
    }

    #[test]
    fn silence_is_lost_only_where_the_message_is_a_request_for_sure() {
        assert!(matches!(
            harm_of_silence(r#"{"cursor":true}"#),
            Some(Harm::Lost(_))
        ));
        for params in [r#"{"_meta":7}"#, "[]", r#"{"_meta":{"progressToken":[]}}"#] {
            assert!(harm_of_silence(params).is_none(), "{params}");
        }
    }
}
