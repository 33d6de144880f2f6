//! Approving, refusing, withdrawing, and what happens when nobody does.

use domain::access::Permission;
use domain::credit::approval::{Acting, ApplicationState, ApprovalDecision, Given, act};
use kernel::id::LimitApplicationId;
use kernel::money::parse_amount;
use kernel::{Currency, Decimal, Error, Instant, Outcome, text};

use super::grant::grant;
use super::look::{Look, look};
use super::standing::Standing;
use super::{Approval, LimitApplication, locked};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::codes::REASON_REQUIRED;
use crate::credit::limits::codes;
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Applications ended in one transaction.
const EXPIRED_BATCH: i64 = 200;

/// What somebody says.
#[derive(Debug, Clone, Default)]
pub struct Decide {
    /// Grants less than was asked for.
    pub amount: Option<String>,
    pub note: Option<String>,
}

/// Approves one step of the chain; the last one sets the limit, unless by then more have to approve than when it was handed in.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `approval.*`, `limit_application.state`, `limit_application.expired`,
/// `limit_application.amount`, `version.mismatch`.
pub fn approve_application(
    app: &App,
    ctx: &Ctx,
    id: LimitApplicationId,
    cmd: &Decide,
) -> Outcome<Answer<LimitApplication>> {
    ctx.require(Permission::LimitApprove)?;
    let note = note(cmd)?;
    command::run(app, ctx, "limit_application.approve", |tx| {
        let mut application = locked(tx, ctx, id)?;
        let (given, done) = judged(ctx, tx, &application)?;
        let amount = granted(&application, cmd)?;
        let looked = if done { Some(look(tx, ctx, &application, amount)?) } else { None };
        let ready = looked.filter(|looked| !grew(&mut application, looked));
        let approval = Approval {
            id: app.ids.next(),
            application_id: application.id,
            level: given.level,
            approver_id: given.approver,
            approver_name: ctx.principal.name.clone(),
            on_behalf_of: given.on_behalf_of,
            decision: ApprovalDecision::Approve,
            amount: Some(amount),
            note: note.clone(),
            decided_at: ctx.now,
        };
        application.granted_amount = Some(amount);
        let Some(looked) = ready else {
            let before = application.state;
            application.go(ApplicationState::InApproval)?;
            application.version += 1;
            let event = tx.record(ctx, application.event("limit_application.approved", before))?;
            tx.insert_approval(&approval, event)?;
            tx.save_application(&application, event)?;
            return Ok(application);
        };
        let event = tx.record(ctx, application.event("limit_application.approved", application.state))?;
        tx.insert_approval(&approval, event)?;
        grant(app, ctx, tx, &mut application, (Some(&ctx.principal.name), looked.today))?;
        Ok(application)
    })
}

/// Whether more people have to approve than was known when it was handed in: other limits were granted beside it since, cover ended,
/// the rating fell, or the policy is another.
fn grew(application: &mut LimitApplication, looked: &Look) -> bool {
    let wanted = looked.policy.chain(looked.stored.version, &looked.asked);
    application.chain.as_mut().is_some_and(|chain| chain.extend_by(wanted))
}

/// Refuses; whoever may approve now may refuse.
///
/// # Errors
/// As [`approve_application`]; `credit.reason_required`.
pub fn refuse_application(
    app: &App,
    ctx: &Ctx,
    id: LimitApplicationId,
    cmd: &Decide,
) -> Outcome<Answer<LimitApplication>> {
    ctx.require(Permission::LimitApprove)?;
    let note = note(cmd)?.ok_or_else(|| Error::field("note", &REASON_REQUIRED, "is empty"))?;
    command::run(app, ctx, "limit_application.refuse", |tx| {
        let mut application = locked(tx, ctx, id)?;
        let (given, _) = judged(ctx, tx, &application)?;
        let before = application.state;
        application.go(ApplicationState::Refused)?;
        application.decided_at = Some(ctx.now);
        application.granted_amount = None;
        application.version += 1;
        let event = tx.record(ctx, application.event("limit_application.refused", before))?;
        let approval = Approval {
            id: app.ids.next(),
            application_id: application.id,
            level: given.level,
            approver_id: given.approver,
            approver_name: ctx.principal.name.clone(),
            on_behalf_of: given.on_behalf_of,
            decision: ApprovalDecision::Refuse,
            amount: None,
            note: Some(note.clone()),
            decided_at: ctx.now,
        };
        tx.insert_approval(&approval, event)?;
        tx.save_application(&application, event)?;
        Ok(application)
    })
}

