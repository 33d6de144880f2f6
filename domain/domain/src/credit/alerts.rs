//! Alerts: rules over the facts of a holder of risk, each told once per episode.

pub mod codes;
mod compiled;
mod episode;
#[cfg(test)]
mod tests;
mod validate;

use serde::{Deserialize, Serialize};

pub use self::compiled::{CompiledAlert, CompiledAlerts, Judged, Seen};
pub use self::episode::{AlertState, Move, Standing, moves, unheard};
use super::facts::{CreditSchema, Namespace};
use super::holder::HolderKind;
use super::rule_sets::{RuleKind, RuleSet};
use crate::access::Role;
use crate::attributes::Declared;
use crate::rules::finding::{Finding, Texts};

/// The version of the document's shape.
pub const SCHEMA: u32 = 1;

kernel::text_enum! {
    /// How bad it is.
    pub enum AlertSeverity {
        Info = "info",
        Warning = "warning",
        Critical = "critical",
    }
}

/// Rules that tell people before it hurts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRules {
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    pub rules: Vec<AlertRule>,
}

/// One thing to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// The kind of alert is `credit.` and this.
    pub code: String,
    pub name: Texts,
    /// Whose facts are looked at.
    pub holders: Vec<HolderKind>,
    pub severity: AlertSeverity,
    /// While it is true, the alert stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Dates to be told of some time before, each by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Escalation>,
}

/// Tells of a date so many days before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// Path of a fact that counts the days until the date.
    pub fact: String,
    pub days: u16,
}

/// Who is told when nobody acknowledges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub after_days: u16,
    pub to: Role,
}

impl RuleSet for AlertRules {
    const KIND: RuleKind = RuleKind::AlertRules;
    const STANDARD: &'static [&'static str] = &[include_str!("alerts/standard.json")];

    fn code(&self) -> &str {
        &self.code
    }

    fn schema(declared: Declared) -> CreditSchema {
        CreditSchema::new(declared).with(Namespace::Lapsed)
    }

    fn validate(&self, schema: &CreditSchema) -> Vec<Finding> {
        validate::validate(self, schema)
    }
}
