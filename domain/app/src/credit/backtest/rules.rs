//! Rules made ready to be tried.

use domain::credit::backtest::judge::Judge;
use domain::credit::backtest::limit_table::LimitTableRule;
use domain::credit::backtest::scorecard::ScorecardRule;
use domain::credit::facts::CreditSchema;
use domain::credit::granting::LimitTable;
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::credit::scoring::scorecard::{Scorecard, parse};
use domain::rules::finding::parse_document;
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
        TriedRule::LimitTable { limit_table } => table_ready(tx, limit_table),
    }
}

fn scorecard_ready(tx: &mut (impl ReadTx + ?Sized), rule: &ScorecardRule) -> Outcome<Box<dyn Judge>> {
    let card = scorecard(tx, &rule.code, rule.version)?;
    let schema = Scorecard::schema(tx.declared_attributes()?);
    Ok(Box::new(rule.ready(card, &schema)?))
}

fn table_ready(tx: &mut (impl ReadTx + ?Sized), rule: &LimitTableRule) -> Outcome<Box<dyn Judge>> {
    let found = tx.rule_set_version(RuleKind::LimitTable, &rule.code, rule.version)?;
    let found = found.ok_or_else(|| unknown(RuleKind::LimitTable, &rule.code, rule.version))?;
    let table = parse_document::<LimitTable>(&found.document)?;
    let card = rule.scorecard.as_ref().map(|of| scorecard(tx, &of.code, of.version)).transpose()?;
    let declared = tx.declared_attributes()?;
    let (of_table, of_card) = (LimitTable::schema(declared.clone()), Scorecard::schema(declared));
    Ok(Box::new(rule.ready((&table, &of_table), card.map(|card| (card, &of_card)))?))
}

fn scorecard(tx: &mut (impl ReadTx + ?Sized), code: &str, version: i32) -> Outcome<Scorecard> {
    let found = tx.rule_set_version(RuleKind::Scorecard, code, version)?;
    parse(&found.ok_or_else(|| unknown(RuleKind::Scorecard, code, version))?.document)
}
