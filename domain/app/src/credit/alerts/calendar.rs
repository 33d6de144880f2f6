//! Dates ahead, for a calendar that people subscribe to.

use domain::access::Permission;
use kernel::Outcome;

use super::store::CalendarRow;
use crate::App;
use crate::ctx::Ctx;

/// Dates that alerts tell of which stand, in the caller's reach.
///
/// # Errors
/// `auth.forbidden`.
pub fn dates(app: &App, ctx: &Ctx) -> Outcome<Vec<CalendarRow>> {
    ctx.require(Permission::MessageRead)?;
    app.store.view("alerts.dates", |tx| tx.alert_dates(ctx))
}
