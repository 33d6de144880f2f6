//! Operations on mandants, legal entities and sources.

use actix_web::web::Path;
use actix_web::{get, post, put};
use app::organisation::create_legal_entity::{CreateLegalEntity, create_legal_entity as create_entity};
use app::organisation::create_mandant::{CreateMandant, create_mandant as create};
use app::organisation::create_source::{CreateSource, create_source as create_src};
use app::organisation::lists;
use app::organisation::update_legal_entity::{UpdateLegalEntity, update_legal_entity as update_entity};
use app::organisation::update_mandant::{UpdateMandant, update_mandant as update};
use app::organisation::update_source::{UpdateSource, update_source as update_src};
use kernel::id::{LegalEntityId, MandantId, SourceId};

use super::dto::{
    CreateLegalEntityBody, CreateMandantBody, CreateSourceBody, LegalEntityDto, LegalEntitySettingsDto,
    MandantDto, SourceDto, UpdateMandantBody, UpdateSourceBody,
};
use crate::answer;
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// Lists mandants.
#[utoipa::path(tag = "organisation", responses((status = 200, body = PageOf<MandantDto>)))]
#[get("/v1/mandants")]
pub(super) async fn list_mandants(call: Call) -> RestResult {
    listing::list::<MandantDto>(call, &lists::MANDANTS).await
}

/// One mandant, by id or code.
#[utoipa::path(tag = "organisation", responses((status = 200, body = MandantDto)))]
#[get("/v1/mandants/{mandant}")]
pub(super) async fn get_mandant(call: Call, mandant: Path<String>) -> RestResult {
    listing::get::<MandantDto>(call, &lists::MANDANTS, mandant.into_inner()).await
}

/// Creates a mandant.
#[utoipa::path(tag = "organisation", request_body = CreateMandantBody, responses((status = 201, body = MandantDto)))]
#[post("/v1/mandants")]
pub(super) async fn create_mandant(cmd: Cmd<CreateMandantBody>) -> RestResult {
    let Cmd { call, body: CreateMandantBody { code, name } } = cmd;
    let answer = call.run(move |app, ctx| create(app, ctx, &CreateMandant { code, name })).await?;
    answer::created(&call, &answer.map(MandantDto::from))
}

/// Corrects the name of a mandant; `If-Match` takes the version you saw.
#[utoipa::path(tag = "organisation", request_body = UpdateMandantBody, responses((status = 200, body = MandantDto)))]
#[put("/v1/mandants/{mandant}")]
pub(super) async fn update_mandant(cmd: Cmd<UpdateMandantBody>, mandant: Path<String>) -> RestResult {
    let Cmd { call, body: UpdateMandantBody { name } } = cmd;
    let mandant = MandantId::parse(&mandant).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| update(app, ctx, &UpdateMandant { mandant, name })).await?;
    answer::done(&call, &answer.map(MandantDto::from))
}

/// Lists legal entities.
#[utoipa::path(tag = "organisation", responses((status = 200, body = PageOf<LegalEntityDto>)))]
#[get("/v1/legal-entities")]
pub(super) async fn list_legal_entities(call: Call) -> RestResult {
    listing::list::<LegalEntityDto>(call, &lists::LEGAL_ENTITIES).await
}

/// One legal entity, by id or code.
#[utoipa::path(tag = "organisation", responses((status = 200, body = LegalEntityDto)))]
#[get("/v1/legal-entities/{legal_entity}")]
pub(super) async fn get_legal_entity(call: Call, legal_entity: Path<String>) -> RestResult {
    listing::get::<LegalEntityDto>(call, &lists::LEGAL_ENTITIES, legal_entity.into_inner()).await
}

/// Creates a legal entity.
#[utoipa::path(tag = "organisation", request_body = CreateLegalEntityBody,
    responses((status = 201, body = LegalEntityDto)))]
#[post("/v1/legal-entities")]
pub(super) async fn create_legal_entity(cmd: Cmd<CreateLegalEntityBody>) -> RestResult {
    let Cmd { call, body: CreateLegalEntityBody { mandant_id, code, settings } } = cmd;
    let mandant = MandantId::parse(&mandant_id).map_err(|e| call.problem(e))?;
    let cmd = CreateLegalEntity { mandant, code, settings: settings.into() };
    let answer = call.run(move |app, ctx| create_entity(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(LegalEntityDto::from))
}

/// Replaces the settings of a legal entity; send the ETag you saw as If-Match.
#[utoipa::path(tag = "organisation", request_body = LegalEntitySettingsDto,
    responses((status = 200, body = LegalEntityDto)))]
#[put("/v1/legal-entities/{legal_entity}")]
pub(super) async fn update_legal_entity(
    cmd: Cmd<LegalEntitySettingsDto>,
    legal_entity: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = LegalEntityId::parse(&legal_entity).map_err(|e| call.problem(e))?;
    let cmd = UpdateLegalEntity { id, settings: body.into() };
    let answer = call.run(move |app, ctx| update_entity(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(LegalEntityDto::from))
}

/// Lists sources.
#[utoipa::path(tag = "organisation", responses((status = 200, body = PageOf<SourceDto>)))]
#[get("/v1/sources")]
pub(super) async fn list_sources(call: Call) -> RestResult {
    listing::list::<SourceDto>(call, &lists::SOURCES).await
}

/// One source, by id or code.
#[utoipa::path(tag = "organisation", responses((status = 200, body = SourceDto)))]
#[get("/v1/sources/{source}")]
pub(super) async fn get_source(call: Call, source: Path<String>) -> RestResult {
    listing::get::<SourceDto>(call, &lists::SOURCES, source.into_inner()).await
}

/// Creates a source: an ERP company code that may push.
#[utoipa::path(tag = "organisation", request_body = CreateSourceBody, responses((status = 201, body = SourceDto)))]
#[post("/v1/sources")]
pub(super) async fn create_source(cmd: Cmd<CreateSourceBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let legal_entity = LegalEntityId::parse(&body.legal_entity_id).map_err(|e| call.problem(e))?;
    let cmd = CreateSource {
        legal_entity,
        code: body.code,
        name: body.name,
        gates_dunning: body.gates_dunning,
        snapshot_close_max_percent: body.snapshot_close_max_percent,
    };
    let answer = call.run(move |app, ctx| create_src(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(SourceDto::from))
}

/// Changes name, gate and threshold of a source; `If-Match` takes the version you saw.
#[utoipa::path(tag = "organisation", request_body = UpdateSourceBody, responses((status = 200, body = SourceDto)))]
#[put("/v1/sources/{source}")]
pub(super) async fn update_source(cmd: Cmd<UpdateSourceBody>, source: Path<String>) -> RestResult {
    let Cmd { call, body: UpdateSourceBody { name, gates_dunning, snapshot_close_max_percent } } = cmd;
    let source = SourceId::parse(&source).map_err(|e| call.problem(e))?;
    let cmd = UpdateSource { source, name, gates_dunning, snapshot_close_max_percent };
    let answer = call.run(move |app, ctx| update_src(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(SourceDto::from))
}
