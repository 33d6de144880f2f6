//! How good a model is on what came after its training, beside what needs no model.
//!
//! Two baselines. *Due date*: everybody pays on the due date; as a probability, the part of late payments in training for
//! everybody. *Customer median*: everybody pays as late as the median of their own payments before; as a probability, the part
//! of their own payments that was late, drawn to the part in training as if by two payments more.

use std::collections::BTreeMap;

use kernel::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::metrics::{self, Calibration};
use crate::model::{CUSTOMER_PAYMENTS_MIN, Model};
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
/// Of rows that waited.
pub const WAITING_ROWS_MIN: usize = 50;
/// How many of its standard errors a gain must be at issue: one in fifty comes that far by chance.
const ERRORS_MIN: f64 = 2.0;
/// And while items wait, where there are fewer: one in six comes that far by chance, and hardly any in both.
const WAITING_ERRORS_MIN: f64 = 1.0;

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
    /// The same of items that were still open on a day after their issue.
    pub waiting: Comparison,
}

/// Errors beside each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub rows: usize,
    pub model: Option<f64>,
    pub due_date: Option<f64>,
    pub customer_median: Option<f64>,
    pub gain: Option<f64>,
    pub gain_error: Option<f64>,
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
    customer: Uuid,
    at_issue: bool,
    model: f64,
    due_date: f64,
    customer_median: f64,
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
    if past.paid < CUSTOMER_PAYMENTS_MIN {
        // Nothing would be said of it.
        return None;
    }
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
        customer: row.customer,
        at_issue: row.at_issue,
        model: model.probability(target, &scaled).unwrap_or(f64::NAN),
        due_date: base_rate,
        customer_median: drawn(cases, base_rate),
        truth: if row.item.is_late_by(limit, known)? { 1.0 } else { 0.0 },
        between: false,
    })
}

fn compare_days(model: &Model, base: Base, (row, known): (&Row, Date), scaled: &[f64]) -> Option<Compared> {
    let (low, middle, high) = model.days(scaled)?;
    let (truth, still_open) = row.days_late(known);
    // Days that have gone by are no estimate, for the model and the baselines alike.
    let gone = number::days(row.item.due_before(row.at), row.at);
    let customer = row.features.past.median_days_late.unwrap_or(base.median_days_late);
    (!still_open).then(|| Compared {
        customer: row.customer,
        at_issue: row.at_issue,
        model: middle.max(gone),
        due_date: gone.max(0.0),
        customer_median: customer.max(gone),
        truth,
        between: (low.max(gone)..=high.max(gone)).contains(&truth),
    })
}

fn judged(target: ModelTarget, all: &[Compared]) -> TargetValidation {
    let (rows, waiting) = all.iter().partition::<Vec<_>, _>(|c| c.at_issue);
    let of_class = target != ModelTarget::DaysLate;
    let cases = rows.iter().filter(|c| !of_class || c.truth > 0.5).count();
    let scored =
        |pick: fn(&Compared) -> f64| rows.iter().map(|c| (pick(c), c.truth > 0.5)).collect::<Vec<_>>();
    let (issued, waited) = (comparison(of_class, &rows), comparison(of_class, &waiting));
    let score = |error: Option<f64>, pick| {
        error.map(|error| Score { auc: of_class.then(|| metrics::auc(&scored(pick))).flatten(), error })
    };
    let within = rows.iter().filter(|c| c.between).count();
    TargetValidation {
        target,
        verdict: verdict(cases, of_class, (&issued, &waited)),
        rows: rows.len(),
        cases,
        gain: issued.gain,
        gain_error: issued.gain_error,
        calibration: (of_class && issued.model.is_some()).then(|| metrics::calibration(&scored(|c| c.model))),
        coverage: (!of_class && !rows.is_empty()).then(|| number::count(within) / number::count(rows.len())),
        model: score(issued.model, |c| c.model),
        due_date: score(issued.due_date, |c| c.due_date),
        customer_median: score(issued.customer_median, |c| c.customer_median),
        waiting: waited,
    }
}

/// The errors of model and baselines on the same rows, and what the model is better by than the better baseline.
fn comparison(of_class: bool, rows: &[&Compared]) -> Comparison {
    let loss = |estimate: f64, truth: f64| {
        if of_class { (estimate - truth).powi(2) } else { (estimate - truth).abs() }
    };
    let losses = |pick: fn(&Compared) -> f64| rows.iter().map(|c| loss(pick(c), c.truth)).collect::<Vec<_>>();
    let (model, due, customer) = (losses(|c| c.model), losses(|c| c.due_date), losses(|c| c.customer_median));
    // Without weights, because the class was missing in training, there is nothing to judge beside the baselines.
    let error = number::mean(&model).filter(|error| error.is_finite());
    let (due_date, customer_median) = (number::mean(&due), number::mean(&customer));
    let better = if due_date < customer_median { &due } else { &customer };
    let differences = rows.iter().zip(better.iter().zip(&model)).map(|(c, (b, m))| (c.customer, b - m));
    let gain = error.and_then(|_| gain(&differences.collect::<Vec<_>>()));
    Comparison {
        rows: rows.len(),
        model: error,
        due_date,
        customer_median,
        gain: gain.map(|(gain, _)| gain),
        gain_error: gain.map(|(_, error)| error),
    }
}

fn verdict(cases: usize, of_class: bool, (issued, waiting): (&Comparison, &Comparison)) -> ModelVerdict {
    if issued.rows < TEST_ROWS_MIN || waiting.rows < WAITING_ROWS_MIN {
        return ModelVerdict::TooFewItems;
    }
    if of_class && cases.min(issued.rows - cases) < CLASS_ROWS_MIN {
        return ModelVerdict::TooFewOfClass;
    }
    let passes = |of: &Comparison, errors: f64| Some(of.gain? > 0.0 && of.gain? > errors * of.gain_error?);
    match (passes(issued, ERRORS_MIN), passes(waiting, WAITING_ERRORS_MIN)) {
        (Some(true), Some(true)) => ModelVerdict::Better,
        (Some(_), Some(_)) => ModelVerdict::NotBetter,
        // No weights were found, because a class was missing in training.
        (None, _) | (_, None) => ModelVerdict::TooFewOfClass,
    }
}

/// Mean difference of paired losses, and its standard error. A customer's invoices go well or badly together, so what counts as
/// independent is the customer (the sandwich estimator of clusters, Liang and Zeger 1986).
fn gain(differences: &[(Uuid, f64)]) -> Option<(f64, f64)> {
    let mean = number::mean(&differences.iter().map(|(_, d)| *d).collect::<Vec<_>>())?;
    let mut customers = BTreeMap::<Uuid, f64>::new();
    for (customer, difference) in differences {
        *customers.entry(*customer).or_default() += difference - mean;
    }
    let (n, groups) = (number::count(differences.len()), number::count(customers.len()));
    let squares = customers.values().map(|sum| sum.powi(2)).sum::<f64>();
    (groups > 1.0).then(|| (mean, (squares * groups / (groups - 1.0)).sqrt() / n))
}
