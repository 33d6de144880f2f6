//! Credit as use cases: exposure, who counts as one risk, and what may be shipped.

pub mod alerts;
pub mod backtest;
pub mod check;
pub mod codes;
pub mod concentration;
pub mod degraded;
pub mod exposure;
pub mod external;
mod facts;
pub mod groups;
pub mod holders;
pub mod learning;
pub mod limits;
pub mod lists;
pub mod memory;
pub mod release;
pub mod report;
pub mod rings;
pub mod rule_sets;
pub mod scoring;
pub mod standing;
pub mod store;
mod sums;
pub mod terms;
