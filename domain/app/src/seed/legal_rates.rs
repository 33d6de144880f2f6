//! Legal interest rates and fixed compensation, where each names the publication it is from.

use domain::receivables::interest::{compensation, legal_rate};
use kernel::{Date, Instant, Outcome};

use super::{Planting, Seed};
use crate::rates::{StoredFixedCompensation, StoredLegalRate};

pub(super) static SEED: Seed = Seed {
    name: "legal_rates",
    version: 1,
    source: "Ley 3/2004, articles 7 and 8.1: half-yearly resolutions in the BOE, named at each rate as far as they are known",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    let (event, now) = (planting.event, planting.ctx.now);
    let mut rows = 0;
    for rate in legal_rate::embedded_es()? {
        let known = known_at(rate.valid_from, now);
        let days = (rate.valid_from, rate.valid_to);
        if planting.tx.legal_rates_for_update(&rate.jurisdiction, days)?.is_empty() {
            let new = StoredLegalRate { id: planting.app.ids.next(), rate, recorded_at: known };
            planting.tx.insert_legal_rate(&new, event)?;
            rows += 1;
        }
    }
    let sum = compensation::embedded_es();
    let days = (sum.valid_from, sum.valid_to);
    if planting.tx.fixed_compensations_for_update(&sum.jurisdiction, days)?.is_empty() {
        let known = known_at(sum.valid_from, now);
        let new = StoredFixedCompensation { id: planting.app.ids.next(), sum, recorded_at: known };
        planting.tx.insert_fixed_compensation(&new, event)?;
        rows += 1;
    }
    Ok(rows)
}

/// A rate of the gazette is public from its first day on. Recorded then rather than now, a book that begins with older
/// invoices, or whose clock was moved, computes their interest as it was known.
fn known_at(valid_from: Date, now: Instant) -> Instant {
    let first = valid_from.and_time(chrono::NaiveTime::MIN).and_utc();
    first.min(now)
}
