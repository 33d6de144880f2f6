//! Whom to trust, for how much, and why.

pub mod alerts;
pub mod approval;
pub mod backtest;
pub mod check;
pub mod codes;
pub mod concentration;
pub mod counting;
pub mod exposure;
pub mod facts;
pub mod granting;
pub mod groups;
pub mod holder;
pub mod limits;
pub mod policy;
pub mod ready;
pub mod rule_sets;
pub mod scoring;
pub mod terms;
