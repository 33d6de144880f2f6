//! Ending a limit before its time.

use domain::access::Permission;
use domain::credit::limits::{LimitHolderKind, LimitOrigin, Period};
use kernel::id::{CreditLimitId, EventId};
use kernel::time::parse_date;
use kernel::{Date, Decimal, Error, Outcome, text};

use super::{CreditLimit, codes, holder};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Until when a limit holds.
#[derive(Debug, Clone, Default)]
pub struct EndLimit {
    /// The last day; today when absent.
    pub until: Option<String>,
    pub reason: Option<String>,
}

/// Ends a limit before its time: lowering trust needs nobody's approval. Cover may have ended in the past; trust of our own ends today at
/// the earliest, because what was sold on it was sold on it. On days on which no other trust of our own is left a limit of zero takes its
/// place: without one more might be allowed than was approved. What was true before stays askable.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit.ended_before`, `limit.ends_in_past`, `limit.ended_by_application`, `date.invalid`,
/// `version.mismatch`.
pub fn end_limit(app: &App, ctx: &Ctx, id: CreditLimitId, cmd: &EndLimit) -> Outcome<Answer<CreditLimit>> {
    ctx.require(Permission::LimitImport)?;
    let until = cmd.until.as_deref().map(|t| parse_date("until", t)).transpose()?;
    let reason =
        cmd.reason.as_deref().map(|t| text::note("reason", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "limit.end", |tx| {
        let row = tx.limit_for_update(id.0)?;
        let today = holder::in_charge_of(tx, ctx, &row)?;
        check_version(ctx, row.version.into())?;
        end(app, ctx, tx, (row, today), (until, reason.as_deref()))
    })
}

/// Ends a limit on a day, today when none is said.
///
/// # Errors
/// As [`end_limit`].
pub(super) fn end(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, today): (CreditLimit, Date),
    (until, reason): (Option<Date>, Option<&str>),
) -> Outcome<CreditLimit> {
    let terms = row.terms()?;
    // Whoever writes one of this key at the same time waits, or is waited for.
    tx.limits_of_key(&terms.key())?;
    let until = until.unwrap_or(today);
    if row.superseded_at.is_some() || row.until.is_some_and(|end| end <= until) {
        return Err(Error::with(&codes::LIMIT_ENDED, CreditLimitId(row.id).to_string()));
    }
    let bounds = terms.component.is_some() || terms.amount.is_zero();
    if bounds && !terms.is_cover() {
        return Err(Error::new(&codes::LIMIT_BOUNDS));
    }
    if until < today && !terms.is_cover() {
        return Err(Error::field("until", &codes::LIMIT_ENDS_IN_PAST, format!("today is {today}")));
    }
    let event = tx.record(ctx, row.event("limit.ended"))?;
    tx.supersede_limits(&[row.id], ctx.now)?;
    if !terms.is_cover() && row.holder_kind != LimitHolderKind::Segment {
        let after = until.succ_opt().map_or(row.from, |after| after.max(row.from));
        trust_nothing(app, ctx, tx, (&row, Period { from: after, until: row.until }, reason), event)?;
    }
    if until < row.from {
        return Ok(CreditLimit { superseded_at: Some(ctx.now), ..row });
    }
    let ended = CreditLimit {
        id: app.ids.next(),
        until: Some(until),
        review_on: row.review_on.filter(|on| *on <= until),
        reason: reason.map(str::to_owned).or_else(|| row.reason.clone()),
        recorded_at: ctx.now,
        ..row
    };
    tx.insert_limit(&ended, event)?;
    Ok(ended)
}

/// Writes a limit of zero for the days of a period on which nothing else of our own trust stands.
fn trust_nothing(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, period, reason): (&CreditLimit, Period, Option<&str>),
    event: EventId,
) -> Outcome<()> {
    let mut alone = vec![period];
    for other in tx.limits_within(&row.holder(), period)? {
        let of_same = other.legal_entity_id == row.legal_entity_id && other.component.is_none();
        if of_same && !other.terms()?.is_cover() {
            alone = alone.iter().flat_map(|days| days.without(&other.period())).collect();
        }
    }
    for days in alone {
        let nothing = CreditLimit {
            id: app.ids.next(),
            amount: Decimal::ZERO,
            from: days.from,
            until: days.until,
            review_on: None,
            origin: LimitOrigin::Import,
            application_id: None,
            reason: reason.map(str::to_owned),
            set_by: ctx.principal.name.clone(),
            approved_by: None,
            version: 1,
            recorded_at: ctx.now,
            superseded_at: None,
            ..row.clone()
        };
        tx.insert_limit(&nothing, event)?;
    }
    Ok(())
}
