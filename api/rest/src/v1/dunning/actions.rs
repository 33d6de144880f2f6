//! Operations on actions: proposals and what people do with them.

use actix_web::web::Path;
use actix_web::{get, post, put};
use app::dunning::actions::{self, Action, Approved, Reject};
use app::dunning::edit::{self, Edit, EditAction};
use app::dunning::lists;
use domain::comms::kinds::ContactPurpose;
use kernel::id::{AccountId, ActionId, DecisionId, LegalEntityId, ReceivableId, RunId};
use kernel::{Outcome, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// One thing to do: a message, later a call or a task.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Action)]
pub(crate) struct ActionDto {
    #[schema(example = "act_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    legal_entity_id: String,
    decision_id: String,
    #[schema(format = Date)]
    decided_on: String,
    run_id: String,
    /// `email`.
    kind: String,
    /// `propose`, `approve` or `automatic`.
    mode: String,
    /// `proposed`, `approved`, `executed`, `rejected`, `cancelled` or `failed`.
    state: String,
    /// Why it was rejected or cancelled; a cancelled one names the reason code of the facts that overtook it.
    state_reason: Option<String>,
    scenario_code: String,
    step_code: String,
    step_no: i16,
    template_code: String,
    purpose: String,
    language: Option<String>,
    currency: String,
    /// As decided; `edit` tells what a person made of it.
    total_amount: String,
    item_count: i32,
    edit: Option<ActionEditDto>,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// What a person changed in a proposal; absent fields stay as proposed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ActionEdit)]
pub(crate) struct ActionEditDto {
    #[serde(default)]
    left_out: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// What is claimed with these changes.
    total_amount: String,
    item_count: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditAction)]
pub(crate) struct EditActionBody {
    /// Items the message shall not speak of; their step does not advance.
    #[serde(default)]
    leave_out: Vec<String>,
    template_code: Option<String>,
    /// Which contacts receive it: `dunning`, `statement`, `invoice` or `general`.
    purpose: Option<String>,
    #[schema(example = "en")]
    language: Option<String>,
    /// Printed in the message, for its reader.
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RejectAction)]
pub(crate) struct RejectActionBody {
    reason: String,
    /// Also blocks the account until this day; without it the next run may propose the same again.
    #[schema(format = Date)]
    block_until: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApproveActions)]
pub(crate) struct ApproveActionsBody {
    /// At most 500.
    ids: Vec<String>,
}

/// What became of each action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovedActions)]
pub(crate) struct ApprovedActionsDto {
    actions: Vec<ApprovedDto>,
}

/// What became of one action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovedAction)]
pub(crate) struct ApprovedDto {
    id: String,
    /// `approved`, or `cancelled` when the facts have overtaken it; null when it was refused.
    state: Option<String>,
    /// Code of the refusal, or why it was cancelled.
    code: Option<String>,
}

impl EditActionBody {
    fn into_command(self) -> Outcome<EditAction> {
        let leave_out = self.leave_out.iter().map(|id| ReceivableId::parse(id));
        let purpose = self.purpose.as_deref();
        Ok(EditAction {
            leave_out: leave_out.collect::<Outcome<Vec<_>>>()?,
            template_code: self.template_code,
            purpose: purpose.map(|p| text_enum::parse::<ContactPurpose>("purpose", p)).transpose()?,
            language: self.language,
            note: self.note,
        })
    }
}

impl Versioned for ActionDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for ApprovedActionsDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<Action> for ActionDto {
    fn from(action: Action) -> Self {
        Self {
            id: ActionId(action.id).to_string(),
            account_id: AccountId(action.account_id).to_string(),
            account_number: None,
            account_name: None,
            legal_entity_id: LegalEntityId(action.legal_entity_id).to_string(),
            decision_id: DecisionId(action.decision_id).to_string(),
            decided_on: action.decided_on.to_string(),
            run_id: RunId(action.run_id).to_string(),
            kind: action.kind.to_string(),
            mode: action.mode.to_string(),
            state: action.state.to_string(),
            state_reason: action.state_reason,
            scenario_code: action.scenario_code,
            step_code: action.step_code,
            step_no: action.step_no,
            template_code: action.template_code,
            purpose: action.purpose,
            language: action.language,
            currency: action.currency,
            total_amount: action.total_amount.normalize().to_string(),
            item_count: action.item_count,
            edit: action.edit.map(ActionEditDto::from),
            version: action.version,
            created_at: answer::instant(action.created_at),
            allowed_actions: None,
        }
    }
}

