//! Scores: how much somebody is trusted, in points and a class, with every point explained.
//!
//! [`behaviour`] makes figures of how somebody pays, [`ratios`] of financial statements, [`external`] of what raters say.
//! A [`scorecard::Scorecard`] is checked by [`validate`] and made ready once ([`evaluate::CompiledScorecard`]); it gives a
//! [`evaluate::Score`] for the facts of one party. [`rating`] turns points into a class that does not flicker, and lets a
//! person override it for a time. [`nearest`] tells the smallest single change that would reach another class.

pub mod behaviour;
pub mod codes;
pub mod evaluate;
pub mod external;
pub mod nearest;
pub mod numbers;
pub mod rating;
pub mod ratios;
pub mod scorecard;
pub mod standard;
pub mod statements;
pub mod validate;

#[cfg(test)]
mod fixture;
