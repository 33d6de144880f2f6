//! The credit check: one transaction that looks, decides, takes headroom if asked, and records why.

use domain::access::Permission;
use domain::credit::check::Verdict;
use domain::credit::policy::{CheckOutcome, Checkpoint, CreditPolicy, OnFailure};
use domain::credit::ready::ReadyPolicy;
use domain::credit::rule_sets::RuleKind;
use kernel::id::{AccountId, ReservationId};
use kernel::money::parse_amount;
use kernel::text::optional_line;
use kernel::text_enum::parse;
use kernel::{Currency, Decimal, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

pub use self::document::{Basis, CheckRate};
pub(super) use self::judge::plain;
use self::judge::{Judged, judge};
use super::rule_sets::store::RuleSetReads;
use super::rule_sets::{RuleSetVersion, in_force, version_in_force};
use super::store::{AccountRef, CheckRecord, Reservation, ReservationState, RiskAccount};
use super::{codes, degraded};
use crate::App;
use crate::codes::DATABASE_UNAVAILABLE;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

pub(super) mod document;
mod judge;

/// The policy of legal entities without one of their own.
pub const STANDARD: &str = "standard";
/// A reservation holds at most a quarter of a year.
const RESERVATION_HOURS_MAX: u32 = 24 * 92;

/// A check as asked for, in texts.
#[derive(Debug, Clone, Default)]
pub struct CheckCredit {
    pub account_id: String,
    pub source: String,
    pub account_external_id: String,
    pub amount: String,
    pub currency: String,
    pub checkpoint: String,
    /// The order or quotation: what it already holds is not counted a second time.
    pub reference: String,
    /// Hold headroom if allowed.
    pub reserve: bool,
    /// For so many hours; as the policy says when absent.
    pub reservation_hours: Option<u32>,
    /// `open` or `closed`: what is answered when nothing can be looked at; as the policy says when empty.
    pub on_failure: String,
}

/// The same, read.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) account: AccountRef,
    /// As the caller named it.
    pub(super) named: String,
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
    pub(super) checkpoint: Checkpoint,
    pub(super) reference: Option<String>,
    reserve: bool,
    hours: Option<u32>,
    pub(super) on_failure: Option<OnFailure>,
}

/// What a check answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditCheck {
    pub id: Uuid,
    pub checked_at: Instant,
    pub account_id: Option<Uuid>,
    pub checkpoint: Checkpoint,
    pub reference: Option<String>,
    pub amount: Decimal,
    pub currency: String,
    pub verdict: Verdict,
    pub policy_code: String,
    pub policy_version: i32,
    /// Nothing could be looked at: the answer is what was chosen for that case.
    pub degraded: bool,
    /// What the verdict was made of.
    pub basis: Basis,
    pub reservation: Option<Reservation>,
}

impl CreditCheck {
    /// The verdict and what it was made of, as it is kept.
    pub fn document(&self) -> Value {
        document::of(&self.verdict, &self.basis)
    }
}

impl CheckCredit {
    fn read(&self) -> Outcome<Asked> {
        let currency = Currency::parse("currency", &self.currency)?;
        let amount = parse_amount("amount", &self.amount, currency)?;
        if amount <= Decimal::ZERO {
            return Err(Error::field(
                "amount",
                &codes::CHECK_AMOUNT_NOT_POSITIVE,
                format!("{amount} {currency}"),
            ));
        }
        let hours = self.reservation_hours;
        if hours.is_some_and(|hours| hours == 0 || hours > RESERVATION_HOURS_MAX) {
            let message = format!("1 to {RESERVATION_HOURS_MAX} hours");
            return Err(Error::field("reservation_hours", &codes::RESERVATION_TIME_INVALID, message));
        }
        let on_failure = (!self.on_failure.is_empty()).then_some(self.on_failure.as_str());
        let (account, named) = self.account()?;
        Ok(Asked {
            account,
            named,
            amount,
            currency,
            checkpoint: parse("checkpoint", &self.checkpoint)?,
            reference: optional_line("reference", &self.reference)?,
            reserve: self.reserve,
            hours,
            on_failure: on_failure.map(|text| parse("on_failure", text)).transpose()?,
        })
    }

