//! Operations on scores and on the rating of a party.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::scoring::replay::{Replayed, replay};
use app::credit::scoring::run::{ScoreCounts, ScoreRun, cancel_score_run, start_score_run};
use app::credit::scoring::score::{ScoreParty, ScoreRecord, score_party};
use app::credit::scoring::{STANDARD, lists};
use kernel::id::{JobId, PartyId, ScoreId, ScoreRunId};
use kernel::text_enum::TextEnum as _;
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

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_scores)
        .service(score_one_party)
        .service(get_score)
        .service(replay_score)
        .service(list_score_runs)
        .service(start_scoring)
        .service(get_score_run)
        .service(cancel_scoring);
}

/// What a scorecard gave a party, with the reason of every point.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Score)]
pub(super) struct ScoreDto {
    #[schema(example = "sco_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// The party that stands for all that count as one risk with it.
    party_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party_name: Option<String>,
    /// Code of the scorecard.
    #[schema(example = "standard")]
    scorecard: String,
    scorecard_version: i32,
    #[schema(format = Date)]
    scored_on: String,
    /// `scored` or `refused`.
    outcome: String,
    /// Offset, contributions and cut together.
    points: Option<String>,
    #[schema(example = "B")]
    class: Option<String>,
    former_class: Option<String>,
    former_points: Option<String>,
    /// `by_points`, `held_by_margin`, `knocked_out`, `missing_refused`, `out_of_range` or `too_little_known`.
    reason: String,
    /// The knock-out that decided, or the variable that must be known.
    reason_of: Option<String>,
    explanation: ExplanationDto,
    facts: ScoreFactsDto,
    run_id: Option<String>,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// Until when it was in force; it still is when absent.
    #[schema(format = DateTime)]
    superseded_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// How the points came about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreExplanation)]
pub(super) struct ExplanationDto {
    /// The class of the points alone.
    class_by_points: Option<String>,
    offset: String,
    /// What the bounds of the scale add or take away.
    cut: String,
    lines: Vec<ScoreLineDto>,
    /// The smallest single changes to the classes beside.
    nearest: Vec<NearestDto>,
}

/// What one variable gave.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreLine)]
pub(super) struct ScoreLineDto {
    variable: String,
    /// A decimal as text, a text, a truth value, or nothing.
    value: Value,
    /// Place of the bin that holds the value, from 0.
    bin: Option<u32>,
    /// Absent where the variable is left out.
    points: Option<String>,
    weight: String,
    contribution: String,
    missing: Option<ScoreMissingDto>,
}

/// The policy that took the place of a value.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreMissing)]
pub(super) struct ScoreMissingDto {
    /// `points`, `leave_out`, `refuse`, `worst` or `neutral`.
    policy: String,
    /// `unknown`, `failed` or `no_bin`.
    cause: String,
}

/// What would reach another class.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreNearest)]
pub(super) struct NearestDto {
    /// `better` or `worse`.
    direction: String,
    class: String,
    change: Option<ScoreChangeDto>,
    /// No single fact was found that reaches it: every bin was tried, formulas and conditions were searched.
    none_single: bool,
}

/// One fact with another value, all others as they are; it was tried and gives the class.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreChange)]
pub(super) struct ScoreChangeDto {
    #[schema(example = "behaviour.days_late_365")]
    fact: String,
    from: Value,
    to: Value,
    class: String,
    points: Option<String>,
}

/// The facts it was scored on, by type.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreFacts)]
pub(super) struct ScoreFactsDto {
    #[schema(value_type = Object)]
    numbers: Value,
    #[schema(value_type = Object)]
    texts: Value,
    #[schema(value_type = Object)]
    truths: Value,
    /// Not known.
    unknown: Vec<String>,
}

impl Versioned for ScoreDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl ScoreDto {
    /// # Errors
    /// `internal` when what is stored does not have this shape.
    pub(super) fn of(call: &Call, score: ScoreRecord) -> Result<Self, crate::problem::Problem> {
        Ok(Self {
            id: ScoreId(score.id).to_string(),
            party_id: PartyId(score.party_id).to_string(),
            party_name: None,
            scorecard: score.scorecard_code,
            scorecard_version: score.scorecard_version,
            scored_on: score.scored_on.to_string(),
            outcome: score.outcome.as_str().to_owned(),
            points: score.points.map(|p| p.to_string()),
            class: score.class,
            former_class: score.former_class,
            former_points: score.former_points.map(|p| p.to_string()),
            reason: score.reason.as_str().to_owned(),
            reason_of: score.reason_of,
            explanation: listing::typed(call, score.explanation)?,
            facts: listing::typed(call, score.facts)?,
            run_id: score.run_id.map(|id| ScoreRunId(id).to_string()),
            recorded_at: answer::instant(score.recorded_at),
            superseded_at: score.superseded_at.map(answer::instant),
            allowed_actions: None,
        })
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreParty)]
struct ScorePartyBody {
    party_id: String,
    /// Code of a scorecard; `standard` when absent.
    scorecard: Option<String>,
}

/// What a replay found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoreReplay)]
struct ReplayDto {
    /// Whether every point came out as it was.
    holds: bool,
    points: Option<String>,
    class: Option<String>,
    stored_points: Option<String>,
    stored_class: Option<String>,
    scorecard: String,
    scorecard_version: i32,
}

impl From<Replayed> for ReplayDto {
    fn from(found: Replayed) -> Self {
        Self {
            holds: found.holds,
            points: found.points.map(|p| p.to_string()),
            class: found.class,
            stored_points: found.stored_points.map(|p| p.to_string()),
            stored_class: found.stored_class,
            scorecard: found.scorecard_code,
            scorecard_version: found.scorecard_version,
        }
    }
}

/// A scoring of the whole portfolio.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreRun)]
struct ScoreRunDto {
    #[schema(example = "srn_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    scorecard: String,
    scorecard_version: i32,
    #[schema(format = Date)]
    scored_on: String,
    /// `running`, `finished`, `failed` or `cancelled`.
    state: String,
    state_reason: Option<String>,
    counts: ScoreCountsDto,
    /// Parties scored so far.
    progress_done: i64,
    progress_total: Option<i64>,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    job_id: String,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// How many of what a run did.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = ScoreCounts)]
struct ScoreCountsDto {
    parties: i64,
    /// Scores that say something new; the others stay as they are.
    written: i64,
    /// Of those, where too little is known for a score.
    refused: i64,
    /// Of those, in a better class than before.
    better: i64,
    /// Of those, in a worse class than before.
    worse: i64,
}

impl From<ScoreCounts> for ScoreCountsDto {
    fn from(counts: ScoreCounts) -> Self {
        let ScoreCounts { parties, written, refused, better, worse } = counts;
        Self { parties, written, refused, better, worse }
    }
}

impl Versioned for ScoreRunDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<ScoreRun> for ScoreRunDto {
    fn from(run: ScoreRun) -> Self {
        Self {
            id: ScoreRunId(run.id).to_string(),
            scorecard: run.scorecard_code,
            scorecard_version: run.scorecard_version,
            scored_on: run.scored_on.to_string(),
            state: run.state.to_string(),
            state_reason: run.state_reason,
            counts: run.counts.into(),
            progress_done: run.progress_done,
            progress_total: run.progress_total,
            started_at: answer::instant(run.started_at),
            finished_at: run.finished_at.map(answer::instant),
            job_id: JobId(run.job_id).to_string(),
            allowed_actions: None,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartScoring)]
struct StartScoringBody {
    /// Code of a scorecard; `standard` when absent.
    scorecard: Option<String>,
}

/// Lists scores, those in force and those before them, the newest first.
#[utoipa::path(tag = "scoring", responses((status = 200, body = PageOf<ScoreDto>)))]
#[get("/v1/scores")]
async fn list_scores(call: Call) -> RestResult {
    listing::list::<ScoreDto>(call, &lists::SCORES).await
}

/// Scores a party by the scorecard in force. A score that says the same as the one in force is answered and not written again.
#[utoipa::path(tag = "scoring", request_body = ScorePartyBody,
    responses((status = 201, body = ScoreDto), (status = 200, body = ScoreDto, description = "It says the same as before.")))]
#[post("/v1/scores")]
async fn score_one_party(cmd: Cmd<ScorePartyBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let party = PartyId::parse(&body.party_id).map_err(|e| call.problem(e))?;
    let cmd = ScoreParty { party, scorecard: body.scorecard.unwrap_or_else(|| STANDARD.to_owned()) };
    let answer = call.run(move |app, ctx| score_party(app, ctx, &cmd)).await?;
    let (is_new, score) = (answer.value.is_new, ScoreDto::of(&call, answer.value.score.clone())?);
    let answer = answer.map(|_| score);
    answer::created_or_known(&call, is_new, &answer)
}

/// One score.
#[utoipa::path(tag = "scoring", responses((status = 200, body = ScoreDto)))]
#[get("/v1/scores/{score}")]
async fn get_score(call: Call, score: Path<String>) -> RestResult {
    listing::get::<ScoreDto>(call, &lists::SCORES, score.into_inner()).await
}

/// Scores the facts that were kept with a score again, by the version it was made with.
#[utoipa::path(tag = "scoring", responses((status = 200, body = ReplayDto)))]
#[get("/v1/scores/{score}/replay")]
async fn replay_score(call: Call, score: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let found = call.run(move |app, ctx| replay(app, ctx, ScoreId::parse(&score)?)).await?;
    answer::json_of(&call, &ReplayDto::from(found))
}

/// Lists scorings of the portfolio, the newest first.
#[utoipa::path(tag = "scoring", responses((status = 200, body = PageOf<ScoreRunDto>)))]
#[get("/v1/score-runs")]
async fn list_score_runs(call: Call) -> RestResult {
    listing::list::<ScoreRunDto>(call, &lists::SCORE_RUNS).await
}

/// Starts to score every party with accounts, or answers the run under way. A worker carries it out.
#[utoipa::path(tag = "scoring", request_body = StartScoringBody,
    responses((status = 201, body = ScoreRunDto), (status = 200, body = ScoreRunDto, description = "One is under way.")))]
