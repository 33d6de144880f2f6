//! Granting limits by decision tables: versioned data whose cells are written in the expression language.
//!
//! A table has columns (facts) and rows (a cell for each column, and what follows). Every evaluation tells of each row which cells
//! failed, the values it looked at, and the smallest single change that would alter the decision.

pub mod codes;
mod counterfactual;
mod coverage;
mod evaluate;
#[cfg(test)]
mod tests;
mod validate;

use kernel::text_enum;
use serde::{Deserialize, Serialize};

pub use self::counterfactual::Change;
pub use self::evaluate::{CompiledTable, Granting, RowTrace};
use super::facts::{CreditSchema, Namespace};
use super::rule_sets::{RuleKind, RuleSet};
use crate::attributes::Declared;
use crate::rules::finding::{Finding, Texts};

/// The version of the document's shape.
const SCHEMA: u32 = 1;

text_enum! {
    /// What a table decides, from the most generous to the most careful.
    pub enum GrantDecision {
        Approve = "approve",
        /// Less than was asked for.
        Reduce = "reduce",
        /// A person decides.
        Refer = "refer",
        Refuse = "refuse",
    }
}

text_enum! {
    /// Which of the rows that fit decides.
    pub enum HitPolicy {
        /// The first.
        First = "first",
        /// The only one there may be.
        Unique = "unique",
        /// The one of the highest priority; of several the first.
        Priority = "priority",
        /// All: the most careful decision, the lowest amount, the shortest time, every reason.
        CollectMin = "collect_min",
    }
}

/// A decision table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitTable {
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    pub hit_policy: HitPolicy,
    /// Paths of the facts that are the columns.
    pub inputs: Vec<String>,
    pub rows: Vec<TableRow>,
    /// What follows where no row fits; a person decides when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Then>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRow {
    pub code: String,
    /// A cell for each column; an empty one admits everything.
    pub when: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    pub then: Then,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    pub decision: GrantDecision,
    /// An expression over the facts, in the currency of the application; what is asked for is never exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// For how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u8>,
    /// Codes that say why.
    #[serde(default)]
    pub reasons: Vec<String>,
}

impl RuleSet for LimitTable {
    const KIND: RuleKind = RuleKind::LimitTable;
    const STANDARD: &'static [&'static str] = &[include_str!("granting/standard.json")];

    fn code(&self) -> &str {
        &self.code
    }

    fn schema(declared: Declared) -> CreditSchema {
        CreditSchema::new(declared).with(Namespace::Request)
    }

    fn validate(&self, schema: &CreditSchema) -> Vec<Finding> {
        validate::validate(self, schema)
    }
}
