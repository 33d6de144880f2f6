//! Fitting, by smartcore: logistic regression for probabilities, median regression for days.

use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::arrays::Array as _;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};
use smartcore::linear::ridge_regression::{RidgeRegression, RidgeRegressionParameters};

use crate::number;

/// Name and version of the library that fits, as a model states it.
pub(crate) const LIBRARY: &str = "smartcore 0.7";

/// How strongly weights are drawn to zero, on features of variance one.
const PENALTY: f64 = 1.0;
/// Rounds of reweighting; on real books the error stands still after a dozen.
const ROUNDS: usize = 15;

/// A weighted sum of features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    pub intercept: f64,
    pub weights: Vec<f64>,
}

impl Linear {
    pub(crate) fn at(&self, features: &[f64]) -> f64 {
        self.intercept + self.weights.iter().zip(features).map(|(w, x)| w * x).sum::<f64>()
    }
}

/// The weights whose [`number::sigmoid`] is the probability of the class; nothing where the class never or always came.
pub(crate) fn logistic(rows: &[Vec<f64>], classes: &[bool]) -> Option<Linear> {
    let x = DenseMatrix::from_2d_vec(&rows.to_vec()).ok()?;
    let y = classes.iter().map(|is| i32::from(*is)).collect::<Vec<_>>();
    let parameters = LogisticRegressionParameters::default().with_alpha(PENALTY);
    let fitted = LogisticRegression::fit(&x, &y, parameters).ok()?;
    let weights = fitted.coefficients().iterator(0).copied().collect::<Vec<_>>();
    let intercept = fitted.intercept().iterator(0).next().copied()?;
    finite(Linear { intercept, weights })
}

/// Regression of the median: least absolute deviations, as least squares whose rows are weighted anew by the inverse of what was
/// missed before (Schlossmacher 1973). Half of the truths lie above, half below; what is far out pulls no harder than what is near.
pub(crate) fn median(rows: &[Vec<f64>], truths: &[f64]) -> Option<Linear> {
    let mut weights = vec![1.0; rows.len()];
    let mut best = None;
    for _ in 0..ROUNDS {
        let line = weighted(rows, truths, &weights)?;
        weights = rows.iter().zip(truths).map(|(x, y)| 1.0 / (y - line.at(x)).abs().max(0.05)).collect();
        best = Some(line);
    }
    best.and_then(finite)
}

fn weighted(rows: &[Vec<f64>], truths: &[f64], weights: &[f64]) -> Option<Linear> {
    // The column of ones stands for the intercept.
    let scaled = rows.iter().zip(weights).map(|(row, weight)| {
        let root = weight.sqrt();
        row.iter().copied().chain([1.0]).map(|x| x * root).collect::<Vec<_>>()
    });
    let x = DenseMatrix::from_2d_vec(&scaled.collect()).ok()?;
    let y = truths.iter().zip(weights).map(|(y, weight)| y * weight.sqrt()).collect::<Vec<_>>();
    let parameters = RidgeRegressionParameters::default().with_alpha(PENALTY).with_normalize(false);
    let fitted = RidgeRegression::fit(&x, &y, parameters).ok()?;
    let mut weights = fitted.coefficients().iterator(0).copied().collect::<Vec<_>>();
    let intercept = weights.pop()?;
    Some(Linear { intercept, weights })
}

fn finite(line: Linear) -> Option<Linear> {
    let all = line.weights.iter().chain([&line.intercept]).all(|w| w.is_finite());
    all.then_some(line)
}

/// Brings features to mean zero and variance one, and puts the mean where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    pub mean: f64,
    pub deviation: f64,
}

impl Scale {
    pub(crate) fn of(values: &[f64]) -> Self {
        let known = values.iter().copied().filter(|v| v.is_finite()).collect::<Vec<_>>();
        let mean = number::mean(&known).unwrap_or_default();
        let squares = known.iter().map(|v| (v - mean).powi(2)).collect::<Vec<_>>();
        let deviation = number::mean(&squares).unwrap_or_default().sqrt();
        Self { mean, deviation: if deviation > 1e-9 { deviation } else { 1.0 } }
    }

    /// What lies further out than five deviations is no further than that.
    pub(crate) fn apply(self, value: f64) -> f64 {
        if value.is_finite() { ((value - self.mean) / self.deviation).clamp(-5.0, 5.0) } else { 0.0 }
    }
}
