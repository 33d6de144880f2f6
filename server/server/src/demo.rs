//! A made-up book that looks real: customers, invoices, payments, and the days on which an ERP would push them.
//!
//! Everything follows from the seed, so that two people who speak about the demo see the same figures.

mod behaviour;
pub mod drive;
mod names;
pub mod portfolio;
pub mod summary;

pub use portfolio::{Day, Portfolio, Size};
