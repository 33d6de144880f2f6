//! Dated figures from outside: legal interest, exchange rates, ageing buckets.

pub mod bucket_sets;
pub mod codes;
pub mod convert;
pub mod lists;
pub mod record_fixed_compensation;
pub mod record_fx_rates;
pub mod record_legal_rate;

use domain::receivables::ageing::BucketSet;
use domain::receivables::interest::compensation::FixedCompensation;
use domain::receivables::interest::legal_rate::LegalRate;
use kernel::id::EventId;
use kernel::rate::FxRate;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

/// A bucket set to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBucketSet {
    pub code: String,
    pub set: BucketSet,
    pub created_at: Instant,
}

/// A legal rate as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLegalRate {
    pub id: Uuid,
    pub rate: LegalRate,
    pub recorded_at: Instant,
}

/// A fixed compensation as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFixedCompensation {
    pub id: Uuid,
    pub sum: FixedCompensation,
    pub recorded_at: Instant,
}

/// First day and last day, included; `None` while no end is known.
pub(crate) type Days = (Date, Option<Date>);

/// The days of an old period before and after a new one.
fn days_beside((from, to): Days, (new_from, new_to): Days) -> impl Iterator<Item = Days> {
    let until = new_from.pred_opt().filter(|until| *until >= from);
    let since = new_to.and_then(|to| to.succ_opt()).filter(|since| to.is_none_or(|to| *since <= to));
    until.map(|until| (from, Some(until))).into_iter().chain(since.map(|since| (since, to)))
}

/// What this context reads.
pub trait RateReads {
    /// Quotations of a source between two days, both included, as they were known at an instant; `None` = all that is
    /// known.
    fn quotations(
        &mut self,
        source: &str,
        days: (Date, Date),
        known_at: Option<Instant>,
    ) -> Outcome<Vec<FxRate>>;
}

/// The port of this context.
pub trait RateStore {
    /// Rates in force that share a day with a period (both ends included, the last may be open), locked, by first day.
    fn legal_rates_for_update(
        &mut self,
        jurisdiction: &str,
        days: (Date, Option<Date>),
    ) -> Outcome<Vec<StoredLegalRate>>;

    /// # Errors
    /// `interest.rates_overlap` when another caller recorded one for the same days meanwhile.
    fn insert_legal_rate(&mut self, new: &StoredLegalRate, event: EventId) -> Outcome<()>;

    /// Takes a rate out of force; it stays askable.
    fn supersede_legal_rate(&mut self, id: Uuid, at: Instant) -> Outcome<()>;

    /// Sums in force that share a day with a period, locked, by first day.
    fn fixed_compensations_for_update(
        &mut self,
        jurisdiction: &str,
        days: (Date, Option<Date>),
    ) -> Outcome<Vec<StoredFixedCompensation>>;

    /// # Errors
    /// `interest.compensations_overlap` when another caller recorded one for the same days meanwhile.
    fn insert_fixed_compensation(&mut self, new: &StoredFixedCompensation, event: EventId) -> Outcome<()>;

    /// Takes a sum out of force; it stays askable.
    fn supersede_fixed_compensation(&mut self, id: Uuid, at: Instant) -> Outcome<()>;

    /// Appends quotations; of several for one day the one recorded last is in force.
    fn insert_fx_rates(&mut self, rates: &[FxRate], now: Instant, event: EventId) -> Outcome<()>;

    /// Whether it was inserted; an existing one is left alone.
    fn insert_bucket_set_if_absent(&mut self, new: &NewBucketSet, event: EventId) -> Outcome<bool>;
}
