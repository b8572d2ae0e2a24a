//! How a connection ends: as a client ends it, and with signals where that is not enough.

use std::time::Duration;

use tokio::time::Instant;

use super::Connection;
use crate::check::peer::HttpCall;
use crate::spec::{Era, TransportKind};
use crate::transcript::event::INPUT_ENDED_AGAIN;
use crate::transcript::{Body, Channel, Process};
use crate::transport::Signal;

/// Wait for an exit after the end of the input where another connection has already shown that it does
/// not come. Such a wait proves nothing, and is named otherwise.
const AGAIN: Duration = Duration::from_secs(1);

impl Connection {
    /// Ends the connection as a client does, and with signals where that is not enough.
    pub async fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        match self.kind() {
            TransportKind::Stdio => self.close_child().await,
            TransportKind::StreamableHttp => self.delete_session().await,
            TransportKind::HttpSse | TransportKind::WebSocket => self.close_stream(),
        }
    }

    pub(super) async fn close_child(&mut self) {
        if !self.exited {
            self.tape.noted(Body::Process(Process::InputClosed));
            self.transport.close_input();
        }
        self.await_exit_at_end_of_input().await;
        for (signal, name) in [(Signal::Terminate, "TERM"), (Signal::Kill, "KILL")] {
            if self.exited {
                break;
            }
            self.tape.noted(Body::Process(Process::Signalled {
                signal: name.to_owned(),
            }));
            self.transport.signal(signal);
            let wait = self.context.deadlines.shutdown;
            self.await_exit("exit-after-signal", wait).await;
        }
        let count = self.transport.end_leftovers();
        if count > 0 && self.exited {
            self.tape
                .received(Channel::Stdio, Body::Process(Process::Leftover { count }));
        }
    }

    /// The main connection of each revision is given the whole time, since it is judged.
    async fn await_exit_at_end_of_input(&mut self) {
        let wait = self.context.deadlines.shutdown;
        if self.context.stays_behind.get() && !self.is_main {
            let wait = wait.min(AGAIN);
            self.await_exit(INPUT_ENDED_AGAIN, wait).await;
            return;
        }
        self.await_exit("exit-after-end-of-input", wait).await;
        if !self.exited {
            self.context.stays_behind.set(true);
        }
    }

    async fn await_exit(&mut self, deadline: &str, wait: Duration) {
        self.pump_whatever(Instant::now() + wait, |this| this.exited)
            .await;
        if !self.exited {
            self.silence(deadline, wait);
        }
    }

    pub(super) async fn delete_session(&mut self) {
        if self.session_id.is_some() && self.revision.era() == Era::Handshake {
            let call = HttpCall::new("close", "DELETE");
            self.send_http(call).await;
        }
    }
}
