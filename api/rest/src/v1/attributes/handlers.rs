//! Operations on declared attributes.

use actix_web::web::Path;
use actix_web::{delete, get, put};
use app::attributes::{declare, key, lists, withdraw};
use domain::attributes::{AttributeDefinition, AttributeOwner};
use kernel::Outcome;
use kernel::text_enum::parse;

use super::dto::{AttributeDto, DeclareAttributeBody};
use crate::answer;
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// Lists declared attributes.
#[utoipa::path(tag = "attributes", responses((status = 200, body = PageOf<AttributeDto>)))]
#[get("/v1/attributes")]
pub(super) async fn list_attributes(call: Call) -> RestResult {
    listing::list::<AttributeDto>(call, &lists::ATTRIBUTES).await
}

/// One declared attribute of a `party`, an `account` or a `receivable`.
#[utoipa::path(tag = "attributes", responses((status = 200, body = AttributeDto)))]
#[get("/v1/attributes/{owner}/{name}")]
pub(super) async fn get_attribute(call: Call, path: Path<(String, String)>) -> RestResult {
    let (owner, name) = path.into_inner();
    let owner = parse::<AttributeOwner>("owner", &owner).map_err(|e| call.problem(e))?;
    listing::get::<AttributeDto>(call, &lists::ATTRIBUTES, key(owner, &name)).await
}

/// Declares an attribute, or changes labels and choices of one. Pushed values of another type are refused from now on.
#[utoipa::path(tag = "attributes", request_body = DeclareAttributeBody, responses((status = 200, body = AttributeDto)))]
#[put("/v1/attributes/{owner}/{name}")]
pub(super) async fn declare_attribute(
    cmd: Cmd<DeclareAttributeBody>,
    path: Path<(String, String)>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let cmd = definition(path.into_inner(), body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| declare::declare(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(AttributeDto::from))
}

fn definition(
    (owner, name): (String, String),
    DeclareAttributeBody { value_type, choices, label_en, label_es }: DeclareAttributeBody,
) -> Outcome<AttributeDefinition> {
    let (owner, value_type) = (parse("owner", &owner)?, parse("type", &value_type)?);
    Ok(AttributeDefinition { owner, name, value_type, choices, label_en, label_es })
}

/// Withdraws the declaration of an attribute; the values stay. Refused while a scenario that is or was in force reads it.
#[utoipa::path(tag = "attributes", responses((status = 204)))]
#[delete("/v1/attributes/{owner}/{name}")]
pub(super) async fn withdraw_attribute(cmd: Cmd<NoBody>, path: Path<(String, String)>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let (owner, name) = path.into_inner();
    let owner = parse::<AttributeOwner>("owner", &owner).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| withdraw::withdraw(app, ctx, owner, &name)).await?;
    answer::nothing(&call, &answer)
}
