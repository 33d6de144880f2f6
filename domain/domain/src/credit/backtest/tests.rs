mod ibm;
mod money;
mod tables;

use kernel::{Currency, Date, Decimal, Instant};
use proptest::prelude::*;
use uuid::Uuid;

use super::judge::{AsItWas, Conditions, ReadyConditions};
use super::past::{Cut, PastEntry, PastItem, Terms, facts};
use super::ratings::{PastRating, set_external};
use super::report::{Backtest, CurrencyReport, Span};
use crate::attributes::Declared;
use crate::credit::facts::CreditSchema;
use crate::receivables::kinds::EntryKind;
use crate::rules::evaluate::FactValue;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    format!("{text}T12:00:00Z").parse().unwrap()
}

fn eur() -> Currency {
    Currency::parse("currency", "EUR").unwrap()
}

/// An invoice of an amount, due after 30 days, with entries of kind, amount and day; everything was recorded when it happened.
fn item(n: u128, issue: &str, amount: i64, entries: &[(EntryKind, i64, &str)]) -> PastItem {
    let entry = |(kind, amount, on): &(EntryKind, i64, &str)| PastEntry {
        kind: *kind,
        amount: Decimal::from(*amount),
        effective_on: day(on),
        recorded_at: at(on),
    };
    PastItem {
        id: Uuid::from_u128(n),
        currency: eur(),
        terms: Terms {
            issue_on: day(issue),
            due_on: day(issue) + chrono::Duration::days(30),
            extended: None,
            amount: Decimal::from(amount),
        },
        earlier: Vec::new(),
        recorded_at: at(issue),
        entries: entries.iter().map(entry).collect(),
    }
}

fn rule(refuse: &str) -> ReadyConditions {
    let conditions = Conditions { refuse_when: Some(refuse.to_owned()), reduce_when: None };
    conditions.ready(&CreditSchema::new(Declared::default())).unwrap()
}

fn span() -> Span {
    Span { from: day("2025-01-01"), until: day("2025-07-01"), today: day("2026-01-01"), as_recorded: false }
}

/// An account that pays 40 days late, buys on in March, and is lost.
fn bad() -> Vec<PastItem> {
    vec![
        item(1, "2024-11-01", 100, &[(EntryKind::Payment, -100, "2025-01-10")]),
        item(2, "2025-03-05", 500, &[(EntryKind::WriteOff, -500, "2025-09-01")]),
    ]
}

/// An account that pays in time.
fn good() -> Vec<PastItem> {
    vec![
        item(3, "2024-11-01", 100, &[(EntryKind::Payment, -100, "2024-11-20")]),
        item(4, "2025-03-05", 300, &[(EntryKind::Payment, -300, "2025-04-01")]),
    ]
}

fn tried(span: Span, accounts: &[Vec<PastItem>], refuse: &str, against: Option<&str>) -> Vec<CurrencyReport> {
    let mut backtest = Backtest::new(span);
    for (n, items) in (0_u128..).zip(accounts) {
        let account = Uuid::from_u128(n);
        match against {
            Some(against) => backtest.add(account, (items, &[]), &mut rule(refuse), &mut rule(against)),
            None => backtest.add(account, (items, &[]), &mut rule(refuse), &mut AsItWas),
        }
    }
    backtest.report(0)
}

const LATE: &str = "(behaviour.days_late_365 ?? 0) > 20";

#[test]
fn whom_it_would_have_refused_what_that_saves_and_what_it_costs() {
    let report = tried(span(), &[bad(), good()], LATE, None);
    let [euros] = report.as_slice() else { panic!("one currency") };
    assert_eq!((euros.rule.refused.cases, euros.rule.refused.bad_cases), (1, 1));
    assert_eq!(euros.rule.refused.lost, Decimal::from(500));
    assert_eq!((euros.rule.accepted.cases, euros.rule.accepted.turnover), (1, Decimal::from(300)));
    assert_eq!((euros.against.refused.cases, euros.against.accepted.cases), (0, 2));
    assert_eq!((euros.difference.lost, euros.difference.turnover), (Decimal::from(500), Decimal::from(500)));
    assert_eq!((euros.accounts.len(), euros.accounts[0].account_id.0), (1, Uuid::from_u128(0)));
    assert_eq!(euros.disagreed.cases, 1);
}

#[test]
fn the_same_rule_makes_no_difference() {
    for report in tried(span(), &[bad(), good()], LATE, Some(LATE)) {
        assert_eq!(report.difference, super::report::Difference::default());
        assert_eq!(report.disagreed.cases, 0);
        assert_eq!(report.rule, report.against);
    }
}