#[post("/v1/score-runs")]
async fn start_scoring(cmd: Cmd<StartScoringBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let scorecard = body.scorecard.unwrap_or_else(|| STANDARD.to_owned());
    let answer = call.run(move |app, ctx| start_score_run(app, ctx, &scorecard)).await?;
    let is_new = answer.value.is_new;
    let answer = answer.map(|started| ScoreRunDto::from(started.run));
    answer::created_or_known(&call, is_new, &answer)
}

/// One scoring of the portfolio, with its progress.
#[utoipa::path(tag = "scoring", responses((status = 200, body = ScoreRunDto)))]
#[get("/v1/score-runs/{score_run}")]
async fn get_score_run(call: Call, score_run: Path<String>) -> RestResult {
    listing::get::<ScoreRunDto>(call, &lists::SCORE_RUNS, score_run.into_inner()).await
}

/// Cancels a scoring of the portfolio: what is scored stays so, the rest keeps the score it had.
#[utoipa::path(tag = "scoring", responses((status = 200, body = ScoreRunDto)))]
#[post("/v1/score-runs/{score_run}/cancel")]
async fn cancel_scoring(cmd: Cmd<NoBody>, score_run: Path<String>) -> RestResult {
    let run =
        cmd.call.run(move |app, ctx| cancel_score_run(app, ctx, ScoreRunId::parse(&score_run)?)).await?;
    answer::done(&cmd.call, &run.map(ScoreRunDto::from))
}
