//! What waits for the caller.

use domain::access::Permission;
use kernel::Outcome;
use uuid::Uuid;

use super::decide::{acting, has_lapsed, word_of};
use super::{Approval, LimitApplication};
use crate::App;
use crate::credit::limits::holder::seen;
use crate::ctx::Ctx;

/// The oldest are shown; who decides them sees the next.
const SHOWN_MAX: i64 = 500;

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
        let acting = acting(ctx, tx)?;
        let pending = tx.pending_applications(SHOWN_MAX)?;
        let ids = pending.iter().map(|application| application.id).collect::<Vec<_>>();
        let approvals = tx.approvals_of(&ids)?;
        let mut waiting = Vec::new();
        for application in pending.into_iter().filter(|a| !has_lapsed(a, ctx.now)) {
            let own = approvals.iter().filter(|a| a.application_id == application.id).cloned();
            let own = own.collect::<Vec<_>>();
            let Ok(word) = word_of(&application, &own, &acting) else { continue };
            let whole = seen(tx, ctx, application.holder()).is_ok_and(|(_, _, partial)| !partial);
            if whole {
                let level = application.chain.as_ref().and_then(|chain| chain.levels.get(word.given.level));
                waiting.push(Waiting {
                    level: level.map(|level| level.code.clone()).unwrap_or_default(),
                    on_behalf_of: word.given.on_behalf_of,
                    approvals: own,
                    application,
                });
            }
        }
        Ok(waiting)
    })
}
