//! The ports of terms of payment.

use kernel::id::EventId;
use kernel::{Instant, Outcome};
use uuid::Uuid;

use super::{OffTermsRequest, StoredTerm, TermDeviation, TermsItem};
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

    /// # Errors
    /// `term_deviation.overlaps`.
    fn settle_deviation(&mut self, deviation: &TermDeviation, event: EventId) -> Outcome<()>;
}
