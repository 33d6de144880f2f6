//! How good estimates are.

use serde::{Deserialize, Serialize};

use crate::number;

/// Area under the ROC curve: the probability that a case of the class is ranked above one that is not, ties counting half
/// (Mann and Whitney). Nothing without cases on both sides.
pub fn auc(scored: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = sorted.iter().filter(|(_, is)| *is).count();
    let negatives = sorted.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut rank_sum = 0.0;
    let mut before = 0;
    for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let rank = number::count(before) + f64::midpoint(number::count(tied.len()), 1.0);
        rank_sum += rank * number::count(tied.iter().filter(|(_, is)| *is).count());
        before += tied.len();
    }
    let (p, n) = (number::count(positives), number::count(negatives));
    Some((rank_sum - p * (p + 1.0) / 2.0) / (p * n))
}

/// Mean squared distance between probability and what happened (Brier 1950): 0 is perfect.
pub fn brier(scored: &[(f64, bool)]) -> Option<f64> {
    number::mean(&scored.iter().map(|s| squared(*s)).collect::<Vec<_>>())
}

pub(crate) fn squared((probability, happened): (f64, bool)) -> f64 {
    (probability - if happened { 1.0 } else { 0.0 }).powi(2)
}

/// Mean absolute error of pairs of estimate and truth.
pub fn mean_absolute_error(pairs: &[(f64, f64)]) -> Option<f64> {
    number::mean(&pairs.iter().map(|(estimate, truth)| (estimate - truth).abs()).collect::<Vec<_>>())
}

/// A tenth of the estimates, from the lowest to the highest, and how often it happened among them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    pub count: usize,
    pub mean_probability: f64,
    pub observed: f64,
}

/// Whether probabilities mean what they say: a slope of 1 and an intercept of 0 are perfect (Cox 1958); a slope below 1 is
/// overconfident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub slope: Option<f64>,
    pub intercept: Option<f64>,
    pub bins: Vec<CalibrationBin>,
}

pub fn calibration(scored: &[(f64, bool)]) -> Calibration {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = sorted.len().div_ceil(10).max(1);
    let bins = sorted.chunks(size).filter_map(|bin| {
        let probabilities = bin.iter().map(|(p, _)| *p).collect::<Vec<_>>();
        let happened = bin.iter().filter(|(_, is)| *is).count();
        Some(CalibrationBin {
            count: bin.len(),
            mean_probability: number::mean(&probabilities)?,
            observed: number::count(happened) / number::count(bin.len()),
        })
    });
    let bins = bins.collect();
    let line = recalibration(scored);
    Calibration { slope: line.map(|(_, slope)| slope), intercept: line.map(|(start, _)| start), bins }
}

/// Intercept and slope of the logistic regression of what happened on the logit of the estimate, by Newton's method.
fn recalibration(scored: &[(f64, bool)]) -> Option<(f64, f64)> {
    let happened = scored.iter().filter(|(_, is)| *is).count();
    if happened == 0 || happened == scored.len() {
        return None;
    }
    let (mut start, mut slope) = (0.0, 1.0);
    for _ in 0..50 {
        let (mut gradient, mut curve) = ((0.0, 0.0), (1e-9, 0.0, 1e-9));
        for (probability, is) in scored {
            let x = number::logit(*probability);
            let estimate = number::sigmoid(start + slope * x);
            let (miss, weight) = (if *is { 1.0 } else { 0.0 } - estimate, estimate * (1.0 - estimate));
            gradient = (gradient.0 + miss, gradient.1 + miss * x);
            curve = (curve.0 + weight, curve.1 + weight * x, curve.2 + weight * x * x);
        }
        let determinant = curve.0 * curve.2 - curve.1 * curve.1;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let step = (
            (curve.2 * gradient.0 - curve.1 * gradient.1) / determinant,
            (curve.0 * gradient.1 - curve.1 * gradient.0) / determinant,
        );
        (start, slope) = (start + step.0.clamp(-2.0, 2.0), slope + step.1.clamp(-2.0, 2.0));
        if step.0.abs() + step.1.abs() < 1e-9 {
            break;
        }
    }
    (start.is_finite() && slope.is_finite()).then_some((start, slope))
}

/// Population stability index of two distributions over the same bins. An empty bin counts as a ten-thousandth.
pub fn stability_index(expected: &[f64], actual: &[f64]) -> f64 {
    let floor = |part: &f64| part.max(1e-4);
    expected.iter().zip(actual).map(|(e, a)| (floor(a) - floor(e)) * (floor(a) / floor(e)).ln()).sum()
}
