//! Handing an application in: the table proposes, and either grants within its authority or leaves it to people.

use chrono::TimeDelta;
use domain::access::Permission;
use domain::credit::approval::ApplicationState;
use domain::credit::granting::{CompiledTable, GrantDecision, Granting, LimitTable};
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::rules::finding::parse_document;
use kernel::id::LimitApplicationId;
use kernel::{Error, Outcome};

use super::grant::grant;
use super::hands::ruled;
use super::look::{Look, look};
use super::{LimitApplication, locked};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::limits::codes;
use crate::credit::rule_sets::{RuleSetVersion, in_force};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Hands an application in. Only whoever asked does so.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_application.state`, `limit_application.not_yours`, `limit_application.pending`, `approval.policy_missing`,
/// `fx.rate_missing`, `version.mismatch`.
pub fn submit_application(app: &App, ctx: &Ctx, id: LimitApplicationId) -> Outcome<Answer<LimitApplication>> {
    ctx.require(Permission::LimitApply)?;
    command::run(app, ctx, "limit_application.submit", |tx| {
        let mut application = locked(tx, ctx, id)?;
        if application.requested_by != ctx.principal.id {
            return Err(Error::new(&codes::APPLICATION_NOT_YOURS));
        }
        hand_in(app, ctx, tx, &mut application)?;
        Ok(application)
    })
}

pub(super) fn hand_in(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    application: &mut LimitApplication,
) -> Outcome<()> {
    let before = application.state;
    application.go(ApplicationState::Submitted)?;
    let looked = look(tx, ctx, application, application.amount)?;
    let table = in_force(tx, RuleKind::LimitTable, looked.entity.as_deref())?;
    let proposal = table.as_ref().map(|stored| propose(tx, stored, &looked)).transpose()?;
    application.go(ApplicationState::Proposed)?;
    application.proposed_amount = proposal.as_ref().and_then(|p| p.amount);
    application.expires_at = Some(ctx.now + TimeDelta::days(looked.policy.expires_days.into()));
    application.version += 1;
    application.chain = Some(looked.policy.chain(looked.stored.version, &looked.asked));
    let decision = proposal.as_ref().map(|p| p.decision);
    application.proposal = proposal;
    let event = tx.record(ctx, application.event("limit_application.submitted", before))?;
    tx.save_application(application, event)?;
    match decision {
        Some(GrantDecision::Approve)
            if looked.policy.grants_itself(&looked.asked)
                && !looked.rated_by_requester
                && !ruled(tx, application, [Some(&looked.stored), table.as_ref()])? =>
        {
            application.granted_amount = application.proposed_amount;
            grant(app, ctx, tx, application, (None, looked.today))
        }
        Some(GrantDecision::Refuse) if looked.policy.automatic.is_some() => {
            application.go(ApplicationState::Refused)?;
            application.decided_at = Some(ctx.now);
            application.version += 1;
            let event =
                tx.record(ctx, application.event("limit_application.refused", ApplicationState::Proposed))?;
            tx.save_application(application, event)
        }
        _ => Ok(()),
    }
}

fn propose(tx: &mut dyn WriteTx, stored: &RuleSetVersion, looked: &Look) -> Outcome<Granting> {
    let table = parse_document::<LimitTable>(&stored.document)?;
    let schema = LimitTable::schema(tx.declared_attributes()?);
    Ok(CompiledTable::compile(&table, stored.version, &schema)?.decide(&looked.facts, looked.currency))
}
