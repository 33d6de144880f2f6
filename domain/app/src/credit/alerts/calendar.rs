//! Dates ahead, for a calendar that people subscribe to.

use domain::access::Permission;
use kernel::Outcome;

use super::store::CalendarRow;
use crate::App;
use crate::ctx::Ctx;

/// Ends and reviews of limits and guarantees, and other dates that alerts tell of, from today on and in the caller's reach.
///
/// # Errors
/// `auth.forbidden`.
pub fn dates(app: &App, ctx: &Ctx) -> Outcome<Vec<CalendarRow>> {
    ctx.require(Permission::CreditRead)?;
    app.store.view("alerts.dates", |tx| tx.credit_dates(ctx))
}
