//! Dunning as use cases: scenarios, blocks, runs, decisions, actions.
//!
//! A run is *set in, pure decision, set out*: one query set loads the facts of a chunk of dunning groups, the rules of
//! `domain::dunning` decide, COPY writes decisions, actions and planned messages in one transaction. A chunk that is
//! committed is never repeated; a run that was killed goes on after the last one. What a run decides is content (step,
//! items, amounts); the arbiter decides the moment of sending.

pub mod actions;
pub mod assemble;
pub mod blocks;
pub mod chunk;
pub mod codes;
pub mod edit;
pub mod explain;
pub mod gate;
pub mod lists;
pub mod outlook;
pub mod preview;
pub mod replay;
pub mod revalidate;
pub mod run;
pub mod scenarios;
pub mod schedule;
pub mod store;
pub mod stored;
pub mod words;
pub mod work;

/// Code of the scenario every installation starts with.
pub const STANDARD: &str = "standard";

/// Dunning groups decided in one chunk: thousands at once, no query per account.
pub const CHUNK_GROUPS: i64 = 2_000;
