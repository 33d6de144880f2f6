//! Whom to trust, for how much, and why.

pub mod check;
pub mod codes;
pub mod counting;
pub mod exposure;
pub mod facts;
pub mod groups;
pub mod policy;
pub mod ready;
