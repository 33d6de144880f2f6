//! Scoring the whole portfolio: starting, cancelling. The work itself is in [`super::work`].

use domain::access::Permission;
use kernel::id::ScoreRunId;
use kernel::{Date, Error, Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{active, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::ctx::Ctx;
use crate::dunning::store::JobEnd;
use crate::events::NewEvent;

text_enum! {
    /// Life of a run.
    pub enum ScoreRunState {
        Running = "running",
        Finished = "finished",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// How many of what a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreCounts {
    /// Parties scored.
    pub parties: i64,
    /// Scores that say something new and were written.
    pub written: i64,
    /// Of those, where too little is known for a score.
    pub refused: i64,
    /// Of those, in a better class than before.
    pub better: i64,
    /// Of those, in a worse class than before.
    pub worse: i64,
}

impl ScoreCounts {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            parties: self.parties.saturating_add(other.parties),
            written: self.written.saturating_add(other.written),
            refused: self.refused.saturating_add(other.refused),
            better: self.better.saturating_add(other.better),
            worse: self.worse.saturating_add(other.worse),
        }
    }
}

/// A scoring of the portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRun {
    pub id: Uuid,
    pub scorecard_code: String,
    pub scorecard_version: i32,
    pub scored_on: Date,
    pub state: ScoreRunState,
    pub state_reason: Option<String>,
    pub counts: ScoreCounts,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub last_party_id: Option<Uuid>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub job_id: Uuid,
}

/// A run, and whether this call made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRunStarted {
    pub run: ScoreRun,
    pub is_new: bool,
}

/// Starts to score every party with accounts; a worker carries it out. While a run of the scorecard is under way, a second
/// start answers that one.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `scorecard.active_missing`.
pub fn start_score_run(app: &App, ctx: &Ctx, scorecard: &str) -> Outcome<Answer<ScoreRunStarted>> {
    ctx.require(Permission::ScoreRun)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "scoring.start_run", |tx| {
        let version = active(tx, scorecard)?;
        if let Some(run) = tx.running_score_run(scorecard)? {
            return Ok(ScoreRunStarted { run, is_new: false });
        }
        let run = ScoreRun {
            id: app.ids.next(),
            scorecard_code: version.code.clone(),
            scorecard_version: version.version,
            scored_on: today(ctx.now),
            state: ScoreRunState::Running,
            state_reason: None,
            counts: ScoreCounts::default(),
            progress_done: 0,
            progress_total: Some(tx.count_risk_parties()?),
            last_party_id: None,
            started_at: ctx.now,
            finished_at: None,
            job_id: app.ids.next(),
        };
        let after = json!({ "scorecard": run.scorecard_code, "version": run.scorecard_version,
            "scored_on": run.scored_on, "parties": run.progress_total });
        let event =
            NewEvent::about("credit.score_run_started", "score_run", run.id).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.insert_score_run(&run, event)?;
        tx.insert_score_job(&run, event)?;
        Ok(ScoreRunStarted { run, is_new: true })
    })
}

/// Cancels a run: what is scored stays so, the rest keeps the score it had.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found`, `score_run.not_running`.
pub fn cancel_score_run(app: &App, ctx: &Ctx, id: ScoreRunId) -> Outcome<Answer<ScoreRun>> {
    ctx.require(Permission::ScoreRun)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "scoring.cancel_run", |tx| {
        let mut run = tx.score_run_for_update(id.0)?;
        if run.state != ScoreRunState::Running {
            return Err(Error::with(&codes::RUN_NOT_RUNNING, format!("the run is {}", run.state)));
        }
        (run.state, run.finished_at) = (ScoreRunState::Cancelled, Some(ctx.now));
        run.state_reason.clone_from(&ctx.reason);
        let after = json!({ "progress_done": run.progress_done });
        tx.record(
            ctx,
            NewEvent::about("credit.score_run_cancelled", "score_run", run.id).change(Value::Null, after),
        )?;
        tx.save_score_run(&run)?;
        tx.end_run_job(run.job_id, &JobEnd::Cancelled, ctx.now)?;
        Ok(run)
    })
}
