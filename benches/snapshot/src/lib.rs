//! A published set of revocations in the form of this project, and in those that it is compared with.
//!
//! Every contender is measured by the same steps on the same entries: build, open, check, update. See
//! [`Contender`].

mod bloom;
mod contender;
mod fuse;
mod hashes;
mod rsn;
mod sorted;
mod status_list;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(target_arch = "wasm32"))]
mod club;
#[cfg(not(target_arch = "wasm32"))]
mod publisher;

pub use bloom::Bloom;
#[cfg(not(target_arch = "wasm32"))]
pub use club::Club;
pub use contender::{Contender, Published, Token};
pub use fuse::Fuse;
pub use hashes::Hasher;
#[cfg(not(target_arch = "wasm32"))]
pub use publisher::{publish_series, publish_whole};
pub use rsn::{Rsn, object_bytes};
pub use sorted::Sorted;
pub use status_list::StatusList;
