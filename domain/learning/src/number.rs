//! From counts, days and amounts to numbers, and back to decimals.

use kernel::{Date, Decimal};
use rust_decimal::prelude::ToPrimitive as _;

/// A count; beyond four thousand millions it stays there.
pub(crate) fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// Days from one date to another, negative when the second comes first.
pub(crate) fn days(from: Date, to: Date) -> f64 {
    days_of((to - from).num_days())
}

pub(crate) fn days_of(days: i64) -> f64 {
    f64::from(i32::try_from(days).unwrap_or(i32::MAX))
}

pub(crate) fn amount(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

/// Rounded; nothing when it is no number.
pub(crate) fn decimal(value: f64, digits: u32) -> Option<Decimal> {
    value
        .is_finite()
        .then(|| Decimal::from_f64_retain(value))
        .flatten()
        .map(|d| d.round_dp(digits).normalize())
}

/// Days on a scale on which the difference between 1 and 2 weighs as much as that between 30 and 60.
pub(crate) fn log_days(days: f64) -> f64 {
    days.abs().ln_1p().copysign(days)
}

/// Back from [`log_days`].
pub(crate) fn from_log_days(value: f64) -> f64 {
    value.abs().exp_m1().copysign(value)
}

pub(crate) fn sigmoid(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// The inverse of [`sigmoid`], kept off the ends where it has no value.
pub(crate) fn logit(probability: f64) -> f64 {
    let kept = probability.clamp(1e-6, 1.0 - 1e-6);
    (kept / (1.0 - kept)).ln()
}

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()))
}

/// The value below which this part of the values lies; of an even number the middle is the mean of both.
pub(crate) fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = part.clamp(0.0, 1.0) * count(last);
    let below = (0..=last).rev().find(|n| count(*n) <= place)?;
    let (low, high) = (values.get(below)?, values.get((below + 1).min(last))?);
    Some(low + (high - low) * (place - count(below)))
}

pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Spreads a key over the numbers from 0 up to 1, always the same way.
pub(crate) fn spread(seed: u64, key: uuid::Uuid) -> f64 {
    let (high, low) = key.as_u64_pair();
    let mut mixed = seed ^ high.rotate_left(32) ^ low;
    for _ in 0..2 {
        // The finishing steps of splitmix64.
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
    }
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
}
