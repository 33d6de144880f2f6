//! Nothing that happened on the day of a decision or later is seen by it.

use chrono::Duration;
use kernel::{Date, Decimal};
use proptest::prelude::*;
use uuid::Uuid;

use crate::features::{COLUMNS, Features, features};
use crate::fixture::{day, eur, item};
use crate::history::{Closing, History, Item};

fn value(features: &Features, name: &str) -> Option<f64> {
    assert!(COLUMNS.iter().any(|c| c.name == name), "{name} is no feature");
    features.named().find(|(n, _)| *n == name).and_then(|(_, value)| value)
}

fn subject() -> Item {
    item(99, day("2026-03-01"), Closing::Open)
}

#[test]
fn what_was_paid_before_is_history_and_what_was_not_is_open() {
    let paid = item(1, day("2025-12-01"), Closing::On(day("2026-01-10")));
    let later = item(2, day("2025-12-10"), Closing::On(day("2026-03-01")));
    let seen = features(&History::new(vec![paid, later, subject()]), &subject(), day("2026-03-01"));
    assert_eq!((seen.past.paid, seen.past.late), (1, 1));
    assert_eq!(seen.past.median_days_late, Some(10.0), "due on 31 December");
    let near = |name: &str, wanted: f64| {
        let found = value(&seen, name).expect("a value");
        assert!((found - wanted).abs() < 1e-9, "{name}: {found}");
    };
    near("open_items", 2.0_f64.ln());
    near("overdue_items", 2.0_f64.ln());
    near("overdue_days_max", 51.0_f64.ln_1p());
    near("late_ratio", 2.0 / 3.0);
    near("days_to_due", 30.0);
}

#[test]
fn of_a_new_customer_nothing_is_made_up() {
    let seen = features(&History::new(vec![subject()]), &subject(), day("2026-03-01"));
    assert_eq!(value(&seen, "customer_new"), Some(1.0));
    for name in ["late_ratio", "days_late_mean", "days_since_payment", "amount_against_own"] {
        assert_eq!(value(&seen, name), None, "{name}");
    }
}

#[test]
fn what_was_cleared_on_an_unknown_day_is_no_behaviour() {
    let cleared = item(1, day("2025-12-01"), Closing::Unknown(day("2026-02-20")));
    let seen = features(&History::new(vec![cleared]), &subject(), day("2026-03-01"));
    assert_eq!(seen.past.paid, 0);
    assert_eq!(value(&seen, "open_items"), Some(0.0));
}

#[test]
fn an_extension_counts_from_the_day_it_was_agreed() {
    let due = day("2026-03-31");
    let extended = Item { extended: Some((day("2026-04-30"), day("2026-03-10"))), ..subject() };
    assert_eq!(extended.due_before(day("2026-03-10")), due);
    assert_eq!(extended.due_before(day("2026-03-11")), day("2026-04-30"));
    assert_eq!(extended.is_late_by(0, day("2026-04-30")), None, "it may still be paid in time");
    assert_eq!(extended.is_late_by(0, day("2026-05-01")), Some(true));
}

fn date(days: i64) -> Date {
    day("2026-01-01") + Duration::days(days)
}

fn any_item() -> impl Strategy<Value = Item> {
    let closing = prop_oneof![
        Just(Closing::Open),
        (0..400_i64).prop_map(|n| Closing::On(date(n))),
        (0..400_i64).prop_map(|n| Closing::Unknown(date(n))),
    ];
    let later = || proptest::option::of((0..400_i64, 0..400_i64));
    (any::<u64>(), 0..300_i64, 0..90_i64, 1..9_999_i64, closing, later(), proptest::option::of(0..400_i64))
        .prop_map(|(id, issue, terms, amount, closing, extended, disputed)| Item {
            id: Uuid::from_u128(u128::from(id)),
            issue_on: date(issue),
            due_on: date(issue + terms),
            extended: extended.map(|(due, on)| (date(due), date(on))),
            amount: Decimal::from(amount),
            currency: eur(),
            closing,
            disputed_on: disputed.map(date),
        })
}

/// The same item in another world: everything that is dated at the decision or later went differently.
fn otherwise(item: &Item, at: Date, other: &Item) -> Item {
    let late = |on: Date| if on < at { at + Duration::days(3) } else { on };
    let closing = match (item.closing, other.closing) {
        (Closing::On(on) | Closing::Unknown(on), _) if on < at => item.closing,
        (_, Closing::On(on)) => Closing::On(late(on)),
        (_, Closing::Unknown(on)) => Closing::Unknown(late(on)),
        (_, Closing::Open) => Closing::Open,
    };
    Item {
        closing,
        extended: item
            .extended
            .filter(|(_, on)| *on < at)
            .or_else(|| other.extended.map(|(due, on)| (due, late(on)))),
        disputed_on: item.disputed_on.filter(|on| *on < at).or_else(|| other.disputed_on.map(late)),
        ..*item
    }
}

proptest! {
    #[test]
    fn what_happens_at_the_decision_or_later_changes_no_feature(
        items in proptest::collection::vec(any_item(), 1..20),
        others in proptest::collection::vec(any_item(), 20),
        more in proptest::collection::vec(any_item(), 0..10),
        wait in 0..60_i64,
    ) {
        let subject = items[0];
        let at = subject.issue_on + Duration::days(wait);
        let before = features(&History::new(items.clone()), &subject, at);
        let mut world = items.iter().zip(&others).filter(|(item, _)| item.issue_on < at);
        let world = world.by_ref().map(|(item, other)| otherwise(item, at, other));
        let later = more.iter().map(|item| Item { issue_on: at + Duration::days(item.issue_on.signed_duration_since(date(0)).num_days()), ..*item });
        let changed = History::new(world.chain(later).collect());
        let after = features(&changed, &otherwise(&subject, at, &others[0]), at);
        let bits = |f: &Features| f.named().map(|(name, value)| (name, value.map(f64::to_bits))).collect::<Vec<_>>();
        prop_assert_eq!(bits(&before), bits(&after));
        prop_assert_eq!(before.past, after.past);
    }
}
