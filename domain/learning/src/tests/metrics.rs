//! Figures that can be checked by hand.

use proptest::prelude::*;

use crate::metrics::{auc, brier, calibration, mean_absolute_error, stability_index};
use crate::number;

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a figure");
    assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
}

#[test]
fn of_four_pairs_three_in_order_are_three_quarters() {
    // Positives 0.9 and 0.4, negatives 0.6 and 0.1: of the four pairs only (0.4, 0.6) is out of order.
    near(auc(&[(0.9, true), (0.4, true), (0.6, false), (0.1, false)]), 0.75);
    near(auc(&[(0.9, true), (0.1, false)]), 1.0);
    near(auc(&[(0.1, true), (0.9, false)]), 0.0);
}

#[test]
fn ties_count_half() {
    near(auc(&[(0.5, true), (0.5, false)]), 0.5);
    // Positives 0.5 and 0.8, negatives 0.5 and 0.2: three in order and one tie.
    near(auc(&[(0.5, true), (0.8, true), (0.5, false), (0.2, false)]), 0.875);
    near(auc(&[(0.3, true), (0.3, true), (0.3, false), (0.3, false), (0.3, false)]), 0.5);
}

#[test]
fn there_is_no_auc_of_one_class() {
    assert_eq!(auc(&[(0.5, true), (0.7, true)]), None);
    assert_eq!(auc(&[]), None);
}

#[test]
fn the_brier_score_is_the_mean_square() {
    // 0.1² + 0.4² + 0.8² = 0.01 + 0.16 + 0.64
    near(brier(&[(0.9, true), (0.4, false), (0.2, true)]), 0.27);
    near(brier(&[(1.0, true), (0.0, false)]), 0.0);
    assert_eq!(brier(&[]), None);
}

#[test]
fn errors_are_counted_without_their_sign() {
    near(mean_absolute_error(&[(0.0, 3.0), (5.0, 1.0), (-2.0, -2.0)]), 7.0 / 3.0);
}

#[test]
fn the_stability_index_of_a_known_shift() {
    // (0.4 - 0.5) ln(0.4/0.5) + (0.6 - 0.5) ln(0.6/0.5)
    let wanted = -0.1 * 0.8_f64.ln() + 0.1 * 1.2_f64.ln();
    near(Some(stability_index(&[0.5, 0.5], &[0.4, 0.6])), wanted);
    near(Some(stability_index(&[0.3, 0.7], &[0.3, 0.7])), 0.0);
    assert!(stability_index(&[1.0, 0.0], &[0.0, 1.0]).is_finite(), "empty bins have a floor");
}

#[test]
fn estimates_that_mean_what_they_say_are_calibrated() {
    // Of a hundred said to have a chance of one in five, twenty came; of a hundred of four in five, eighty.
    let of = |p: f64, came: usize| (0..100_usize).map(move |n| (p, n < came));
    let scored = of(0.2, 20).chain(of(0.8, 80)).collect::<Vec<_>>();
    let found = calibration(&scored);
    assert!((found.slope.expect("a slope") - 1.0).abs() < 1e-6, "{found:?}");
    assert!(found.intercept.expect("an intercept").abs() < 1e-6, "{found:?}");
    assert_eq!(found.bins.len(), 10);
    // The same events under estimates that are too sure of themselves.
    let sure = of(0.05, 20).chain(of(0.95, 80)).collect::<Vec<_>>();
    let wanted = number::logit(0.8) / number::logit(0.95);
    assert!((calibration(&sure).slope.expect("a slope") - wanted).abs() < 1e-6);
}

proptest! {
    #[test]
    fn turning_the_order_round_turns_the_auc_round(scored in proptest::collection::vec((0..20_u8, any::<bool>()), 2..60)) {
        let scored = scored.into_iter().map(|(p, is)| (f64::from(p), is)).collect::<Vec<_>>();
        let turned = scored.iter().map(|(p, is)| (-p, *is)).collect::<Vec<_>>();
        match (auc(&scored), auc(&turned)) {
            (Some(a), Some(b)) => prop_assert!((a + b - 1.0).abs() < 1e-9),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn auc_equals_counting_all_pairs(scored in proptest::collection::vec((0..9_u8, any::<bool>()), 2..40)) {
        let of = |class| scored.iter().filter(move |(_, is)| *is == class).map(|(p, _)| *p);
        let pairs = of(true).flat_map(|p| of(false).map(move |n| f64::from(u8::from(p > n)) + f64::from(u8::from(p == n)) / 2.0));
        let pairs = pairs.collect::<Vec<_>>();
        let floats = scored.iter().map(|(p, is)| (f64::from(*p), *is)).collect::<Vec<_>>();
        match (auc(&floats), number::mean(&pairs)) {
            (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-9),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn drift_is_never_negative(expected in proptest::collection::vec(0..50_u8, 5), actual in proptest::collection::vec(0..50_u8, 5)) {
        let parts = |counts: &[u8]| {
            let all = counts.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0);
            counts.iter().map(|n| f64::from(*n) / all).collect::<Vec<_>>()
        };
        prop_assert!(stability_index(&parts(&expected), &parts(&actual)) >= -1e-12);
    }
}
