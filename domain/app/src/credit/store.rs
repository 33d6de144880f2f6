//! The port of credit checks.

use domain::credit::check::{Holder, HolderKind};
use domain::credit::policy::{CheckOutcome, Checkpoint};
use domain::credit::ready::OverdueOf;
use kernel::id::EventId;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::standing::CreditFacts;

/// How a caller names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountRef {
    Id(Uuid),
    /// Code of the source, and the key the ERP pushes it under.
    Key {
        source: String,
        external_id: String,
    },
}

/// An account with everything a check's rules may read of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RiskAccount {
    pub id: Uuid,
    pub number: String,
    pub name: String,
    pub legal_entity_id: Uuid,
    pub legal_entity_code: String,
    pub portfolio_id: Option<Uuid>,
    pub portfolio_code: Option<String>,
    pub currency: String,
    pub segment: Option<String>,
    pub payment_terms_days: Option<i64>,
    pub attributes: Value,
    /// The business date of its legal entity.
    pub today: Date,
    pub party_id: Uuid,
    pub party_kind: String,
    pub party_country: Option<String>,
    pub party_segment: Option<String>,
    pub party_attributes: Value,
    pub insolvent_since: Option<Date>,
    pub doubtful: bool,
    pub vulnerable: bool,
    pub intercompany: bool,
    pub risk_party_id: Uuid,
    pub groups: Vec<Uuid>,
}

impl RiskAccount {
    /// Everybody who answers for it.
    pub fn holders(&self) -> Vec<Holder> {
        let holder = |kind, id| Holder { kind, id };
        let own = [holder(HolderKind::Account, self.id), holder(HolderKind::Party, self.risk_party_id)];
        own.into_iter().chain(self.groups.iter().map(|id| holder(HolderKind::Group, *id))).collect()
    }

    pub fn is_insolvent(&self) -> bool {
        self.insolvent_since.is_some_and(|since| since <= self.today)
    }
}

/// What a check wants to know.
#[derive(Debug, Clone, Copy)]
pub struct FactsWanted<'c> {
    /// The sale: what it holds itself is told apart.
    pub reference: Option<&'c str>,
    pub overdue_of: OverdueOf,
    /// Accounts with something to their credit are told one by one.
    pub in_credit: bool,
    /// Waits until nobody else takes headroom of its holders, looks then, and keeps others waiting until the end of the transaction.
    /// Always in one order, so that two checks never wait for each other in a circle.
    pub alone: bool,
}

/// A check as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRecord {
    pub id: Uuid,
    pub checked_at: Instant,
    pub account_id: Option<Uuid>,
    pub legal_entity_id: Option<Uuid>,
    /// The account as the caller named it.
    pub asked: String,
    pub checkpoint: Checkpoint,
    pub reference: Option<String>,
    pub currency: Currency,
    pub amount: Decimal,
    pub outcome: CheckOutcome,
    pub reason_code: String,
    pub degraded: bool,
    pub policy: (String, i32),
    pub reservation_id: Option<Uuid>,
    pub document: Value,
    pub actor: Uuid,
}

/// What of a stored check a release needs.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCheck {
    pub id: Uuid,
    pub account_id: Option<Uuid>,
    pub reference: Option<String>,
    pub currency: Currency,
    pub amount: Decimal,
    pub outcome: CheckOutcome,
    pub actor: Uuid,
    pub released: bool,
}

kernel::text_enum! {
    /// Life of a reservation.
    pub enum ReservationState {
        Active = "active",
        /// An order took its place.
        Consumed = "consumed",
        Released = "released",
        Expired = "expired",
    }
}

/// Headroom held for a sale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reservation {
    pub id: Uuid,
    pub account_id: Uuid,
    pub check_id: Uuid,
    pub currency: String,
    pub amount: Decimal,
    pub reference: Option<String>,
    pub state: ReservationState,
    pub expires_at: Instant,
    pub recorded_at: Instant,
    pub ended_at: Option<Instant>,
}

/// What a person released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub id: Uuid,
    pub check_id: Uuid,
    pub account_id: Uuid,
    pub reference: String,
    pub currency: String,
    pub amount: Decimal,
    pub expires_at: Instant,
    pub released_at: Instant,
    pub released_by: String,
    pub reason: String,
}

/// The port.
pub trait CreditStore {
    /// The account, wherever the caller's rights end: a check answers the same for what is not there and what is not in reach.
    fn risk_account(&mut self, account: &AccountRef, now: Instant) -> Outcome<Option<RiskAccount>>;

    /// What there is around an account.
    fn credit_facts(
        &mut self,
        account: &RiskAccount,
        wanted: &FactsWanted<'_>,
        now: Instant,
    ) -> Outcome<CreditFacts>;

    /// What a person released for a sale and is still in force.
    fn releases_of(&mut self, account: Uuid, reference: &str, now: Instant) -> Outcome<Vec<Release>>;

    fn insert_check(&mut self, check: &CheckRecord, event: EventId) -> Outcome<()>;

    fn insert_reservation(&mut self, reservation: &Reservation, event: EventId) -> Outcome<()>;

    /// Reservations of a sale that are in force, locked.
    fn reservations_of(&mut self, account: Uuid, reference: &str) -> Outcome<Vec<Reservation>>;

    /// # Errors
    /// `not_found`.
    fn reservation_for_update(&mut self, id: Uuid) -> Outcome<Reservation>;

    fn end_reservations(
        &mut self,
        reservations: &[(Uuid, Uuid)],
        state: ReservationState,
        by: (EventId, Instant),
    ) -> Outcome<()>;

    /// Reservations whose time has passed, locked, at most `limit`; those that others hold are left.
    fn lapsed_reservations(&mut self, now: Instant, limit: i64) -> Outcome<Vec<(Uuid, Uuid)>>;

    /// # Errors
    /// `not_found`.
    fn check_for_update(&mut self, id: Uuid) -> Outcome<StoredCheck>;

    fn insert_release(&mut self, release: &Release, event: EventId) -> Outcome<()>;
}
