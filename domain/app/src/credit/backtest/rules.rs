//! Rules made ready to be tried.

use domain::credit::backtest::judge::Judge;
use domain::credit::backtest::scorecard::ScorecardRule;
use domain::credit::facts::CreditSchema;
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::credit::scoring::scorecard::{Scorecard, parse};
use kernel::Outcome;

use super::store::TriedRule;
use crate::credit::rule_sets::unknown;
use crate::store::ReadTx;

/// # Errors
/// `backtest.conditions_invalid` with every error, `rule.version_unknown`.
pub(super) fn ready(
    tx: &mut (impl ReadTx + ?Sized),
    rule: &TriedRule,
    schema: &CreditSchema,
) -> Outcome<Box<dyn Judge>> {
    match rule {
        TriedRule::Conditions(conditions) => Ok(Box::new(conditions.ready(schema)?)),
        TriedRule::Scorecard { scorecard } => scorecard_ready(tx, scorecard),
    }
}

fn scorecard_ready(tx: &mut (impl ReadTx + ?Sized), rule: &ScorecardRule) -> Outcome<Box<dyn Judge>> {
    let found = tx.rule_set_version(RuleKind::Scorecard, &rule.code, rule.version)?;
    let found = found.ok_or_else(|| unknown(RuleKind::Scorecard, &rule.code, rule.version))?;
    let schema = Scorecard::schema(tx.declared_attributes()?);
    Ok(Box::new(rule.ready(parse(&found.document)?, &schema)?))
}
