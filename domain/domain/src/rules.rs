//! Rules as data: what an expression may say, over which facts, and what it gives.
//!
//! Conditions, formulas and the cells of decision tables are written in the ZEN expression language over a typed,
//! documented [`schema::Schema`]. [`check`] looks at an expression when the rule set that holds it is saved; [`evaluate`]
//! compiles it once and runs it over [`evaluate::FactValues`]; [`cell_set`] tells which values a cell admits, so that gaps and
//! overlaps of a table can be named.
//!
//! Only what is pure, exact and bounded is admitted: no function that reads the clock or draws lots, no powers (they
//! fall back to binary floating point), no loops, no regular expressions.

pub mod cell_set;
pub mod check;
pub mod codes;
pub mod evaluate;
pub mod facts;
pub mod finding;
pub mod schema;

#[cfg(test)]
mod tests;
