//! Actions: what decisions propose, and what people do with the proposals.

use domain::access::Permission;
use domain::dunning::group::BlockReason;
use domain::dunning::scenario::{Channel, Mode};
use kernel::id::{AccountId, ActionId};
use kernel::time::parse_date;
use kernel::{Currency, Date, Decimal, Error, ErrorKind, Instant, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::blocks::{Block, account_in_scope, record_block, today_of};
use super::chunk::{ChunkRows, ContactRow};
use super::codes;
use super::edit::{self, Edit};
use super::revalidate::{Verdict, look_again};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

text_enum! {
    /// Life of an action.
    pub enum ActionState {
        /// A person must decide.
        Proposed = "proposed",
        /// Its message is on the way.
        Approved = "approved",
        Executed = "executed",
        Rejected = "rejected",
        /// The facts have overtaken it.
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub account_id: Uuid,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub decision_id: Uuid,
    pub decided_on: Date,
    pub run_id: Uuid,
    pub kind: Channel,
    pub mode: Mode,
    pub state: ActionState,
    pub state_reason: Option<String>,
    pub scenario_code: String,
    pub step_code: String,
    pub step_no: i16,
    pub template_code: String,
    pub purpose: String,
    pub language: Option<String>,
    pub currency: String,
    pub total_amount: Decimal,
    pub item_count: i32,
    /// What a person changed in the proposal; the proposal itself stays as it was decided.
    pub edit: Option<Edit>,
    pub edited_by: Option<Uuid>,
    pub decided_by: Option<Uuid>,
    pub version: i64,
    pub created_at: Instant,
}

/// How many actions may be approved in one call.
pub const APPROVE_MAX: usize = 500;

/// What became of one action of a bulk approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approved {
    pub id: Uuid,
    /// `None` when it was refused.
    pub state: Option<ActionState>,
    /// Code of the refusal, or why it was withdrawn instead.
    pub code: Option<String>,
}

/// Approves a proposal: its message is planned. A proposal that the facts have overtaken (paid, blocked, other amounts)
/// is withdrawn instead; the state and its reason tell which.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `action.not_proposed`, `version.mismatch`.
pub fn approve(app: &App, ctx: &Ctx, id: ActionId) -> Outcome<Answer<Action>> {
    ctx.require(Permission::DunningApprove)?;
    command::run(app, ctx, "dunning.approve_action", |tx| {
        let action = proposal(ctx, tx, id)?;
        command::check_version(ctx, action.version)?;
        approve_one(app, ctx, tx, action)
    })
}

/// Approves many; one that cannot be does not stop the others.
///
/// # Errors
/// `auth.forbidden`, `action.too_many`.
pub fn approve_many(app: &App, ctx: &Ctx, ids: &[ActionId]) -> Outcome<Answer<Vec<Approved>>> {
    ctx.require(Permission::DunningApprove)?;
    if ids.len() > APPROVE_MAX {
        let message = format!("{} actions were named", ids.len());
        return Err(Error::field("ids", &codes::ACTION_TOO_MANY, message));
    }
    // Ascending, so that two bulk approvals never wait for each other in a circle.
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    command::run(app, ctx, "dunning.approve_actions", |tx| {
        ids.iter().map(|id| approved(app, ctx, tx, *id)).collect()
    })
}

fn approved(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, id: ActionId) -> Outcome<Approved> {
    let done = proposal(ctx, tx, id).and_then(|action| approve_one(app, ctx, tx, action));
    match done {
        Ok(action) => Ok(Approved { id: id.0, state: Some(action.state), code: action.state_reason }),
        // A refusal was found before anything was written, so the transaction is sound.
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => {
            Ok(Approved { id: id.0, state: None, code: Some(error.code().text.to_owned()) })
        }
        Err(error) => Err(error),
    }
}

/// An action of the caller's reach that is still a proposal, locked.
pub(super) fn proposal(ctx: &Ctx, tx: &mut dyn WriteTx, id: ActionId) -> Outcome<Action> {
    let action = tx.action_for_update(id.0)?;
    account_in_scope(ctx, tx, AccountId(action.account_id))?;
    if action.state == ActionState::Proposed {
        return Ok(action);
    }
    Err(Error::with(&codes::ACTION_NOT_PROPOSED, format!("{id} is {}", action.state)))
}

fn approve_one(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, mut action: Action) -> Outcome<Action> {
    let verdicts = look_again(tx, &[(action.decision_id, action.decided_on)], ctx.now)?;
    let before = action.state;
    action.decided_by = Some(ctx.principal.id);
    let verdict = verdicts.get(&action.decision_id);
    let kind = if let Some(Verdict::Withdraw(reason, _)) = verdict {
        (action.state, action.state_reason) = (ActionState::Cancelled, Some(reason.clone()));
        "dunning.action_withdrawn"
    } else {
        // Stale data does not stop a person: the message is looked at again before it leaves.
        action.state = ActionState::Approved;
        "dunning.action_approved"
    };
    let event = tx.record(ctx, event_of(kind, &action, json!({ "state": before })))?;
    if action.state == ActionState::Approved {
        let contact = contact_of(app, tx, &action)?;
        let rows = ChunkRows { now: ctx.now, contacts: vec![contact], ..ChunkRows::default() };
        tx.plan_message(&rows, event)?;
    }
    tx.save_action(&action, event)?;
    action.version += 1;
    Ok(action)
}

pub(super) fn event_of(kind: &'static str, action: &Action, before: Value) -> NewEvent {
    let after = json!({ "state": action.state, "state_reason": action.state_reason, "edit": action.edit });
    NewEvent::about(kind, "action", action.id)
        .account(action.account_id)
        .legal_entity(action.legal_entity_id)
        .change(before, after)
}

/// The contact of an action, its edit applied.
fn contact_of(app: &App, tx: &mut dyn WriteTx, action: &Action) -> Outcome<ContactRow> {
    let found = tx.decided_contacts(&[(action.decision_id, action.decided_on)])?;
    let decided = found
        .into_iter()
        .next()
        .ok_or_else(|| Error::new(&crate::codes::INTERNAL).caused_by("the decision of the action is gone"))?;
    let (items, total) = edit::lines(tx, action, &decided)?;
    let edited = action.edit.clone().unwrap_or_default();
    let claimed = items.iter().filter(|i| !i.credit).count();
    Ok(ContactRow {
        account_id: action.account_id,
        action_id: action.id,
        decision_id: action.decision_id,
        decided_on: action.decided_on,
        legal_entity_id: action.legal_entity_id,
        channel: kernel::text_enum::TextEnum::as_str(action.kind),
        mode: action.mode,
        scenario_code: action.scenario_code.clone(),
        step_code: action.step_code.clone(),
        step_no: action.step_no,
        template_code: edited.template_code.unwrap_or_else(|| action.template_code.clone()),
        purpose: edited.purpose.unwrap_or_else(|| action.purpose.clone()),
        language: edited.language.or_else(|| action.language.clone()),
        note: edited.note,
        currency: Currency::parse("currency", &action.currency)?,
        total_amount: total,
        item_count: i32::try_from(claimed).unwrap_or(i32::MAX),
        message_id: Some(app.ids.next()),
        items,
    })
}

/// A rejection.
#[derive(Debug, Clone)]
pub struct Reject {
    pub id: ActionId,
    pub reason: String,
    /// `YYYY-MM-DD`: also blocks the account until then, since otherwise the next run would propose the same again.
    pub block_until: Option<String>,
}

/// Rejects a proposal.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `action.not_proposed`, `version.mismatch`, `text.required`, `date.invalid`,
/// `block.ends_before_start`.
pub fn reject(app: &App, ctx: &Ctx, cmd: &Reject) -> Outcome<Answer<Action>> {
    ctx.require(Permission::DunningApprove)?;
    let reason = text::line("reason", &cmd.reason)?;
    let until = cmd.block_until.as_deref().map(|t| parse_date("block_until", t)).transpose()?;
    command::run(app, ctx, "dunning.reject_action", |tx| {
        let mut action = proposal(ctx, tx, cmd.id)?;
        command::check_version(ctx, action.version)?;
        let before = action.state;
        (action.state, action.state_reason) = (ActionState::Rejected, Some(reason.clone()));
        action.decided_by = Some(ctx.principal.id);
        let event =
            tx.record(ctx, event_of("dunning.action_rejected", &action, json!({ "state": before })))?;
        tx.save_action(&action, event)?;
        if let Some(until) = until {
            block_until(app, ctx, tx, &action, until)?;
        }
        action.version += 1;
        Ok(action)
    })
}

fn block_until(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, action: &Action, until: Date) -> Outcome<()> {
    let from = today_of(tx, action.legal_entity_id, ctx.now)?;
    if until < from {
        let message = format!("it would begin on {from}");
        return Err(Error::field("block_until", &codes::BLOCK_ENDS_BEFORE_START, message));
    }
    let block = Block {
        id: app.ids.next(),
        account_id: action.account_id,
        receivable_id: None,
        reason: BlockReason::InternalReview,
        note: action.state_reason.clone(),
        from,
        until: Some(until),
        set_by: ctx.principal.name.clone(),
        recorded_at: ctx.now,
        ended_at: None,
    };
    record_block(ctx, tx, &block, action.legal_entity_id)
}
