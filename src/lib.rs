//! placeholder crate doc, rewritten with the verifier
extern crate alloc;

mod error;
pub use error::{Detail, Edition, Error, KeyDefect, NotCovered, Part};

mod time;
pub use time::UnixTime;

mod revocation;
pub use revocation::{Dimension, Freshness, Identity, RevocationStatus};

mod snapshot;
#[cfg(feature = "publish")]
pub use snapshot::{Entry, Parameters, Publication, PublishError, PublishedObject, publish};
pub use snapshot::{HighWater, NeededObject, Plan, Snapshot, Subscription, SubscriptionOptions};
