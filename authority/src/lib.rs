//! The rescind authority.
