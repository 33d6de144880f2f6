//! Operations on runs.

use actix_web::web::Path;
use actix_web::{get, post};
use app::dunning::chunk::RunCounts;
use app::dunning::lists;
use app::dunning::replay::{Replayed, replay};
use app::dunning::run::{Run, StartRun, cancel_run, start_run};
use kernel::id::{DecisionId, JobId, LegalEntityId, RunId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// A dunning run.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DunningRun)]
pub(crate) struct RunDto {
    #[schema(example = "run_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    legal_entity_id: String,
    /// Its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    legal_entity: Option<String>,
    #[schema(format = Date)]
    business_on: String,
    /// A simulation: its decisions are kept, nothing is done about them.
    dry_run: bool,
    /// `running`, `finished`, `held`, `failed` or `cancelled`.
    state: String,
    /// Why it is held, failed or was cancelled.
    state_reason: Option<String>,
    #[schema(format = DateTime)]
    known_at: String,
    /// The scenario versions it goes by.
    scenarios: Vec<ScenarioRefDto>,
    /// SHA-256 over all decisions, in hexadecimal; there once it is finished.
    digest: Option<String>,
    counts: RunCountsDto,
    /// Dunning groups decided so far.
    progress_done: i64,
    progress_total: Option<i64>,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    job_id: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// Code and version of a scenario.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScenarioRef)]
pub(crate) struct ScenarioRefDto {
    code: String,
    version: i32,
}

/// How many of what a run decided.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = RunCounts)]
pub(crate) struct RunCountsDto {
    /// Dunning groups looked at.
    groups: i64,
    act: i64,
    hold: i64,
    nothing: i64,
    /// Decisions kept: those that act, change, or refuse for a new reason.
    stored: i64,
    /// Contacts that wait for a person, and contacts planned without one.
    proposed: i64,
    planned: i64,
    /// Earlier proposals that the facts have overtaken.
    withdrawn: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartDunningRun)]
pub(crate) struct StartRunBody {
    legal_entity_id: String,
    /// Today where the legal entity is when absent; another date only with `dry_run`.
    #[schema(format = Date)]
    business_on: Option<String>,
    /// Decide and keep the decisions, act on none.
    #[serde(default)]
    dry_run: bool,
}

/// What a replay found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunReplay)]
pub(crate) struct ReplayDto {
    /// Stored decisions taken again on the facts they were taken on.
    decisions: i64,
    equal: i64,
    /// Decisions that came out differently; at most a hundred are named.
    different: Vec<String>,
    holds: bool,
    digest: String,
    stored_digest: String,
}

impl Versioned for RunDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<Run> for RunDto {
    fn from(run: Run) -> Self {
        let scenarios = run.scenarios.into_iter();
        Self {
            id: RunId(run.id).to_string(),
            legal_entity_id: LegalEntityId(run.legal_entity_id).to_string(),
            legal_entity: None,
            business_on: run.business_on.to_string(),
            dry_run: run.dry_run,
            state: run.state.to_string(),
            state_reason: run.state_reason,
            known_at: answer::instant(run.known_at),
            scenarios: scenarios.map(|(code, version)| ScenarioRefDto { code, version }).collect(),
            digest: run.digest,
            counts: run.counts.into(),
            progress_done: run.progress_done,
            progress_total: run.progress_total,
            started_at: answer::instant(run.started_at),
            finished_at: run.finished_at.map(answer::instant),
            job_id: run.job_id.map(|id| JobId(id).to_string()),
            allowed_actions: None,
        }
    }
}

impl From<RunCounts> for RunCountsDto {
    fn from(counts: RunCounts) -> Self {
        let RunCounts { groups, act, hold, nothing, stored, proposed, planned, withdrawn } = counts;
        Self { groups, act, hold, nothing, stored, proposed, planned, withdrawn }
    }
}

impl From<Replayed> for ReplayDto {
    fn from(found: Replayed) -> Self {
        Self {
            decisions: found.decisions,
            equal: found.equal,
            different: found.different.into_iter().map(|id| DecisionId(id).to_string()).collect(),
            holds: found.holds,
            digest: found.digest,
            stored_digest: found.stored_digest,
        }
    }
}

/// Lists dunning runs, the newest first.
#[utoipa::path(tag = "dunning", responses((status = 200, body = PageOf<RunDto>)))]
#[get("/v1/dunning/runs")]
pub(super) async fn list_dunning_runs(call: Call) -> RestResult {
    listing::list::<RunDto>(call, &lists::DUNNING_RUNS).await
}

/// Starts a run, or answers the one there is for the legal entity and date. A worker carries it out.
#[utoipa::path(tag = "dunning", request_body = StartRunBody,
    responses((status = 201, body = RunDto), (status = 200, body = RunDto, description = "There was one already.")))]
#[post("/v1/dunning/runs")]
pub(super) async fn start_dunning_run(cmd: Cmd<StartRunBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let legal_entity = LegalEntityId::parse(&body.legal_entity_id).map_err(|e| call.problem(e))?;
    let cmd = StartRun { legal_entity, business_on: body.business_on, dry_run: body.dry_run };
    let answer = call.run(move |app, ctx| start_run(app, ctx, &cmd)).await?;
    let is_new = answer.value.is_new;
    let answer = answer.map(|started| RunDto::from(started.run));
    answer::created_or_known(&call, is_new, &answer)
}

/// One run, with its progress.
#[utoipa::path(tag = "dunning", responses((status = 200, body = RunDto)))]
#[get("/v1/dunning/runs/{run}")]
pub(super) async fn get_dunning_run(call: Call, run: Path<String>) -> RestResult {
    listing::get::<RunDto>(call, &lists::DUNNING_RUNS, run.into_inner()).await
}

/// Cancels a run: what it has decided stays, the rest is not decided.
#[utoipa::path(tag = "dunning", responses((status = 200, body = RunDto)))]
#[post("/v1/dunning/runs/{run}/cancel")]
pub(super) async fn cancel_dunning_run(cmd: Cmd<NoBody>, run: Path<String>) -> RestResult {
    let answer = cmd.call.run(move |app, ctx| cancel_run(app, ctx, RunId::parse(&run)?)).await?;
    answer::done(&cmd.call, &answer.map(RunDto::from))
}

/// Takes every stored decision of a finished run again, on the facts it was taken on.
#[utoipa::path(tag = "dunning", responses((status = 200, body = ReplayDto)))]
#[get("/v1/dunning/runs/{run}/replay")]
pub(super) async fn replay_dunning_run(call: Call, run: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let found = call.run(move |app, ctx| replay(app, ctx, RunId::parse(&run)?)).await?;
    answer::json_of(&call, &ReplayDto::from(found))
}
