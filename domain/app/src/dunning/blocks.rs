//! Blocks: dated stops of dunning, on an account or on one item.

use domain::access::Permission;
use domain::dunning::group::BlockReason;
use kernel::id::{AccountId, BlockId, ReceivableId};
use kernel::time::{business_date, parse_date, parse_zone};
use kernel::{Date, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use super::store::AccountRef;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::{ReadTx, WriteTx};

/// A block as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub id: Uuid,
    pub account_id: Uuid,
    /// The one item it is about; the whole account when absent.
    pub receivable_id: Option<Uuid>,
    pub reason: BlockReason,
    pub note: Option<String>,
    pub from: Date,
    /// Last day it holds; until somebody lifts it when absent.
    pub until: Option<Date>,
    pub set_by: String,
    pub recorded_at: Instant,
    pub ended_at: Option<Instant>,
}

/// A new block.
#[derive(Debug, Clone)]
pub struct CreateBlock {
    pub account: AccountId,
    pub receivable: Option<ReceivableId>,
    pub reason: BlockReason,
    pub note: Option<String>,
    /// `YYYY-MM-DD`; today where the legal entity is when absent.
    pub from: Option<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub until: Option<String>,
}

/// An account the caller may reach.
///
/// # Errors
/// `not_found`, also for one out of reach: nobody learns what exists elsewhere.
pub fn account_in_scope(ctx: &Ctx, tx: &mut (impl ReadTx + ?Sized), id: AccountId) -> Outcome<AccountRef> {
    tx.account_ref(id.0)?
        .filter(|a| ctx.scope.includes_account(a.legal_entity_id, a.portfolio_id))
        .ok_or_else(|| not_found("accounts", &id.to_string()))
}

/// Stops dunning of an account or item.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `block.item_unknown`, `block.ends_before_start`, `date.invalid`.
pub fn create_block(app: &App, ctx: &Ctx, cmd: &CreateBlock) -> Outcome<Answer<Block>> {
    ctx.require(Permission::BlockWrite)?;
    let from = cmd.from.as_deref().map(|t| parse_date("from", t)).transpose()?;
    let until = cmd.until.as_deref().map(|t| parse_date("until", t)).transpose()?;
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "dunning.create_block", |tx| {
        let account = account_in_scope(ctx, tx, cmd.account)?;
        if let Some(receivable) = cmd.receivable
            && !tx.receivable_exists(account.id, receivable.0)?
        {
            let message = format!("{} is no receivable of {}", receivable, cmd.account);
            return Err(Error::field("receivable_id", &codes::BLOCK_ITEM_UNKNOWN, message));
        }
        let from = match from {
            Some(from) => from,
            None => today_of(tx, account.legal_entity_id, ctx.now)?,
        };
        if until.is_some_and(|until| until < from) {
            let message = format!("it begins on {from}");
            return Err(Error::field("until", &codes::BLOCK_ENDS_BEFORE_START, message));
        }
        let block = Block {
            id: app.ids.next(),
            account_id: account.id,
            receivable_id: cmd.receivable.map(|r| r.0),
            reason: cmd.reason,
            note: note.clone(),
            from,
            until,
            set_by: ctx.principal.name.clone(),
            recorded_at: ctx.now,
            ended_at: None,
        };
        record_block(ctx, tx, &block, account.legal_entity_id)?;
        Ok(block)
    })
}

pub(super) fn record_block(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    block: &Block,
    legal_entity: Uuid,
) -> Outcome<()> {
    let after = json!({ "reason": block.reason, "from": block.from, "until": block.until, "note": block.note,
        "receivable_id": block.receivable_id.map(ReceivableId) });
    let event = tx.record(
        ctx,
        NewEvent::about("dunning.block_set", "block", block.id)
            .account(block.account_id)
            .legal_entity(legal_entity)
            .change(Value::Null, after),
    )?;
    tx.insert_block(block, event)
}

/// The business day of a legal entity.
pub(crate) fn today_of(tx: &mut dyn WriteTx, legal_entity: Uuid, now: Instant) -> Outcome<Date> {
    let entity = tx.run_entity(legal_entity)?.ok_or_else(|| not_found("legal_entities", ""))?;
    Ok(business_date(now, parse_zone("time_zone", &entity.time_zone)?))
}

/// Lifts a block, at once.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `block.ended`.
pub fn end_block(app: &App, ctx: &Ctx, id: BlockId) -> Outcome<Answer<Block>> {
    ctx.require(Permission::BlockWrite)?;
    command::run(app, ctx, "dunning.end_block", |tx| {
        let mut block = tx.block_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, AccountId(block.account_id))?;
        if block.ended_at.is_some() {
            return Err(Error::new(&codes::BLOCK_ENDED));
        }
        let event = tx.record(
            ctx,
            NewEvent::about("dunning.block_lifted", "block", block.id)
                .account(block.account_id)
                .legal_entity(account.legal_entity_id),
        )?;
        tx.end_block(block.id, ctx.now, event)?;
        block.ended_at = Some(ctx.now);
        Ok(block)
    })
}
