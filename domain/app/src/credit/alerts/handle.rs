//! What people do about an alert: take it in hand, put it off, hand it up.

use chrono::Days;
use domain::access::{Permission, Role};
use domain::credit::alerts::AlertState;
use kernel::time::parse_date;
use kernel::{Date, Error, Outcome};
use uuid::Uuid;

use super::chunk::write;
use super::{Alert, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::messages::lists::ALERTS;

/// The longest rest.
const SNOOZE_DAYS_MAX: u64 = 366;

/// Takes an alert in hand: it is not escalated by itself any more.
///
/// # Errors
/// `auth.forbidden`, `not_found`, also outside the caller's reach; `alert.is_resolved`.
pub fn acknowledge(app: &App, ctx: &Ctx, id: Uuid) -> Outcome<Answer<Alert>> {
    change(app, ctx, ("alerts.acknowledge", "alert.acknowledged"), id, |alert| Alert {
        state: AlertState::Acknowledged,
        acknowledged_at: Some(ctx.now),
        acknowledged_by: Some(ctx.principal.name.clone()),
        snoozed_until: None,
        ..alert
    })
}

/// Puts an alert off: it is open again on that day if its episode has not ended.
///
/// # Errors
/// As [`acknowledge`]; `date.invalid`, `alert.snooze_range`.
pub fn snooze(app: &App, ctx: &Ctx, id: Uuid, until: &str) -> Outcome<Answer<Alert>> {
    ctx.require(Permission::AlertManage)?;
    let until = parse_date("until", until)?;
    let today = ctx.now.date_naive();
    let latest = today.checked_add_days(Days::new(SNOOZE_DAYS_MAX)).unwrap_or(Date::MAX);
    if until <= today || until > latest {
        let message = format!("{until} is not between tomorrow and {latest}");
        return Err(Error::field("until", &codes::SNOOZE_RANGE, message));
    }
    change(app, ctx, ("alerts.snooze", "alert.snoozed"), id, |alert| Alert {
        state: AlertState::Snoozed,
        snoozed_until: Some(until),
        ..alert
    })
}

/// Hands an alert up to a role.
///
/// # Errors
/// As [`acknowledge`].
pub fn escalate(app: &App, ctx: &Ctx, id: Uuid, to: Role) -> Outcome<Answer<Alert>> {
    change(app, ctx, ("alerts.escalate", "alert.escalated"), id, |alert| Alert {
        state: AlertState::Escalated,
        escalated_at: Some(ctx.now),
        escalated_to: Some(to.to_string()),
        snoozed_until: None,
        ..alert
    })
}

fn change(
    app: &App,
    ctx: &Ctx,
    (operation, kind): (&'static str, &'static str),
    id: Uuid,
    to: impl Fn(Alert) -> Alert,
) -> Outcome<Answer<Alert>> {
    ctx.require(Permission::AlertManage)?;
    command::run(app, ctx, operation, |tx| {
        let alert = tx.alert_for_update(id)?;
        if tx.find(ctx, &ALERTS, &id.to_string())?.is_none() {
            return Err(not_found(ALERTS.resource, &id.to_string()));
        }
        if alert.state == AlertState::Resolved {
            return Err(Error::new(&codes::IS_RESOLVED));
        }
        let before = alert.state;
        let alert = to(alert);
        write(ctx, tx, vec![(alert.clone(), kind, Some(before))])?;
        Ok(alert)
    })
}
