//! Ending a limit before its time.

use domain::access::Permission;
use domain::credit::limits::Period;
use kernel::id::CreditLimitId;
use kernel::time::parse_date;
use kernel::{Date, Error, Outcome, text};

use super::holder::Charge;
use super::nothing::trust_nothing;
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
/// the earliest, because what was sold on it was sold on it. On days on which no other limit is left a limit of zero takes its place, see
/// [`super::nothing`]. What was true before stays askable.
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
        let charge = holder::in_charge_of(tx, ctx, &row)?;
        check_version(ctx, row.version.into())?;
        end(app, ctx, tx, (row, &charge), (until, reason.as_deref()))
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
    (row, charge): (CreditLimit, &Charge),
    (until, reason): (Option<Date>, Option<&str>),
) -> Outcome<CreditLimit> {
    let (terms, today) = (row.terms()?, charge.today);
    // Whoever changes limits of this holder at the same time waits, or is waited for.
    if let Some((holder, _)) = &charge.of {
        tx.lock_limits_of(*holder)?;
    }
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
    let after = until.succ_opt().map_or(row.from, |after| after.max(row.from));
    if let Some(of) = charge.of.as_ref().filter(|_| terms.component.is_none()) {
        let rest = Period { from: after, until: row.until };
        trust_nothing(app, ctx, tx, (&row, of, rest), (reason, event))?;
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
