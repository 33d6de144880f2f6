//! Who is to be reminded of what, and why: scenarios, decisions, counterfactuals.
//!
//! Set in, pure decision, set out. A [`scenario::Scenario`] is checked by [`validate::validate`] and made ready once
//! per run ([`compiled::CompiledScenario`]); a [`decide::Decider`] looks at the [`group::GroupFacts`] of one dunning
//! group in one currency and gives a [`decision::Decision`] with its reasons. The schedule is derived from the facts
//! every time and never advanced by a counter, so neither a missed day nor a late run nor a part payment can skip a
//! step or race through the ladder. [`counterfactual`] tells what would have altered a decision, [`digest`] proves
//! that a run can be repeated.

pub mod codes;
pub mod compiled;
pub mod counterfactual;
mod days;
pub mod decide;
pub mod decision;
pub mod digest;
mod expression;
pub mod facts;
pub mod group;
pub mod one_contact;
pub mod preview;
pub mod reason;
pub mod revalidate;
pub mod scenario;
pub mod validate;

#[cfg(test)]
mod fixture;
