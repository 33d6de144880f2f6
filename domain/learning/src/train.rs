//! Training: the earlier part of history teaches, the later part tests.

use std::collections::BTreeMap;

use chrono::Duration;
use kernel::Date;
use serde::{Deserialize, Serialize};

use crate::drift::{Distribution, WATCHED};
use crate::features::{COLUMNS, VERSION};
use crate::fit::{self, Scale};
use crate::model::{CUSTOMER_PAYMENTS_MIN, Model, Window, relative};
use crate::number;
use crate::rows::{Collector, Row};
use crate::validation::{
    Base, CLASS_ROWS_MIN, ModelTarget, TEST_ROWS_MIN, TRAIN_ROWS_MIN, Validation, validate,
};

kernel::text_enum! {
    /// Why no model was made.
    pub enum TrainingRefusal {
        /// Too little history before or after the cut.
        TooFewItems = "too_few_items",
        /// Nothing of what is estimated came often enough, and often enough not.
        TooFewOfClass = "too_few_of_class",
    }
}

/// A refusal with what there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub reason: TrainingRefusal,
    pub train_rows: usize,
    pub test_rows: usize,
}

/// The part of the items, by day of issue, that is trained on.
const TRAINED: f64 = 0.7;

/// Trains on what was known before a cut and tests on what was issued after it. The model that was tested is the model that is
/// given: what its figures say, they say of it.
///
/// # Errors
/// [`Refusal`] where history is too thin.
pub fn train(collected: Collector, seed: u64, known: Date) -> Result<(Model, Validation), Refusal> {
    let customers_percent = collected.part_percent();
    let rows = collected.rows();
    let cutoff = cutoff(&rows, known).unwrap_or(known);
    let (learned, tested) = split(&rows, cutoff, known);
    let at_issue = |rows: &[&Row]| rows.iter().filter(|r| r.at_issue).count();
    let (train_rows, test_rows) = (at_issue(&learned), at_issue(&tested));
    let refusal = |reason| Refusal { reason, train_rows, test_rows };
    if train_rows < TRAIN_ROWS_MIN || test_rows < TEST_ROWS_MIN {
        return Err(refusal(TrainingRefusal::TooFewItems));
    }
    let tested = tested.into_iter().copied().collect::<Vec<_>>();
    let window = Window {
        from: learned.iter().map(|r| r.item.issue_on).min().unwrap_or(cutoff),
        to: learned.iter().map(|r| r.item.issue_on).max().unwrap_or(cutoff),
        cutoff,
        known,
        train_rows,
        test_rows,
        customers_percent,
    };
    let (model, base) = fitted(&learned, window, seed);
    if model.late.is_none() && model.late_30.is_none() && model.days_late.is_none() {
        return Err(refusal(TrainingRefusal::TooFewOfClass));
    }
    let validation = validate(&model, base, &tested, known);
    Ok((model, validation))
}

/// Where to cut, by what was invoiced and nothing that became of it.
fn cutoff(rows: &[Row], known: Date) -> Option<Date> {
    let over = |r: &&Row| r.at_issue && r.item.due_on + Duration::days(30) < known;
    let mut issued = rows.iter().filter(over).map(|r| r.at).collect::<Vec<_>>();
    issued.sort_unstable();
    let place = number::count(issued.len()) * TRAINED;
    (0..issued.len()).find(|n| number::count(*n) >= place).and_then(|n| issued.get(n)).copied()
}

/// Rows that were settled before the cut, and rows decided from it on. What was decided before and settled later belongs to
/// neither: its end was not known at the cut.
fn split(rows: &[Row], cutoff: Date, known: Date) -> (Vec<&Row>, Vec<&Row>) {
    let learned = rows.iter().filter(|r| r.at < cutoff && r.item.is_settled(cutoff)).collect();
    let tested = rows.iter().filter(|r| r.item.issue_on >= cutoff && r.item.is_settled(known)).collect();
    (learned, tested)
}

fn fitted(rows: &[&Row], window: Window, seed: u64) -> (Model, Base) {
    let known = window.cutoff;
    let usual_amounts = usual_amounts(rows);
    let raw = rows.iter().map(|r| relative(&usual_amounts, &r.item, &r.features)).collect::<Vec<_>>();
    let column = |n: usize| raw.iter().filter_map(|row| row.get(n)).copied().collect::<Vec<_>>();
    let scales = (0..COLUMNS.len()).map(|n| Scale::of(&column(n))).collect::<Vec<_>>();
    let scaled = raw.iter().map(|row| row.iter().zip(&scales).map(|(v, s)| s.apply(*v)).collect::<Vec<_>>());
    let scaled = scaled.collect::<Vec<_>>();
    let classes = |target| class_rows(rows, &scaled, (target, known));
    let (late, late_30) = (classes(ModelTarget::Late), classes(ModelTarget::Late30));
    let days = rows.iter().map(|r| number::log_days(r.days_late(known).0)).collect::<Vec<_>>();
    let base = base(rows, known);
    let mut model = Model {
        features_version: VERSION,
        library: fit::LIBRARY.to_owned(),
        seed,
        window,
        usual_amounts,
        scales,
        late: learned_class(&late),
        late_30: learned_class(&late_30),
        days_late: fit::median(&scaled, &days),
        days_spread: (0.0, 0.0),
        distributions: Vec::new(),
    };
    model.days_spread = spread(&model, &scaled, &days);
    model.distributions = distributions(&model, rows, &raw, &scaled);
    (model, base)
}

