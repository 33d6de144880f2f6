//! Models: training, cards, putting into force.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::learning::activate::{activate_model as activate, deactivate_model as deactivate};
use app::credit::learning::lists;
use app::credit::learning::store::ModelRecord;
use app::credit::learning::train::{TrainModel, train_model as train};
use kernel::id::{JobId, LegalEntityId, ModelId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::checks::instant;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// A model of how a legal entity's customers pay.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Model)]
pub(crate) struct ModelDto {
    #[schema(example = "mdl_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    legal_entity_id: String,
    /// Counts the models of the legal entity.
    number: i32,
    /// `training`, `trained`, `refused`, `failed`, `active` or `retired`.
    state: String,
    /// Why it is refused or failed: an error code.
    state_reason: Option<String>,
    seed: i64,
    /// It knows what was known before this day.
    #[schema(format = Date)]
    known_on: String,
    /// What it was trained and tested on, and how it did beside the baselines; see the guide on models.
    #[schema(value_type = Option<Object>)]
    card: Option<Value>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    trained_at: Option<String>,
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    job_id: String,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrainModel)]
pub(crate) struct TrainBody {
    legal_entity_id: String,
    /// Decides which customers of a large book are looked at; 1 when absent. The same history and seed give the same model.
    seed: Option<u32>,
}

/// How far a feature or an estimate has moved since training.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ModelDrift)]
pub(crate) struct DriftDto {
    run_id: String,
    model_id: String,
    legal_entity_id: String,
    /// A feature, `probability_late` or `probability_late_30`.
    name: String,
    #[schema(format = Date)]
    measured_on: String,
    /// Population stability index.
    stability_index: String,
    /// `stable` below 0.1, `moved` below 0.25, else `drifted`.
    level: String,
}

impl Versioned for ModelDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<ModelRecord> for ModelDto {
    fn from(model: ModelRecord) -> Self {
        Self {
            id: ModelId(model.id).to_string(),
            legal_entity_id: LegalEntityId(model.legal_entity_id).to_string(),
            number: model.version,
            state: model.state.to_string(),
            state_reason: model.state_reason,
            seed: model.seed,
            known_on: model.known_on.to_string(),
            card: model.card,
            created_at: instant(model.created_at),
            trained_at: model.trained_at.map(instant),
            activated_at: model.activated_at.map(instant),
            retired_at: model.retired_at.map(instant),
            job_id: JobId(model.job_id).to_string(),
            allowed_actions: None,
        }
    }
}

/// Lists models with their cards, the newest first.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<ModelDto>)))]
#[get("/v1/models")]
pub(super) async fn list_models(call: Call) -> RestResult {
    listing::list::<ModelDto>(call, &lists::MODELS).await
}

/// Trains a model on the history of a legal entity, as a job. What is no better than the baselines ends as refused.
#[utoipa::path(tag = "models", request_body = TrainBody, responses((status = 201, body = ModelDto)))]
#[post("/v1/models")]
pub(super) async fn train_model(cmd: Cmd<TrainBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let legal_entity = LegalEntityId::parse(&body.legal_entity_id).map_err(|e| call.problem(e))?;
    let cmd = TrainModel { legal_entity, seed: body.seed };
    let answer = call.run(move |app, ctx| train(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(ModelDto::from))
}

/// One model with its card.
#[utoipa::path(tag = "models", responses((status = 200, body = ModelDto)))]
#[get("/v1/models/{model}")]
pub(super) async fn get_model(call: Call, model: Path<String>) -> RestResult {
    listing::get::<ModelDto>(call, &lists::MODELS, model.into_inner()).await
}

/// Puts a model into force; the one before it retires. Refused for one that did not beat the baselines.
#[utoipa::path(tag = "models", responses((status = 200, body = ModelDto)))]
#[post("/v1/models/{model}/activate")]
pub(super) async fn activate_model(cmd: Cmd<NoBody>, model: Path<String>) -> RestResult {
    let answer = cmd.call.run(move |app, ctx| activate(app, ctx, ModelId::parse(&model)?)).await?;
    answer::done(&cmd.call, &answer.map(ModelDto::from))
}

/// Takes the model in force out of it, with all its estimates.
#[utoipa::path(tag = "models", responses((status = 200, body = ModelDto)))]
#[post("/v1/models/{model}/deactivate")]
pub(super) async fn deactivate_model(cmd: Cmd<NoBody>, model: Path<String>) -> RestResult {
    let answer = cmd.call.run(move |app, ctx| deactivate(app, ctx, ModelId::parse(&model)?)).await?;
    answer::done(&cmd.call, &answer.map(ModelDto::from))
}

/// Lists how far features and estimates have moved, run by run.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<DriftDto>)))]
#[get("/v1/model-drift")]
pub(super) async fn list_model_drift(call: Call) -> RestResult {
    listing::list::<DriftDto>(call, &lists::MODEL_DRIFT).await
}
