//! Back-tests.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::backtest::start::{StartBacktest, start_backtest as start};
use app::credit::backtest::store::{BacktestRecord, TriedRule};
use app::credit::learning::lists;
use domain::credit::backtest::judge::Conditions;
use domain::credit::backtest::limit_table::{LimitTableRule, VersionRef};
use domain::credit::backtest::scorecard::ScorecardRule;
use kernel::id::{BacktestId, JobId, LegalEntityId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::checks::instant;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// What is tried, one of three: conditions over the facts of credit, refusing coming first; a version of a scorecard; a version of a
/// limit table.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BacktestRule)]
pub(crate) struct RuleDto {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "(behaviour.days_late_180 ?? 0) > 30")]
    refuse_when: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reduce_when: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scorecard: Option<ScorecardDto>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_table: Option<LimitTableDto>,
}

/// A version of a limit table, asked for what was open and what the month brought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BacktestLimitTable)]
pub(crate) struct LimitTableDto {
    #[schema(example = "standard")]
    code: String,
    version: i32,
    /// The version of a scorecard that gives the classes and points it reads; without one they are unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scorecard: Option<VersionDto>,
}

/// A version of a rule set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BacktestVersion)]
pub(crate) struct VersionDto {
    #[schema(example = "standard")]
    code: String,
    version: i32,
}

/// A version of a scorecard, and what its classes would have meant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BacktestScorecard)]
pub(crate) struct ScorecardDto {
    #[schema(example = "standard")]
    code: String,
    version: i32,
    /// Classes that would have been refused.
    refuse_classes: Vec<String>,
    /// Classes that would have been given less.
    #[serde(default)]
    reduce_classes: Vec<String>,
}

/// A rule tried on the past.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Backtest)]
pub(crate) struct BacktestDto {
    #[schema(example = "bkt_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    legal_entity_id: String,
    /// `running`, `finished` or `failed`.
    state: String,
    state_reason: Option<String>,
    /// `recorded`: only what was in the books at each decision. `effective`: by business dates, also what was entered later.
    knowledge: String,
    #[schema(format = Date)]
    from: String,
    /// The first month that is not tried.
    #[schema(format = Date)]
    until: String,
    rule: RuleDto,
    /// The rule it is compared with; what was really done when null.
    against: Option<RuleDto>,
    /// By currency: what was accepted, reduced and refused with what came of it, what could not be judged and why, the difference
    /// to the other rule, and the accounts concerned. There once finished; see the guide on models.
    #[schema(value_type = Option<Vec<Object>>)]
    report: Option<Value>,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    job_id: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartBacktest)]
pub(crate) struct StartBody {
    legal_entity_id: String,
    /// A day of the first month.
    #[schema(format = Date)]
    from: String,
    /// A day of the month after the last; the present month when absent.
    #[schema(format = Date)]
    until: Option<String>,
    /// `recorded` or `effective`; `recorded` when absent.
    knowledge: Option<String>,
    rule: RuleDto,
    /// A rule to compare with; what was really done when absent.
    against: Option<RuleDto>,
}

impl From<RuleDto> for TriedRule {
    fn from(rule: RuleDto) -> Self {
        let RuleDto { refuse_when, reduce_when, scorecard, limit_table } = rule;
        let conditions = refuse_when.is_some() || reduce_when.is_some();
        match (scorecard, limit_table) {
            (None, None) => Self::Conditions(Conditions { refuse_when, reduce_when }),
            (Some(ScorecardDto { code, version, refuse_classes, reduce_classes }), None) if !conditions => {
                Self::Scorecard { scorecard: ScorecardRule { code, version, refuse_classes, reduce_classes } }
            }
            (None, Some(LimitTableDto { code, version, scorecard })) if !conditions => {
                let scorecard = scorecard.map(|VersionDto { code, version }| VersionRef { code, version });
                Self::LimitTable { limit_table: LimitTableRule { code, version, scorecard } }
            }
            // Several are none: a rule without conditions is refused, with the reason.
            (Some(_), _) | (_, Some(_)) => {
                Self::Conditions(Conditions { refuse_when: None, reduce_when: None })
            }
        }
    }
}

impl From<TriedRule> for RuleDto {
    fn from(rule: TriedRule) -> Self {
        let none = Self { refuse_when: None, reduce_when: None, scorecard: None, limit_table: None };
        match rule {
            TriedRule::Conditions(Conditions { refuse_when, reduce_when }) => {
                Self { refuse_when, reduce_when, ..none }
            }
            TriedRule::LimitTable { limit_table: LimitTableRule { code, version, scorecard } } => {
                let scorecard = scorecard.map(|VersionRef { code, version }| VersionDto { code, version });
                Self { limit_table: Some(LimitTableDto { code, version, scorecard }), ..none }
            }
            TriedRule::Scorecard { scorecard } => {
                let ScorecardRule { code, version, refuse_classes, reduce_classes } = scorecard;
                let scorecard = Some(ScorecardDto { code, version, refuse_classes, reduce_classes });
                Self { scorecard, ..none }
            }
        }
    }
}

impl Versioned for BacktestDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<BacktestRecord> for BacktestDto {
    fn from(record: BacktestRecord) -> Self {
        Self {
            id: BacktestId(record.id).to_string(),
            legal_entity_id: LegalEntityId(record.legal_entity_id).to_string(),
            state: record.state.to_string(),
            state_reason: record.state_reason,
            knowledge: record.knowledge.to_string(),
            from: record.from_on.to_string(),
            until: record.until_on.to_string(),
            rule: record.rule.into(),
            against: record.against.map(RuleDto::from),
            report: record.report,
            started_at: instant(record.started_at),
            finished_at: record.finished_at.map(instant),
            job_id: JobId(record.job_id).to_string(),
        }
    }
}

/// Lists back-tests, the newest first.
#[utoipa::path(tag = "models", responses((status = 200, body = PageOf<BacktestDto>)))]
#[get("/v1/backtests")]
pub(super) async fn list_backtests(call: Call) -> RestResult {
    listing::list::<BacktestDto>(call, &lists::BACKTESTS).await
}

/// Tries a rule on the past of a legal entity, as a job: whom it would have refused, what that would have saved and cost.
#[utoipa::path(tag = "models", request_body = StartBody, responses((status = 201, body = BacktestDto)))]
#[post("/v1/backtests")]
pub(super) async fn start_backtest(cmd: Cmd<StartBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let StartBody { legal_entity_id, from, until, knowledge, rule, against } = body;
    let legal_entity = LegalEntityId::parse(&legal_entity_id).map_err(|e| call.problem(e))?;
    let (rule, against) = (rule.into(), against.map(TriedRule::from));
    let cmd = StartBacktest { legal_entity, from, until, knowledge, rule, against };
    let answer = call.run(move |app, ctx| start(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(BacktestDto::from))
}

/// One back-test with its report.
#[utoipa::path(tag = "models", responses((status = 200, body = BacktestDto)))]
#[get("/v1/backtests/{backtest}")]
pub(super) async fn get_backtest(call: Call, backtest: Path<String>) -> RestResult {
    listing::get::<BacktestDto>(call, &lists::BACKTESTS, backtest.into_inner()).await
}
