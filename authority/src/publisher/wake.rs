//! How the publisher's thread is woken.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Wakes the publisher; cheap, never waits.
#[derive(Clone)]
pub(crate) struct Wake(SyncSender<Signal>);

/// Receives the wake-ups.
pub(crate) struct Woken(Receiver<Signal>);

enum Signal {
    Recorded,
    Stop,
}

/// A pair of ends: who records wakes, the publisher is woken.
pub(crate) fn wake() -> (Wake, Woken) {
    let (sender, receiver) = sync_channel(1);
    (Wake(sender), Woken(receiver))
}

impl Wake {
    pub(crate) fn recorded(&self) {
        // A full channel means that the publisher is about to look anyway.
        let _ = self.0.try_send(Signal::Recorded);
    }

    /// Ends the publisher's thread after the edition it is at.
    pub(crate) fn stop(&self) {
        let _ = self.0.send(Signal::Stop);
    }
}

impl Woken {
    /// Waits for a recording, or for so long; false when the thread is to end.
    pub(super) fn wait(&self, longest: Duration) -> bool {
        match self.0.recv_timeout(longest) {
            Ok(Signal::Recorded) | Err(RecvTimeoutError::Timeout) => true,
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => false,
        }
    }
}
