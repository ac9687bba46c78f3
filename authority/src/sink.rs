//! Where published objects go.

mod memory;
pub(crate) use memory::MemorySink;
mod pool;
pub(crate) use pool::Keep;
