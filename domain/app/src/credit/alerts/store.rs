//! The port of alerts.

use domain::credit::check::Holder;
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::{Alert, AlertRun};
use crate::dunning::store::ClaimedJob;

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
