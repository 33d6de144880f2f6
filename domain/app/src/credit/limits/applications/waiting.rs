//! What waits for the caller.

use domain::access::Permission;
use kernel::Outcome;
use uuid::Uuid;

use super::decide::{has_lapsed, word_of};
use super::standing::Standing;
use super::{Approval, LimitApplication};
use crate::App;
use crate::credit::limits::holder::reaches;
use crate::ctx::Ctx;
use crate::store::ReadTx;

/// The oldest are shown; who decides them sees the next.
const SHOWN_MAX: usize = 500;
/// Applications looked at in one go, of everybody.
const CHUNK: i64 = 500;

/// An application that the caller may approve now.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub application: LimitApplication,
    /// Code of the step that waits.
    pub level: String,
    /// In whose place.
    pub on_behalf_of: Option<Uuid>,
    pub approvals: Vec<Approval>,
}

/// Applications that the caller may approve now, themselves or in somebody's place, the oldest first.
///
/// # Errors
/// `auth.forbidden`, `approval.by_machine`.
pub fn waiting_for_me(app: &App, ctx: &Ctx) -> Outcome<Vec<Waiting>> {
    ctx.require(Permission::LimitApprove)?;
    app.store.view("limit_application.waiting", |tx| {
        let standing = Standing::of(ctx, tx)?;
        let (mut waiting, mut after) = (Vec::new(), None);
        loop {
            let pending = tx.pending_applications(after, CHUNK)?;
            let last = i64::try_from(pending.len()).unwrap_or(CHUNK) < CHUNK;
            after = pending.last().map(|application| application.id);
            let ids = pending.iter().map(|application| application.id).collect::<Vec<_>>();
            let approvals = tx.approvals_of(&ids)?;
            for application in pending {
                let own = approvals.iter().filter(|a| a.application_id == application.id).cloned().collect();
                waiting.extend(for_me(ctx, tx, &standing, (application, own))?);
                if waiting.len() >= SHOWN_MAX {
                    return Ok(waiting);
                }
            }
            if last {
                return Ok(waiting);
            }
        }
    })
}

fn for_me(
    ctx: &Ctx,
    tx: &mut dyn ReadTx,
    standing: &Standing,
    (application, approvals): (LimitApplication, Vec<Approval>),
) -> Outcome<Option<Waiting>> {
    if has_lapsed(&application, ctx.now) || !reaches(tx, ctx, application.holder())? {
        return Ok(None);
    }
    let acting = standing.for_holder(ctx, tx, application.holder())?;
    let Ok(word) = word_of(&application, &approvals, &acting) else { return Ok(None) };
    let level = application.chain.as_ref().and_then(|chain| chain.levels.get(word.given.level));
    let level = level.map(|level| level.code.clone()).unwrap_or_default();
    Ok(Some(Waiting { level, on_behalf_of: word.given.on_behalf_of, approvals, application }))
}
