//! Dated figures from outside: legal interest, exchange rates, ageing buckets.

use domain::receivables::ageing::BucketSet;
use domain::receivables::interest::compensation::FixedCompensation;
use domain::receivables::interest::legal_rate::LegalRate;
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use uuid::Uuid;

/// A bucket set to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBucketSet {
    pub code: String,
    pub set: BucketSet,
    pub created_at: Instant,
}

/// The port of this context.
pub trait RateStore {
    /// Whether it was inserted: a rate that shares a day with one in force is left out.
    fn insert_legal_rate_if_absent(
        &mut self,
        id: Uuid,
        rate: &LegalRate,
        recorded_at: Instant,
        event: EventId,
    ) -> Outcome<bool>;

    /// The same for a fixed compensation.
    fn insert_fixed_compensation_if_absent(
        &mut self,
        id: Uuid,
        sum: &FixedCompensation,
        recorded_at: Instant,
        event: EventId,
    ) -> Outcome<bool>;

    /// Whether it was inserted; an existing one is left alone.
    fn insert_bucket_set_if_absent(&mut self, new: &NewBucketSet, event: EventId) -> Outcome<bool>;
}
