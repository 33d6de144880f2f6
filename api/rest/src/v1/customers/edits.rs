//! Editing customers by hand.

use actix_web::web::Path;
use actix_web::{patch, post, put};
use app::customers::assign_portfolio::{AssignPortfolio, assign_portfolio as assign};
use app::customers::create_contact::{CreateContact, create_contact as create};
use app::customers::create_portfolio::{CreatePortfolio, create_portfolio as create_set};
use app::customers::edit::{Edit, edit};
use app::customers::update_portfolio::{UpdatePortfolio, update_portfolio as update_set};
use app::customers::{CustomerKind, Edited};
use kernel::id::{AccountId, ContactId, PartyId, PortfolioId};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::bodies::{
    AssignPortfolioBody, CreatePortfolioBody, EditAccountBody, EditContactBody, EditPartyBody,
    NewContactBody, UpdatePortfolioBody,
};
use super::dto::{EditedDto, PortfolioDto};
use crate::answer;
use crate::call::{Call, Cmd};
use crate::problem::{Problem, RestResult};

/// Sets fields of a party by hand, or gives them back to the ERP; send the ETag you saw as If-Match.
#[utoipa::path(tag = "customers", request_body = EditPartyBody, responses((status = 200, body = EditedDto)))]
#[patch("/v1/parties/{party}")]
pub(super) async fn edit_party(cmd: Cmd<EditPartyBody>, party: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = PartyId::parse(&party).map_err(|e| call.problem(e))?.0;
    run(call, CustomerKind::Party, id, &body).await
}

/// Sets fields of an account by hand, or gives them back to the ERP; send the ETag you saw as If-Match.
#[utoipa::path(tag = "customers", request_body = EditAccountBody, responses((status = 200, body = EditedDto)))]
#[patch("/v1/accounts/{account}")]
pub(super) async fn edit_account(cmd: Cmd<EditAccountBody>, account: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = AccountId::parse(&account).map_err(|e| call.problem(e))?.0;
    run(call, CustomerKind::Account, id, &body).await
}

/// Sets fields of a contact by hand, or gives them back to the ERP; send the ETag you saw as If-Match.
#[utoipa::path(tag = "customers", request_body = EditContactBody, responses((status = 200, body = EditedDto)))]
#[patch("/v1/contacts/{contact}")]
pub(super) async fn edit_contact(cmd: Cmd<EditContactBody>, contact: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = ContactId::parse(&contact).map_err(|e| call.problem(e))?.0;
    run(call, CustomerKind::Contact, id, &body).await
}

/// Creates a contact of an account. No push changes it.
#[utoipa::path(tag = "customers", request_body = NewContactBody, responses((status = 201, body = EditedDto)))]
#[post("/v1/accounts/{account}/contacts")]
pub(super) async fn create_contact(cmd: Cmd<NewContactBody>, account: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let account = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let fields = fields(&call, &body)?;
    let answer = call.run(move |app, ctx| create(app, ctx, &CreateContact { account, fields })).await?;
    answer::created(&call, &answer.map(|edited| EditedDto::new(CustomerKind::Contact, edited)))
}

/// Puts an account into a portfolio, or with `null` takes it out. Who may see the account hangs on this.
#[utoipa::path(tag = "customers", request_body = AssignPortfolioBody, responses((status = 200, body = EditedDto)))]
#[put("/v1/accounts/{account}/portfolio")]
pub(super) async fn assign_portfolio(cmd: Cmd<AssignPortfolioBody>, account: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let account = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let portfolio = body.portfolio_id.as_deref().map(PortfolioId::parse).transpose();
    let portfolio = portfolio.map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| assign(app, ctx, &AssignPortfolio { account, portfolio })).await?;
    answer::done(&call, &answer.map(|edited| EditedDto::new(CustomerKind::Account, edited)))
}

/// Creates a portfolio.
#[utoipa::path(tag = "customers", request_body = CreatePortfolioBody, responses((status = 201, body = PortfolioDto)))]
#[post("/v1/portfolios")]
pub(super) async fn create_portfolio(cmd: Cmd<CreatePortfolioBody>) -> RestResult {
    let Cmd { call, body: CreatePortfolioBody { code, name } } = cmd;
    let answer = call.run(move |app, ctx| create_set(app, ctx, &CreatePortfolio { code, name })).await?;
    answer::created(&call, &answer.map(PortfolioDto::from))
}

/// Corrects the name of a portfolio; `If-Match` takes the version you saw.
#[utoipa::path(tag = "customers", request_body = UpdatePortfolioBody, responses((status = 200, body = PortfolioDto)))]
#[put("/v1/portfolios/{portfolio}")]
pub(super) async fn update_portfolio(cmd: Cmd<UpdatePortfolioBody>, portfolio: Path<String>) -> RestResult {
    let Cmd { call, body: UpdatePortfolioBody { name } } = cmd;
    let portfolio = PortfolioId::parse(&portfolio).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| update_set(app, ctx, &UpdatePortfolio { portfolio, name })).await?;
    answer::done(&call, &answer.map(PortfolioDto::from))
}

/// What an edit names, as a map: `release` apart, and only fields that were sent.
fn fields<B: Serialize>(call: &Call, body: &B) -> Result<Map<String, Value>, Problem> {
    match serde_json::to_value(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Ok(Map::new()),
        Err(e) => Err(call.problem(kernel::Error::new(&app::codes::INTERNAL).caused_by(e))),
    }
}

async fn run<B: Serialize>(call: Call, kind: CustomerKind, id: Uuid, body: &B) -> RestResult {
    let mut set = fields(&call, body)?;
    let release = match set.remove("release") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) | None => Vec::new(),
    };
    let answer = call.run(move |app, ctx| edit(app, ctx, &Edit { kind, id, set, release })).await?;
    answer::done(&call, &answer.map(|edited: Edited| EditedDto::new(kind, edited)))
}