#[test]
fn what_cannot_be_judged_is_counted_with_its_reason() {
    let reasons = |items: Vec<PastItem>, refuse: &str| {
        let report = tried(span(), &[items], refuse, None);
        let judged = report[0].rule.accepted.cases + report[0].rule.refused.cases;
        (judged, report[0].rule.not_judged.keys().cloned().collect::<Vec<_>>())
    };
    let stranger = vec![item(1, "2025-03-05", 500, &[(EntryKind::Payment, -500, "2025-04-01")])];
    assert_eq!(reasons(stranger, LATE), (0, vec!["no_history".to_owned()]));
    let cleared = vec![
        item(1, "2024-11-01", 100, &[(EntryKind::Payment, -100, "2024-12-01")]),
        item(2, "2025-03-05", 500, &[(EntryKind::ClearedUnknown, -500, "2025-04-01")]),
    ];
    assert_eq!(reasons(cleared, LATE), (0, vec!["outcome_not_known".to_owned()]));
    assert_eq!(reasons(good(), "(limit.total ?? 0) > 5"), (0, vec!["facts_not_recorded".to_owned()]));
}

#[test]
fn what_is_not_due_long_enough_is_waited_for_and_then_late() {
    let unpaid = vec![
        item(1, "2024-11-01", 100, &[(EntryKind::Payment, -100, "2024-12-01")]),
        item(2, "2025-03-05", 500, &[]),
    ];
    let until =
        |today: &str| tried(Span { today: day(today), ..span() }, std::slice::from_ref(&unpaid), LATE, None);
    assert!(until("2025-06-30")[0].rule.not_judged.contains_key("outcome_not_known"));
    let later = until("2025-12-01");
    assert_eq!((later[0].rule.accepted.late, later[0].rule.accepted.bad_cases), (Decimal::from(500), 1));
}

#[test]
fn a_payment_that_was_entered_later_was_not_known_then() {
    let mut items = bad();
    items[0].entries[0].recorded_at = at("2025-05-01");
    let known = |known_at| facts(&items, eur(), Cut { on: day("2025-03-01"), known_at }).unwrap();
    let paid = |facts: &crate::rules::evaluate::FactValues| facts.get("behaviour.paid_count").clone();
    assert_eq!(paid(&known(None)), FactValue::from(1));
    let then = known(Some(at("2025-03-01")));
    assert_eq!(paid(&then), FactValue::from(0));
    assert_eq!(then.get("exposure.open"), &FactValue::from(Decimal::from(100)));
    let recorded = tried(Span { as_recorded: true, ..span() }, &[items], LATE, None);
    assert_eq!(recorded[0].rule.refused.cases, 0, "it had not paid late, as far as anybody knew");
}

#[test]
fn ratings_are_known_from_their_day_until_they_end_and_not_before_they_came() {
    let rating = |grade: &str, position: i64, on: &str, recorded: &str| PastRating {
        provider: "bureau".to_owned(),
        grade: Some(grade.to_owned()),
        position: Some(Decimal::new(position, 1)),
        probability: None,
        rated_on: day(on),
        valid_until: day(on) + chrono::Duration::days(180),
        downgrade: position > 5,
        recorded_at: at(recorded),
    };
    let ratings = [rating("A", 0, "2024-12-01", "2024-12-01"), rating("D", 9, "2025-02-10", "2025-04-20")];
    let told = |on: &str, as_recorded: bool| {
        let known_at = as_recorded.then(|| at(on));
        let mut facts = crate::rules::evaluate::FactValues::default();
        set_external(&mut facts, &ratings, Cut { on: day(on), known_at });
        (facts.get("external.rating").clone(), facts.get("external.rating_age_days").as_number())
    };
    let of = |grade: &str, days: i64| (FactValue::from(grade), Some(Decimal::from(days)));
    assert_eq!(
        told("2024-12-01", false),
        (FactValue::from(""), None),
        "of the day itself nothing is known yet"
    );
    assert_eq!(told("2025-03-01", false), of("D", 18));
    assert_eq!(told("2025-03-01", true), of("A", 89), "the worse one had not come");
    assert_eq!(told("2025-05-01", true), of("D", 79));
    assert_eq!(told("2025-09-01", false), (FactValue::from(""), None), "no longer relied on");
    let mut backtest = Backtest::new(span());
    for (n, ratings) in [(0, &ratings[..]), (1, &[])] {
        backtest.add(
            Uuid::from_u128(n),
            (&good(), ratings),
            &mut rule("external.rating == 'D'"),
            &mut AsItWas,
        );
    }
    let report = backtest.report(0);
    assert_eq!((report[0].rule.refused.cases, report[0].rule.accepted.cases), (1, 1));
}

