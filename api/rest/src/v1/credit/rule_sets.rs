//! Operations on versioned rule sets.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::rule_sets::{self, RuleSetVersion, lists};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;
use crate::v1::rules::{FactDto, RuleCheckDto, RuleDocumentBody};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_rule_sets)
        .service(list_rule_facts)
        .service(check_rule_set)
        .service(create_rule_set_draft)
        .service(get_rule_set)
        .service(get_rule_set_version)
        .service(activate_rule_set);
}

/// A rule set in a list, without its document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleSetSummary)]
struct RuleSetSummaryDto {
    #[schema(example = "alert_rules")]
    kind: String,
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
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// One version of a rule set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSet)]
struct RuleSetDto {
    #[schema(example = "alert_rules")]
    kind: String,
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
    /// With `retired_at`: while it was in force.
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    /// What checking found; told when a draft is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<RuleCheckDto>,
}

impl Versioned for RuleSetDto {
    fn version(&self) -> Option<i64> {
        Some(self.version.into())
    }

    /// The version is that of the document; its state changes beside it.
    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<RuleSetVersion> for RuleSetDto {
    fn from(version: RuleSetVersion) -> Self {
        Self {
            kind: version.kind.to_string(),
            code: version.code,
            version: version.version,
            state: version.state,
            document: version.document,
            created_at: answer::instant(version.created_at),
            activated_at: version.activated_at.map(answer::instant),
            retired_at: version.retired_at.map(answer::instant),
            check: None,
        }
    }
}

/// Lists rule sets of every kind, every version.
#[utoipa::path(tag = "rules", responses((status = 200, body = PageOf<RuleSetSummaryDto>)))]
#[get("/v1/rule-sets")]
async fn list_rule_sets(call: Call) -> RestResult {
    listing::list::<RuleSetSummaryDto>(call, &lists::RULE_SETS).await
}

/// Every fact that expressions of a kind of rule set may read, with type and meaning.
#[utoipa::path(tag = "rules", responses((status = 200, body = Vec<FactDto>)))]
#[get("/v1/rule-sets/{kind}/facts")]
async fn list_rule_facts(call: Call, kind: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let facts = call.run(move |app, ctx| rule_sets::facts(app, ctx, &kind)).await?;
    answer::json_of(&call, &facts.into_iter().map(FactDto::from).collect::<Vec<_>>())
}

/// Checks a document without keeping it; every problem is listed.
#[utoipa::path(tag = "rules", request_body = RuleDocumentBody, responses((status = 200, body = RuleCheckDto)))]
#[post("/v1/rule-sets/{kind}/check")]
async fn check_rule_set(cmd: Cmd<RuleDocumentBody>, kind: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let check = call.run(move |app, ctx| rule_sets::check(app, ctx, &kind, &body.document)).await?;
    answer::json_of(&call, &RuleCheckDto::from(check))
}

/// Keeps a document as the next draft version of its rule set. A draft may have errors; the answer lists them.
#[utoipa::path(tag = "rules", request_body = RuleDocumentBody, responses((status = 201, body = RuleSetDto)))]
#[post("/v1/rule-sets/{kind}")]
async fn create_rule_set_draft(cmd: Cmd<RuleDocumentBody>, kind: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| rule_sets::create_draft(app, ctx, &kind, &body.document)).await?;
    let answer =
        answer.map(|(version, check)| RuleSetDto { check: Some(check.into()), ..RuleSetDto::from(version) });
    answer::created(&call, &answer)
}

/// The version of a rule set that is in force.
#[utoipa::path(tag = "rules", responses((status = 200, body = RuleSetDto)))]
#[get("/v1/rule-sets/{kind}/{code}")]
async fn get_rule_set(call: Call, path: Path<(String, String)>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let (kind, code) = path.into_inner();
    let found = call.run(move |app, ctx| rule_sets::get(app, ctx, (&kind, &code), None)).await?;
    answer::object(&call, &RuleSetDto::from(found))
}

/// One version of a rule set.
#[utoipa::path(tag = "rules", responses((status = 200, body = RuleSetDto)))]
#[get("/v1/rule-sets/{kind}/{code}/versions/{version}")]
async fn get_rule_set_version(call: Call, path: Path<(String, String, i32)>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let (kind, code, version) = path.into_inner();
    let found = call.run(move |app, ctx| rule_sets::get(app, ctx, (&kind, &code), Some(version))).await?;
    answer::object(&call, &RuleSetDto::from(found))
}

/// Puts a draft into force; the version before it retires. `If-Match` takes the `ETag` of the version in force until now.
#[utoipa::path(tag = "rules", responses((status = 200, body = RuleSetDto)))]
#[post("/v1/rule-sets/{kind}/{code}/versions/{version}/activate")]
async fn activate_rule_set(cmd: Cmd<NoBody>, path: Path<(String, String, i32)>) -> RestResult {
    let (kind, code, version) = path.into_inner();
    let call = cmd.call;
    let answer = call.run(move |app, ctx| rule_sets::activate(app, ctx, (&kind, &code), version)).await?;
    answer::done(&call, &answer.map(RuleSetDto::from))
}
