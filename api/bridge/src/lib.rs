//! What both doors share: the executor that enters the synchronous core, and who is calling.

pub mod api;
pub mod attempts;
pub mod crypto;
pub mod exec;
pub mod fingerprint;
pub mod known;
pub mod tokens;

pub use api::{Api, CallFacts, header_text};
pub use exec::Executor;
