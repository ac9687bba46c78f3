//! Where published objects go.

mod memory;
pub(crate) use memory::MemorySink;
mod pool;
pub(crate) use pool::Keep;

/// The name of the part that holds everything.
pub(crate) const WHOLE: &str = "whole";
