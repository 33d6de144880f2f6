//! Operations on scenarios.

use actix_web::web::Path;
use actix_web::{get, post};
use app::dunning::lists;
use app::dunning::preview::{PreviewScenario, Previewed, StepDay, preview_scenario as preview};
use app::dunning::scenarios::{self, ScenarioVersion};
use kernel::Outcome;
use kernel::id::LegalEntityId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;
use crate::v1::rules::{FactDto, RuleCheckDto, RuleDocumentBody};

/// A scenario in a list, without its document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioSummary)]
pub(crate) struct ScenarioSummaryDto {
    #[schema(example = "standard")]
    code: String,
    version: i32,
    /// `draft`, `active` or `retired`.
    state: String,
    #[schema(value_type = Object)]
    name: Value,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// One version of a scenario.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scenario)]
pub(crate) struct ScenarioDto {
    #[schema(example = "standard")]
    code: String,
    version: i32,
    /// `draft`, `active` or `retired`.
    state: String,
    /// The document, its fields always in the same order.
    #[schema(value_type = Object)]
    document: Value,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    /// What checking found; told when a draft is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<RuleCheckDto>,
}

/// An unpaid item, and the scenario it is looked at under: a document, or a saved one by its code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioPreviewRequest)]
pub(crate) struct ScenarioPreviewBody {
    /// Whose calendar counts.
    legal_entity_id: String,
    /// A document that need not be saved; it comes before `code`.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    #[schema(example = "standard")]
    code: Option<String>,
    /// Of `code`; the one in force when absent.
    version: Option<i32>,
    #[schema(example = "1250.00")]
    amount: String,
    #[schema(example = "EUR")]
    currency: String,
    #[schema(format = Date)]
    due_on: String,
}

/// A step and the day on which it would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioPreviewStep)]
pub(crate) struct ScenarioPreviewStepDto {
    step_no: u16,
    #[schema(example = "first_reminder")]
    step_code: String,
    #[schema(format = Date)]
    on: String,
}

/// The days on which each step would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioPreview)]
pub(crate) struct ScenarioPreviewDto {
    steps: Vec<ScenarioPreviewStepDto>,
}

impl ScenarioPreviewBody {
    fn command(self) -> Outcome<PreviewScenario> {
        let code = self.code.unwrap_or_else(|| app::dunning::STANDARD.to_owned());
        Ok(PreviewScenario {
            legal_entity: LegalEntityId::parse(&self.legal_entity_id)?,
            scenario: self
                .document
                .map_or(Previewed::Saved { code, version: self.version }, Previewed::Document),
            amount: self.amount,
            currency: self.currency,
            due_on: self.due_on,
        })
    }
}

impl From<StepDay> for ScenarioPreviewStepDto {
    fn from(step: StepDay) -> Self {
        Self { step_no: step.step_no, step_code: step.step_code, on: step.on.to_string() }
    }
}

impl Versioned for ScenarioDto {
    fn version(&self) -> Option<i64> {
        Some(self.version.into())
    }

    /// The version is that of the document; its state changes beside it.
    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<ScenarioVersion> for ScenarioDto {
    fn from(version: ScenarioVersion) -> Self {
        let version = version.in_order();
        Self {
            code: version.code,
            version: version.version,
            state: version.state,
            document: version.document,
            created_at: answer::instant(version.created_at),
            activated_at: version.activated_at.map(answer::instant),
            check: None,
        }
    }
}

/// Every fact that conditions of a scenario may read, with type and meaning.
#[utoipa::path(tag = "dunning", responses((status = 200, body = Vec<FactDto>)))]
#[get("/v1/scenarios/facts")]
pub(super) async fn list_scenario_facts(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let facts = call.run(scenarios::facts).await?;
    answer::json_of(&call, &facts.into_iter().map(FactDto::from).collect::<Vec<_>>())
}

/// Checks a scenario document without keeping it; every problem is listed.
#[utoipa::path(tag = "dunning", request_body = RuleDocumentBody, responses((status = 200, body = RuleCheckDto)))]
#[post("/v1/scenarios/check")]
pub(super) async fn check_scenario(cmd: Cmd<RuleDocumentBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let check = call.run(move |app, ctx| scenarios::check(app, ctx, &body.document)).await?;
    answer::json_of(&call, &RuleCheckDto::from(check))
}

/// Shows on which days each step would be sent for one item that is never paid: under a document that need not be saved, or
/// under a saved version (`standard` in force when nothing is named), by the calendar of a legal entity.
#[utoipa::path(tag = "dunning", request_body = ScenarioPreviewBody, responses((status = 200, body = ScenarioPreviewDto)))]
#[post("/v1/scenarios/preview")]
pub(super) async fn preview_scenario(cmd: Cmd<ScenarioPreviewBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let asked = body.command().map_err(|e| call.problem(e))?;
    let days = call.run(move |app, ctx| preview(app, ctx, &asked)).await?;
    let steps = days.into_iter().map(ScenarioPreviewStepDto::from).collect();
    answer::json_of(&call, &ScenarioPreviewDto { steps })
}

/// Lists scenarios, every version.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<ScenarioSummaryDto>)))]
#[get("/v1/scenarios")]
pub(super) async fn list_scenarios(call: Call) -> RestResult {
    listing::list::<ScenarioSummaryDto>(call, &lists::SCENARIOS).await
}

/// Keeps a document as the next draft version of its scenario. A draft may have errors; the answer lists them.
#[utoipa::path(tag = "dunning", request_body = RuleDocumentBody, responses((status = 201, body = ScenarioDto)))]
#[post("/v1/scenarios")]
pub(super) async fn create_scenario_draft(cmd: Cmd<RuleDocumentBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| scenarios::create_draft(app, ctx, None, &body.document)).await?;
    let answer = answer
        .map(|(version, check)| ScenarioDto { check: Some(check.into()), ..ScenarioDto::from(version) });
    answer::created(&call, &answer)
}

/// The version of a scenario that is in force.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ScenarioDto)))]
#[get("/v1/scenarios/{scenario}")]
pub(super) async fn get_scenario(call: Call, scenario: Path<String>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let found = call.run(move |app, ctx| scenarios::get(app, ctx, &scenario, None)).await?;
    answer::object(&call, &ScenarioDto::from(found))
}

/// One version of a scenario.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ScenarioDto)))]
#[get("/v1/scenarios/{scenario}/versions/{version}")]
pub(super) async fn get_scenario_version(call: Call, path: Path<(String, i32)>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let (code, version) = path.into_inner();
    let found = call.run(move |app, ctx| scenarios::get(app, ctx, &code, Some(version))).await?;
    answer::object(&call, &ScenarioDto::from(found))
}

/// Puts a draft into force; the version before it retires. `If-Match` takes the `ETag` of the version in force until now.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ScenarioDto)))]
#[post("/v1/scenarios/{scenario}/versions/{version}/activate")]
pub(super) async fn activate_scenario(cmd: Cmd<NoBody>, path: Path<(String, i32)>) -> RestResult {
    let (code, version) = path.into_inner();
    let answer = cmd.call.run(move |app, ctx| scenarios::activate(app, ctx, &code, version)).await?;
    answer::done(&cmd.call, &answer.map(ScenarioDto::from))
}
