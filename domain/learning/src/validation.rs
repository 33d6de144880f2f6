//! How good a model is on what came after its training, beside what needs no model.
//!
//! Two baselines. *Due date*: everybody pays on the due date; as a probability, the part of late payments in training for
//! everybody. *Customer median*: everybody pays as late as the median of their own payments before; as a probability, the part
//! of their own payments that was late, drawn to the part in training as if by two payments more.

use kernel::Date;
use serde::{Deserialize, Serialize};

use crate::metrics::{self, Calibration};
use crate::model::Model;
use crate::number;
use crate::rows::Row;

kernel::text_enum! {
    /// What is estimated.
    pub enum ModelTarget {
        Late = "late",
        Late30 = "late_30",
        DaysLate = "days_late",
    }
}

kernel::text_enum! {
    /// What came of a comparison.
    pub enum ModelVerdict {
        /// Better than both baselines by more than chance.
        Better = "better",
        /// Not better than the better baseline, or not by more than chance.
        NotBetter = "not_better",
        /// Too few rows to train or to test on.
        TooFewItems = "too_few_items",
        /// It came too seldom, or too seldom not, to be learned or tested.
        TooFewOfClass = "too_few_of_class",
    }
}

/// Rows that a part of history must have, to train on and to test on.
pub const TRAIN_ROWS_MIN: usize = 200;
pub const TEST_ROWS_MIN: usize = 100;
/// Rows of either class in either part.
pub const CLASS_ROWS_MIN: usize = 25;
/// How many of its standard errors a gain must be: one in fifty comes that far by chance.
const ERRORS_MIN: f64 = 2.0;

/// How an estimate did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Of probabilities.
    pub auc: Option<f64>,
    /// Brier score of probabilities, mean absolute error of days.
    pub error: f64,
}

/// One target, on the rows of the later part that were looked at on their day of issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetValidation {
    pub target: ModelTarget,
    pub verdict: ModelVerdict,
    pub rows: usize,
    /// Rows in which it came; of days, rows that were paid.
    pub cases: usize,
    pub model: Option<Score>,
    pub due_date: Option<Score>,
    pub customer_median: Option<Score>,
    /// Error of the better baseline less that of the model, and the standard error of that difference.
    pub gain: Option<f64>,
    pub gain_error: Option<f64>,
    /// Of probabilities.
    pub calibration: Option<Calibration>,
    /// Of days: the part of the truths between low and high; four of five are promised.
    pub coverage: Option<f64>,
    /// The same error while items waited, after their day of issue.
    pub waiting_error: Option<f64>,
}

/// Every target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    pub targets: Vec<TargetValidation>,
    /// Part of the training rows that came late, more than 30 days late, and their median days late: what the first baseline is
    /// made of.
    pub base: Base,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    pub late: f64,
    pub late_30: f64,
    pub median_days_late: f64,
}

impl Validation {
    pub fn of(&self, target: ModelTarget) -> Option<&TargetValidation> {
        self.targets.iter().find(|t| t.target == target)
    }

    pub fn passed(&self, target: ModelTarget) -> bool {
        self.of(target).is_some_and(|t| t.verdict == ModelVerdict::Better)
    }

    pub fn passed_any(&self) -> bool {
        self.targets.iter().any(|t| t.verdict == ModelVerdict::Better)
    }
}

/// What three estimates say of a row, and the truth.
struct Compared {
    at_issue: bool,
    model: f64,
    due_date: f64,
    customer: f64,
    truth: f64,
    between: bool,
}

pub(crate) fn validate(model: &Model, base: Base, rows: &[Row], known: Date) -> Validation {
    let targets = [ModelTarget::Late, ModelTarget::Late30, ModelTarget::DaysLate];
    let targets = targets.into_iter().map(|target| {
        let compared = rows.iter().filter_map(|row| compare(model, base, (row, known), target));
        judged(target, &compared.collect::<Vec<_>>())
    });
    Validation { targets: targets.collect(), base }
}

fn compare(model: &Model, base: Base, (row, known): (&Row, Date), target: ModelTarget) -> Option<Compared> {
    let scaled = model.scaled(&row.item, &row.features);
    let past = row.features.past;
    let drawn = |cases: usize, to: f64| (number::count(cases) + 2.0 * to) / (number::count(past.paid) + 2.0);
    let (limit, base_rate, cases) = match target {
        ModelTarget::Late => (0, base.late, past.late),
        ModelTarget::Late30 => (30, base.late_30, past.late_30),
        ModelTarget::DaysLate => return compare_days(model, base, (row, known), &scaled),
    };
    if target == ModelTarget::Late && row.at > row.item.due_before(row.at) {
        return None;
    }
    Some(Compared {
        at_issue: row.at_issue,
        model: model.probability(target, &scaled).unwrap_or(f64::NAN),
        due_date: base_rate,
        customer: drawn(cases, base_rate),
        truth: if row.item.is_late_by(limit, known)? { 1.0 } else { 0.0 },
        between: false,
    })
}

