//! Where there is something to learn it is learned, and where there is nothing the model says so.

use chrono::Duration;
use kernel::Decimal;

use crate::drift::{Drift, DriftCounter, DriftLevel};
use crate::fixture::{book, collected, day, item, known};
use crate::history::{Closing, History, Item};
use crate::model::{Abstention, Allowed, Model};
use crate::rows::{Collector, ROWS_MAX};
use crate::train::{TrainingRefusal, train};
use crate::validation::{ModelTarget, ModelVerdict, Validation};

fn trained(seed: u64, signal: bool) -> (Model, Validation) {
    train(collected(&book(seed, signal), 7), 7, known()).expect("history enough")
}

#[test]
fn habits_are_learned_and_beat_both_baselines() {
    let (_, validation) = trained(1, true);
    let late = validation.of(ModelTarget::Late).expect("a target");
    assert_eq!(late.verdict, ModelVerdict::Better, "{late:#?}");
    let auc = |score: Option<crate::validation::Score>| score.and_then(|s| s.auc).expect("an AUC");
    assert!(auc(late.model) > auc(late.customer_median) && auc(late.customer_median) > auc(late.due_date));
    let slope = late.calibration.as_ref().and_then(|c| c.slope).expect("a slope");
    assert!((0.6..1.6).contains(&slope), "{slope}");
    let days = validation.of(ModelTarget::DaysLate).expect("a target");
    assert_eq!(days.verdict, ModelVerdict::Better, "{days:#?}");
    assert!(days.coverage.is_some_and(|c| (0.7..0.92).contains(&c)), "{days:#?}");
    assert_eq!(validation.of(ModelTarget::Late30).map(|t| t.verdict), Some(ModelVerdict::TooFewOfClass));
}

#[test]
fn chance_is_refused() {
    for seed in 1..6 {
        let (_, validation) = trained(seed, false);
        let late = validation.of(ModelTarget::Late).expect("a target");
        assert_eq!(late.verdict, ModelVerdict::NotBetter, "{late:#?}");
        assert!(!validation.passed_any(), "{validation:#?}");
    }
}

#[test]
fn the_same_rows_and_seed_give_the_same_model() {
    let (one, other) = (trained(3, true), trained(3, true));
    assert_eq!(one, other);
    let text = serde_json::to_string(&one.0).expect("JSON");
    let read: Model = serde_json::from_str(&text).expect("a model");
    let histories = book(3, true);
    let open = Item { closing: Closing::Open, ..histories[0].items()[29] };
    let estimate = |model: &Model| model.predict(&histories[0], &open, open.issue_on, all());
    assert_eq!(estimate(&one.0), estimate(&read));
}

fn all() -> Allowed {
    Allowed { late: true, late_30: true, days_late: true }
}

#[test]
fn thin_history_is_refused_with_what_there_was() {
    let few = book(1, true).into_iter().take(5).collect::<Vec<_>>();
    let refusal = train(collected(&few, 7), 7, known()).expect_err("too few");
    assert_eq!(refusal.reason, TrainingRefusal::TooFewItems);
    assert!(refusal.train_rows > 0 && refusal.train_rows < 200, "{refusal:?}");
    let empty = train(Collector::new(7, 0), 7, known()).expect_err("nothing");
    assert_eq!((empty.train_rows, empty.test_rows), (0, 0));
}

#[test]
fn of_a_customer_with_few_payments_nothing_is_said() {
    let (model, _) = trained(1, true);
    let paid = |n: u128| item(n, day("2025-06-01"), Closing::On(day("2025-07-10")));
    let open = item(99, day("2025-12-01"), Closing::Open);
    let two = History::new(vec![paid(1), paid(2), open]);
    let said = model.predict(&two, &open, known(), all());
    assert_eq!(said.abstained, Some(Abstention::TooFewPayments));
    assert_eq!(said.probability_late, None);
    let three = History::new(vec![paid(1), paid(2), paid(3), open]);
    let said = model.predict(&three, &open, known(), all());
    assert_eq!(said.abstained, None);
    assert!(said.probability_late.is_some_and(|p| p > Decimal::ZERO && p <= Decimal::ONE));
    assert_eq!(said.effects.len(), 3);
    let nothing = model.predict(&three, &open, known(), Allowed::default());
    assert_eq!(nothing.abstained, Some(Abstention::NothingValidated));
    let only_days = model.predict(&three, &open, known(), Allowed { days_late: true, ..Allowed::default() });
    assert!(only_days.probability_late.is_none() && only_days.expected_days_late.is_some());
}

#[test]
fn what_has_happened_is_no_estimate() {
    let (model, _) = trained(1, true);
    let paid = |n: u128| item(n, day("2025-06-01"), Closing::On(day("2025-07-01")));
    let open = item(99, day("2025-11-01"), Closing::Open);
    let history = History::new(vec![paid(1), paid(2), paid(3), open]);
    let on = |days: i64| model.predict(&history, &open, open.due_on + Duration::days(days), all());
    assert!(on(0).probability_late.is_some_and(|p| p < Decimal::ONE), "it can be paid today");
    assert_eq!(on(1).probability_late, Some(Decimal::ONE));
    assert!(on(20).expected_days_late.is_some_and(|d| d >= Decimal::from(20)));
}

