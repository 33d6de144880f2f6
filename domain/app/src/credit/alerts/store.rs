//! The port of alerts.

use domain::credit::check::{Holder, HolderKind};
use kernel::id::EventId;
use kernel::{Date, Decimal, Instant, Outcome};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Alert, AlertRun};
use crate::credit::limits::CreditLimit;
use crate::dunning::store::ClaimedJob;

/// What is stored of a holder of risk.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderRow {
    pub kind: HolderKind,
    pub id: Uuid,
    /// Of the account, or of the first account of a party or group.
    pub currency: String,
    /// Where all its accounts belong to one.
    pub legal_entity_id: Option<Uuid>,
    pub legal_entity_code: Option<String>,
    /// Where it has one account.
    pub account_id: Option<Uuid>,
    /// Whose behaviour, rating and accounts are its: the party behind an account, the party at the head of a group.
    pub scored_party: Uuid,
    /// Facts by path, as JSON.
    pub facts: Map<String, Value>,
    pub account_attributes: Value,
    pub party_attributes: Value,
}

/// Exposure of a holder in one currency.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderAmounts {
    pub kind: HolderKind,
    pub id: Uuid,
    pub currency: String,
    pub open: Decimal,
    pub overdue: Decimal,
    pub disputed: Decimal,
    pub returned: Decimal,
    pub instruments: Decimal,
    pub orders: Decimal,
    pub deliveries: Decimal,
    pub reserved: Decimal,
    pub credits: Decimal,
    pub credits_own: Decimal,
    pub days_overdue_max: i64,
}

/// A limit that holds for a holder, of its own or of its segment.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderLimit {
    pub of_kind: HolderKind,
    pub of_id: Uuid,
    #[serde(flatten)]
    pub limit: CreditLimit,
}

/// A date to put into a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CalendarRow {
    /// The same each time this date is told.
    pub uid: String,
    /// `limit_expires`, `guarantee_expires`, `limit_review`, or the kind of the alert that tells of it.
    pub kind: String,
    pub on: Date,
    pub holder_name: String,
    /// What it is, in both languages.
    pub name_en: String,
    pub name_es: String,
    pub changed_at: Instant,
}

/// The port.
pub trait AlertStore {
    /// Holds other starts back until the end of the transaction.
    fn lock_alert_runs(&mut self) -> Outcome<()>;

    /// The run under way.
    fn running_alert_run(&mut self) -> Outcome<Option<AlertRun>>;

    /// When the last run began, whatever became of it.
    fn last_alert_run_at(&mut self) -> Outcome<Option<Instant>>;

    fn insert_alert_run(&mut self, run: &AlertRun, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn alert_run_for_update(&mut self, id: Uuid) -> Outcome<AlertRun>;

    fn save_alert_run(&mut self, run: &AlertRun) -> Outcome<()>;

    /// The job that shows the run's progress and that a worker takes.
    fn insert_alert_run_job(&mut self, run: &AlertRun, total: i64, event: EventId) -> Outcome<()>;

    /// Takes the run that waits, or whose worker died.
    fn claim_alert_run_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>>;

    fn count_holders(&mut self) -> Outcome<i64>;

    /// The next holders after one, accounts first, then parties, then groups.
    fn holders_after(&mut self, after: Option<Holder>, limit: i64) -> Outcome<Vec<Holder>>;

    fn holder_rows(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderRow>>;

    fn holder_amounts(&mut self, holders: &[Holder], on: Date, now: Instant) -> Outcome<Vec<HolderAmounts>>;

    /// Limits in force on a day.
    fn holder_limits(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLimit>>;

    /// Alerts that rules raised about these holders and that stand, locked.
    fn standing_alerts(&mut self, holders: &[Holder]) -> Outcome<Vec<Alert>>;

    /// Alerts that rules raised about parties and groups that are holders no more, locked.
    fn orphaned_alerts(&mut self) -> Outcome<Vec<Alert>>;

    /// Alerts that rest and whose rest is over, whoever raised them, locked.
    fn rested_alerts(&mut self, on: Date) -> Outcome<Vec<Alert>>;

    /// Writes alerts as they are now, each with its event.
    fn save_alerts(&mut self, alerts: &[(Alert, EventId)]) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn alert_for_update(&mut self, id: Uuid) -> Outcome<Alert>;
}

/// What is read of alerts beside their list.
pub trait AlertReads {
    /// Dates ahead within the caller's reach: ends and reviews of limits and guarantees, and what alerts tell of beside them.
    fn credit_dates(&mut self, ctx: &crate::ctx::Ctx) -> Outcome<Vec<CalendarRow>>;
}
