//! Requests for other terms that come to nothing.

use domain::access::Permission;
use kernel::id::TermDeviationId;
use kernel::{Outcome, text};
use serde_json::Value;

use super::{DeviationState, TermDeviation};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;

/// What becomes of a request that is not approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    Refuse,
    Withdraw,
}

/// Refuses what another person asked for, or takes back what one asked for oneself.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `approval.own_request`, `approval.by_machine`, `limit_application.not_yours`,
/// `term_deviation.settled`, `version.mismatch`.
pub fn settle_deviation(
    app: &App,
    ctx: &Ctx,
    id: TermDeviationId,
    (settle, note): (Settle, Option<&str>),
) -> Outcome<Answer<TermDeviation>> {
    ctx.require(match settle {
        Settle::Refuse => Permission::LimitApprove,
        Settle::Withdraw => Permission::LimitApply,
    })?;
    let note = note.map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "term_deviation.settle", |tx| {
        let mut deviation = tx.deviation_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, deviation.account_id.into())?;
        check_version(ctx, deviation.version.into())?;
        let (state, kind) = match settle {
            Settle::Refuse => {
                deviation.check_others(ctx)?;
                (DeviationState::Refused, "term_deviation.refused")
            }
            Settle::Withdraw => {
                deviation.check_own(ctx)?;
                (DeviationState::Withdrawn, "term_deviation.withdrawn")
            }
        };
        deviation.check_requested()?;
        deviation.decide(ctx, state, note.clone());
        let event = deviation.event(kind, Value::Null).legal_entity(account.legal_entity_id);
        let event = tx.record(ctx, event)?;
        tx.save_deviation(&deviation, event)?;
        Ok(deviation)
    })
}
