//! Allocating by hand.

use actix_web::post;
use actix_web::web::Path;
use app::ledger::allocate::{
    Allocate, Allocated, AllocatedLine, AllocationNotice, allocate as allocate_by_hand, explicit_line,
};
use app::ledger::unallocate::{Unallocate, Unallocated, unallocate};
use domain::receivables::kinds::AllocationRule;
use kernel::Outcome;
use kernel::id::{AccountId, AllocationId, ReceivableId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::amount;
use crate::answer::{self, Versioned};
use crate::call::Cmd;
use crate::problem::RestResult;

/// How to allocate a credit.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Allocate)]
pub(crate) struct AllocateBody {
    /// Exactly these items; by rules when empty.
    lines: Vec<AllocateLineBody>,
    /// `by_reference`, `exact_match`, `oldest_first`, in this order by default.
    rules: Vec<String>,
    /// Business date; by default today, or when both documents are issued if that is later.
    #[schema(format = Date)]
    effective_on: Option<String>,
}

/// An item and what it receives.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocateLine)]
pub(crate) struct AllocateLineBody {
    receivable_id: String,
    #[schema(example = "250.5")]
    amount: String,
}

/// From when an allocation is taken back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReverseAllocation)]
pub(crate) struct ReverseBody {
    /// Business date; by default today, or when the allocation took effect if that is later.
    #[schema(format = Date)]
    effective_on: Option<String>,
}

/// What became of a credit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Allocated)]
pub(crate) struct AllocatedDto {
    account_id: String,
    credit_receivable_id: String,
    currency: String,
    /// What is left of the credit, with its sign: zero or negative.
    open_amount: String,
    /// Of the credit, for the next change.
    version: i64,
    allocations: Vec<AllocatedLineDto>,
    notices: Vec<NoticeDto>,
}

/// One allocation made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllocatedLine)]
pub(crate) struct AllocatedLineDto {
    id: String,
    receivable_id: String,
    document_no: String,
    amount: String,
    /// From when it counts.
    #[schema(format = Date)]
    effective_on: String,
    rule: String,
    /// Why this item.
    reason: String,
}

/// Something worth knowing about an allocation that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllocationNotice)]
pub(crate) struct NoticeDto {
    field: String,
    code: String,
    message: String,
}

/// An allocation taken back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReversedAllocation)]
pub(crate) struct ReversedDto {
    id: String,
    account_id: String,
    credit_receivable_id: String,
    debit_receivable_id: String,
    amount: String,
    #[schema(format = Date)]
    effective_on: String,
    version: i64,
}

/// Allocates a credit note or unallocated cash to debit items of its account; send its ETag as If-Match.
#[utoipa::path(tag = "ledger", request_body = AllocateBody, responses((status = 201, body = AllocatedDto)))]
#[post("/v1/receivables/{receivable}/allocations")]
pub(super) async fn allocate(cmd: Cmd<AllocateBody>, receivable: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let cmd = command(&receivable, body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| allocate_by_hand(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(AllocatedDto::from))
}

/// Takes an allocation back by opposite entries; send its ETag as If-Match.
#[utoipa::path(tag = "ledger", request_body = ReverseBody, responses((status = 200, body = ReversedDto)))]
#[post("/v1/allocations/{allocation}/reversal")]
pub(super) async fn reverse_allocation(cmd: Cmd<ReverseBody>, allocation: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let allocation = AllocationId::parse(&allocation).map_err(|e| call.problem(e))?;
    let cmd = Unallocate { allocation, effective_on: body.effective_on };
    let answer = call.run(move |app, ctx| unallocate(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(ReversedDto::from))
}

fn command(credit: &str, body: AllocateBody) -> Outcome<Allocate> {
    let lines = body.lines.iter().enumerate();
    let rule = |text: &String| kernel::text_enum::parse::<AllocationRule>("rules", text);
    Ok(Allocate {
        credit: ReceivableId::parse(credit)?,
        lines: lines
            .map(|(i, line)| explicit_line(i, &line.receivable_id, &line.amount))
            .collect::<Outcome<_>>()?,
        rules: body.rules.iter().map(rule).collect::<Outcome<_>>()?,
        effective_on: body.effective_on,
    })
}

impl From<Allocated> for AllocatedDto {
    fn from(done: Allocated) -> Self {
        let line = |l: AllocatedLine| AllocatedLineDto {
            id: AllocationId(l.allocation).to_string(),
            receivable_id: ReceivableId(l.receivable).to_string(),
            document_no: l.document_no,
            amount: amount(l.amount),
            effective_on: l.effective_on.to_string(),
            rule: l.rule,
            reason: l.reason,
        };
        let notice = |n: AllocationNotice| NoticeDto { field: n.field, code: n.code, message: n.message };
        Self {
            account_id: AccountId(done.account).to_string(),
            credit_receivable_id: ReceivableId(done.credit).to_string(),
            currency: done.currency,
            open_amount: amount(done.open_amount),
            version: done.version,
            allocations: done.lines.into_iter().map(line).collect(),
            notices: done.notices.into_iter().map(notice).collect(),
        }
    }
}

impl From<Unallocated> for ReversedDto {
    fn from(done: Unallocated) -> Self {
        Self {
            id: AllocationId(done.allocation).to_string(),
            account_id: AccountId(done.account).to_string(),
            credit_receivable_id: ReceivableId(done.credit).to_string(),
            debit_receivable_id: ReceivableId(done.debit).to_string(),
            amount: amount(done.amount),
            effective_on: done.effective_on.to_string(),
            version: done.version,
        }
    }
}

impl Versioned for AllocatedDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for ReversedDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
