//! Back-tests as jobs: a rule tried on the past of a legal entity.

pub mod codes;
pub mod decided;
mod rules;
pub mod start;
pub mod store;
pub mod work;
