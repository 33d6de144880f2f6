//! Estimates of open receivables.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::learning::lists;
use app::credit::learning::predict::start_predictions;
use app::credit::learning::store::PredictionRun;
use kernel::id::{JobId, LegalEntityId, ModelId, PredictionRunId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::instant;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// A run that estimates every open receivable of a legal entity.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PredictionRun)]
pub(crate) struct PredictionRunDto {
    #[schema(example = "prn_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    legal_entity_id: String,
    model_id: String,
    #[schema(format = Date)]
    predicted_on: String,
    /// `running`, `finished` or `failed`.
    state: String,
    state_reason: Option<String>,
    predicted_count: i64,
    /// Receivables about which nothing is said.
    abstained_count: i64,
    /// Accounts looked at so far.
    progress_done: i64,
    progress_total: Option<i64>,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    job_id: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartPredictionRun)]
pub(crate) struct StartBody {
    legal_entity_id: String,
}

/// What moved an estimate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PredictionEffect)]
pub(crate) struct EffectDto {
    /// A feature of the model's card.
    feature: String,
    /// On the scale of the logit; positive is later.
    effect: String,
}

/// What the model says of an open receivable. What it may not say, or abstains from, is null.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Prediction)]
pub(crate) struct PredictionDto {
    receivable_id: String,
    document_no: String,
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    currency: String,
    open_amount: String,
    #[schema(format = Date)]
    due_on: String,
    model_id: String,
    #[schema(format = Date)]
    predicted_on: String,
    /// Of being paid after the due date, 0 to 1.
    probability_late: Option<String>,
    /// Of being paid more than 30 days after it.
    probability_late_30: Option<String>,
    /// As many payments are expected to come later as earlier; negative is early.
    expected_days_late: Option<String>,
    /// Four of five payments are expected between these.
    days_late_low: Option<String>,
    days_late_high: Option<String>,
    /// Why nothing is said: `too_few_payments`, `nothing_validated` or `not_open`.
    abstained: Option<String>,
    /// The three features that count most.
    effects: Vec<EffectDto>,
}

/// What the model says of an account: means over its open receivables, weighted by what is open.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountPrediction)]
pub(crate) struct AccountPredictionDto {
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    receivables: i64,
    /// Of these, receivables about which nothing is said.
    abstained: i64,
    #[schema(format = Date)]
    predicted_on: String,
    probability_late: Option<String>,
    probability_late_30: Option<String>,
    expected_days_late: Option<String>,
}

impl Versioned for PredictionRunDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<PredictionRun> for PredictionRunDto {
    fn from(run: PredictionRun) -> Self {
        Self {
            id: PredictionRunId(run.id).to_string(),
            legal_entity_id: LegalEntityId(run.legal_entity_id).to_string(),
            model_id: ModelId(run.model_id).to_string(),
            predicted_on: run.predicted_on.to_string(),
            state: run.state.to_string(),
            state_reason: run.state_reason,
            predicted_count: run.predicted_count,
            abstained_count: run.abstained_count,
            progress_done: run.progress_done,
            progress_total: run.progress_total,
            started_at: instant(run.started_at),
            finished_at: run.finished_at.map(instant),
            job_id: JobId(run.job_id).to_string(),
        }
    }
}

/// Lists prediction runs, the newest first.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<PredictionRunDto>)))]
#[get("/v1/prediction-runs")]
pub(super) async fn list_prediction_runs(call: Call) -> RestResult {
    listing::list::<PredictionRunDto>(call, &lists::PREDICTION_RUNS).await
}

/// Estimates every open receivable of a legal entity by its model in force. It happens by itself after each push and on each day.
#[utoipa::path(tag = "models", request_body = StartBody, responses((status = 201, body = PredictionRunDto)))]
#[post("/v1/prediction-runs")]
pub(super) async fn start_prediction_run(cmd: Cmd<StartBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let legal_entity = LegalEntityId::parse(&body.legal_entity_id).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| start_predictions(app, ctx, legal_entity)).await?;
    answer::created(&call, &answer.map(PredictionRunDto::from))
}

/// One prediction run.
#[utoipa::path(tag = "models", responses((status = 200, body = PredictionRunDto)))]
#[get("/v1/prediction-runs/{prediction_run}")]
pub(super) async fn get_prediction_run(call: Call, prediction_run: Path<String>) -> RestResult {
    listing::get::<PredictionRunDto>(call, &lists::PREDICTION_RUNS, prediction_run.into_inner()).await
}

/// Lists what the model says of open receivables, the most probably late first.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<PredictionDto>)))]
#[get("/v1/predictions")]
pub(super) async fn list_predictions(call: Call) -> RestResult {
    listing::list::<PredictionDto>(call, &lists::PREDICTIONS).await
}

/// Lists what the model says of accounts, those that are expected to pay latest first.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<AccountPredictionDto>)))]
#[get("/v1/account-predictions")]
pub(super) async fn list_account_predictions(call: Call) -> RestResult {
    listing::list::<AccountPredictionDto>(call, &lists::ACCOUNT_PREDICTIONS).await
}
