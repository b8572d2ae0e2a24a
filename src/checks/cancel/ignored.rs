//! A cancellation of a request that is unknown or already answered is ignored.
//!
//! Such cancellations are normal: the client gives up while the answer is on its way. A server that
//! dies of one, or answers nothing afterwards, loses every other request with it, and one that
//! complains does so to nobody: the client has forgotten the request. Look it up and do nothing
//! when it is not there. A server that answers every notification is reported for that alone.
//!
//! ```mcp passes
//! > notifications/cancelled
//! < silence
//! ```
//!
//! ```mcp passes
//! transport http
//! > notifications/cancelled
//! < http 400
//! ```
//!
//! ```mcp passes
//! revision 2026-07-28
//! > notifications/cancelled
//! < silence
//! ```
//!
//! ```mcp fails cancel.unknown-id-ignored
//! > notifications/cancelled {"requestId":"mcp-check-none"}
//! < exit 1
//! ```
//!
//! ```mcp fails cancel.completed-id-ignored
//! > notifications/cancelled {"requestId":881001}
//! < exit 1
//! ```
//!
//! ```mcp fails cancel.unknown-id-ignored
//! > notifications/cancelled {"requestId":"mcp-check-none"}
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"No such request"}}
//! ```
//!
//! ```mcp fails cancel.completed-id-ignored
//! > notifications/cancelled {"requestId":881001}
//! < raw {"jsonrpc":"2.0","id":881001,"error":{"code":-32602,"message":"No such request"}}
//! ```
//!
//! ```mcp inconclusive
//! > any notifications/*
//! < raw {"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found"}}
//! ```

use crate::check::common::broken_input::judge_survival_in;
use crate::check::common::cancellation::{judge_response, response_to_cancellation};
use crate::check::common::handshake::next_answer;
use crate::check::prelude::*;

const UNKNOWN: &str = "cancel.unknown-id-ignored";
const COMPLETED: &str = "cancel.completed-id-ignored";

pub(crate) const CHECK: Check = Check {
    covers: &[UNKNOWN, COMPLETED],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Probe { drive, judge },
};

const OF_UNKNOWN: &str = "cancel-unknown-request";
const OF_COMPLETED: &str = "cancel-answered-request";
const METHOD: &str = "notifications/cancelled";
const SUBJECT: &str = "method:notifications/cancelled";

fn drive(peer: &mut dyn Peer) -> Pending<'_, ()> {
    Box::pin(async move {
        if closes_instead(peer.revision(), peer.transport()) {
            return;
        }
        let params = json!({"requestId": "mcp-check-none", "reason": "no such request"});
        peer.notify(OF_UNKNOWN, METHOD, Some(params)).await;
        if !peer.settle().await {
            return;
        }
        let method = match peer.revision().era() {
            Era::Handshake => "ping",
            Era::Modern => "server/discover",
        };
        let id = Id::from(881_001_i64);
        let request = Request::new("request-to-be-answered", method).id(id.clone());
        if peer.request(request).await.is_some() {
            let params = json!({"requestId": id.to_value(), "reason": "came too late"});
            peer.notify(OF_COMPLETED, METHOD, Some(params)).await;
            peer.settle().await;
        }
    })
}

/// Over HTTP a client of 2026-07-28 closes the stream, and there is no such notification
/// (basic/patterns/cancellation).
fn closes_instead(revision: Revision, transport: TransportKind) -> bool {
    revision.era() == Era::Modern && transport == TransportKind::StreamableHttp
}

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (id, intent) in [(UNKNOWN, OF_UNKNOWN), (COMPLETED, OF_COMPLETED)] {
        let ruling = verdicts.on(id);
        if closes_instead(view.revision, view.transport) {
            ruling.not_applicable("over HTTP a request is cancelled by closing its stream");
        }
        for sent in view.sent(intent) {
            judge_sent(ruling, view, &sent);
        }
    }
    verdicts
}

fn judge_sent(ruling: &mut Ruling, view: &View, sent: &Sent<'_>) {
    if !judge_survival_in(view, ruling, sent, SUBJECT) {
        return;
    }
    match (response_to_cancellation(sent), next_answer(sent)) {
        (Some(response), _) => judge_response(ruling, sent, response),
        (None, Some(answer)) => {
            ruling.held(answer.at.clone());
        }
        (None, None) => {}
    }
}
