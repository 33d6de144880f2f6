//! Where there is something to learn it is learned, and where there is nothing the model says so.

use chrono::Duration;
use kernel::Decimal;

use crate::drift::{DriftCounter, DriftLevel};
use crate::features::features;
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
        assert!(!Allowed::of(&validation).late);
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

#[test]
fn a_book_of_another_kind_is_seen_to_have_drifted() {
    let (model, _) = trained(1, true);
    let measure = |histories: &[History], times: i64| {
        let mut counter = DriftCounter::new(&model);
        for history in histories {
            for one in history.items() {
                let one = Item { amount: one.amount * Decimal::from(times), ..*one };
                counter.add(&one, &features(history, &one, one.issue_on));
            }
        }
        let found = counter.measure();
        found.into_iter().find(|d| d.name == "amount").map(|d| d.level)
    };
    assert_eq!(measure(&book(2, true), 1), Some(DriftLevel::Stable));
    assert_eq!(measure(&book(2, true), 30), Some(DriftLevel::Drifted));
    assert_eq!(measure(&book(2, true)[..2], 1), None, "sixty receivables prove nothing");
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
    // Whatever becomes of items after the cut, the weights are the same.
    let cutoff = window.cutoff;
    let changed = book(1, true).into_iter().map(|history| {
        let items = history.items().iter().map(|i| {
            let later = matches!(i.closing, Closing::On(on) if on >= cutoff);
            let closing =
                if later { Closing::On(i.due_on.max(cutoff) + Duration::days(200)) } else { i.closing };
            Item { closing, ..*i }
        });
        History::new(items.collect())
    });
    let changed = changed.collect::<Vec<_>>();
    let (other, _) = train(collected(&changed, 7), 7, known()).expect("a model");
    assert_eq!(other.window.cutoff, cutoff);
    assert_eq!((other.late, other.days_late), (model.late, model.days_late));
}
