//! Reading customers.

use actix_web::get;
use actix_web::web::Path;
use app::customers::lists;

use super::dto::{AccountDto, ContactDto, PartyDto, PortfolioDto};
use crate::call::Call;
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// Lists parties.
#[utoipa::path(tag = "customers", responses((status = 200, body = PageOf<PartyDto>)))]
#[get("/v1/parties")]
pub(super) async fn list_parties(call: Call) -> RestResult {
    listing::list::<PartyDto>(call, &lists::PARTIES).await
}

/// One party.
#[utoipa::path(tag = "customers", responses((status = 200, body = PartyDto)))]
#[get("/v1/parties/{party}")]
pub(super) async fn get_party(call: Call, party: Path<String>) -> RestResult {
    listing::get::<PartyDto>(call, &lists::PARTIES, party.into_inner()).await
}

/// Lists accounts, each with what is open and overdue today in its own currency.
#[utoipa::path(tag = "customers", responses((status = 200, body = PageOf<AccountDto>)))]
#[get("/v1/accounts")]
pub(super) async fn list_accounts(call: Call) -> RestResult {
    listing::list::<AccountDto>(call, &lists::ACCOUNTS).await
}

/// One account.
#[utoipa::path(tag = "customers", responses((status = 200, body = AccountDto)))]
#[get("/v1/accounts/{account}")]
pub(super) async fn get_account(call: Call, account: Path<String>) -> RestResult {
    listing::get::<AccountDto>(call, &lists::ACCOUNTS, account.into_inner()).await
}

/// Lists contacts.
#[utoipa::path(tag = "customers", responses((status = 200, body = PageOf<ContactDto>)))]
#[get("/v1/contacts")]
pub(super) async fn list_contacts(call: Call) -> RestResult {
    listing::list::<ContactDto>(call, &lists::CONTACTS).await
}

/// One contact.
#[utoipa::path(tag = "customers", responses((status = 200, body = ContactDto)))]
#[get("/v1/contacts/{contact}")]
pub(super) async fn get_contact(call: Call, contact: Path<String>) -> RestResult {
    listing::get::<ContactDto>(call, &lists::CONTACTS, contact.into_inner()).await
}

/// Lists portfolios.
#[utoipa::path(tag = "customers", responses((status = 200, body = PageOf<PortfolioDto>)))]
#[get("/v1/portfolios")]
pub(super) async fn list_portfolios(call: Call) -> RestResult {
    listing::list::<PortfolioDto>(call, &lists::PORTFOLIOS).await
}

/// One portfolio, by id or code.
#[utoipa::path(tag = "customers", responses((status = 200, body = PortfolioDto)))]
#[get("/v1/portfolios/{portfolio}")]
pub(super) async fn get_portfolio(call: Call, portfolio: Path<String>) -> RestResult {
    listing::get::<PortfolioDto>(call, &lists::PORTFOLIOS, portfolio.into_inner()).await
}
