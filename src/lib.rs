//! Strict JWT verification with offline revocation: a revoked token stops working everywhere it is checked,
//! within seconds, without a network call per check.
//!
//! A token passes the modules in the order of the list below; [`Verifier`] is the recipe. The crate reads no clock,
//! does no I/O and holds no key that can sign: time, keys and snapshot bytes are arguments.
//!
//! ```
//! use rescind::{Audience, KeySet, KeySource, Policy, RevocationPolicy, UnixTime, Verifier};
//!
//! let policy = Policy::new("https://auth.example.com", Audience::AnyOf(vec!["api".into()]), RevocationPolicy::ENFORCE)?;
//! let mut verifier = Verifier::new(policy);
//! verifier.set_keys(KeySet::from_jwk_set(br#"{"keys":[]}"#, KeySource::Public)?);
//!
//! let verdict = verifier.verify(b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", UnixTime::from_seconds(1_800_000_000));
//! assert_eq!(verdict.unwrap_err().code(), "ERR_KEY_NOT_FOUND");
//! # Ok::<(), rescind::Error>(())
//! ```

#![deny(missing_docs, unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod verifier;
pub use verifier::Verifier;

mod policy;
pub use policy::{Audience, OnNotCovered, OnStale, Policy, RevocationPolicy};

mod token;
mod base64url;

mod header;

mod algorithm;
pub use algorithm::Algorithm;

mod key;
pub use key::{KeySet, KeySource, RefusedKey};

mod signature;

mod jws;
pub use jws::Authenticated;

mod claims;

mod revocation;
pub use revocation::{ClaimInteger, ClaimValues, Dimension, Freshness, Identity, RevocationStatus};

mod snapshot;
#[cfg(feature = "publish")]
pub use snapshot::{
    Base, Contents, DeclaredDimension, DeltaReport, Difference, DimensionReport, EditionParameters, Entry,
    Headroom, KeyLink, KeyReplacement, KeyRole, ManifestReport, ObjectReport, Parameters, Publication,
    PublishError, PublishedObject, Publisher, publish, read_keys, replace_keys,
};
pub use snapshot::{
    Coverage, CoverageReport, HighWater, NeededObject, ObjectKind, Part, PartName, Plan, Profile, Shard,
    ShardMap, Snapshot, Subscription, SubscriptionOptions, UnknownPart,
};

mod status_list;
pub use status_list::{STATUS_LIST_TYPE, StatusList, StatusListOptions, StatusListToken, StatusLists};

mod verdict;
pub use verdict::{Evidence, RevocationEvidence, SnapshotEvidence, Verified};

mod error;
pub use error::{Detail, Edition, Error, KeyDefect, NotCovered, Part as TokenPart};

mod json;

mod hash;

mod limits;

mod sixteen;
mod sort;

mod time;
pub use time::UnixTime;

#[cfg(target_arch = "wasm32")]
mod wasm;