/// Takes an application back; whoever asked does.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_application.not_yours`, `limit_application.state`, `version.mismatch`.
pub fn withdraw_application(
    app: &App,
    ctx: &Ctx,
    id: LimitApplicationId,
) -> Outcome<Answer<LimitApplication>> {
    ctx.require(Permission::LimitApply)?;
    command::run(app, ctx, "limit_application.withdraw", |tx| {
        let mut application = locked(tx, ctx, id)?;
        if application.requested_by != ctx.principal.id {
            return Err(Error::new(&codes::APPLICATION_NOT_YOURS));
        }
        end(ctx, tx, &mut application, (ApplicationState::Withdrawn, "limit_application.withdrawn"))?;
        Ok(application)
    })
}

/// Ends applications that nobody decided in time; whether there may be more.
///
/// # Errors
/// `database.unavailable`.
pub fn expire_applications(app: &App, ctx: &Ctx) -> Outcome<bool> {
    app.store.transact("limit_application.expire", |tx| {
        let late = tx.late_applications(ctx.now, EXPIRED_BATCH)?;
        let count = late.len();
        for mut application in late {
            end(ctx, tx, &mut application, (ApplicationState::Expired, "limit_application.expired"))?;
        }
        Ok(i64::try_from(count).unwrap_or(i64::MAX) >= EXPIRED_BATCH)
    })
}

fn end(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    application: &mut LimitApplication,
    (next, kind): (ApplicationState, &'static str),
) -> Outcome<()> {
    let before = application.state;
    application.go(next)?;
    application.decided_at = Some(ctx.now);
    application.granted_amount = None;
    application.version += 1;
    let event = tx.record(ctx, application.event(kind, before))?;
    tx.save_application(application, event)
}

fn note(cmd: &Decide) -> Outcome<Option<String>> {
    Ok(cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty()))
}

/// What the caller's word counts as, and whether the chain is complete with it.
fn judged(ctx: &Ctx, tx: &mut dyn WriteTx, application: &LimitApplication) -> Outcome<(Given, bool)> {
    if !application.state.is_pending() {
        return Err(Error::with(&codes::APPLICATION_STATE, format!("it is {}", application.state)));
    }
    if has_lapsed(application, ctx.now) {
        return Err(Error::new(&codes::APPLICATION_EXPIRED));
    }
    let standing = Standing::of(ctx, tx)?;
    let acting = standing.for_holder(ctx, tx, application.holder())?;
    let approvals = tx.approvals_of(&[application.id])?;
    let done = word_of(application, &approvals, &acting)?;
    Ok((done.given, done.completes))
}

pub(super) fn has_lapsed(application: &LimitApplication, now: Instant) -> bool {
    application.expires_at.is_some_and(|at| at <= now)
}

pub(super) fn word_of(
    application: &LimitApplication,
    approvals: &[Approval],
    acting: &Acting,
) -> Outcome<domain::credit::approval::Act> {
    let given = approvals.iter().map(|a| Given {
        level: a.level,
        approver: a.approver_id,
        on_behalf_of: a.on_behalf_of,
    });
    let chain = application.chain.as_ref().ok_or_else(|| Error::new(&codes::APPLICATION_STATE))?;
    act(chain, &given.collect::<Vec<_>>(), &application.requesters(), acting)
}

/// No more than was asked for, and no more than anybody before granted.
fn granted(application: &LimitApplication, cmd: &Decide) -> Outcome<Decimal> {
    let most = application.granted_amount.unwrap_or(application.amount);
    let currency = Currency::parse("currency", &application.currency)?;
    let amount = cmd.amount.as_deref().map(|t| parse_amount("amount", t, currency)).transpose()?;
    let amount = amount.unwrap_or_else(|| application.proposed_amount.unwrap_or(most).min(most));
    if amount <= Decimal::ZERO || amount > most {
        return Err(Error::field(
            "amount",
            &codes::APPLICATION_AMOUNT,
            format!("above 0 and at most {most}"),
        ));
    }
    Ok(amount)
}
