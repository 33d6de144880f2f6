//! Approving other terms.

use domain::access::Permission;
use kernel::id::TermDeviationId;
use kernel::{Error, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{DeviationState, TermDeviation, codes};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;
use crate::store::WriteTx;

/// An approval.
#[derive(Debug, Clone, Default)]
pub struct ApproveDeviation {
    pub note: Option<String>,
    /// What is approved already for some of its days ends the day before it begins.
    pub replace: bool,
    /// Who approves knows that the law caps terms below these.
    pub acknowledged_above_cap: bool,
}

/// What was approved, and what it took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedDeviation {
    pub deviation: TermDeviation,
    pub replaced: Vec<TermDeviation>,
}

/// Approves what another person asked for, as the catalogue has the terms now: what it says later changes nothing of it.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `approval.own_request`, `approval.by_machine`, `term_deviation.settled`,
/// `term_deviation.overlaps`, `term_deviation.above_cap`, `version.mismatch`.
pub fn approve_deviation(
    app: &App,
    ctx: &Ctx,
    id: TermDeviationId,
    cmd: &ApproveDeviation,
) -> Outcome<Answer<ApprovedDeviation>> {
    ctx.require(Permission::LimitApprove)?;
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "term_deviation.approve", |tx| {
        let mut deviation = tx.deviation_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, deviation.account_id.into())?;
        check_version(ctx, deviation.version.into())?;
        deviation.check_others(ctx)?;
        deviation.check_requested()?;
        let (term, above) = deviation.term_now(tx, cmd.acknowledged_above_cap)?;
        let replaced = replace(ctx, tx, (&deviation, account.legal_entity_id), cmd.replace)?;
        deviation.decide(ctx, DeviationState::Approved, note.clone());
        (deviation.term, deviation.approved_above_cap) = (Some(term), above);
        let event = deviation.event("term_deviation.approved", Value::Null);
        let event = tx.record(ctx, event.legal_entity(account.legal_entity_id))?;
        tx.save_deviation(&deviation, event)?;
        Ok(ApprovedDeviation { deviation, replaced })
    })
}

/// Ends what a deviation overlaps; what would begin with it or later is withdrawn.
fn replace(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (deviation, legal_entity): (&TermDeviation, Uuid),
    wanted: bool,
) -> Outcome<Vec<TermDeviation>> {
    let mut older = tx.overlapped_deviations(deviation)?;
    if !older.is_empty() && !wanted {
        let ids = older.iter().map(|o| TermDeviationId(o.id).to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::with(&codes::DEVIATION_OVERLAPS, format!("it overlaps {ids}")));
    }
    let last = deviation.from.pred_opt().unwrap_or(deviation.from);
    for one in &mut older {
        let event = one.end(ctx, last).legal_entity(legal_entity);
        let event = tx.record(ctx, event)?;
        tx.save_deviation(one, event)?;
    }
    Ok(older)
}
