//! Operations on applications for limits.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::limits::applications::{
    ApplyForLimit, Decide, LimitApplication, Waiting, apply_for_limit, approve_application,
    refuse_application, submit_application, waiting_for_me, withdraw_application,
};
use app::credit::limits::lists::LIMIT_APPLICATIONS;
use kernel::id::{CreditLimitId, LegalEntityId, LimitApplicationId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;
use crate::v1::credit::checks::{amount, instant};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplyForLimit)]
pub(crate) struct ApplyForLimitBody {
    /// `account`, `party` or `group`.
    holder_kind: String,
    holder_id: String,
    /// For this legal entity alone; for all when absent.
    legal_entity_id: Option<String>,
    /// `own`, `temporary` or `group`.
    limit_type: String,
    /// The part of exposure it bounds; the whole when absent.
    component: Option<String>,
    #[schema(example = "EUR")]
    currency: String,
    #[schema(example = "20000.00")]
    amount: String,
    /// Today when absent; what is granted begins today at the earliest.
    #[schema(format = Date)]
    from: Option<String>,
    /// The last day; a temporary limit has one.
    #[schema(format = Date)]
    until: Option<String>,
    /// Days of payment asked for.
    terms_days: Option<u32>,
    reason: String,
    /// Where the papers are that support it.
    attachments: Option<String>,
    /// Hands it in at once.
    #[serde(default)]
    submit: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApproveLimitApplication)]
pub(crate) struct ApproveBody {
    /// What is granted; what was proposed when absent.
    amount: Option<String>,
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefuseLimitApplication)]
pub(crate) struct RefuseBody {
    note: String,
}

/// What somebody said about an application.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LimitApproval)]
pub(crate) struct ApprovalDto {
    /// Place in the chain, from 0.
    level: i64,
    approver_id: String,
    approver_name: String,
    /// In whose place.
    on_behalf_of: Option<String>,
    /// `approve` or `refuse`.
    decision: String,
    amount: Option<String>,
    note: Option<String>,
    #[schema(format = DateTime)]
    decided_at: String,
}

