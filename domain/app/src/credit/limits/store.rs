//! The ports of limits.

use domain::credit::approval::Person;
use domain::credit::check::Holder;
use domain::credit::limits::{LimitHolder, LimitKey, Period};
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use super::CreditLimit;
use super::applications::{Approval, LimitApplication};
use super::reviews::{LimitReview, ReviewCause};
use super::stand_ins::StandIn;

/// Somebody for whom a person stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Represented {
    pub person: Person,
    pub all_rights: bool,
}

/// What is read.
pub trait LimitReads {
    /// Limits of a holder that hold on a day as known at an instant; those of the segment of its account as well.
    fn limits_on(&mut self, holder: Holder, on: Date, known_at: Instant) -> Outcome<Vec<CreditLimit>>;

    /// Limits of a holder, of whatever type and legal entity, that are not superseded and hold on some day of a period.
    fn limits_within(&mut self, holder: &LimitHolder, valid: Period) -> Outcome<Vec<CreditLimit>>;

    /// Applications that somebody has to decide, the oldest first, after one.
    fn pending_applications(&mut self, after: Option<Uuid>, limit: i64) -> Outcome<Vec<LimitApplication>>;

    /// What was said about applications, in order.
    fn approvals_of(&mut self, applications: &[Uuid]) -> Outcome<Vec<Approval>>;

    /// Those for whom a person stands in on a day.
    fn represented_by(&mut self, person: Uuid, on: Date) -> Outcome<Vec<Represented>>;
}

/// What is written.
pub trait LimitStore {
    /// # Errors
    /// `not_found`.
    fn limit_for_update(&mut self, id: Uuid) -> Outcome<CreditLimit>;

    /// Nobody else grants limits of this holder until the end of the transaction.
    fn lock_limits_of(&mut self, holder: Holder) -> Outcome<()>;

    /// Limits of one key that are not superseded, locked; nobody else writes one of this key until the end of the transaction.
    fn limits_of_key(&mut self, key: &LimitKey) -> Outcome<Vec<CreditLimit>>;

    fn supersede_limits(&mut self, ids: &[Uuid], at: Instant) -> Outcome<()>;

    /// # Errors
    /// `limit.overlaps`.
    fn insert_limit(&mut self, limit: &CreditLimit, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn application_for_update(&mut self, id: Uuid) -> Outcome<LimitApplication>;

    /// Applications whose time has passed, locked; those that others hold are left.
    fn late_applications(&mut self, now: Instant, limit: i64) -> Outcome<Vec<LimitApplication>>;

    /// # Errors
    /// `limit_application.pending`.
    fn insert_application(&mut self, application: &LimitApplication, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `limit_application.pending`.
    fn save_application(&mut self, application: &LimitApplication, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `approval.given_before`.
    fn insert_approval(&mut self, approval: &Approval, event: EventId) -> Outcome<()>;

    /// Whether a limit of one of these segments holds on a day or later.
    fn have_limits(&mut self, segments: &[String], on: Date) -> Outcome<bool>;

    fn may_sign_in(&mut self, user: Uuid) -> Outcome<bool>;

    /// # Errors
    /// `stand_in.overlaps`.
    fn insert_stand_in(&mut self, stand_in: &StandIn, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn stand_in_for_update(&mut self, id: Uuid) -> Outcome<StandIn>;

    fn end_stand_in(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()>;

    /// Limits whose review date has come by a day, or that end within so many days after it, and are not on the agenda for that.
    fn limits_to_review(&mut self, on: Date, ahead: i32) -> Outcome<Vec<(Uuid, ReviewCause, Date)>>;

    fn insert_review(&mut self, review: &LimitReview, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn review_for_update(&mut self, id: Uuid) -> Outcome<LimitReview>;

    fn finish_review(&mut self, review: &LimitReview, event: EventId) -> Outcome<()>;

    /// Hangs the reviews of a limit on what took its place.
    fn move_reviews(&mut self, from: Uuid, to: Uuid, event: EventId) -> Outcome<()>;
}
