//! Runs that begin by themselves.

use kernel::Outcome;
use uuid::Uuid;

use super::AlertRun;
use super::run::started;
use crate::App;
use crate::access::authenticate::system_ctx;

/// The scheduler's lease: any number of instances compete for it.
const LEASE: &str = "alerts.schedule";

/// Starts a run when the last one began so many hours ago, or on an earlier day.
///
/// # Errors
/// `database.unavailable`.
pub fn start_due(
    app: &App,
    instance: Uuid,
    lease_seconds: i32,
    every_hours: u16,
) -> Outcome<Option<AlertRun>> {
    let ctx = system_ctx("schedule", app.clock.now());
    app.store.transact("alerts.start_due", |tx| {
        if !tx.take_lease(LEASE, instance, lease_seconds)? {
            return Ok(None);
        }
        let rests = |last: kernel::Instant| {
            let hours = ctx.now.signed_duration_since(last).num_hours();
            last.date_naive() == ctx.now.date_naive() && hours < i64::from(every_hours)
        };
        if tx.last_alert_run_at()?.is_some_and(rests) {
            return Ok(None);
        }
        let (run, is_new) = started(app, &ctx, tx)?;
        Ok(is_new.then_some(run))
    })
}
