//! Runs that score the portfolio, and the jobs that carry them.

use app::credit::scoring::run::ScoreRun;
use app::dunning::store::ClaimedJob;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::{EventId, ScoreRunId};
use kernel::text_enum::TextEnum as _;
use schema::{job, score_run};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dunning::jobs::claim_kind;
use crate::error::db;
use crate::organisation::{from_json, json as to_json};
use crate::push::stored;

const KIND: &str = "score_run";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = score_run, check_for_backend(diesel::pg::Pg))]
struct RunRow {
    id: Uuid,
    scorecard_code: String,
    scorecard_version: i32,
    scored_on: NaiveDate,
    state: String,
    state_reason: Option<String>,
    counts: Value,
    progress_done: i64,
    progress_total: Option<i64>,
    last_party_id: Option<Uuid>,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    job_id: Uuid,
}

impl RunRow {
    fn into_run(self) -> Outcome<ScoreRun> {
        Ok(ScoreRun {
            id: self.id,
            scorecard_code: self.scorecard_code,
            scorecard_version: self.scorecard_version,
            scored_on: self.scored_on,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            counts: from_json(self.counts)?,
            progress_done: self.progress_done,
            progress_total: self.progress_total,
            last_party_id: self.last_party_id,
            started_at: self.started_at,
            finished_at: self.finished_at,
            job_id: self.job_id,
        })
    }
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<ScoreRun>> {
    let found = score_run::table.find(id).select(RunRow::as_select()).first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

pub(super) fn running(conn: &mut PgConnection, scorecard: &str) -> Outcome<Option<ScoreRun>> {
    let found = score_run::table
        .filter(score_run::scorecard_code.eq(scorecard))
        .filter(score_run::state.eq("running"))
        .select(RunRow::as_select())
        .first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<ScoreRun> {
    let found = score_run::table.find(id).select(RunRow::as_select()).for_update().first(conn);
    let missing = || app::lists::not_found("score_runs", &ScoreRunId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_run()
}

pub(super) fn insert(conn: &mut PgConnection, run: &ScoreRun, event: EventId) -> Outcome<()> {
    let row = RunRow {
        id: run.id,
        scorecard_code: run.scorecard_code.clone(),
        scorecard_version: run.scorecard_version,
        scored_on: run.scored_on,
        state: run.state.as_str().to_owned(),
        state_reason: run.state_reason.clone(),
        counts: to_json(&run.counts)?,
        progress_done: run.progress_done,
        progress_total: run.progress_total,
        last_party_id: run.last_party_id,
        started_at: run.started_at,
        finished_at: run.finished_at,
        job_id: run.job_id,
    };
    diesel::insert_into(score_run::table)
        .values((row, score_run::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn save(conn: &mut PgConnection, run: &ScoreRun) -> Outcome<()> {
    diesel::update(score_run::table.find(run.id))
        .set((
            score_run::state.eq(run.state.as_str()),
            score_run::state_reason.eq(run.state_reason.as_deref()),
            score_run::counts.eq(to_json(&run.counts)?),
            score_run::progress_done.eq(run.progress_done),
            score_run::progress_total.eq(run.progress_total),
            score_run::last_party_id.eq(run.last_party_id),
            score_run::finished_at.eq(run.finished_at),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn insert_job(conn: &mut PgConnection, run: &ScoreRun, event: EventId) -> Outcome<()> {
    diesel::insert_into(job::table)
        .values((
            job::id.eq(run.job_id),
            job::kind.eq(KIND),
            job::payload.eq(json!({ "run_id": run.id, "run": ScoreRunId(run.id).to_string() })),
            job::dedupe_key.eq(ScoreRunId(run.id).to_string()),
            job::run_at.eq(run.started_at),
            job::progress_total.eq(run.progress_total),
            job::created_at.eq(run.started_at),
            job::event_id.eq(event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn claim(conn: &mut PgConnection, lease_seconds: i32) -> Outcome<Option<ClaimedJob>> {
    claim_kind(conn, KIND, lease_seconds)
}
