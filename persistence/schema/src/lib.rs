//! The tables as diesel sees them, generated from a migrated database and compared with it by a test.

#[rustfmt::skip]
mod tables;

pub use tables::*;