/// Of the rows that were looked at on their day of issue; estimates where one would have been given.
fn distributions(model: &Model, rows: &[&Row], raw: &[Vec<f64>], scaled: &[Vec<f64>]) -> Vec<Distribution> {
    let raw = rows.iter().zip(raw).filter(|(row, _)| row.at_issue).map(|(_, x)| x).collect::<Vec<_>>();
    let said = |row: &Row| row.at_issue && row.features.past.paid >= CUSTOMER_PAYMENTS_MIN;
    let scaled = rows.iter().zip(scaled).filter(|(row, _)| said(row)).map(|(_, x)| x).collect::<Vec<_>>();
    let watched = COLUMNS.iter().enumerate().filter(|(_, column)| WATCHED.contains(&column.name));
    let mut found = watched
        .map(|(n, column)| {
            let values = raw.iter().filter_map(|row| row.get(n)).copied().collect::<Vec<_>>();
            Distribution::of(column.name, &values)
        })
        .collect::<Vec<_>>();
    let targets = [(ModelTarget::Late, "probability_late"), (ModelTarget::Late30, "probability_late_30")];
    for (target, name) in targets {
        let estimates = scaled.iter().filter_map(|x| model.probability(target, x)).collect::<Vec<_>>();
        if !estimates.is_empty() {
            found.push(Distribution::of(name, &estimates));
        }
    }
    found
}

fn usual_amounts(rows: &[&Row]) -> BTreeMap<String, f64> {
    let mut by_currency = BTreeMap::<String, Vec<f64>>::new();
    for row in rows.iter().filter(|r| r.at_issue) {
        let log = number::amount(row.item.amount).max(0.01).ln();
        by_currency.entry(row.currency().as_str().to_owned()).or_default().push(log);
    }
    by_currency
        .into_iter()
        .filter_map(|(currency, mut logs)| Some((currency, number::median(&mut logs)?)))
        .collect()
}

/// Rows with their features and class, and how many of either class were looked at on their day of issue: an invoice proves
/// something once, however often it is looked at.
struct ClassRows {
    x: Vec<Vec<f64>>,
    classes: Vec<bool>,
    invoices: [usize; 2],
}

fn class_rows(rows: &[&Row], scaled: &[Vec<f64>], (target, known): (ModelTarget, Date)) -> ClassRows {
    let limit = if target == ModelTarget::Late { 0 } else { 30 };
    let mut found = ClassRows { x: Vec::new(), classes: Vec::new(), invoices: [0, 0] };
    for (row, x) in rows.iter().zip(scaled) {
        // Once it is overdue, being late is no question any more.
        let open_question = target != ModelTarget::Late || row.at <= row.item.due_before(row.at);
        let Some(late) = row.item.is_late_by(limit, known).filter(|_| open_question) else { continue };
        found.x.push(x.clone());
        found.classes.push(late);
        let [in_time, came_late] = &mut found.invoices;
        *if late { came_late } else { in_time } += usize::from(row.at_issue);
    }
    found
}

fn learned_class(rows: &ClassRows) -> Option<fit::Linear> {
    let enough = rows.invoices.iter().all(|count| *count >= CLASS_ROWS_MIN);
    enough.then(|| fit::logistic(&rows.x, &rows.classes)).flatten()
}

fn base(rows: &[&Row], known: Date) -> Base {
    let rows = rows.iter().filter(|r| r.at_issue).collect::<Vec<_>>();
    let part = |limit| {
        let late = rows.iter().filter(|r| r.item.is_late_by(limit, known) == Some(true)).count();
        number::count(late) / number::count(rows.len().max(1))
    };
    let mut days = rows.iter().map(|r| r.days_late(known).0).collect::<Vec<_>>();
    Base { late: part(0), late_30: part(30), median_days_late: number::median(&mut days).unwrap_or_default() }
}

/// How far below and above the line a tenth of the training rows lies.
fn spread(model: &Model, scaled: &[Vec<f64>], days: &[f64]) -> (f64, f64) {
    let Some(line) = &model.days_late else { return (0.0, 0.0) };
    let mut missed = scaled.iter().zip(days).map(|(x, y)| y - line.at(x)).collect::<Vec<_>>();
    let low = number::quantile(&mut missed, 0.1).unwrap_or_default();
    let high = number::quantile(&mut missed, 0.9).unwrap_or_default();
    ((-low).max(0.0), high.max(0.0))
}
