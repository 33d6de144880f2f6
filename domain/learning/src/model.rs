//! A trained model: plain numbers that can be stored, read by people, and applied without the library that found them.

use std::collections::BTreeMap;

use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};

use crate::drift::Distribution;
use crate::features::{self, COLUMNS, Features, features};
use crate::fit::{Linear, Scale};
use crate::history::{Closing, History, Item};
use crate::number;
use crate::validation::{ModelTarget, Validation};

/// Payments of a customer below which nothing is said about it.
pub const CUSTOMER_PAYMENTS_MIN: usize = 3;

/// Everything needed to estimate again what was estimated once, and to train the same model again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub features_version: u32,
    pub library: String,
    pub seed: u64,
    pub window: Window,
    /// Median of the logarithm of the amounts, by currency.
    pub usual_amounts: BTreeMap<String, f64>,
    pub scales: Vec<Scale>,
    pub late: Option<Linear>,
    pub late_30: Option<Linear>,
    pub days_late: Option<Linear>,
    /// On the scale of days: how far below and above the estimate four of five training rows stay.
    pub days_spread: (f64, f64),
    /// What features and estimates looked like in training, by name.
    pub distributions: Vec<Distribution>,
}

/// What a model was trained and tested on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First and last day of issue among the training rows.
    pub from: Date,
    pub to: Date,
    /// Training knows nothing of this day or later; the test rows were issued from it on.
    pub cutoff: Date,
    /// The day before which everything was known when the test was made.
    pub known: Date,
    pub train_rows: usize,
    pub test_rows: usize,
    /// Customers left out because the book is too large to be held, as the part that was kept, in per cent.
    pub customers_percent: u8,
}

kernel::text_enum! {
    /// Why no estimate is given.
    pub enum Abstention {
        /// The customer has paid too little before.
        TooFewPayments = "too_few_payments",
        /// None of what is estimated passed its validation.
        NothingValidated = "nothing_validated",
        /// The item was cleared, nobody knows when.
        NotOpen = "not_open",
    }
}

/// What moved an estimate, in units of its logit: positive is later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    pub feature: String,
    pub effect: Decimal,
}

/// An estimate for one receivable. What the model may not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    pub probability_late: Option<Decimal>,
    pub probability_late_30: Option<Decimal>,
    /// As many payments are expected to come later as earlier.
    pub expected_days_late: Option<Decimal>,
    /// Four of five payments are expected between these.
    pub days_late_low: Option<Decimal>,
    pub days_late_high: Option<Decimal>,
    /// Why nothing is said.
    pub abstained: Option<Abstention>,
    /// The three features that count most.
    pub effects: Vec<Effect>,
}

/// Which estimates may be used: those that passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    pub late: bool,
    pub late_30: bool,
    pub days_late: bool,
}

impl Allowed {
    pub fn of(validation: &Validation) -> Self {
        let passed = |target| validation.passed(target);
        Self {
            late: passed(ModelTarget::Late),
            late_30: passed(ModelTarget::Late30),
            days_late: passed(ModelTarget::DaysLate),
        }
    }

    pub fn any(self) -> bool {
        self.late || self.late_30 || self.days_late
    }
}

impl Model {
    /// Whether this program can apply it.
    pub fn is_readable(&self) -> bool {
        self.features_version == features::VERSION && self.scales.len() == COLUMNS.len()
    }

    /// Features as the weights want them.
    pub(crate) fn scaled(&self, item: &Item, features: &Features) -> Vec<f64> {
        let raw = self.raw(item, features);
        raw.iter().zip(&self.scales).map(|(value, scale)| scale.apply(*value)).collect()
    }

    /// The features, with the amount against what is usual in its currency.
    pub(crate) fn raw(&self, item: &Item, features: &Features) -> Vec<f64> {
        relative(&self.usual_amounts, item, features)
    }

    pub(crate) fn probability(&self, target: ModelTarget, scaled: &[f64]) -> Option<f64> {
        let line = match target {
            ModelTarget::Late => self.late.as_ref(),
            ModelTarget::Late30 => self.late_30.as_ref(),
            ModelTarget::DaysLate => None,
        };
        line.map(|line| number::sigmoid(line.at(scaled)))
    }

    /// Days late: low, middle, high.
    pub(crate) fn days(&self, scaled: &[f64]) -> Option<(f64, f64, f64)> {
        let middle = self.days_late.as_ref()?.at(scaled);
        let back = |value: f64| number::from_log_days(value).clamp(features::DAYS.0, features::DAYS.1);
        Some((back(middle - self.days_spread.0), back(middle), back(middle + self.days_spread.1)))
    }

    /// Estimates what will become of an open item, by what is known before the day `at`.
    pub fn predict(&self, history: &History, item: &Item, at: Date, allowed: Allowed) -> Prediction {
        let abstain = |why| Prediction { abstained: Some(why), ..Prediction::default() };
        if matches!(item.closing, Closing::Unknown(_)) {
            return abstain(Abstention::NotOpen);
        }
        if !allowed.any() {
            return abstain(Abstention::NothingValidated);
        }
        let seen = features(history, item, at);
        if seen.past.paid < CUSTOMER_PAYMENTS_MIN {
            return abstain(Abstention::TooFewPayments);
        }
        let scaled = self.scaled(item, &seen);
        // The least it can be: what has gone by already is no estimate.
        let gone = number::days(item.due_before(at), at);
        let probability = |target, past_due: f64| {
            let known = (gone > past_due).then_some(1.0);
            known.or_else(|| self.probability(target, &scaled)).and_then(|p| number::decimal(p, 4))
        };
        let days = self.days(&scaled).filter(|_| allowed.days_late);
        let day = |value: f64| number::decimal(value.max(gone), 1);
        Prediction {
            probability_late: probability(ModelTarget::Late, 0.0).filter(|_| allowed.late),
            probability_late_30: probability(ModelTarget::Late30, 30.0).filter(|_| allowed.late_30),
            expected_days_late: days.and_then(|(_, middle, _)| day(middle)),
            days_late_low: days.and_then(|(low, _, _)| day(low)),
            days_late_high: days.and_then(|(_, _, high)| day(high)),
            abstained: None,
            effects: self.effects(&scaled, allowed),
        }
    }

    /// The features that move the first estimate that may be used most, against a receivable that is usual in everything.
    fn effects(&self, scaled: &[f64], allowed: Allowed) -> Vec<Effect> {
        let lines = [(allowed.late, &self.late), (allowed.late_30, &self.late_30), (true, &self.days_late)];
        let Some(line) = lines.into_iter().find_map(|(may, line)| line.as_ref().filter(|_| may)) else {
            return Vec::new();
        };
        let parts = COLUMNS.iter().zip(line.weights.iter().zip(scaled).map(|(w, x)| w * x));
        let mut parts = parts.collect::<Vec<_>>();
        parts.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let told = parts.into_iter().take(3).filter_map(|(column, effect)| {
            let effect = number::decimal(effect, 2)?;
            Some(Effect { feature: column.name.to_owned(), effect })
        });
        told.collect()
    }
}

pub(crate) fn relative(usual: &BTreeMap<String, f64>, item: &Item, features: &Features) -> Vec<f64> {
    let usual = usual.get(item.currency.as_str()).copied().unwrap_or(f64::NAN);
    let with = |(column, value): (&features::Column, &f64)| {
        if column.name == "amount" { value - usual } else { *value }
    };
    COLUMNS.iter().zip(&features.values).map(with).collect()
}
