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
use crate::store::WriteTx;

/// The longest rest.
const SNOOZE_DAYS_MAX: u64 = 366;

/// Takes an alert in hand: it is not escalated by itself any more.
///
/// # Errors
/// `auth.forbidden`, `not_found`, also outside the caller's reach; `alert.is_resolved`.
pub fn acknowledge(app: &App, ctx: &Ctx, id: Uuid) -> Outcome<Answer<Alert>> {
    ctx.require(Permission::AlertManage)?;
    let to = |alert| Alert {
        state: AlertState::Acknowledged,
        acknowledged_at: Some(ctx.now),
        acknowledged_by: Some(ctx.principal.name.clone()),
        snoozed_until: None,
        ..alert
    };
    command::run(app, ctx, "alerts.acknowledge", |tx| change(ctx, tx, (id, "alert.acknowledged"), to))
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
    let to = |alert| Alert { state: AlertState::Snoozed, snoozed_until: Some(until), ..alert };
    command::run(app, ctx, "alerts.snooze", |tx| change(ctx, tx, (id, "alert.snoozed"), to))
}

/// Hands an alert up to a role.
///
/// # Errors
/// As [`acknowledge`].
pub fn escalate(app: &App, ctx: &Ctx, id: Uuid, to: Role) -> Outcome<Answer<Alert>> {
    ctx.require(Permission::AlertManage)?;
    let handed_up = |alert| Alert {
        state: AlertState::Escalated,
        escalated_at: Some(ctx.now),
        escalated_to: Some(to.to_string()),
        snoozed_until: None,
        ..alert
    };
    command::run(app, ctx, "alerts.escalate", |tx| change(ctx, tx, (id, "alert.escalated"), handed_up))
}

/// Ends the episode of an alert: the next one is told anew. An address that was refused may be written to again.
///
/// # Errors
/// As [`acknowledge`].
pub fn resolve(app: &App, ctx: &Ctx, id: Uuid) -> Outcome<Answer<()>> {
    ctx.require(Permission::AlertManage)?;
    let to = |alert| Alert { state: AlertState::Resolved, resolved_at: Some(ctx.now), ..alert };
    command::run(app, ctx, "alert.resolve", |tx| change(ctx, tx, (id, "alert.resolved"), to).map(drop))
}

fn change(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (id, kind): (Uuid, &'static str),
    to: impl Fn(Alert) -> Alert,
) -> Outcome<Alert> {
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
}
