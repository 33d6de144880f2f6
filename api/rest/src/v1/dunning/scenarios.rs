//! Operations on scenarios.

use actix_web::web::Path;
use actix_web::{get, post};
use app::dunning::lists;
use app::dunning::scenarios::{self, Checked, Problem, ScenarioVersion};
use domain::dunning::facts::FactDoc;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

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
    check: Option<ScenarioCheckDto>,
}

/// What is wrong with a scenario, all of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioCheck)]
pub(crate) struct ScenarioCheckDto {
    /// Whether it can be put into force.
    valid: bool,
    problems: Vec<ScenarioProblemDto>,
}

/// One thing that is wrong with a scenario.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioProblem)]
pub(crate) struct ScenarioProblemDto {
    #[schema(example = "steps[2].condition")]
    path: String,
    #[schema(example = "scenario.expression_unknown_fact")]
    code: String,
    /// `error` or `warning`.
    severity: String,
    message: String,
    en: String,
    es: String,
}

/// A fact that conditions may read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioFact)]
pub(crate) struct ScenarioFactDto {
    #[schema(example = "group.total_overdue")]
    path: String,
    /// `bool`, `number` or `text`.
    #[serde(rename = "type")]
    fact_type: String,
    /// Whether it can be unknown; then an expression needs `??`.
    nullable: bool,
    /// The values it can take, where they are known.
    values: Vec<String>,
    en: String,
    es: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioDocument)]
pub(crate) struct ScenarioBody {
    /// The document; see the guide on dunning.
    #[schema(value_type = Object)]
    document: Value,
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
            created_at: super::runs::instant(version.created_at),
            activated_at: version.activated_at.map(super::runs::instant),
            check: None,
        }
    }
}

impl From<Checked> for ScenarioCheckDto {
    fn from(check: Checked) -> Self {
        let problem = |p: Problem| ScenarioProblemDto {
            path: p.path,
            code: p.code,
            severity: p.severity,
            message: p.message,
            en: p.en,
            es: p.es,
        };
        Self { valid: check.valid, problems: check.problems.into_iter().map(problem).collect() }
    }
}

impl From<FactDoc> for ScenarioFactDto {
    fn from(fact: FactDoc) -> Self {
        Self {
            path: fact.path,
            fact_type: fact.fact_type.to_string(),
            nullable: fact.nullable,
            values: fact.values,
            en: fact.en,
            es: fact.es,
        }
    }
}

/// Every fact that conditions of a scenario may read, with type and meaning.
#[utoipa::path(tag = "dunning", responses((status = 200, body = Vec<ScenarioFactDto>)))]
#[get("/v1/scenarios/facts")]
pub(super) async fn list_scenario_facts(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let facts = call.run(scenarios::facts).await?;
    answer::json_of(&call, &facts.into_iter().map(ScenarioFactDto::from).collect::<Vec<_>>())
}

/// Checks a scenario document without keeping it; every problem is listed.
#[utoipa::path(tag = "dunning", request_body = ScenarioBody, responses((status = 200, body = ScenarioCheckDto)))]
#[post("/v1/scenarios/check")]
pub(super) async fn check_scenario(cmd: Cmd<ScenarioBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let check = call.run(move |app, ctx| scenarios::check(app, ctx, &body.document)).await?;
    answer::json_of(&call, &ScenarioCheckDto::from(check))
}

/// Lists scenarios, every version.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<ScenarioSummaryDto>)))]
#[get("/v1/scenarios")]
pub(super) async fn list_scenarios(call: Call) -> RestResult {
    listing::list::<ScenarioSummaryDto>(call, &lists::SCENARIOS).await
}

/// Keeps a document as the next draft version of its scenario. A draft may have errors; the answer lists them.
#[utoipa::path(tag = "dunning", request_body = ScenarioBody, responses((status = 201, body = ScenarioDto)))]
#[post("/v1/scenarios")]
pub(super) async fn create_scenario_draft(cmd: Cmd<ScenarioBody>) -> RestResult {
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
