//! Operations on alerts of credit, and on the runs that look for them.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::alerts::{self, Alert, AlertRun, lists};
use app::ctx::Locale;
use domain::access::Role;
use domain::credit::check::HolderKind;
use kernel::id::{AccountId, JobId, LegalEntityId, RunId};
use kernel::text_enum::{TextEnum as _, parse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::calendar;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::{Problem, RestResult};
use crate::v1::messages::dto::AlertDto;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(acknowledge_alert)
        .service(snooze_alert)
        .service(escalate_alert)
        .service(list_alert_runs)
        .service(start_alert_run)
        .service(get_alert_run)
        .service(get_credit_calendar);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertSnooze)]
struct SnoozeBody {
    /// The day on which it is open again.
    #[schema(format = Date)]
    until: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertEscalation)]
struct EscalateBody {
    /// The role it is handed up to.
    #[schema(example = "manager")]
    to: String,
}

/// Code and version of rules that a run goes by.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertRunRules)]
struct RunRulesDto {
    code: String,
    version: i32,
}

/// What a run came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertRunCounts)]
struct CountsDto {
    /// Holders looked at.
    holders: i64,
    raised: i64,
    resolved: i64,
    escalated: i64,
    /// Whose rest is over.
    woken: i64,
    /// Rules that could not be evaluated for a holder, such as for want of a rate: what stands goes on standing.
    undecided: i64,
}

/// A run that looks for alerts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertRun)]
struct AlertRunDto {
    #[schema(example = "run_0193…")]
    id: String,
    #[schema(format = Date)]
    business_on: String,
    /// `running`, `finished` or `failed`.
    state: String,
    state_reason: Option<String>,
    rule_sets: Vec<RunRulesDto>,
    counts: CountsDto,
    job_id: Option<String>,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
}

impl Versioned for AlertRunDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<AlertRun> for AlertRunDto {
    fn from(run: AlertRun) -> Self {
        let counts = run.counts;
        let rules = |(code, version)| RunRulesDto { code, version };
        Self {
            id: RunId(run.id).to_string(),
            business_on: run.business_on.to_string(),
            state: run.state.to_string(),
            state_reason: run.state_reason,
            rule_sets: run.rule_sets.into_iter().map(rules).collect(),
            counts: CountsDto {
                holders: counts.holders,
                raised: counts.raised,
                resolved: counts.resolved,
                escalated: counts.escalated,
                woken: counts.woken,
                undecided: counts.undecided,
            },
            job_id: run.job_id.map(|id| JobId(id).to_string()),
            started_at: answer::instant(run.started_at),
            finished_at: run.finished_at.map(answer::instant),
        }
    }
}

impl From<Alert> for AlertDto {
    fn from(alert: Alert) -> Self {
        let holder = alert.holder();
        let param = |name: &str| alert.params.get(name).filter(|v| !v.is_null()).cloned();
        Self {
            id: alert.id.to_string(),
            kind: alert.kind.clone(),
            state: alert.state.to_string(),
            severity: alert.severity.to_string(),
            legal_entity_id: alert.legal_entity_id.map(|id| LegalEntityId(id).to_string()),
            account_id: alert.account_id.map(|id| AccountId(id).to_string()),
            holder_kind: alert.holder_kind.map(HolderKind::as_str).map(str::to_owned),
            holder_id: holder.map(|h| h.public_id()),
            message: alert.message.clone(),
            name: param("name"),
            facts: param("facts"),
            rule_set_code: alert.rule_set_code.clone(),
            rule_set_version: alert.rule_set_version,
            due_on: alert.due_on.map(|on| on.to_string()),
            raised_at: answer::instant(alert.raised_at),
            acknowledged_at: alert.acknowledged_at.map(answer::instant),
            acknowledged_by: alert.acknowledged_by.clone(),
            snoozed_until: alert.snoozed_until.map(|on| on.to_string()),
            escalated_at: alert.escalated_at.map(answer::instant),
            escalated_to: alert.escalated_to.clone(),
            resolved_at: alert.resolved_at.map(answer::instant),
            allowed_actions: None,
        }
    }
}

fn alert_id(call: &Call, text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|e| call.problem(app::lists::not_found("alerts", text).caused_by(e)))
}

/// Takes an alert in hand: it is not escalated by itself any more, and ends when its reason does.
#[utoipa::path(tag = "alerts", responses((status = 200, body = AlertDto)))]
#[post("/v1/alerts/{alert}/acknowledge")]
async fn acknowledge_alert(cmd: Cmd<NoBody>, alert: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = alert_id(&call, &alert)?;
    let answer = call.run(move |app, ctx| alerts::acknowledge(app, ctx, id)).await?;
    answer::done(&call, &answer.map(AlertDto::from))
}

/// Puts an alert off until a day: it is open again then, if its reason still holds.
#[utoipa::path(tag = "alerts", request_body = SnoozeBody, responses((status = 200, body = AlertDto)))]
#[post("/v1/alerts/{alert}/snooze")]
async fn snooze_alert(cmd: Cmd<SnoozeBody>, alert: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = alert_id(&call, &alert)?;
    let answer = call.run(move |app, ctx| alerts::snooze(app, ctx, id, &body.until)).await?;
    answer::done(&call, &answer.map(AlertDto::from))
}

/// Hands an alert up to a role.
#[utoipa::path(tag = "alerts", request_body = EscalateBody, responses((status = 200, body = AlertDto)))]
#[post("/v1/alerts/{alert}/escalate")]
async fn escalate_alert(cmd: Cmd<EscalateBody>, alert: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = alert_id(&call, &alert)?;
    let to = parse::<Role>("to", &body.to).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| alerts::escalate(app, ctx, id, to)).await?;
    answer::done(&call, &answer.map(AlertDto::from))
}

/// Lists runs that looked for alerts.
#[utoipa::path(tag = "alerts", responses((status = 200, body = PageOf<AlertRunDto>)))]
#[get("/v1/alert-runs")]
async fn list_alert_runs(call: Call) -> RestResult {
    listing::list::<AlertRunDto>(call, &lists::ALERT_RUNS).await
}

/// Looks for alerts now, by the alert rules in force, about everybody. One run at a time: while one is under way it is answered.
#[utoipa::path(tag = "alerts", responses((status = 201, body = AlertRunDto), (status = 200, body = AlertRunDto)))]
#[post("/v1/alert-runs")]
async fn start_alert_run(cmd: Cmd<NoBody>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let answer = call.run(alerts::start_run).await?;
    let is_new = answer.value.1;
    let answer = answer.map(|(run, _)| AlertRunDto::from(run));
    answer::created_or_known(&call, is_new, &answer)
}

/// One run that looks for alerts.
#[utoipa::path(tag = "alerts", responses((status = 200, body = AlertRunDto)))]
#[get("/v1/alert-runs/{alert_run}")]
async fn get_alert_run(call: Call, alert_run: Path<String>) -> RestResult {
    listing::get::<AlertRunDto>(call, &lists::ALERT_RUNS, alert_run.into_inner()).await
}

/// Dates ahead as iCalendar, in the language of the caller: ends of limits and guarantees, reviews, and what alerts tell of
/// beside them.
#[utoipa::path(tag = "alerts", responses((status = 200, content_type = "text/calendar", body = String)))]
#[get("/v1/credit/calendar.ics")]
async fn get_credit_calendar(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let dates = call.run(alerts::calendar::dates).await?;
    let spanish = call.facts.locale == Locale::Spanish;
    let text = calendar::of(&dates, spanish);
    Ok(answer::bytes(&call, "text/calendar; charset=utf-8", "recobra-credit.ics", text.into_bytes()))
}
