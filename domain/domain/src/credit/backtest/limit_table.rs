//! A version of a limit table, tried on the past: what would have been granted of what was asked for.

use std::collections::BTreeSet;
use std::fmt;

use kernel::Outcome;
use kernel::text_enum::TextEnum as _;
use serde::{Deserialize, Serialize};

use super::judge::{BacktestVerdict, CannotJudge, Case, Judge};
use super::past::is_recorded;
use crate::credit::facts::{CreditSchema, Fact, blank};
use crate::credit::granting::{CompiledTable, GrantDecision, LimitTable};
use crate::credit::scoring::evaluate::CompiledScorecard;
use crate::credit::scoring::scorecard::Scorecard;
use crate::rules::evaluate::{FactValues, Machine};

/// A version of a rule set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRef {
    pub code: String,
    pub version: i32,
}

/// Which version, and by which scorecard the scores are made that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitTableRule {
    pub code: String,
    pub version: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scorecard: Option<VersionRef>,
}

/// Facts of the request that a case has.
const ASKED: [Fact; 2] = [Fact::RequestAmount, Fact::RequestCurrency];
/// Facts that a scorecard gives.
const SCORED: [Fact; 2] = [Fact::ScoreClass, Fact::ScorePoints];

impl LimitTableRule {
    /// Makes it ready with the documents of its versions.
    ///
    /// # Errors
    /// `rule.invalid`.
    pub fn ready(
        &self,
        (table, schema): (&LimitTable, &CreditSchema),
        card: Option<(Scorecard, &CreditSchema)>,
    ) -> Outcome<ReadyTable> {
        let table = CompiledTable::compile(table, self.version, schema)?;
        let card_version = self.scorecard.as_ref().map_or(0, |card| card.version);
        let card =
            card.map(|(card, schema)| CompiledScorecard::compile(card, card_version, schema)).transpose()?;
        let given = |path: &str| {
            let scored = card.is_some() && SCORED.iter().any(|fact| fact.as_str() == path);
            scored || is_recorded(path) || ASKED.iter().any(|fact| fact.as_str() == path)
        };
        let by_table = table.reads().into_iter().filter(|path| !given(path)).map(str::to_owned);
        let by_card = card.iter().flat_map(CompiledScorecard::reads).filter(|path| !is_recorded(path));
        let missing = by_table.chain(by_card.map(|path| path.as_ref().to_owned())).collect::<BTreeSet<_>>();
        Ok(ReadyTable { table, card, missing: missing.into_iter().collect(), machine: Machine::default() })
    }
}

/// A limit table ready to be asked. A fact that has no past is what it is of a holder of whom nothing is known.
pub struct ReadyTable {
    table: CompiledTable,
    card: Option<CompiledScorecard>,
    missing: Vec<String>,
    machine: Machine,
}

impl fmt::Debug for ReadyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyTable")
    }
}

impl ReadyTable {
    fn facts(&mut self, case: &Case<'_>) -> FactValues {
        let mut facts = blank();
        for (path, value) in case.facts.iter() {
            facts.set(path.to_owned(), value.clone());
        }
        if let Some(card) = &self.card {
            let score = card.evaluate(&mut self.machine, case.facts, None);
            facts.set(Fact::ScorePoints.as_str(), score.points);
            facts.set(Fact::ScoreClass.as_str(), score.class.as_deref().unwrap_or_default());
        }
        facts.set(Fact::RequestAmount.as_str(), case.asked);
        facts.set(Fact::RequestCurrency.as_str(), case.currency.as_str());
        facts
    }
}

impl Judge for ReadyTable {
    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn judge(&mut self, case: &Case<'_>) -> Result<BacktestVerdict, CannotJudge> {
        let facts = self.facts(case);
        match self.table.decision(&mut self.machine, &facts, case.currency) {
            GrantDecision::Approve => Ok(BacktestVerdict::Accept),
            GrantDecision::Reduce => Ok(BacktestVerdict::Reduce),
            GrantDecision::Refuse => Ok(BacktestVerdict::Refuse),
            GrantDecision::Refer => Err(CannotJudge::Referred),
        }
    }
}
