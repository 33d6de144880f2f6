//! Back-tests: what a rule would have decided in the past, on what was known then, and what came of those it concerned.
//!
//! On the first day of each month every account that bought something in that month is a case: the rule is asked on the facts
//! of the eve, and the outcome is what became of the month's invoices. A case that cannot be judged is counted with its reason and in
//! no figure. What is saved and lost is what would have been, had a refused customer bought nothing and behaved no differently:
//! history shows only what was done, so the effects are overstated (see docs/model.md).

pub mod codes;
pub mod decided;
pub mod judge;
pub mod limit_table;
pub mod outcome;
pub mod past;
pub mod ratings;
pub mod report;
pub mod scorecard;
#[cfg(test)]
mod tests;
