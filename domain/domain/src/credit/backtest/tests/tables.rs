//! Limit tables tried on the past.

use super::super::judge::{BacktestVerdict, CannotJudge, Case, Judge};
use super::super::limit_table::{LimitTableRule, ReadyTable, VersionRef};
use super::super::report::Difference;
use super::*;
use crate::credit::granting::LimitTable;
use crate::credit::rule_sets::RuleSet as _;
use crate::credit::scoring::scorecard::{Scorecard, parse};
use crate::credit::scoring::standard;

fn standard_table() -> LimitTable {
    serde_json::from_str(LimitTable::STANDARD[0]).unwrap()
}

/// Half of what is asked for beyond 300, nothing for those who pay later than 20 days, and a person decides on 77.
fn table() -> LimitTable {
    let then = |decision: &str, amount: &str| serde_json::json!({ "decision": decision, "amount": amount });
    serde_json::from_value(serde_json::json!({
        "schema": 1, "code": "own", "name": { "en": "Own", "es": "Propia" }, "hit_policy": "first",
        "inputs": ["behaviour.days_late_365", "request.amount"],
        "rows": [
            { "code": "person", "when": ["", "77"], "then": { "decision": "refer" } },
            { "code": "late", "when": ["> 20", ""], "then": { "decision": "refuse" } },
            { "code": "large", "when": ["", "> 300"], "then": then("reduce", "request.amount * 0.5") }
        ],
        "otherwise": then("approve", "request.amount")
    }))
    .unwrap()
}

fn ready(table: &LimitTable, with_card: bool) -> ReadyTable {
    let rule = LimitTableRule {
        code: table.code.clone(),
        version: 1,
        scorecard: with_card.then(|| VersionRef { code: "standard".to_owned(), version: 1 }),
    };
    let card = parse(&serde_json::from_str(standard::DOCUMENT).unwrap()).unwrap();
    let schema = Scorecard::schema(Declared::default());
    let of_table = LimitTable::schema(Declared::default());
    rule.ready((table, &of_table), with_card.then_some((card, &schema))).unwrap()
}

fn report(mut rule: ReadyTable, mut against: ReadyTable, accounts: &[Vec<PastItem>]) -> CurrencyReport {
    let mut backtest = Backtest::new(span());
    for (n, items) in (0_u128..).zip(accounts) {
        backtest.add(Uuid::from_u128(n), (items, &[]), &mut rule, &mut against);
    }
    backtest.report(0).remove(0)
}

/// Somebody who pays in time, and buys for an amount.
fn buyer(n: u128, amount: i64) -> Vec<PastItem> {
    vec![
        item(n, "2024-11-01", 100, &[(EntryKind::Payment, -100, "2024-11-20")]),
        item(n + 1, "2025-03-05", amount, &[(EntryKind::Payment, -amount, "2025-04-01")]),
    ]
}

#[test]
fn a_table_accepts_reduces_refuses_and_refers() {
    let accounts = [bad(), buyer(10, 300), buyer(20, 301), buyer(30, 77)];
    let euros = report(ready(&table(), false), ready(&table(), false), &accounts);
    let rule = &euros.rule;
    let turnover = [rule.accepted, rule.reduced, rule.refused].map(|of| (of.cases, of.turnover));
    assert_eq!(turnover, [300, 301, 500].map(|amount| (1, Decimal::from(amount))));
    assert_eq!(rule.not_judged["referred"].cases, 1);
    assert_eq!((euros.difference, euros.disagreed.cases), (Difference::default(), 0), "the same version");
    assert_eq!(euros.rule, euros.against);
    assert!(rule.facts_missing.is_empty(), "{:?}", rule.facts_missing);
}

#[test]
fn what_is_asked_for_is_what_was_open_and_what_the_month_brought() {
    let open = vec![
        item(1, "2025-02-20", 200, &[(EntryKind::Payment, -200, "2025-03-10")]),
        item(2, "2025-03-05", 200, &[(EntryKind::Payment, -200, "2025-04-01")]),
    ];
    let euros = report(ready(&table(), false), ready(&table(), false), &[open]);
    assert_eq!((euros.rule.reduced.cases, euros.rule.accepted.cases), (1, 0), "400 of which 200 were open");
}

#[test]
fn the_standard_table_needs_a_scorecard() {
    let mut without = ready(&standard_table(), false);
    let mut with = ready(&standard_table(), true);
    assert!(without.missing().contains(&"score.class".to_owned()));
    assert!(!with.missing().contains(&"score.class".to_owned()));
    for path in ["party.insolvent", "party.doubtful"] {
        assert!(with.missing().contains(&path.to_owned()), "{path}");
    }
    let facts = facts(&good(), eur(), Cut { on: day("2025-03-01"), known_at: None }).unwrap();
    let case = Case { facts: &facts, currency: eur(), asked: Decimal::from(300) };
    assert_eq!(without.judge(&case), Err(CannotJudge::Referred), "nobody has a class");
    assert!(matches!(with.judge(&case), Ok(BacktestVerdict::Accept | BacktestVerdict::Reduce)));
}

#[test]
fn only_cases_that_both_judge_make_a_difference() {
    let mut backtest = Backtest::new(span());
    let accounts = [bad(), buyer(30, 77)];
    let mut refuse_all = rule("exposure.open >= 0");
    let mut by_table = ready(&table(), false);
    for (n, items) in (0_u128..).zip(&accounts) {
        backtest.add(Uuid::from_u128(n), (items, &[]), &mut refuse_all, &mut by_table);
    }
    let euros = backtest.report(0).remove(0);
    assert_eq!(euros.rule.refused.cases, 2);
    assert_eq!(euros.difference, Difference::default(), "both refuse the one case that both judge");
    let only = |figures: super::super::report::Figures| (figures.cases, figures.turnover);
    assert_eq!(only(euros.only_rule_judged), (1, Decimal::from(77)));
    assert_eq!(only(euros.only_against_judged), (0, Decimal::ZERO));
}
