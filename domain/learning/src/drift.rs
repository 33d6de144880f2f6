//! Whether today's receivables still look like those a model was trained on.

use kernel::Decimal;
use serde::{Deserialize, Serialize};

use crate::features::{COLUMNS, Features};
use crate::history::Item;
use crate::metrics;
use crate::model::Model;
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

/// Receivables below which nothing is said about drift.
pub const DRIFT_ROWS_MIN: usize = 100;

/// Counts receivables as they come, so that none has to be kept.
#[derive(Debug, Clone)]
pub struct DriftCounter<'m> {
    model: &'m Model,
    counts: Vec<Vec<usize>>,
    rows: usize,
}

impl<'m> DriftCounter<'m> {
    pub fn new(model: &'m Model) -> Self {
        let counts = model.distributions.iter().map(|d| vec![0; d.edges.len() + 2]).collect();
        Self { model, counts, rows: 0 }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn add(&mut self, item: &Item, features: &Features) {
        self.rows += 1;
        let raw = self.model.raw(item, features);
        let scaled = self.model.scaled(item, features);
        for (distribution, counts) in self.model.distributions.iter().zip(&mut self.counts) {
            let value = match distribution.name.as_str() {
                "probability_late" => self.model.probability(ModelTarget::Late, &scaled),
                "probability_late_30" => self.model.probability(ModelTarget::Late30, &scaled),
                name => COLUMNS.iter().zip(&raw).find(|(c, _)| c.name == name).map(|(_, v)| *v),
            };
            let one = distribution.counts(value.into_iter());
            counts.iter_mut().zip(one).for_each(|(count, more)| *count += more);
        }
    }

    /// Nothing below [`DRIFT_ROWS_MIN`] receivables.
    pub fn measure(&self) -> Vec<Drift> {
        if self.rows < DRIFT_ROWS_MIN {
            return Vec::new();
        }
        let measured = self.model.distributions.iter().zip(&self.counts).map(|(expected, counts)| {
            let index = metrics::stability_index(&expected.parts, &parts(counts));
            let level = DriftLevel::of(index);
            Drift { name: expected.name.clone(), index: number::decimal(index, 4).unwrap_or_default(), level }
        });
        measured.collect()
    }
}