#[test]
fn a_lowered_rating_stays_lowered_until_its_provider_raises_it() {
    let said = |provider: &str, position: i64, on: &str, downgrade: bool| PastRating {
        provider: provider.to_owned(),
        grade: None,
        position: Some(Decimal::new(position, 1)),
        probability: None,
        rated_on: day(on),
        valid_until: day(on) + chrono::Duration::days(180),
        downgrade,
        recorded_at: at(on),
    };
    let mut ratings = vec![said("x", 9, "2025-03-01", true), said("x", 9, "2025-03-02", false)];
    ratings.push(said("y", 3, "2025-03-03", false));
    let lowered = |ratings: &[PastRating], on: &str| {
        let mut facts = crate::rules::evaluate::FactValues::default();
        set_external(&mut facts, ratings, Cut { on: day(on), known_at: None });
        facts.get("external.downgraded").as_bool()
    };
    assert_eq!(lowered(&ratings, "2025-04-01"), Some(true), "confirmed by x, and y is another");
    assert_eq!(
        lowered(&ratings, "2025-09-01"),
        Some(false),
        "the report that lowered it is no longer relied on"
    );
    ratings.push(said("x", 5, "2025-03-20", false));
    assert_eq!(lowered(&ratings, "2025-03-20"), Some(true));
    assert_eq!(lowered(&ratings, "2025-03-21"), Some(false));
}

#[test]
fn what_a_rater_corrected_on_the_same_day_counts_from_when_it_was_known() {
    let said = |probability: i64, recorded: &str| PastRating {
        provider: "bureau".to_owned(),
        grade: None,
        position: None,
        probability: Some(Decimal::new(probability, 2)),
        rated_on: day("2025-03-01"),
        valid_until: day("2025-08-01"),
        downgrade: false,
        recorded_at: at(recorded),
    };
    let ratings = [said(1, "2025-03-01"), said(8, "2025-03-10")];
    let told = |known_at: Option<&str>| {
        let mut facts = crate::rules::evaluate::FactValues::default();
        set_external(&mut facts, &ratings, Cut { on: day("2025-04-01"), known_at: known_at.map(at) });
        facts.get("external.probability").as_number()
    };
    assert_eq!(told(Some("2025-03-05")), Some(Decimal::new(1, 2)));
    assert_eq!(told(Some("2025-04-01")), Some(Decimal::new(8, 2)));
    assert_eq!(told(None), Some(Decimal::new(8, 2)));
}

#[test]
fn a_rule_that_does_not_check_is_refused() {
    let ready = |refuse: Option<&str>| {
        let conditions = Conditions { refuse_when: refuse.map(str::to_owned), reduce_when: None };
        conditions.ready(&CreditSchema::new(Declared::default())).unwrap_err().code().text
    };
    assert_eq!(ready(None), "backtest.conditions_invalid");
    assert_eq!(ready(Some("behaviour.mood > 1")), "backtest.conditions_invalid");
    assert_eq!(ready(Some("exposure.open + 1")), "backtest.conditions_invalid");
}

proptest! {
    #[test]
    fn every_case_is_counted_once_and_all_turnover_is_in_the_report(
        sales in proptest::collection::vec((0..500_i64, 1..1_000_i64, 0..120_i64, 0..4_u8), 1..25),
    ) {
        let items = (0_u128..).zip(&sales).map(|(n, (issue, amount, wait, kind))| {
            let issue_on = day("2024-06-01") + chrono::Duration::days(*issue);
            let paid_on = issue_on + chrono::Duration::days(*wait);
            let kind = [EntryKind::Payment, EntryKind::WriteOff, EntryKind::ClearedUnknown][usize::from(*kind % 3)];
            let entries = [(kind, -amount, paid_on.to_string())];
            let entries = entries.iter().map(|(k, a, on)| (*k, *a, on.as_str())).collect::<Vec<_>>();
            item(n, &issue_on.to_string(), *amount, if *wait < 100 { &entries } else { &[] })
        });
        let items = items.collect::<Vec<_>>();
        let report = tried(span(), std::slice::from_ref(&items), LATE, None);
        let inside = |i: &&PastItem| i.terms.issue_on >= span().from && i.terms.issue_on < span().until;
        let sold = items.iter().filter(inside).map(|i| i.terms.amount).sum::<Decimal>();
        let counted = report.iter().map(|r| {
            let d = &r.rule;
            d.accepted.turnover + d.reduced.turnover + d.refused.turnover
                + d.not_judged.values().map(|f| f.turnover).sum::<Decimal>()
        });
        prop_assert_eq!(counted.sum::<Decimal>(), sold);
    }

    #[test]
    fn what_comes_after_a_decision_changes_no_fact(
        later in proptest::collection::vec((0..300_i64, 1..1_000_i64), 0..10),
    ) {
        let cut = Cut { on: day("2025-03-01"), known_at: None };
        let mut items = bad();
        let before = facts(&items, eur(), cut);
        items.retain(|i| i.terms.issue_on < cut.on);
        for (n, (after, amount)) in (100_u128..).zip(&later) {
            items.push(item(n, &(cut.on + chrono::Duration::days(*after)).to_string(), *amount, &[]));
        }
        prop_assert_eq!(before, facts(&items, eur(), cut));
    }
}
