//! What the installation's own history teaches: how probable it is that a receivable is paid late, and how late.
//!
//! The one crate of ours that computes with floating point: its numbers are estimates, and what leaves it is rounded to
//! decimals. It knows no clock and no files, starts no threads, and gives the same model for the same rows and seed.
//! Why these methods and this library: ADR 17.

#![expect(clippy::float_arithmetic, reason = "this crate does statistics, and money is only ever read here")]

pub mod card;
pub mod drift;
pub mod features;
mod fit;
pub mod history;
pub mod metrics;
pub mod model;
mod number;
pub mod rows;
pub mod train;
pub mod validation;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
