//! Terms asked for single customers.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::terms::lists::TERM_DEVIATIONS;
use app::credit::terms::{
    ApproveDeviation, ApprovedDeviation, RequestDeviation, Settle, TermDeviation, approve_deviation,
    end_deviation, request_deviation, settle_deviation,
};
use kernel::id::{AccountId, TermDeviationId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::super::checks::instant;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_term_deviations)
        .service(create_term_deviation)
        .service(get_term_deviation)
        .service(approve_term_deviation)
        .service(refuse_term_deviation)
        .service(withdraw_term_deviation)
        .service(end_term_deviation);
}

/// Terms asked for one customer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TermDeviation)]
struct TermDeviationDto {
    #[schema(example = "tdv_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Code of the catalogue.
    payment_term: String,
    /// For invoices issued from this day.
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    /// `requested`, `approved`, `refused` or `withdrawn`.
    state: String,
    reason: String,
    requested_by: String,
    requested_by_name: String,
    #[schema(format = DateTime)]
    requested_at: String,
    /// The user who made the key that asked: counts as who asked.
    key_made_by: Option<String>,
    /// Above the cap of the law, as who asked knew.
    acknowledged_above_cap: bool,
    decided_by: Option<String>,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    decision_note: Option<String>,
    /// The document of the terms as it was approved: the catalogue may say something else since.
    #[schema(value_type = Option<Object>)]
    term: Option<Value>,
    /// Above the cap of the law, as who approved knew.
    approved_above_cap: bool,
    /// Who ended it before its time, or had other terms approved in its place.
    ended_by: Option<String>,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    version: i64,
    /// What it took the place of; told when it is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced: Option<Vec<ReplacedDto>>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// Terms that others took the place of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplacedTermDeviation)]
struct ReplacedDto {
    id: String,
    payment_term: String,
    /// `approved` until the day it was ended on, or `withdrawn`.
    state: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestTermDeviation)]
struct RequestDeviationBody {
    account_id: String,
    /// Code of the catalogue.
    payment_term: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    reason: String,
    /// You know that the terms are above the cap of the law for this customer, and want them all the same.
    #[serde(default)]
    acknowledged_above_cap: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApproveTermDeviation)]
struct ApproveBody {
    note: Option<String>,
    /// What is approved already for some of its days ends the day before it begins, or is withdrawn where it would begin later.
    #[serde(default)]
    replace: bool,
    /// You know that the terms are above the cap of the law for this customer.
    #[serde(default)]
    acknowledged_above_cap: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndTermDeviation)]
struct EndBody {
    /// The last day it holds; today when absent.
    #[schema(format = Date)]
    until: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefuseTermDeviation)]
struct RefuseBody {
    note: Option<String>,
}

impl Versioned for TermDeviationDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<TermDeviation> for TermDeviationDto {
    fn from(deviation: TermDeviation) -> Self {
        Self {
            id: TermDeviationId(deviation.id).to_string(),
            account_id: AccountId(deviation.account_id).to_string(),
            account_number: None,
            account_name: None,
            payment_term: deviation.payment_term_code,
            from: deviation.from.to_string(),
            until: deviation.until.map(|day| day.to_string()),
            state: deviation.state.to_string(),
            reason: deviation.reason,
            requested_by: UserId(deviation.requested_by).to_string(),
            requested_by_name: deviation.requested_by_name,
            requested_at: instant(deviation.requested_at),
            key_made_by: deviation.key_made_by.map(|id| UserId(id).to_string()),
            acknowledged_above_cap: deviation.acknowledged_above_cap,
            decided_by: deviation.decided_by,
            decided_at: deviation.decided_at.map(instant),
            decision_note: deviation.decision_note,
            term: deviation.term,
            approved_above_cap: deviation.approved_above_cap,
            ended_by: deviation.ended_by,
            ended_at: deviation.ended_at.map(instant),
            version: deviation.version.into(),
            replaced: None,
            allowed_actions: None,
        }
    }
}

impl From<TermDeviation> for ReplacedDto {
    fn from(deviation: TermDeviation) -> Self {
        Self {
            id: TermDeviationId(deviation.id).to_string(),
            payment_term: deviation.payment_term_code,
            state: deviation.state.to_string(),
            from: deviation.from.to_string(),
            until: deviation.until.map(|day| day.to_string()),
        }
    }
}