fn compare_days(model: &Model, base: Base, (row, known): (&Row, Date), scaled: &[f64]) -> Option<Compared> {
    let (low, middle, high) = model.days(scaled)?;
    let (truth, still_open) = row.days_late(known);
    (!still_open).then(|| Compared {
        at_issue: row.at_issue,
        model: middle,
        due_date: 0.0,
        customer: row.features.past.median_days_late.unwrap_or(base.median_days_late),
        truth,
        between: (low..=high).contains(&truth),
    })
}

fn judged(target: ModelTarget, all: &[Compared]) -> TargetValidation {
    let rows = all.iter().filter(|c| c.at_issue).collect::<Vec<_>>();
    let waiting = all.iter().filter(|c| !c.at_issue).collect::<Vec<_>>();
    let of_class = target != ModelTarget::DaysLate;
    let cases = rows.iter().filter(|c| !of_class || c.truth > 0.5).count();
    let loss = |estimate: f64, truth: f64| {
        if of_class { (estimate - truth).powi(2) } else { (estimate - truth).abs() }
    };
    let score = |pick: &dyn Fn(&Compared) -> f64| {
        let losses = rows.iter().map(|c| loss(pick(c), c.truth)).collect::<Vec<_>>();
        let scored = rows.iter().map(|c| (pick(c), c.truth > 0.5)).collect::<Vec<_>>();
        let auc = of_class.then(|| metrics::auc(&scored)).flatten();
        number::mean(&losses).map(|error| (Score { auc, error }, losses))
    };
    // Without weights, because the class was missing in training, there is nothing to judge beside the baselines.
    let has_model = rows.iter().all(|c| c.model.is_finite());
    let model = has_model.then(|| score(&|c| c.model)).flatten();
    let (due, customer) = (score(&|c| c.due_date), score(&|c| c.customer));
    let better = match (&due, &customer) {
        (Some(due), Some(customer)) if due.0.error < customer.0.error => Some(due),
        (due, customer) => customer.as_ref().or(due.as_ref()),
    };
    let gain = model.as_ref().zip(better).and_then(|(model, better)| gain(&better.1, &model.1));
    let scored = rows.iter().map(|c| (c.model, c.truth > 0.5)).collect::<Vec<_>>();
    let verdict = verdict(rows.len(), of_class.then_some(cases), gain);
    let within = rows.iter().filter(|c| c.between).count();
    TargetValidation {
        target,
        verdict,
        rows: rows.len(),
        cases,
        gain: gain.map(|(gain, _)| gain),
        gain_error: gain.map(|(_, error)| error),
        calibration: (of_class && model.is_some()).then(|| metrics::calibration(&scored)),
        coverage: (!of_class && !rows.is_empty()).then(|| number::count(within) / number::count(rows.len())),
        waiting_error: number::mean(&waiting.iter().map(|c| loss(c.model, c.truth)).collect::<Vec<_>>())
            .filter(|error| error.is_finite()),
        model: model.map(|(score, _)| score),
        due_date: due.map(|(score, _)| score),
        customer_median: customer.map(|(score, _)| score),
    }
}

fn verdict(rows: usize, cases: Option<usize>, gain: Option<(f64, f64)>) -> ModelVerdict {
    if rows < TEST_ROWS_MIN {
        return ModelVerdict::TooFewItems;
    }
    if cases.is_some_and(|cases| cases.min(rows - cases) < CLASS_ROWS_MIN) {
        return ModelVerdict::TooFewOfClass;
    }
    match gain {
        Some((gain, error)) if gain > 0.0 && gain > ERRORS_MIN * error => ModelVerdict::Better,
        Some(_) => ModelVerdict::NotBetter,
        // No weights were found, because a class was missing in training.
        None => ModelVerdict::TooFewOfClass,
    }
}

/// Mean difference of paired losses, and its standard error.
fn gain(baseline: &[f64], model: &[f64]) -> Option<(f64, f64)> {
    let differences = baseline.iter().zip(model).map(|(b, m)| b - m).collect::<Vec<_>>();
    let mean = number::mean(&differences)?;
    let squares = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>();
    let n = number::count(differences.len());
    (n > 1.0).then(|| (mean, (squares / (n - 1.0) / n).sqrt()))
}
