//! What is asked: anything that accepts, reduces or refuses by the facts of credit.

use std::fmt;

use kernel::text_enum;
use kernel::{Currency, Decimal};
use serde::{Deserialize, Serialize};

use super::codes;
use super::past::is_recorded;
use crate::credit::facts::CreditSchema;
use crate::rules::check::{Want, check};
use crate::rules::evaluate::{FactValues, Machine, Rule, compile};
use crate::rules::finding::{Finding, Findings, require_sound};

text_enum! {
    /// What a rule says of a customer.
    pub enum BacktestVerdict {
        Accept = "accept",
        /// Less than was asked for.
        Reduce = "reduce",
        Refuse = "refuse",
    }
}

text_enum! {
    /// Why a case is in no figure.
    pub enum CannotJudge {
        /// Nothing of the customer was known before the decision.
        NoHistory = "no_history",
        /// The rule reads facts that were not recorded then.
        FactsNotRecorded = "facts_not_recorded",
        /// The rule gives nothing on these facts.
        RuleGaveNothing = "rule_gave_nothing",
        /// The rule leaves it to a person.
        Referred = "referred",
        /// What became of the month's invoices is not known yet, or never will be.
        OutcomeNotKnown = "outcome_not_known",
    }
}

/// What a rule is asked.
#[derive(Debug, Clone, Copy)]
pub struct Case<'c> {
    pub facts: &'c FactValues,
    pub currency: Currency,
    /// What would have been asked for: what was open on the eve and what the month brought.
    pub asked: Decimal,
}

/// A rule that can be tried on the past.
pub trait Judge {
    /// Facts it reads that have no past, and does without.
    fn missing(&self) -> &[String] {
        &[]
    }

    /// # Errors
    /// The reason for which nothing can be said.
    fn judge(&mut self, case: &Case<'_>) -> Result<BacktestVerdict, CannotJudge>;
}

/// A rule as two conditions over the facts of credit; refusing comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    #[serde(default)]
    pub refuse_when: Option<String>,
    #[serde(default)]
    pub reduce_when: Option<String>,
}

impl Conditions {
    /// What is wrong with it.
    pub fn validate(&self, schema: &CreditSchema) -> Vec<Finding> {
        let mut findings = Findings::default();
        let named = [("refuse_when", &self.refuse_when), ("reduce_when", &self.reduce_when)];
        if named.iter().all(|(_, source)| source.is_none()) {
            findings.error("refuse_when", &codes::CONDITION_MISSING, "a rule needs at least one condition");
        }
        for (path, source) in named {
            if let Some(source) = source {
                findings.expression(path, check(source, schema, Want::Bool));
            }
        }
        findings.into_vec()
    }

    /// Makes it ready.
    ///
    /// # Errors
    /// `backtest.conditions_invalid` with every error.
    pub fn ready(&self, schema: &CreditSchema) -> kernel::Outcome<ReadyConditions> {
        require_sound(self.validate(schema), &codes::CONDITIONS_INVALID)?;
        let compiled = |source: &Option<String>| source.as_deref().and_then(compile);
        let (refuse, reduce) = (compiled(&self.refuse_when), compiled(&self.reduce_when));
        let rules = [&refuse, &reduce].into_iter().flatten();
        let recorded = rules.flat_map(Rule::reads).all(|path| is_recorded(path));
        Ok(ReadyConditions { refuse, reduce, recorded, machine: Machine::default() })
    }
}

/// Conditions ready to be asked.
pub struct ReadyConditions {
    refuse: Option<Rule>,
    reduce: Option<Rule>,
    /// Whether all they read was recorded in the past.
    recorded: bool,
    machine: Machine,
}

impl fmt::Debug for ReadyConditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyConditions")
    }
}

impl Judge for ReadyConditions {
    fn judge(&mut self, case: &Case<'_>) -> Result<BacktestVerdict, CannotJudge> {
        if !self.recorded {
            return Err(CannotJudge::FactsNotRecorded);
        }
        let rules = [(&self.refuse, BacktestVerdict::Refuse), (&self.reduce, BacktestVerdict::Reduce)];
        for (rule, verdict) in rules {
            let Some(rule) = rule else { continue };
            let holds = self.machine.holds(rule, case.facts);
            // The causes name facts of a customer; the reason says enough.
            match holds {
                Ok(true) => return Ok(verdict),
                Ok(false) => {}
                Err(_failed) => return Err(CannotJudge::RuleGaveNothing),
            }
        }
        Ok(BacktestVerdict::Accept)
    }
}

/// What was really done: everything sold was sold on credit.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsItWas;

impl Judge for AsItWas {
    fn judge(&mut self, _: &Case<'_>) -> Result<BacktestVerdict, CannotJudge> {
        Ok(BacktestVerdict::Accept)
    }
}
