//! Messages to debtors: templates, contact policies, what is planned, what was handed over, and what became of it.
//!
//! The run that decides, or a person, plans a message; the worker looks at it when it is due: is it still true, may the
//! debtor be contacted now, what exactly does it say. Content is frozen and an attempt reserved in one transaction, the
//! relay is called outside of it, and the outcome is recorded in a third step. Whatever happens between the last two is
//! *unknown*, never a second mail.

pub mod alerts;
pub mod codes;
pub mod content;
pub mod facts;
pub mod frozen;
mod judge;
pub mod lists;
pub mod outcome;
pub mod plan;
pub mod policies;
pub mod ports;
pub mod preview;
mod reach;
pub mod resolve;
pub mod send;
pub mod sending;
mod spoken;
pub mod store;
pub mod templates;
pub mod why;

pub use ports::{Courier, Press};
pub use store::MessageStore;
