//! What the commands need on the machine, fetched where it is missing.

pub mod browser;

pub mod node;

pub mod peers;

pub mod python;

pub mod wasm_target;
