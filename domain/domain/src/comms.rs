//! Messages: templates, recipients, and the arbiter that decides when a contact is allowed.
//!
//! The path of a message: choose what it speaks of ([`spoken`]) and the recipient ([`recipients`]), render ([`template`]), ask [`arbiter`] whether now is
//! the time, freeze the content ([`freeze`]), and keep book of what became of it ([`progress`]).

pub mod arbiter;
pub mod by_hand;
pub mod codes;
pub mod freeze;
pub mod kinds;
pub mod language;
pub mod progress;
pub mod recipients;
pub mod spoken;
pub mod template;

pub use kinds::{AttemptState, Channel, ContactPurpose, ContactRole, MessageState};
pub use language::LanguageTag;
