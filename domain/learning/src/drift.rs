//! Whether what is invoiced today still looks like what a model was trained on, and whether what it said came true.
//!
//! Inputs are watched on their day of issue, as in training, whatever became of them: receivables that are still open are those that
//! were not paid, and would always look different. Only features are watched that stand still while a book does: how long a
//! customer has been known, how much it bought, what is usual for it or the time of year move by themselves. Outcomes are watched on invoices issued since
//! the model was made: how many of them were late, beside how many it would have said.

use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};

use crate::features::{COLUMNS, Features, features};
use crate::history::{History, Item};
use crate::metrics;
use crate::model::{CUSTOMER_PAYMENTS_MIN, Model};
use crate::number;
use crate::validation::ModelTarget;

/// How values were spread in training: parts of about a tenth each, and what was not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    pub name: String,
    /// Values up to each edge belong to its bin; the last bin has no edge.
    pub edges: Vec<f64>,
    /// Part of the values in each bin; the last is what was not known.
    pub parts: Vec<f64>,
}

impl Distribution {
    pub(crate) fn of(name: &str, values: &[f64]) -> Self {
        let mut known = values.iter().copied().filter(|v| v.is_finite()).collect::<Vec<_>>();
        let mut edges =
            (1..10_u8).filter_map(|n| number::quantile(&mut known, f64::from(n) / 10.0)).collect::<Vec<_>>();
        edges.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
        let mut made = Self { name: name.to_owned(), edges, parts: Vec::new() };
        let counts = made.counts(values.iter().copied());
        made.parts = parts(&counts);
        made
    }

    /// How many of these values fall into each bin.
    fn counts(&self, values: impl Iterator<Item = f64>) -> Vec<usize> {
        let mut counts = vec![0; self.edges.len() + 2];
        for value in values {
            let bin = if value.is_finite() {
                self.edges.iter().position(|edge| value <= edge + 1e-9).unwrap_or(self.edges.len())
            } else {
                self.edges.len() + 1
            };
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        counts
    }
}

fn parts(counts: &[usize]) -> Vec<f64> {
    let all = number::count(counts.iter().sum::<usize>().max(1));
    counts.iter().map(|n| number::count(*n) / all).collect()
}

kernel::text_enum! {
    /// How far a distribution has moved, by the usual marks of the index: 0.1 and 0.25.
    pub enum DriftLevel {
        Stable = "stable",
        Moved = "moved",
        /// The model speaks of another population: train anew.
        Drifted = "drifted",
    }
}

/// Features that move only when the book changes.
pub(crate) const WATCHED: &[&str] = &["terms_days", "amount", "due_weekend", "due_monday", "due_friday"];

impl DriftLevel {
    fn of(index: f64) -> Self {
        match index {
            i if i < 0.1 => Self::Stable,
            i if i < 0.25 => Self::Moved,
            _ => Self::Drifted,
        }
    }
}

/// One feature or estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub name: String,
    /// Population stability index, to four decimals.
    pub index: Decimal,
    pub level: DriftLevel,
}

/// Invoices below which nothing is said about drift. By chance alone the index of ten bins comes to about ten parts of so many: 0.02,
/// a fifth of the first mark.
pub const DRIFT_ROWS_MIN: usize = 500;
/// How long ago an invoice may have been issued to stand for today.
pub const RECENT_DAYS: i64 = 60;
/// How long ago, to stand for what came true: its end has to be known.
const OUTCOME_DAYS: i64 = 180;

/// What was said of invoices, and what came of them.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    rows: usize,
    said: f64,
    came: usize,
}

/// Counts invoices as they come, so that none has to be kept.
#[derive(Debug, Clone)]
pub struct DriftCounter<'m> {
    model: &'m Model,
    counts: Vec<Vec<usize>>,
    rows: usize,
    late: Kept,
    late_30: Kept,
}

impl<'m> DriftCounter<'m> {
    pub fn new(model: &'m Model) -> Self {
        let counts = model.distributions.iter().map(|d| vec![0; d.edges.len() + 2]).collect();
        Self { model, counts, rows: 0, late: Kept::default(), late_30: Kept::default() }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds what a customer was invoiced of late, by what is known before the day `at`.
    pub fn add(&mut self, history: &History, at: Date) {
        for item in history.items() {
            let age = (at - item.issue_on).num_days();
            let recent = (0..RECENT_DAYS).contains(&age);
            let ended =
                age < OUTCOME_DAYS && item.issue_on >= self.model.window.cutoff && item.is_settled(at);
            if recent || ended {
                let features = features(history, item, item.issue_on);
                if recent {
                    self.add_input(item, &features);
                }
                if ended {
                    self.add_outcome(item, &features, at);
                }
            }
        }
    }

    fn add_outcome(&mut self, item: &Item, features: &Features, at: Date) {
        if features.past.paid < CUSTOMER_PAYMENTS_MIN {
            return;
        }
        let scaled = self.model.scaled(item, features);
        for (target, days, kept) in
            [(ModelTarget::Late, 0, &mut self.late), (ModelTarget::Late30, 30, &mut self.late_30)]
        {
            let said = self.model.probability(target, &scaled);
            if let (Some(said), Some(came)) = (said, item.is_late_by(days, at)) {
                kept.rows += 1;
                kept.said += said;
                kept.came += usize::from(came);
            }
        }
    }

    fn add_input(&mut self, item: &Item, features: &Features) {
        self.rows += 1;
        let raw = self.model.raw(item, features);
        let scaled = self.model.scaled(item, features);
        for (distribution, counts) in self.model.distributions.iter().zip(&mut self.counts) {
            let said = |target| {
                self.model
                    .probability(target, &scaled)
                    .filter(|_| features.past.paid >= CUSTOMER_PAYMENTS_MIN)
            };
            let value = match distribution.name.as_str() {
                "probability_late" => said(ModelTarget::Late),
                "probability_late_30" => said(ModelTarget::Late30),
                name => COLUMNS.iter().zip(&raw).find(|(c, _)| c.name == name).map(|(_, v)| *v),
            };
            let one = distribution.counts(value.into_iter());
            counts.iter_mut().zip(one).for_each(|(count, more)| *count += more);
        }
    }

    /// Of what fewer than [`DRIFT_ROWS_MIN`] invoices tell, nothing.
    pub fn measure(&self) -> Vec<Drift> {
        let inputs =
            self.model.distributions.iter().zip(&self.counts).filter(|_| self.rows >= DRIFT_ROWS_MIN);
        let inputs = inputs.map(|(expected, counts)| {
            drift(&expected.name, metrics::stability_index(&expected.parts, &parts(counts)))
        });
        let outcomes = [("outcome_late", self.late), ("outcome_late_30", self.late_30)].into_iter();
        let outcomes = outcomes.filter(|(_, kept)| kept.rows >= DRIFT_ROWS_MIN).map(|(name, kept)| {
            let (said, came) =
                (kept.said / number::count(kept.rows), number::count(kept.came) / number::count(kept.rows));
            drift(name, metrics::stability_index(&[said, 1.0 - said], &[came, 1.0 - came]))
        });
        inputs.chain(outcomes).collect()
    }
}

fn drift(name: &str, index: f64) -> Drift {
    let level = DriftLevel::of(index);
    Drift { name: name.to_owned(), index: number::decimal(index, 4).unwrap_or_default(), level }
}
