//! Lists of the ledger.

use actix_web::get;
use actix_web::web::Path;
use app::ledger::lists;

use super::dto::{AllocationDto, EntryDto, InstrumentDto, ReceivableDto};
use crate::call::Call;
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// Lists receivables, open or settled. Orders by `id` (as recorded) and, of open ones, by `due_on` stay fast on any size.
#[utoipa::path(tag = "ledger", responses((status = 200, body = PageOf<ReceivableDto>)))]
#[get("/v1/receivables")]
pub(super) async fn list_receivables(call: Call) -> RestResult {
    listing::list::<ReceivableDto>(call, &lists::RECEIVABLES).await
}

/// One receivable.
#[utoipa::path(tag = "ledger", responses((status = 200, body = ReceivableDto)))]
#[get("/v1/receivables/{receivable}")]
pub(super) async fn get_receivable(call: Call, receivable: Path<String>) -> RestResult {
    listing::get::<ReceivableDto>(call, &lists::RECEIVABLES, receivable.into_inner()).await
}

/// Lists ledger entries: what changed open amounts. They are never changed themselves.
#[utoipa::path(tag = "ledger", responses((status = 200, body = PageOf<EntryDto>)))]
#[get("/v1/entries")]
pub(super) async fn list_entries(call: Call) -> RestResult {
    listing::list::<EntryDto>(call, &lists::ENTRIES).await
}

/// One ledger entry.
#[utoipa::path(tag = "ledger", responses((status = 200, body = EntryDto)))]
#[get("/v1/entries/{entry}")]
pub(super) async fn get_entry(call: Call, entry: Path<String>) -> RestResult {
    listing::get::<EntryDto>(call, &lists::ENTRIES, entry.into_inner()).await
}

/// Lists allocations of credits to debit items.
#[utoipa::path(tag = "ledger", responses((status = 200, body = PageOf<AllocationDto>)))]
#[get("/v1/allocations")]
pub(super) async fn list_allocations(call: Call) -> RestResult {
    listing::list::<AllocationDto>(call, &lists::ALLOCATIONS).await
}

/// One allocation.
#[utoipa::path(tag = "ledger", responses((status = 200, body = AllocationDto)))]
#[get("/v1/allocations/{allocation}")]
pub(super) async fn get_allocation(call: Call, allocation: Path<String>) -> RestResult {
    listing::get::<AllocationDto>(call, &lists::ALLOCATIONS, allocation.into_inner()).await
}

/// Lists instruments: pagarés, bills, confirming, SEPA debits.
#[utoipa::path(tag = "ledger", responses((status = 200, body = PageOf<InstrumentDto>)))]
#[get("/v1/instruments")]
pub(super) async fn list_instruments(call: Call) -> RestResult {
    listing::list::<InstrumentDto>(call, &lists::INSTRUMENTS).await
}

/// One instrument.
#[utoipa::path(tag = "ledger", responses((status = 200, body = InstrumentDto)))]
#[get("/v1/instruments/{instrument}")]
pub(super) async fn get_instrument(call: Call, instrument: Path<String>) -> RestResult {
    listing::get::<InstrumentDto>(call, &lists::INSTRUMENTS, instrument.into_inner()).await
}
