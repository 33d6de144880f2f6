//! Terms of payment asked for one customer beside those agreed with it.

mod approve;
mod end;
mod request;
mod settle;

use domain::access::PrincipalKind;
use domain::credit::approval::codes::OWN_REQUEST;
use domain::credit::terms::{PaymentTerm, above_cap};
use domain::rules::finding::parse_document;
use kernel::id::TermDeviationId;
use kernel::{Date, Error, Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::approve::{ApproveDeviation, ApprovedDeviation, approve_deviation};
pub use self::end::end_deviation;
pub use self::request::{RequestDeviation, request_deviation};
pub use self::settle::{Settle, settle_deviation};
use super::codes;
use crate::credit::limits::codes::{APPLICATION_NOT_YOURS, APPROVAL_BY_MACHINE};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

text_enum! {
    /// Life of a deviation. What is approved holds on its days and has no other state afterwards.
    pub enum DeviationState {
        Requested = "requested",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }
}

/// Terms asked for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermDeviation {
    pub id: Uuid,
    pub account_id: Uuid,
    pub payment_term_code: String,
    pub from: Date,
    pub until: Option<Date>,
    pub state: DeviationState,
    pub reason: String,
    pub requested_by: Uuid,
    pub requested_by_name: String,
    pub requested_at: Instant,
    /// Of a key that asked the user who made it, who counts as who asked.
    pub key_made_by: Option<Uuid>,
    /// They were above the cap of the law when they were asked for, and who asked knew.
    pub acknowledged_above_cap: bool,
    pub decided_by: Option<String>,
    pub decided_at: Option<Instant>,
    pub decision_note: Option<String>,
    /// The document of the terms as it was approved.
    pub term: Option<Value>,
    /// They were above the cap of the law when they were approved, and who approved knew.
    pub approved_above_cap: bool,
    /// Who ended it before its time, or had other terms approved in its place.
    pub ended_by: Option<String>,
    pub ended_at: Option<Instant>,
    pub version: i32,
}

impl TermDeviation {
    fn event(&self, kind: &'static str, before: Value) -> NewEvent {
        let after = json!({ "state": self.state, "payment_term_code": self.payment_term_code, "from": self.from,
            "until": self.until, "id": TermDeviationId(self.id) });
        NewEvent::about(kind, "term_deviation", self.id).account(self.account_id).change(before, after)
    }

    /// Whether the caller asked for it, by themselves or by a key they made.
    fn is_own(&self, ctx: &Ctx) -> bool {
        self.requested_by == ctx.principal.id || self.key_made_by == Some(ctx.principal.id)
    }

    /// Whoever asked, and nobody else.
    fn check_own(&self, ctx: &Ctx) -> Outcome<()> {
        if self.is_own(ctx) { Ok(()) } else { Err(Error::new(&APPLICATION_NOT_YOURS)) }
    }

    /// Four eyes, of people.
    fn check_others(&self, ctx: &Ctx) -> Outcome<()> {
        if self.is_own(ctx) {
            return Err(Error::new(&OWN_REQUEST));
        }
        if ctx.principal.kind != PrincipalKind::User {
            return Err(Error::new(&APPROVAL_BY_MACHINE));
        }
        Ok(())
    }

    fn check_requested(&self) -> Outcome<()> {
        if self.state == DeviationState::Requested {
            return Ok(());
        }
        Err(Error::with(&codes::DEVIATION_SETTLED, format!("it is {}", self.state)))
    }

    /// Decided by the caller, now.
    fn decide(&mut self, ctx: &Ctx, state: DeviationState, note: Option<String>) {
        self.state = state;
        self.decided_by = Some(ctx.principal.name.clone());
        self.decided_at = Some(ctx.now);
        self.decision_note = note;
        self.version += 1;
    }

    /// Holds no longer than a day; what has not begun by then is withdrawn. Gives what to record.
    fn end(&mut self, ctx: &Ctx, last: Date) -> NewEvent {
        let before = json!({ "state": self.state, "until": self.until });
        self.ended_by = Some(ctx.principal.name.clone());
        self.ended_at = Some(ctx.now);
        self.version += 1;
        if last < self.from {
            self.state = DeviationState::Withdrawn;
            return self.event("term_deviation.withdrawn", before);
        }
        self.until = Some(last);
        self.event("term_deviation.ended", before)
    }

    /// The terms as the catalogue has them now, and whether they are above the cap of the law, which has to be acknowledged.
    fn term_now(&self, tx: &mut dyn WriteTx, acknowledged: bool) -> Outcome<(Value, bool)> {
        let code = &self.payment_term_code;
        let Some(stored) = tx.term_for_update(code)? else {
            return Err(not_found("payment-terms", &kernel::text::shown(code)));
        };
        let term = parse_document::<PaymentTerm>(&stored.document)?;
        let above = above_cap(&term, tx.both_sides(self.account_id)?.cap(), (self.from, self.until));
        if let Some(above) = above.filter(|_| !acknowledged) {
            let (law, cap) = (above.cap.law, above.cap.days);
            let message =
                format!("{code} comes to {} calendar days from receipt, {law} allows {cap}", above.days);
            return Err(Error::field("acknowledged_above_cap", &codes::DEVIATION_ABOVE_CAP, message));
        }
        Ok((stored.document, above.is_some()))
    }
}