    fn account(&self) -> Outcome<(AccountRef, String)> {
        let by_id = !self.account_id.is_empty();
        let by_key = !self.source.is_empty() && !self.account_external_id.is_empty();
        if by_id == by_key {
            let message = "name the account by account_id, or by source and account_external_id";
            return Err(Error::field("account_id", &codes::CHECK_ACCOUNT_NOT_NAMED, message));
        }
        if by_id {
            let id = AccountId::parse(&self.account_id)?;
            return Ok((AccountRef::Id(id.0), id.to_string()));
        }
        let source = text::line("source", &self.source)?;
        let external_id = text::external_id("account_external_id", &self.account_external_id)?;
        let named = format!("{source}/{external_id}");
        Ok((AccountRef::Key { source, external_id }, named))
    }
}

/// Checks whether an amount may be sold on credit. What it answers is recorded before the caller hears it; where the database is
/// away, [`unseen`] answers. Nothing is done once the caller was `answered` otherwise: nobody would know of what it held.
///
/// # Errors
/// `auth.forbidden`, `credit.account_not_named`, `credit.amount_not_positive`, `credit.reservation_time_invalid`, `currency.unknown`,
/// `amount.*`, `value.unknown`, errors of a line of text; `database.unavailable`, `overloaded`.
pub fn check(app: &App, ctx: &Ctx, cmd: &CheckCredit, answered: &AtomicBool) -> Outcome<Answer<CreditCheck>> {
    ctx.require(Permission::CreditCheck)?;
    let asked = cmd.read()?;
    command::run(app, ctx, "credit.check", |tx| {
        let check = look(app, ctx, tx, &asked)?;
        if answered.load(Ordering::Acquire) {
            return Err(Error::new(&DATABASE_UNAVAILABLE).caused_by("it took too long"));
        }
        Ok(check)
    })
}

/// The answer to a check that could not be made, for want of the database or of a free worker: the one chosen for that case, recorded when
/// the database is back. Only who answers the caller may ask for it: a worker that the caller waits for no more would record another.
///
/// # Errors
/// As [`check`], and the error given where nothing was to be kept anyway.
pub fn unseen(app: &App, ctx: &Ctx, cmd: &CheckCredit, error: Error) -> Outcome<Answer<CreditCheck>> {
    ctx.require(Permission::CreditCheck)?;
    let asked = cmd.read()?;
    if ctx.dry_run { Err(error) } else { Ok(degraded::answer(app, ctx, &asked, &error)) }
}

fn look(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, asked: &Asked) -> Outcome<CreditCheck> {
    let in_reach = |a: &RiskAccount| ctx.scope.includes_account(a.legal_entity_id, a.portfolio_id);
    let account = tx.risk_account(&asked.account, ctx.now)?.filter(in_reach);
    let (version, policy) = ready_policy(app, tx, account.as_ref().map(|a| a.legal_entity_code.as_str()))?;
    let Judged { verdict, held, reserved, basis } = if let Some(account) = &account {
        judge(ctx, tx, (asked, account), &policy)?
    } else {
        Judged::plainly(policy.policy().on_unknown_account, "account.unknown")
    };
    let mut check = CreditCheck {
        id: app.ids.next(),
        checked_at: ctx.now,
        account_id: account.as_ref().map(|a| a.id),
        checkpoint: asked.checkpoint,
        reference: asked.reference.clone(),
        amount: asked.amount,
        currency: asked.currency.as_str().to_owned(),
        verdict,
        policy_code: policy.policy().code.clone(),
        policy_version: version,
        degraded: false,
        basis,
        reservation: None,
    };
    let allowed = check.verdict.outcome == CheckOutcome::Allow;
    let takes = asked.reserve && allowed;
    // What the order holds already is not held twice.
    let more = held.to_reserve(asked.checkpoint, asked.amount);
    let kept = account.as_ref().filter(|_| takes && more > Decimal::ZERO);
    check.reservation = kept.map(|account| reservation(app, (asked, account, more), policy.policy(), &check));
    let event = tx.record(ctx, event_of(&check, account.as_ref()))?;
    // What was reserved before makes room for what is now, also where the order has come to hold all of it.
    let replaces = asked.reference.as_ref().filter(|_| takes && reserved);
    if let (Some(account), Some(reference)) = (&account, replaces) {
        let before = tx.reservations_of(account.id, reference)?;
        let before = before.iter().map(|r| (r.account_id, r.id)).collect::<Vec<_>>();
        tx.end_reservations(&before, ReservationState::Released, (event, ctx.now))?;
    }
    if let Some(reservation) = &check.reservation {
        tx.insert_reservation(reservation, event)?;
    }
    tx.insert_check(&record_of(&check, account.as_ref(), &asked.named, ctx.principal.id), event)?;
    Ok(check)
}

