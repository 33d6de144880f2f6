//! The eyes of whoever gets a letter: reads a PDF back by another library than the one that wrote it, its text, what makes it last,
//! and the code that a banking application scans.

#![expect(clippy::unwrap_used, reason = "a test whose file cannot be read has failed")]

mod drawing;
mod reading;

pub use drawing::payment_code;
pub use reading::{Archive, Reading};
