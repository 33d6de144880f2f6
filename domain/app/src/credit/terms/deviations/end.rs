//! Ending other terms before their time.

use domain::access::Permission;
use kernel::id::TermDeviationId;
use kernel::time::parse_date;
use kernel::{Error, Outcome};

use super::{DeviationState, TermDeviation, codes};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::dunning::blocks::{account_in_scope, today_of};

/// Ends a deviation after a day, which is today of the legal entity when absent; one that has not begun by then is withdrawn.
/// What was agreed with the customer holds again then, which needs nobody's approval: whoever may approve them ends them, and whoever asked for them.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_application.not_yours`, `term_deviation.not_approved`, `term_deviation.ended_before`,
/// `term_deviation.end_in_past`, `date.invalid`, `version.mismatch`.
pub fn end_deviation(
    app: &App,
    ctx: &Ctx,
    id: TermDeviationId,
    until: Option<&str>,
) -> Outcome<Answer<TermDeviation>> {
    let approves = ctx.principal.may(Permission::LimitApprove);
    if !approves {
        ctx.require(Permission::LimitApply)?;
    }
    let until = until.map(|t| parse_date("until", t)).transpose()?;
    command::run(app, ctx, "term_deviation.end", |tx| {
        let mut deviation = tx.deviation_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, deviation.account_id.into())?;
        check_version(ctx, deviation.version.into())?;
        if !approves {
            deviation.check_own(ctx)?;
        }
        if deviation.state != DeviationState::Approved {
            return Err(Error::with(&codes::DEVIATION_NOT_APPROVED, format!("it is {}", deviation.state)));
        }
        let today = today_of(tx, account.legal_entity_id, ctx.now)?;
        let last = until.unwrap_or(today);
        if let Some(end) = deviation.until.filter(|end| *end <= last.max(today)) {
            return Err(Error::with(&codes::DEVIATION_ENDED_BEFORE, format!("it ends on {end}")));
        }
        if last < today {
            return Err(Error::field("until", &codes::DEVIATION_END_IN_PAST, format!("today is {today}")));
        }
        let event = deviation.end(ctx, last).legal_entity(account.legal_entity_id);
        let event = tx.record(ctx, event)?;
        tx.save_deviation(&deviation, event)?;
        Ok(deviation)
    })
}
