//! Operations on decisions, and what happens next to an account.

use actix_web::get;
use actix_web::web::Path;
use app::dunning::explain;
use app::dunning::lists;
use app::dunning::outlook::outlook;
use kernel::id::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::Call;
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// A decision about one dunning group in one currency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decision)]
pub(crate) struct DecisionDto {
    #[schema(example = "dec_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// The dunning group: the account that receives the letters.
    account_id: String,
    account_number: String,
    account_name: String,
    run_id: String,
    #[schema(format = Date)]
    decided_on: String,
    dry_run: bool,
    currency: String,
    /// `act`, `hold` or `nothing`.
    outcome: String,
    /// The main reason.
    #[schema(example = "hold.minimum_spacing")]
    reason_code: String,
    step_code: Option<String>,
    step_no: Option<i16>,
    /// What is claimed after credits; may be negative when nothing is.
    total_amount: String,
    credits_amount: String,
    item_count: i32,
    days_overdue_max: i32,
    scenario_code: String,
    scenario_version: i32,
    /// Step, items and credits of the contact; null when there is none.
    #[schema(value_type = Option<Object>)]
    contact: Option<Value>,
    /// The main reason first, each with its values.
    #[schema(value_type = Vec<Object>)]
    reasons: Value,
    /// The smallest single change that would have altered the decision, proven by deciding again.
    #[schema(value_type = Object)]
    counterfactual: Value,
    /// Everything the decision was taken on.
    #[schema(value_type = Object)]
    facts: Value,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// In words; told for one decision, not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationsDto>,
}

/// A decision in both languages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Explanations)]
pub(crate) struct ExplanationsDto {
    en: ExplanationDto,
    es: ExplanationDto,
}

/// What, why, and what would alter it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationDto {
    outcome: String,
    reasons: Vec<String>,
    counterfactual: String,
}

/// What happens next to an account and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningOutlook)]
pub(crate) struct OutlookDto {
    /// The account that receives the letters.
    group_id: String,
    /// The business date it is about.
    #[schema(format = Date)]
    on: String,
    #[schema(format = Date)]
    last_contact_on: Option<String>,
    /// One per currency in which something is owed.
    currencies: Vec<CurrencyOutlookDto>,
}

/// The outlook in one currency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CurrencyOutlook)]
pub(crate) struct CurrencyOutlookDto {
    currency: String,
    scenario_code: String,
    scenario_version: i32,
    /// What a run would decide now: `act`, `hold` or `nothing`.
    outcome: String,
    step_code: Option<String>,
    #[schema(value_type = Vec<Object>)]
    reasons: Value,
    #[schema(value_type = Object)]
    claim: Value,
    #[schema(value_type = Object)]
    counterfactual: Value,
    explanation: ExplanationsDto,
    /// How far a contact is that was decided earlier; it comes before any other.
    open_contact: Option<String>,
    /// The next contact if nothing changes; null when none comes, or while another one is open.
    next: Option<NextContactDto>,
    #[schema(value_type = Vec<Object>)]
    items: Value,
}

/// The next contact.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NextContact)]
pub(crate) struct NextContactDto {
    #[schema(format = Date)]
    on: String,
    step_code: String,
    step_no: u16,
    /// `propose`, `approve` or `automatic`.
    mode: String,
    total: String,
}

impl Versioned for DecisionDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

/// Lists decisions, the newest first. A run keeps those that act, change, or refuse for a new reason.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<DecisionDto>)))]
#[get("/v1/decisions")]
pub(super) async fn list_decisions(call: Call) -> RestResult {
    listing::list::<DecisionDto>(call, &lists::DECISIONS).await
}

/// One decision with its explanation in words, in English and Spanish.
#[utoipa::path(tag = "dunning", responses((status = 200, body = DecisionDto)))]
#[get("/v1/decisions/{decision}")]
pub(super) async fn get_decision(call: Call, decision: Path<String>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let row = call.run(move |app, ctx| explain::decision(app, ctx, &decision)).await?;
    let decision = listing::typed::<DecisionDto>(&call, row)?;
    answer::object(&call, &decision)
}

/// What happens next to an account and why: the decision of this moment, and the next contact.
#[utoipa::path(tag = "dunning", responses((status = 200, body = OutlookDto)))]
#[get("/v1/accounts/{account}/dunning")]
pub(super) async fn get_account_dunning(call: Call, account: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let found = call.run(move |app, ctx| outlook(app, ctx, AccountId::parse(&account)?)).await?;
    answer::json_of(&call, &found)
}
