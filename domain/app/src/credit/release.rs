//! Releasing what a check held, and giving reserved headroom back.

use domain::access::{Permission, PrincipalKind};
use domain::credit::policy::CheckOutcome;
use kernel::id::{CreditCheckId, ReservationId};
use kernel::money::parse_amount;
use kernel::{Decimal, Error, Outcome, text};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use super::store::{Release, Reservation, ReservationState};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// A release lasts a week unless the person says otherwise.
const RELEASE_HOURS: u32 = 24 * 7;
const RELEASE_HOURS_MAX: u32 = 24 * 92;
/// Reservations ended in one transaction.
const LAPSED_BATCH: i64 = 1_000;

/// A release as asked for.
#[derive(Debug, Clone, Default)]
pub struct ReleaseCheck {
    /// At most so much; what was asked for when absent.
    pub amount: Option<String>,
    /// For so many hours.
    pub hours: Option<u32>,
    pub reason: String,
}

/// Takes the responsibility for a sale that was held. Not by whoever asked, be it by a key they made, not by a machine, and not without
/// saying why.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `credit.reason_required`, `credit.check_not_held`, `credit.check_without_reference`,
/// `credit.release_own_check`, `credit.release_by_machine`, `credit.released_before`, `credit.release_amount_invalid`, `credit.reservation_time_invalid`.
pub fn release_check(
    app: &App,
    ctx: &Ctx,
    id: CreditCheckId,
    cmd: &ReleaseCheck,
) -> Outcome<Answer<Release>> {
    ctx.require(Permission::CreditRelease)?;
    let reason = text::note("reason", &cmd.reason)?;
    if reason.is_empty() {
        return Err(Error::field("reason", &codes::REASON_REQUIRED, "is empty"));
    }
    let hours = cmd.hours.unwrap_or(RELEASE_HOURS);
    if hours == 0 || hours > RELEASE_HOURS_MAX {
        let message = format!("1 to {RELEASE_HOURS_MAX} hours");
        return Err(Error::field("hours", &codes::RESERVATION_TIME_INVALID, message));
    }
    command::run(app, ctx, "credit.release_check", |tx| {
        let check = tx.check_for_update(id.0)?;
        let missing = || crate::lists::not_found("credit/checks", &id.to_string());
        let account = account_in_scope(ctx, tx, check.account_id.ok_or_else(missing)?.into())?;
        if check.outcome != CheckOutcome::Hold {
            return Err(Error::with(&codes::CHECK_NOT_HELD, format!("{id} answered {}", check.outcome)));
        }
        if check.released {
            return Err(Error::new(&codes::CHECK_RELEASED));
        }
        check_others(ctx, tx, check.actor)?;
        let reference = check.reference.ok_or_else(|| Error::new(&codes::CHECK_WITHOUT_REFERENCE))?;
        let amount = cmd.amount.as_deref().map(|t| parse_amount("amount", t, check.currency)).transpose()?;
        let amount = amount.unwrap_or(check.amount);
        if amount <= Decimal::ZERO || amount > check.amount {
            let message = format!("more than zero and at most {}", check.amount);
            return Err(Error::field("amount", &codes::RELEASE_AMOUNT_INVALID, message));
        }
        let release = Release {
            id: app.ids.next(),
            check_id: check.id,
            account_id: account.id,
            reference,
            currency: check.currency.as_str().to_owned(),
            amount,
            expires_at: ctx.now + chrono::TimeDelta::hours(hours.into()),
            released_at: ctx.now,
            released_by: ctx.principal.name.clone(),
            reason: reason.clone(),
        };
        let after = json!({ "check_id": id, "reference": release.reference, "amount": release.amount,
            "currency": release.currency, "expires_at": release.expires_at });
        let event = NewEvent::about("credit.check_released", "credit_release", release.id)
            .account(account.id)
            .legal_entity(account.legal_entity_id)
            .change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.insert_release(&release, event)?;
        Ok(release)
    })
}

/// Four eyes, of people: who made the key that asked, also by way of other keys, counts as who asked.
fn check_others(ctx: &Ctx, tx: &mut dyn WriteTx, asked_by: Uuid) -> Outcome<()> {
    let caller = ctx.principal.id;
    if asked_by == caller || tx.key_made_by(asked_by)? == Some(caller) {
        return Err(Error::new(&codes::RELEASE_OWN_CHECK));
    }
    if ctx.principal.kind != PrincipalKind::User {
        return Err(Error::new(&codes::RELEASE_BY_MACHINE));
    }
    Ok(())
}

/// Gives reserved headroom back before its time.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `credit.reservation_ended`.
pub fn release_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Outcome<Answer<Reservation>> {
    ctx.require(Permission::CreditCheck)?;
    command::run(app, ctx, "credit.release_reservation", |tx| {
        let reservation = tx.reservation_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, reservation.account_id.into())?;
        let lapsed = reservation.expires_at <= ctx.now;
        if reservation.state != ReservationState::Active || lapsed {
            let state = if lapsed { ReservationState::Expired } else { reservation.state };
            return Err(Error::with(&codes::RESERVATION_ENDED, format!("{id} is {state}")));
        }
        let event = NewEvent::about("credit.reservation_released", "reservation", reservation.id)
            .account(account.id)
            .legal_entity(account.legal_entity_id);
        let event = tx.record(ctx, event)?;
        let key = (reservation.account_id, reservation.id);
        tx.end_reservations(&[key], ReservationState::Released, (event, ctx.now))?;
        Ok(Reservation { state: ReservationState::Released, ended_at: Some(ctx.now), ..reservation })
    })
}

/// Ends reservations whose time has passed; whether there may be more. Checks do not count them from that moment on, whenever this
/// comes round.
///
/// # Errors
/// `database.unavailable`.
pub fn expire_reservations(app: &App, ctx: &Ctx) -> Outcome<bool> {
    app.store.transact("credit.expire_reservations", |tx| {
        let lapsed = tx.lapsed_reservations(ctx.now, LAPSED_BATCH)?;
        if lapsed.is_empty() {
            return Ok(false);
        }
        let after =
            json!({ "reservations": lapsed.iter().map(|(_, id)| ReservationId(*id)).collect::<Vec<_>>() });
        let event = NewEvent::about("credit.reservations_expired", "installation", Uuid::nil())
            .change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.end_reservations(&lapsed, ReservationState::Expired, (event, ctx.now))?;
        Ok(i64::try_from(lapsed.len()).unwrap_or(i64::MAX) >= LAPSED_BATCH)
    })
}