impl From<Edit> for ActionEditDto {
    fn from(edit: Edit) -> Self {
        Self {
            left_out: edit.left_out.into_iter().map(|id| ReceivableId(id).to_string()).collect(),
            template_code: edit.template_code,
            purpose: edit.purpose,
            language: edit.language,
            note: edit.note,
            total_amount: edit.total_amount.normalize().to_string(),
            item_count: edit.item_count,
        }
    }
}

impl From<Vec<Approved>> for ApprovedActionsDto {
    fn from(approved: Vec<Approved>) -> Self {
        let one = |a: Approved| ApprovedDto {
            id: ActionId(a.id).to_string(),
            state: a.state.map(|s| s.to_string()),
            code: a.code,
        };
        Self { actions: approved.into_iter().map(one).collect() }
    }
}

/// Lists actions, the newest first.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<ActionDto>)))]
#[get("/v1/actions")]
pub(super) async fn list_actions(call: Call) -> RestResult {
    listing::list::<ActionDto>(call, &lists::ACTIONS).await
}

/// One action.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ActionDto)))]
#[get("/v1/actions/{action}")]
pub(super) async fn get_action(call: Call, action: Path<String>) -> RestResult {
    listing::get::<ActionDto>(call, &lists::ACTIONS, action.into_inner()).await
}

/// Approves a proposal: its message is planned, or it is cancelled when the facts have overtaken it.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ActionDto)))]
#[post("/v1/actions/{action}/approve")]
pub(super) async fn approve_action(cmd: Cmd<NoBody>, action: Path<String>) -> RestResult {
    let answer = cmd.call.run(move |app, ctx| actions::approve(app, ctx, ActionId::parse(&action)?)).await?;
    answer::done(&cmd.call, &answer.map(ActionDto::from))
}

/// Approves many proposals; one that cannot be approved does not stop the others.
#[utoipa::path(tag = "dunning", request_body = ApproveActionsBody,
    responses((status = 200, body = ApprovedActionsDto)))]
#[post("/v1/actions/approve")]
pub(super) async fn approve_actions(cmd: Cmd<ApproveActionsBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let ids = body.ids.iter().map(|id| ActionId::parse(id)).collect::<Outcome<Vec<_>>>();
    let ids = ids.map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| actions::approve_many(app, ctx, &ids)).await?;
    answer::done(&call, &answer.map(ApprovedActionsDto::from))
}

/// Rejects a proposal.
#[utoipa::path(tag = "dunning", request_body = RejectActionBody, responses((status = 200, body = ActionDto)))]
#[post("/v1/actions/{action}/reject")]
pub(super) async fn reject_action(cmd: Cmd<RejectActionBody>, action: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = ActionId::parse(&action).map_err(|e| call.problem(e))?;
    let cmd = Reject { id, reason: body.reason, block_until: body.block_until };
    let answer = call.run(move |app, ctx| actions::reject(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(ActionDto::from))
}

/// Changes a proposal; the difference is kept beside it. An earlier change is replaced.
#[utoipa::path(tag = "dunning", request_body = EditActionBody, responses((status = 200, body = ActionDto)))]
#[put("/v1/actions/{action}/edit")]
pub(super) async fn edit_action(cmd: Cmd<EditActionBody>, action: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = ActionId::parse(&action).map_err(|e| call.problem(e))?;
    let cmd = body.into_command().map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| edit::edit(app, ctx, id, &cmd)).await?;
    answer::done(&call, &answer.map(ActionDto::from))
}
