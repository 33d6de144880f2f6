//! Handing an application in: the table proposes, and either grants within its authority or leaves it to people.

use chrono::TimeDelta;
use domain::access::Permission;
use domain::credit::approval::{ApplicationState, ApprovalPolicy, Asked};
use domain::credit::facts::Fact;
use domain::credit::granting::{CompiledTable, GrantDecision, Granting, LimitTable};
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::rules::evaluate::FactValues;
use domain::rules::finding::parse_document;
use kernel::id::LimitApplicationId;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal, Error, Outcome};

use super::facts::gather;
use super::grant::grant;
use super::{LimitApplication, locked};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::limits::{EffectiveLimit, codes, limits_now};
use crate::credit::report::report_of;
use crate::credit::rule_sets::RuleSetVersion;
use crate::ctx::Ctx;
use crate::ledger::as_of::AsOfRequest;
use crate::store::WriteTx;

/// The version that rules where the legal entity has none of its own.
const STANDARD: &str = "standard";

/// Hands an application in. Only whoever asked does so.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_application.state`, `limit_application.not_yours`, `approval.policy_missing`,
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
    let currency = Currency::parse("currency", &application.currency)?;
    let of = (application.holder(), Some(currency));
    let report = report_of(tx, ctx, of, (&AsOfRequest::default(), application.legal_entity_id))?;
    let entity = report.leaves.first().map(|leaf| leaf.row.legal_entity_code.clone());
    let at = (report.on.max(application.valid_from), ctx.now);
    let standing = limits_now(tx, report, application.legal_entity_id, at)?;
    let facts = gather(tx, ctx, application, &standing)?;
    let stored = rules(tx, RuleKind::ApprovalPolicy, entity.as_deref())?
        .ok_or_else(|| Error::new(&codes::APPROVAL_POLICY_MISSING))?;
    let policy = parse_document::<ApprovalPolicy>(&stored.document)?;
    let proposal = propose(tx, entity.as_deref(), &facts, currency)?;
    application.go(ApplicationState::Proposed)?;
    application.proposed_amount = proposal.as_ref().and_then(|p| p.amount);
    application.expires_at = Some(ctx.now + TimeDelta::days(policy.expires_days.into()));
    application.version += 1;
    let asked = asked(application, &standing, &facts, currency);
    application.chain = Some(policy.chain(stored.version, &asked));
    let decision = proposal.as_ref().map(|p| p.decision);
    application.proposal = proposal;
    let event = tx.record(ctx, application.event("limit_application.submitted", before))?;
    tx.save_application(application, event)?;
    match decision {
        Some(GrantDecision::Approve) if policy.grants_itself(&asked) => {
            application.granted_amount = application.proposed_amount;
            grant(app, ctx, tx, application, None)
        }
        Some(GrantDecision::Refuse) if policy.automatic.is_some() => {
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

/// The rule set in force for a legal entity: the one of its own code, or the standard one.
fn rules(tx: &mut dyn WriteTx, kind: RuleKind, entity: Option<&str>) -> Outcome<Option<RuleSetVersion>> {
    let own =
        entity.map(|code| tx.active_rule_set(kind, &code.to_lowercase().replace('-', "_"))).transpose()?;
    match own.flatten() {
        Some(own) => Ok(Some(own)),
        None => tx.active_rule_set(kind, STANDARD),
    }
}

/// Without a table people decide without a proposal.
fn propose(
    tx: &mut dyn WriteTx,
    entity: Option<&str>,
    facts: &FactValues,
    currency: Currency,
) -> Outcome<Option<Granting>> {
    let Some(stored) = rules(tx, RuleKind::LimitTable, entity)? else { return Ok(None) };
    let table = parse_document::<LimitTable>(&stored.document)?;
    let schema = LimitTable::schema(tx.declared_attributes()?);
    Ok(Some(CompiledTable::compile(&table, stored.version, &schema)?.decide(facts, currency)))
}

/// What is to be approved: the whole that the holder might owe with it, and what of that nobody covers.
fn asked(
    application: &LimitApplication,
    standing: &EffectiveLimit,
    facts: &FactValues,
    currency: Currency,
) -> Asked {
    let class = facts.get(Fact::ScoreClass.as_str()).as_text().unwrap_or_default().to_owned();
    if application.component.is_some() {
        return Asked { currency, amount: application.amount, uncovered: application.amount, class };
    }
    let kept = standing.effective.layers.iter().filter(|layer| layer.limit_type != application.limit_type);
    let amount = kept.map(|layer| layer.amount).sum::<Decimal>() + application.amount;
    let uncovered = standing.effective.cover(amount).uncovered;
    Asked { currency, amount, uncovered, class }
}
