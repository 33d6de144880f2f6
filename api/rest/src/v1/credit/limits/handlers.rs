//! Operations on limits.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::limits::lists::CREDIT_LIMITS;
use app::credit::limits::{EffectiveRequest, effective_limit, end_limit, record_limit};
use app::credit::report::ExposureRequest;
use kernel::id::CreditLimitId;

use super::dto::{CreditLimitDto, EffectiveLimitDto, EndCreditLimitBody, RecordCreditLimitBody};
use crate::answer;
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// Lists limits, those recorded last first; superseded ones are kept.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<CreditLimitDto>)))]
#[get("/v1/credit/limits")]
pub(super) async fn list_credit_limits(call: Call) -> RestResult {
    listing::list::<CreditLimitDto>(call, &CREDIT_LIMITS).await
}

/// Records what an insurer or guarantor says, or the limit of a segment. Trust of your own is applied for.
#[utoipa::path(tag = "credit", request_body = RecordCreditLimitBody, responses((status = 201, body = CreditLimitDto)))]
#[post("/v1/credit/limits")]
pub(super) async fn record_credit_limit(cmd: Cmd<RecordCreditLimitBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = body.into_command();
    let answer = call.run(move |app, ctx| record_limit(app, ctx, &wanted)).await?;
    answer::created(&call, &answer.map(CreditLimitDto::from))
}

/// What an account, party or group may owe on a day, layer by layer, and how it stands to it now.
#[utoipa::path(tag = "credit", responses((status = 200, body = EffectiveLimitDto)), params(
    ("account" = Option<String>, Query, description = "Of this account."),
    ("party" = Option<String>, Query, description = "Of all parties that count as one with this one."),
    ("group" = Option<String>, Query, description = "Of the group under this party."),
    ("legal_entity" = Option<String>, Query, description = "Limits and exposure of this legal entity; of all when absent."),
    ("currency" = Option<String>, Query, description = "Of every figure; the first account's when absent."),
    ("on" = Option<String>, Query, description = "On this day; today when absent."),
    ("known_at" = Option<String>, Query, description = "As it was known at this instant; now when absent."),
))]
#[get("/v1/credit/limits/effective")]
pub(super) async fn get_effective_limit(call: Call) -> RestResult {
    let known = ["account", "party", "group", "legal_entity", "currency", "on", "known_at"];
    let params = Params::read(&call, &known)?;
    let request = EffectiveRequest {
        holder: ExposureRequest {
            account: params.text("account"),
            party: params.text("party"),
            group: params.text("group"),
            currency: params.text("currency"),
            ..ExposureRequest::default()
        },
        legal_entity: params.text("legal_entity"),
        on: params.text("on"),
        known_at: params.text("known_at"),
    };
    let found = call.run(move |app, ctx| effective_limit(app, ctx, &request)).await?;
    answer::json_of(&call, &EffectiveLimitDto::from(found))
}

/// One limit.
#[utoipa::path(tag = "credit", responses((status = 200, body = CreditLimitDto)))]
#[get("/v1/credit/limits/{credit_limit}")]
pub(super) async fn get_credit_limit(call: Call, credit_limit: Path<String>) -> RestResult {
    listing::get::<CreditLimitDto>(call, &CREDIT_LIMITS, credit_limit.into_inner()).await
}

/// Ends a limit before its time. What was true before stays askable.
#[utoipa::path(tag = "credit", request_body = EndCreditLimitBody, responses((status = 200, body = CreditLimitDto)))]
#[post("/v1/credit/limits/{credit_limit}/end")]
pub(super) async fn end_credit_limit(cmd: Cmd<EndCreditLimitBody>, credit_limit: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = body.into_command();
    let answer =
        call.run(move |app, ctx| end_limit(app, ctx, CreditLimitId::parse(&credit_limit)?, &wanted)).await?;
    answer::done(&call, &answer.map(CreditLimitDto::from))
}