/// What is measured of a book on a day, invoices moved by so many days and sold for so many times as much.
fn drift(model: &Model, histories: &[History], days: i64, times: i64) -> Vec<Drift> {
    let mut counter = DriftCounter::new(model);
    for history in histories {
        let moved = history.items().iter().map(|one| Item {
            issue_on: one.issue_on + Duration::days(days),
            due_on: one.due_on + Duration::days(days),
            closing: match one.closing {
                Closing::On(on) => Closing::On(on + Duration::days(days)),
                other @ (Closing::Open | Closing::Unknown(_)) => other,
            },
            amount: if times > 1 && one.issue_on > day("2025-09-01") {
                one.amount * Decimal::from(times)
            } else {
                one.amount
            },
            ..*one
        });
        counter.add(&History::new(moved.collect()), known() + Duration::days(days));
    }
    counter.measure()
}

fn level(found: &[Drift], name: &str) -> Option<DriftLevel> {
    found.iter().find(|d| d.name == name).map(|d| d.level)
}

/// Customers enough for what is invoiced in two months to say something: eight books beside each other.
fn large(signal: bool) -> Vec<History> {
    (11..19).flat_map(|seed| book(seed, signal)).collect()
}

#[test]
fn the_same_book_on_a_later_day_has_not_drifted() {
    let (model, _) = trained(1, true);
    for days in [0, 45, 91, 200] {
        let found = drift(&model, &large(true), days, 1);
        assert!(level(&found, "amount").is_some() && level(&found, "outcome_late").is_some(), "{found:?}");
        assert!(found.iter().all(|d| d.level == DriftLevel::Stable), "after {days} days: {found:?}");
    }
}

#[test]
fn a_book_of_another_kind_is_seen_to_have_drifted() {
    let (model, _) = trained(1, true);
    let dearer = drift(&model, &large(true), 0, 30);
    assert_eq!(level(&dearer, "amount"), Some(DriftLevel::Drifted), "{dearer:?}");
    assert_eq!(level(&dearer, "terms_days"), Some(DriftLevel::Stable));
    assert!(drift(&model, &book(2, true), 0, 1).is_empty(), "a few receivables prove nothing");
}

#[test]
fn what_no_longer_comes_true_is_seen() {
    let (model, _) = trained(1, true);
    let later = large(true).into_iter().map(|history| {
        let items = history.items().iter().map(|one| {
            let closing = match one.closing {
                Closing::On(on) if one.issue_on > day("2025-05-01") => Closing::On(on + Duration::days(25)),
                other @ (Closing::Open | Closing::On(_) | Closing::Unknown(_)) => other,
            };
            Item { closing, ..*one }
        });
        History::new(items.collect())
    });
    let found = drift(&model, &later.collect::<Vec<_>>(), 0, 1);
    assert_ne!(level(&found, "outcome_late"), Some(DriftLevel::Stable), "{found:?}");
}

#[test]
fn a_large_book_is_sampled_by_customer() {
    let collector = Collector::new(7, ROWS_MAX * 5);
    assert_eq!(collector.part_percent(), 10);
    let wanted = (0..10_000_u128).filter(|n| collector.wants(uuid::Uuid::from_u128(*n))).count();
    assert!((900..1100).contains(&wanted), "{wanted}");
}

#[test]
fn the_test_never_sees_what_the_training_saw() {
    let (model, _) = trained(1, true);
    let window = model.window;
    assert!(window.from <= window.to && window.to < window.cutoff && window.cutoff < window.known);
    // Whatever becomes of items after the cut, the weights are the same: they may be paid later, given more time, or cleared on a
    // day that nobody knows.
    let cutoff = window.cutoff;
    let changed = book(1, true).into_iter().map(|history| {
        let items = history.items().iter().map(|i| {
            let later = !matches!(i.closing, Closing::On(on) if on < cutoff);
            let closing = match i.id.as_u128() % 3 {
                _ if !later => i.closing,
                0 => Closing::On(i.due_on.max(cutoff) + Duration::days(200)),
                1 => Closing::Unknown(i.due_on.max(cutoff)),
                _ => Closing::Open,
            };
            let extended = (i.id.as_u128() % 2 == 0).then_some((i.due_on + Duration::days(90), cutoff));
            Item { extended, closing, ..*i }
        });
        History::new(items.collect())
    });
    let changed = changed.collect::<Vec<_>>();
    let (other, _) = train(collected(&changed, 7), 7, known()).expect("a model");
    assert_eq!(other.window.cutoff, cutoff);
    assert_eq!((other.late, other.days_late), (model.late, model.days_late));
}
