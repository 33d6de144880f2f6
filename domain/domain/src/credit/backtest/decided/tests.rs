use proptest::prelude::*;
use uuid::Uuid;

use super::super::past::{PastEntry, Terms};
use super::*;
use crate::receivables::kinds::EntryKind;

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn decision(on: Date, version: i32, outcome: CheckOutcome) -> Decision {
    let currency = Currency::parse("currency", "EUR").expect("a currency");
    let at = on.and_hms_opt(10, 0, 0).expect("a time").and_utc() + chrono::TimeDelta::minutes(version.into());
    Decision { on, at, by: PolicyVersion { code: "standard".to_owned(), version, currency }, outcome }
}

/// An invoice of 100.00 due after 30 days, with what was paid of it so many days after it was due.
fn item(issue_on: Date, paid_after: Option<i64>) -> PastItem {
    let due_on = issue_on + chrono::TimeDelta::days(30);
    let amount = Decimal::new(10_000, 2);
    let paid = |days| PastEntry {
        kind: EntryKind::Payment,
        amount: -amount,
        effective_on: due_on + chrono::TimeDelta::days(days),
        recorded_at: chrono::DateTime::UNIX_EPOCH,
    };
    PastItem {
        id: Uuid::nil(),
        currency: Currency::parse("currency", "EUR").expect("a currency"),
        terms: Terms { issue_on, due_on, extended: None, amount },
        earlier: Vec::new(),
        recorded_at: chrono::DateTime::UNIX_EPOCH,
        entries: paid_after.map(paid).into_iter().collect(),
    }
}

fn found(decisions: Vec<Decision>, items: &[PastItem]) -> Vec<(i32, Hits)> {
    told(decisions, items, Told { from: day("2024-01-01"), to: day("2026-03-04"), today: day("2026-03-04") })
}

fn told(decisions: Vec<Decision>, items: &[PastItem], told: Told) -> Vec<(i32, Hits)> {
    let mut outcomes = DecisionOutcomes::default();
    outcomes.add(decisions, items, told);
    outcomes.versions().map(|(by, hits)| (by.version, *hits)).collect()
}

#[test]
fn allowed_and_paid_is_a_hit_and_so_is_held_and_never_paid() {
    let (first, second) = (day("2025-01-10"), day("2025-03-10"));
    let decisions = vec![decision(first, 1, CheckOutcome::Allow), decision(second, 1, CheckOutcome::Hold)];
    let hits = found(decisions.clone(), &[item(first, Some(5)), item(second, None)]);
    let [(1, both)] = hits.as_slice() else { panic!("{hits:?}") };
    assert_eq!((both.judged(), both.hits(), both.hit_rate()), (2, 2, Some(Decimal::ONE)));
    let [(1, neither)] = found(decisions, &[item(first, Some(60)), item(second, Some(0))])[..] else {
        panic!("one version")
    };
    assert_eq!((neither.judged(), neither.hits(), neither.hit_rate()), (2, 0, Some(Decimal::ZERO)));
    assert_eq!(neither.allowed.late, Decimal::new(10_000, 2));
}

#[test]
fn what_was_invoiced_before_a_careful_answer_is_not_its_own() {
    let decisions = vec![
        decision(day("2025-01-10"), 1, CheckOutcome::Allow),
        decision(day("2025-01-12"), 1, CheckOutcome::Allow),
        decision(day("2025-01-25"), 1, CheckOutcome::Refuse),
    ];
    let items = [item(day("2025-01-13"), Some(0)), item(day("2025-01-25"), None)];
    let hits = found(decisions.clone(), &items);
    assert_eq!((hits[0].1.allowed.cases, hits[0].1.refused.bad_cases, hits[0].1.hits()), (1, 1, 2));
    let hits = found(decisions, &items[..1]);
    assert_eq!((hits[0].1.hits(), hits[0].1.judged(), hits[0].1.not_invoiced), (1, 1, 1));
}

#[test]
fn of_a_day_the_last_version_counts_whatever_it_is_called() {
    let mut own = decision(day("2025-01-10"), 7, CheckOutcome::Hold);
    own.by.code = "e1".to_owned();
    let decisions = vec![own, decision(day("2025-01-10"), 1, CheckOutcome::Allow)];
    let hits = found(decisions, &[item(day("2025-01-10"), None)]);
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].0, hits[0].1.held.bad_cases), (7, 1));
}

