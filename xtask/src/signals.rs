//! Ctrl-C and SIGTERM as values, so that a command stops what it started before it ends itself.

#[cfg(unix)]
mod imp {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use anyhow::Result;
    use signal_hook::consts::{SIGINT, SIGTERM};

    /// Catches the signals that ask this program to stop, for the life of the program.
    #[derive(Default)]
    pub struct StopRequests {
        latest: Arc<AtomicUsize>,
        any: Arc<AtomicBool>,
    }

    impl StopRequests {
        /// Starts to catch.
        pub fn catch() -> Result<Self> {
            let stop = Self::default();
            for (signal, number) in [(SIGINT, 2), (SIGTERM, 15)] {
                signal_hook::flag::register_usize(signal, Arc::clone(&stop.latest), number)?;
                signal_hook::flag::register(signal, Arc::clone(&stop.any))?;
            }
            Ok(stop)
        }

        /// As if `signal` were received now.
        #[cfg(test)]
        pub fn receive(&self, signal: usize) {
            self.latest.store(signal, Ordering::SeqCst);
            self.any.store(true, Ordering::SeqCst);
        }

        /// The signal received since the last call, if any.
        pub fn take(&self) -> Option<i32> {
            i32::try_from(self.latest.swap(0, Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
        }

        /// Whether there has been any signal at all.
        pub fn was_asked(&self) -> bool {
            self.any.load(Ordering::SeqCst)
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use anyhow::Result;

    /// Here a console's Ctrl-C reaches every process of the console by itself.
    pub struct StopRequests;

    impl StopRequests {
        /// Nothing to catch.
        pub fn catch() -> Result<Self> {
            Ok(Self)
        }

        /// Never a signal.
        pub fn take(&self) -> Option<i32> {
            None
        }

        /// Never asked.
        pub fn was_asked(&self) -> bool {
            false
        }
    }
}

pub use imp::StopRequests;
