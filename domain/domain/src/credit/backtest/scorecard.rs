//! A version of a scorecard, tried on the past: what each class would have meant.

use std::fmt;

use kernel::Outcome;
use serde::{Deserialize, Serialize};

use super::codes;
use super::judge::{BacktestVerdict, CannotJudge, Case, Judge};
use super::past::is_recorded;
use crate::credit::facts::CreditSchema;
use crate::credit::scoring::evaluate::CompiledScorecard;
use crate::credit::scoring::scorecard::Scorecard;
use crate::rules::evaluate::Machine;
use crate::rules::finding::{Findings, require_sound};

/// Which version, and what its classes mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardRule {
    pub code: String,
    pub version: i32,
    /// Classes that would have been refused.
    pub refuse_classes: Vec<String>,
    /// Classes that would have been given less.
    #[serde(default)]
    pub reduce_classes: Vec<String>,
}

impl ScorecardRule {
    /// Makes it ready with the document of its version.
    ///
    /// # Errors
    /// `rule.invalid`; `backtest.conditions_invalid` for classes that the scorecard does not have.
    pub fn ready(&self, card: Scorecard, schema: &CreditSchema) -> Outcome<ReadyScorecard> {
        let card = CompiledScorecard::compile(card, self.version, schema)?;
        let mut findings = Findings::default();
        for class in self.refuse_classes.iter().chain(&self.reduce_classes) {
            if card.place_of(class).is_none() {
                let message = format!("{class:?} is no class of {}", self.code);
                findings.error("scorecard.refuse_classes", &codes::CLASS_UNKNOWN, message);
            }
        }
        if self.refuse_classes.is_empty() && self.reduce_classes.is_empty() {
            findings.error(
                "scorecard.refuse_classes",
                &codes::CONDITION_MISSING,
                "no class is to be refused or reduced",
            );
        }
        require_sound(findings.into_vec(), &codes::CONDITIONS_INVALID)?;
        let missing = card.reads().filter(|path| !is_recorded(path)).map(|p| p.as_ref().to_owned()).collect();
        Ok(ReadyScorecard { card, rule: self.clone(), missing, machine: Machine::default() })
    }
}

/// A scorecard ready to be asked. Facts that have no past are unknown to it, and it says itself what that means; they are named in
/// the report. Each month is scored by itself: no class is held by the margin of the one before.
pub struct ReadyScorecard {
    card: CompiledScorecard,
    rule: ScorecardRule,
    /// Facts it reads that have no past.
    missing: Vec<String>,
    machine: Machine,
}

impl fmt::Debug for ReadyScorecard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyScorecard")
    }
}

impl Judge for ReadyScorecard {
    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn judge(&mut self, case: &Case<'_>) -> Result<BacktestVerdict, CannotJudge> {
        let score = self.card.evaluate(&mut self.machine, case.facts, None);
        let class = score.class.ok_or(CannotJudge::RuleGaveNothing)?;
        let among = |classes: &[String]| classes.iter().any(|c| c.as_str() == class.as_ref());
        Ok(if among(&self.rule.refuse_classes) {
            BacktestVerdict::Refuse
        } else if among(&self.rule.reduce_classes) {
            BacktestVerdict::Reduce
        } else {
            BacktestVerdict::Accept
        })
    }
}
