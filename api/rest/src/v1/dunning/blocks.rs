//! Operations on blocks.

use actix_web::web::Path;
use actix_web::{get, post};
use app::dunning::blocks::{Block, CreateBlock, create_block as create, end_block as end};
use app::dunning::lists;
use domain::dunning::group::BlockReason;
use kernel::id::{AccountId, BlockId, ReceivableId};
use kernel::{Outcome, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// A dated stop of dunning.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Block)]
pub(crate) struct BlockDto {
    #[schema(example = "blk_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_number: Option<String>,
    /// The one item it is about; the whole account when absent.
    receivable_id: Option<String>,
    /// `dispute`, `promise`, `payment_plan`, `internal_review`, `legal`, `goodwill` or `other`.
    reason: String,
    note: Option<String>,
    #[schema(format = Date)]
    from: String,
    /// Last day it holds; until somebody lifts it when absent.
    #[schema(format = Date)]
    until: Option<String>,
    set_by: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// When it was lifted.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateBlock)]
pub(crate) struct CreateBlockBody {
    account_id: String,
    /// Blocks this item only.
    receivable_id: Option<String>,
    /// `dispute`, `promise`, `payment_plan`, `internal_review`, `legal`, `goodwill` or `other`.
    reason: String,
    note: Option<String>,
    /// Today where the legal entity is when absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// Inclusive; until somebody lifts it when absent.
    #[schema(format = Date)]
    until: Option<String>,
}

impl CreateBlockBody {
    fn into_command(self) -> Outcome<CreateBlock> {
        Ok(CreateBlock {
            account: AccountId::parse(&self.account_id)?,
            receivable: self.receivable_id.as_deref().map(ReceivableId::parse).transpose()?,
            reason: text_enum::parse::<BlockReason>("reason", &self.reason)?,
            note: self.note,
            from: self.from,
            until: self.until,
        })
    }
}

impl Versioned for BlockDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<Block> for BlockDto {
    fn from(block: Block) -> Self {
        Self {
            id: BlockId(block.id).to_string(),
            account_id: AccountId(block.account_id).to_string(),
            account_number: None,
            receivable_id: block.receivable_id.map(|id| ReceivableId(id).to_string()),
            reason: block.reason.to_string(),
            note: block.note,
            from: block.from.to_string(),
            until: block.until.map(|d| d.to_string()),
            set_by: block.set_by,
            recorded_at: answer::instant(block.recorded_at),
            ended_at: block.ended_at.map(answer::instant),
            allowed_actions: None,
        }
    }
}

/// Lists blocks.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<BlockDto>)))]
#[get("/v1/blocks")]
pub(super) async fn list_blocks(call: Call) -> RestResult {
    listing::list::<BlockDto>(call, &lists::BLOCKS).await
}

/// Stops dunning of an account or of one item.
#[utoipa::path(tag = "dunning", request_body = CreateBlockBody, responses((status = 201, body = BlockDto)))]
#[post("/v1/blocks")]
pub(super) async fn create_block(cmd: Cmd<CreateBlockBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| create(app, ctx, &body.into_command()?)).await?;
    answer::created(&call, &answer.map(BlockDto::from))
}

/// One block.
#[utoipa::path(tag = "dunning", responses((status = 200, body = BlockDto)))]
#[get("/v1/blocks/{block}")]
pub(super) async fn get_block(call: Call, block: Path<String>) -> RestResult {
    listing::get::<BlockDto>(call, &lists::BLOCKS, block.into_inner()).await
}

/// Lifts a block, at once.
#[utoipa::path(tag = "dunning", responses((status = 200, body = BlockDto)))]
#[post("/v1/blocks/{block}/end")]
pub(super) async fn end_block(cmd: Cmd<NoBody>, block: Path<String>) -> RestResult {
    let answer = cmd.call.run(move |app, ctx| end(app, ctx, BlockId::parse(&block)?)).await?;
    answer::done(&cmd.call, &answer.map(BlockDto::from))
}
