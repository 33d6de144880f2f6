//! Credit: exposure, who counts as one risk, checks, rule sets.

mod alerts;
mod backtest;
mod checks;
mod concentration;
pub(crate) mod exposure;
mod external;
mod groups;
mod holders;
mod learning;
mod limits;
mod report;
mod rule_sets;
mod scoring;
mod terms;
