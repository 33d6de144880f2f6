//! Files of an ERP turned into rows: mapping profiles, number and date formats.
//!
//! A [`Profile`] says how a CSV or NDJSON file is written and which objects each of its rows yields.
//! [`inspect`](inspect::inspect) reads the file once and finds out what the profile leaves to `auto`; where the file
//! does not decide, it asks instead of guessing. [`Reader`] then reads it row by row, and [`ErrorFile`] writes the
//! refused rows so that they can be corrected and pushed again with the same profile.
//!
//! Invariants: constant memory, whatever the file; a wrong row never spoils its neighbours; numbers are exact; no
//! value is dropped without a rule of the profile that says so.

pub mod builtin;
pub mod codes;
pub mod date;
pub mod delimited;
pub mod dialect;
pub mod encoding;
pub mod error_file;
pub mod inspect;
pub mod lines;
pub mod number;
pub mod profile;
pub mod reader;
pub mod records;
pub mod repeats;
pub mod row_error;
pub mod rows;
pub mod targets;

mod build;
mod columns;
mod evidence;
mod ndjson;
mod plan;
mod record;
mod values;

pub use dialect::Dialect;
pub use error_file::{ErrorFile, Layout};
pub use profile::Profile;
pub use reader::Reader;
pub use row_error::RowError;
pub use rows::RawRow;

#[cfg(test)]
mod tests;
