//! Where published objects go.

mod memory;
pub(crate) use memory::{Keep, MemorySink};
