//! Whom to trust, for how much, and why.

pub mod exposure;
pub mod facts;
pub mod groups;
