//! What leaves the process: senders and connectors to the outside parties. Asynchronous; the jobs that call it run on the runtime.
//!
//! Nothing here decides whether something may be sent, and nothing here tries again by itself: a sender tells exactly what is known
//! about one attempt, and the attempt ledger draws the conclusion.

pub mod bureau;
pub mod mail;