/// An application for a limit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LimitApplication)]
pub(crate) struct ApplicationDto {
    #[schema(example = "lap_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// `account`, `party` or `group`.
    holder_kind: String,
    holder_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_name: Option<String>,
    legal_entity_id: Option<String>,
    limit_type: String,
    component: Option<String>,
    currency: String,
    amount: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    terms_days: Option<i32>,
    reason: String,
    attachments: Option<String>,
    /// `draft`, `submitted`, `proposed`, `in_approval`, `approved`, `refused`, `withdrawn` or `expired`.
    state: String,
    requested_by: String,
    requested_by_name: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    proposed_amount: Option<String>,
    granted_amount: Option<String>,
    /// What the limit table decided: on which values, every row with the cells that failed, and the smallest change that would
    /// alter it.
    #[schema(value_type = Option<Object>)]
    proposal: Option<Value>,
    /// Who has to approve, level by level, by which version of the policy.
    #[schema(value_type = Option<Object>)]
    chain: Option<Value>,
    /// What was said, in order; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approvals: Option<Vec<ApprovalDto>>,
    /// The limit it became.
    limit_id: Option<String>,
    /// Limits that it took the place of.
    replaced: Vec<String>,
    version: i64,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// An application that you may approve now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingApplication)]
pub(crate) struct WaitingDto {
    application: ApplicationDto,
    /// Code of the level that waits.
    level: String,
    /// In whose place you would approve.
    on_behalf_of: Option<String>,
}

impl ApplyForLimitBody {
    fn into_command(self) -> ApplyForLimit {
        ApplyForLimit {
            holder_kind: self.holder_kind,
            holder_id: self.holder_id,
            legal_entity: self.legal_entity_id,
            limit_type: self.limit_type,
            component: self.component,
            currency: self.currency,
            amount: self.amount,
            from: self.from,
            until: self.until,
            terms_days: self.terms_days,
            reason: self.reason,
            attachments: self.attachments,
            submit: self.submit,
        }
    }
}

impl Versioned for ApplicationDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    /// It expires without anybody writing.
    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<LimitApplication> for ApplicationDto {
    fn from(application: LimitApplication) -> Self {
        Self {
            id: LimitApplicationId(application.id).to_string(),
            holder_kind: application.holder_kind.to_string(),
            holder_id: application.holder().public_id(),
            holder_name: None,
            legal_entity_id: application.legal_entity_id.map(|id| LegalEntityId(id).to_string()),
            limit_type: application.limit_type.to_string(),
            component: application.component.map(|part| part.to_string()),
            currency: application.currency,
            amount: amount(application.amount),
            from: application.valid_from.to_string(),
            until: application.valid_until.map(|day| day.to_string()),
            terms_days: application.terms_days,
            reason: application.reason,
            attachments: application.attachments,
            state: application.state.to_string(),
            requested_by: UserId(application.requested_by).to_string(),
            requested_by_name: application.requested_by_name,
            created_at: instant(application.created_at),
            expires_at: application.expires_at.map(instant),
            decided_at: application.decided_at.map(instant),
            proposed_amount: application.proposed_amount.map(amount),
            granted_amount: application.granted_amount.map(amount),
            proposal: application.proposal.and_then(|proposal| serde_json::to_value(proposal).ok()),
            chain: application.chain.and_then(|chain| serde_json::to_value(chain).ok()),
            approvals: None,
            limit_id: application.limit_id.map(|id| CreditLimitId(id).to_string()),
            replaced: application.replaced.into_iter().map(|id| CreditLimitId(id).to_string()).collect(),
            version: application.version.into(),
            allowed_actions: None,
        }
    }
}

impl From<Waiting> for WaitingDto {
    fn from(waiting: Waiting) -> Self {
        Self {
            application: ApplicationDto::from(waiting.application),
            level: waiting.level,
            on_behalf_of: waiting.on_behalf_of.map(|id| UserId(id).to_string()),
        }
    }
}

/// Lists applications for limits, the newest first.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<ApplicationDto>)))]
#[get("/v1/credit/applications")]
pub(super) async fn list_limit_applications(call: Call) -> RestResult {
    listing::list::<ApplicationDto>(call, &LIMIT_APPLICATIONS).await
}

/// Asks for a limit. Handed in, the limit table proposes; what it approves within the authority of the approval policy is granted.
#[utoipa::path(tag = "credit", request_body = ApplyForLimitBody, responses((status = 201, body = ApplicationDto)))]
#[post("/v1/credit/applications")]
pub(super) async fn create_limit_application(cmd: Cmd<ApplyForLimitBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = body.into_command();
    let answer = call.run(move |app, ctx| apply_for_limit(app, ctx, &wanted)).await?;
    answer::created(&call, &answer.map(ApplicationDto::from))
}

/// One application, with proposal, chain and what was said.
#[utoipa::path(tag = "credit", responses((status = 200, body = ApplicationDto)))]
#[get("/v1/credit/applications/{limit_application}")]
pub(super) async fn get_limit_application(call: Call, limit_application: Path<String>) -> RestResult {
    listing::get::<ApplicationDto>(call, &LIMIT_APPLICATIONS, limit_application.into_inner()).await
}

/// Hands a draft in; whoever asked does.
#[utoipa::path(tag = "credit", responses((status = 200, body = ApplicationDto)))]
#[post("/v1/credit/applications/{limit_application}/submit")]
pub(super) async fn submit_limit_application(
    cmd: Cmd<NoBody>,
    limit_application: Path<String>,
) -> RestResult {
    let call = cmd.call;
    let answer = call
        .run(move |app, ctx| submit_application(app, ctx, LimitApplicationId::parse(&limit_application)?))
        .await?;
    answer::done(&call, &answer.map(ApplicationDto::from))
}

/// Approves one step of the chain; the last one sets the limit, unless by then more people have to approve. Nobody approves what they asked for, and people alone approve.
#[utoipa::path(tag = "credit", request_body = ApproveBody, responses((status = 200, body = ApplicationDto)))]
#[post("/v1/credit/applications/{limit_application}/approve")]
pub(super) async fn approve_limit_application(
    cmd: Cmd<ApproveBody>,
    limit_application: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let said = Decide { amount: body.amount, note: body.note };
    let answer = call
        .run(move |app, ctx| {
            approve_application(app, ctx, LimitApplicationId::parse(&limit_application)?, &said)
        })
        .await?;
    answer::done(&call, &answer.map(ApplicationDto::from))
}

/// Refuses; whoever may approve now may refuse, and says why.
#[utoipa::path(tag = "credit", request_body = RefuseBody, responses((status = 200, body = ApplicationDto)))]
#[post("/v1/credit/applications/{limit_application}/refuse")]
pub(super) async fn refuse_limit_application(
    cmd: Cmd<RefuseBody>,
    limit_application: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let said = Decide { amount: None, note: Some(body.note) };
    let answer = call
        .run(move |app, ctx| {
            refuse_application(app, ctx, LimitApplicationId::parse(&limit_application)?, &said)
        })
        .await?;
    answer::done(&call, &answer.map(ApplicationDto::from))
}

/// Takes an application back; whoever asked does.
#[utoipa::path(tag = "credit", responses((status = 200, body = ApplicationDto)))]
#[post("/v1/credit/applications/{limit_application}/withdraw")]
pub(super) async fn withdraw_limit_application(
    cmd: Cmd<NoBody>,
    limit_application: Path<String>,
) -> RestResult {
    let call = cmd.call;
    let answer = call
        .run(move |app, ctx| withdraw_application(app, ctx, LimitApplicationId::parse(&limit_application)?))
        .await?;
    answer::done(&call, &answer.map(ApplicationDto::from))
}

/// Applications that you may approve now, yourself or in somebody's place, the oldest first. For people alone.
#[utoipa::path(tag = "credit", responses((status = 200, body = Vec<WaitingDto>)))]
#[get("/v1/credit/approvals")]
pub(super) async fn list_waiting_approvals(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let waiting = call.run(waiting_for_me).await?;
    answer::json_of(&call, &waiting.into_iter().map(WaitingDto::from).collect::<Vec<_>>())
}