/// The policy in force for a legal entity: the one of its own code, or the standard one.
///
/// # Errors
/// `credit.policy_missing`.
pub(super) fn policy_in_force<T: RuleSetReads + ?Sized>(
    tx: &mut T,
    legal_entity_code: Option<&str>,
) -> Outcome<RuleSetVersion> {
    in_force(tx, RuleKind::CreditPolicy, legal_entity_code)?.ok_or_else(|| Error::new(&codes::POLICY_MISSING))
}

/// The same, made ready once per version.
fn ready_policy(
    app: &App,
    tx: &mut dyn WriteTx,
    legal_entity_code: Option<&str>,
) -> Outcome<(i32, Arc<ReadyPolicy>)> {
    let missing = || Error::new(&codes::POLICY_MISSING);
    let found = version_in_force(tx, RuleKind::CreditPolicy, legal_entity_code)?;
    let (code, version) = found.ok_or_else(missing)?;
    if let Some(ready) = app.credit.policy(&code, version) {
        return Ok((version, ready));
    }
    let stored = tx.rule_set_version(RuleKind::CreditPolicy, &code, version)?.ok_or_else(missing)?;
    let ready = Arc::new(ReadyPolicy::of(CreditPolicy::parse(&stored.document)?)?);
    app.credit.keep_policy(version, Arc::clone(&ready));
    Ok((version, ready))
}

fn reservation(
    app: &App,
    (asked, account, amount): (&Asked, &RiskAccount, Decimal),
    policy: &CreditPolicy,
    check: &CreditCheck,
) -> Reservation {
    let hours = asked.hours.unwrap_or_else(|| policy.reservation_hours.into());
    Reservation {
        id: app.ids.next(),
        account_id: account.id,
        check_id: check.id,
        currency: check.currency.clone(),
        amount,
        reference: asked.reference.clone(),
        state: ReservationState::Active,
        expires_at: check.checked_at + chrono::TimeDelta::hours(hours.into()),
        recorded_at: check.checked_at,
        ended_at: None,
    }
}

fn event_of(check: &CreditCheck, account: Option<&RiskAccount>) -> NewEvent {
    let verdict = &check.verdict;
    let after = json!({
        "outcome": verdict.outcome, "checkpoint": check.checkpoint, "amount": check.amount, "currency": check.currency,
        "reason": main_reason(verdict), "reference": check.reference, "degraded": check.degraded,
        "reservation_id": check.reservation.as_ref().map(|r| ReservationId(r.id)),
    });
    let mut event = NewEvent::about("credit.checked", "credit_check", check.id).change(Value::Null, after);
    event.account_id = account.map(|a| a.id);
    event.legal_entity_id = account.map(|a| a.legal_entity_id);
    event
}

fn main_reason(verdict: &Verdict) -> &str {
    verdict.reasons.iter().find(|r| r.decisive).map_or("", |r| r.code.as_str())
}

fn record_of(check: &CreditCheck, account: Option<&RiskAccount>, asked: &str, actor: Uuid) -> CheckRecord {
    CheckRecord {
        id: check.id,
        checked_at: check.checked_at,
        account_id: account.map(|a| a.id),
        legal_entity_id: account.map(|a| a.legal_entity_id),
        asked: asked.to_owned(),
        checkpoint: check.checkpoint,
        reference: check.reference.clone(),
        currency: Currency::parse("currency", &check.currency).unwrap_or(Currency::EUR),
        amount: check.amount,
        outcome: check.verdict.outcome,
        reason_code: main_reason(&check.verdict).to_owned(),
        degraded: check.degraded,
        policy: (check.policy_code.clone(), check.policy_version),
        reservation_id: check.reservation.as_ref().map(|r| r.id),
        document: check.document(),
        actor,
    }
}