#[test]
fn what_is_told_of_some_days_does_not_depend_on_the_days_around_them() {
    let decisions = vec![
        decision(day("2025-03-31"), 1, CheckOutcome::Allow),
        decision(day("2025-04-10"), 2, CheckOutcome::Hold),
    ];
    let items = [item(day("2025-04-01"), Some(0)), item(day("2025-04-20"), None)];
    let march = Told { from: day("2025-03-01"), to: day("2025-03-31"), today: day("2026-03-04") };
    assert_eq!(march.decided_until(), day("2025-05-30"));
    let hits = told(decisions, &items, march);
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].0, hits[0].1.allowed.invoices, hits[0].1.hits()), (1, 1, 1));
}

#[test]
fn what_came_after_the_day_asked_about_changes_nothing() {
    let decisions = vec![decision(day("2025-09-01"), 1, CheckOutcome::Allow)];
    let then = Told { from: day("2025-09-01"), to: day("2025-09-30"), today: day("2025-10-02") };
    let first = item(day("2025-09-02"), Some(-20));
    let before = told(decisions.clone(), std::slice::from_ref(&first), then);
    assert_eq!((before[0].1.judged(), before[0].1.hits()), (1, 1));
    assert_eq!(told(decisions, &[first, item(day("2025-10-15"), None)], then), before);
}

#[test]
fn what_is_invoiced_after_another_version_decided_is_its_own() {
    let decisions = vec![
        decision(day("2025-01-10"), 1, CheckOutcome::Allow),
        decision(day("2025-01-20"), 2, CheckOutcome::Allow),
    ];
    let items = [
        item(day("2025-01-09"), None),
        item(day("2025-01-19"), None),
        item(day("2025-01-20"), Some(0)),
        item(day("2025-03-21"), Some(0)),
        item(day("2025-03-22"), None),
    ];
    let hits = found(decisions, &items);
    assert_eq!((hits[0].0, hits[0].1.allowed.invoices, hits[0].1.allowed.bad_cases), (1, 1, 1));
    assert_eq!((hits[1].0, hits[1].1.allowed.invoices, hits[1].1.allowed.bad_cases), (2, 2, 0));
}

#[test]
fn what_was_not_invoiced_and_what_is_not_known_yet_is_in_no_rate() {
    let decisions = vec![
        decision(day("2025-01-10"), 1, CheckOutcome::Refuse),
        decision(day("2026-02-10"), 1, CheckOutcome::Allow),
        decision(day("2026-03-02"), 1, CheckOutcome::Hold),
    ];
    let hits = found(decisions, &[item(day("2026-02-11"), None)]);
    let (_, only) = hits[0];
    // Of February's the invoice is not due, and of March's one may still come.
    assert_eq!((only.not_invoiced, only.not_known, only.hit_rate()), (1, 2, None));
}

proptest! {
    #[test]
    fn every_case_is_counted_once_and_no_invoice_twice(
        given in proptest::collection::vec((0_i64..400, 1_i32..4, 0_usize..3), 1..40),
        invoiced in proptest::collection::vec(0_i64..400, 0..40),
    ) {
        use kernel::text_enum::TextEnum as _;
        let start = day("2024-01-01");
        let on = |days: i64| start + chrono::TimeDelta::days(days);
        let decisions = given.iter().map(|(d, v, o)| decision(on(*d), *v, CheckOutcome::ALL[*o])).collect::<Vec<_>>();
        let items = invoiced.iter().map(|d| item(on(*d), Some(0))).collect::<Vec<_>>();
        let cases_count = cases(decisions.clone()).len();
        let hits = found(decisions, &items);
        let counted = hits.iter().map(|(_, h)| h.judged() + h.not_invoiced + h.not_known).sum::<u32>();
        prop_assert_eq!(usize::try_from(counted).expect("few"), cases_count);
        let invoices = hits.iter().map(|(_, h)| h.allowed.invoices + h.held.invoices + h.refused.invoices).sum::<u32>();
        prop_assert!(usize::try_from(invoices).expect("few") <= items.len());
    }
}
