//! The ports of terms of payment.

use kernel::id::EventId;
use kernel::{Instant, Outcome};
use uuid::Uuid;

use super::{BothSides, OffTermsRequest, StoredTerm, TermDeviation, TermsItem};
use crate::ctx::Ctx;

/// What is read.
pub trait TermReads {
    /// Open invoices in the caller's reach with what is agreed for them, in the order of their ids after one.
    fn terms_items(
        &mut self,
        ctx: &Ctx,
        request: &OffTermsRequest,
        after: Option<Uuid>,
        limit: i64,
    ) -> Outcome<Vec<TermsItem>>;

    fn both_sides(&mut self, account: Uuid) -> Outcome<BothSides>;
}

/// What is written.
pub trait TermStore {
    /// Locked, also where there is none yet.
    fn term_for_update(&mut self, code: &str) -> Outcome<Option<StoredTerm>>;

    fn save_term(&mut self, term: &StoredTerm, by: (EventId, Instant)) -> Outcome<()>;

    fn insert_deviation(&mut self, deviation: &TermDeviation, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn deviation_for_update(&mut self, id: Uuid) -> Outcome<TermDeviation>;

    /// Approved ones of the same account that share days with a deviation, locked, in the order of their days.
    fn overlapped_deviations(&mut self, deviation: &TermDeviation) -> Outcome<Vec<TermDeviation>>;

    /// # Errors
    /// `term_deviation.overlaps`.
    fn save_deviation(&mut self, deviation: &TermDeviation, event: EventId) -> Outcome<()>;
}