impl From<ApprovedDeviation> for TermDeviationDto {
    fn from(approved: ApprovedDeviation) -> Self {
        let replaced = approved.replaced.into_iter().map(ReplacedDto::from).collect();
        Self { replaced: Some(replaced), ..Self::from(approved.deviation) }
    }
}

/// Lists terms asked for single customers, the newest first.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<TermDeviationDto>)))]
#[get("/v1/term-deviations")]
async fn list_term_deviations(call: Call) -> RestResult {
    listing::list::<TermDeviationDto>(call, &TERM_DEVIATIONS).await
}

/// Asks for other terms for a customer. They count for invoices issued within the dates, once somebody else approves.
#[utoipa::path(tag = "credit", request_body = RequestDeviationBody, responses((status = 201, body = TermDeviationDto)))]
#[post("/v1/term-deviations")]
async fn create_term_deviation(cmd: Cmd<RequestDeviationBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = RequestDeviation {
        account: body.account_id,
        payment_term: body.payment_term,
        from: body.from,
        until: body.until,
        reason: body.reason,
        acknowledged_above_cap: body.acknowledged_above_cap,
    };
    let answer = call.run(move |app, ctx| request_deviation(app, ctx, &wanted)).await?;
    answer::created(&call, &answer.map(TermDeviationDto::from))
}

/// One deviation.
#[utoipa::path(tag = "credit", responses((status = 200, body = TermDeviationDto)))]
#[get("/v1/term-deviations/{term_deviation}")]
async fn get_term_deviation(call: Call, term_deviation: Path<String>) -> RestResult {
    listing::get::<TermDeviationDto>(call, &TERM_DEVIATIONS, term_deviation.into_inner()).await
}

/// Approves what another person asked for, with the terms as the catalogue has them now.
#[utoipa::path(tag = "credit", request_body = ApproveBody, responses((status = 200, body = TermDeviationDto)))]
#[post("/v1/term-deviations/{term_deviation}/approve")]
async fn approve_term_deviation(cmd: Cmd<ApproveBody>, term_deviation: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let approval = ApproveDeviation {
        note: body.note,
        replace: body.replace,
        acknowledged_above_cap: body.acknowledged_above_cap,
    };
    let work = move |app: &app::App, ctx: &app::ctx::Ctx| {
        approve_deviation(app, ctx, TermDeviationId::parse(&term_deviation)?, &approval)
    };
    let answer = call.run(work).await?;
    answer::done(&call, &answer.map(TermDeviationDto::from))
}

/// Refuses what another person asked for.
#[utoipa::path(tag = "credit", request_body = RefuseBody, responses((status = 200, body = TermDeviationDto)))]
#[post("/v1/term-deviations/{term_deviation}/refuse")]
async fn refuse_term_deviation(cmd: Cmd<RefuseBody>, term_deviation: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    settled(call, term_deviation.into_inner(), (Settle::Refuse, body.note)).await
}

/// Takes back what you asked for.
#[utoipa::path(tag = "credit", responses((status = 200, body = TermDeviationDto)))]
#[post("/v1/term-deviations/{term_deviation}/withdraw")]
async fn withdraw_term_deviation(cmd: Cmd<NoBody>, term_deviation: Path<String>) -> RestResult {
    settled(cmd.call, term_deviation.into_inner(), (Settle::Withdraw, None)).await
}

/// Ends terms that were approved, before their time; what has not begun by then is withdrawn. It needs nobody's approval.
#[utoipa::path(tag = "credit", request_body = EndBody, responses((status = 200, body = TermDeviationDto)))]
#[post("/v1/term-deviations/{term_deviation}/end")]
async fn end_term_deviation(cmd: Cmd<EndBody>, term_deviation: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let work = move |app: &app::App, ctx: &app::ctx::Ctx| {
        end_deviation(app, ctx, TermDeviationId::parse(&term_deviation)?, body.until.as_deref())
    };
    let answer = call.run(work).await?;
    answer::done(&call, &answer.map(TermDeviationDto::from))
}

async fn settled(call: Call, id: String, (settle, note): (Settle, Option<String>)) -> RestResult {
    let work = move |app: &app::App, ctx: &app::ctx::Ctx| {
        settle_deviation(app, ctx, TermDeviationId::parse(&id)?, (settle, note.as_deref()))
    };
    let answer = call.run(work).await?;
    answer::done(&call, &answer.map(TermDeviationDto::from))
}
