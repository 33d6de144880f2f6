//! The worker: takes scorings of the portfolio and carries them out, chunk by chunk.

use domain::credit::rule_sets::RuleKind;
use domain::credit::scoring::evaluate::{CompiledScorecard, ScoreOutcome};
use kernel::id::PartyId;
use kernel::{Error, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::compiled;
use super::run::{ScoreCounts, ScoreRun, ScoreRunState};
use super::score::{Scorer, amounts_read};
use super::store::NewScore;
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::ctx::Ctx;
use crate::dunning::store::{ClaimedJob, JobEnd};
use crate::events::NewEvent;

use super::codes::RUN_ATTEMPTS_USED_UP;

/// How long a worker may be silent before another one takes its run, in machine seconds.
const LEASE_SECONDS: i32 = 60;
/// How long a failed run waits before it is tried again.
const AGAIN_SECONDS: i32 = 5;

/// Carries out one run that waits, if there is one; `true` when there was. When `stopping` says so, it hands the run over
/// between two chunks.
///
/// # Errors
/// `database.unavailable`: the run stays and is taken again later.
pub fn work_once(app: &App, chunk_parties: i64, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let claimed = app.store.transact("scoring.claim_run", |tx| tx.claim_score_job(LEASE_SECONDS))?;
    let Some(job) = claimed else { return Ok(false) };
    let done = if job.attempt > job.attempts_max {
        Err(Error::new(&RUN_ATTEMPTS_USED_UP))
    } else {
        carry_out(app, job, chunk_parties, stopping)
    };
    if let Err(error) = done {
        failed(app, job, &error)?;
        return Err(error);
    }
    Ok(true)
}

fn carry_out(app: &App, job: ClaimedJob, chunk: i64, stopping: &dyn Fn() -> bool) -> Outcome<()> {
    while !stopping() {
        if !step(app, job, chunk)? {
            return Ok(());
        }
    }
    let over = JobEnd::HandedOver;
    app.store.transact("scoring.hand_over", |tx| tx.end_run_job(job.id, &over, app.clock.now()))
}

/// What a chunk came to.
struct Chunk {
    after: Option<Uuid>,
    last: Uuid,
    counts: ScoreCounts,
    changed: Vec<NewScore>,
    /// Classes that changed, as party, class before, class now.
    classes: Vec<Value>,
}

/// Scores and commits the next chunk; `false` when the run has ended.
///
/// # Errors
/// `database.unavailable`, `internal`.
pub fn step(app: &App, job: ClaimedJob, limit: i64) -> Outcome<bool> {
    let ctx = system_ctx("scoring", app.clock.now());
    let next = app.store.view("scoring.load_chunk", |tx| {
        let missing = |what: &str| Error::new(&INTERNAL).caused_by(format!("the run's {what} is gone"));
        let run = tx.score_run(job.run_id)?.ok_or_else(|| missing("row"))?;
        if run.state != ScoreRunState::Running {
            return Ok(None);
        }
        let page = tx.risk_party_page(run.last_party_id, limit)?;
        if page.is_empty() {
            return Ok(Some((run, None)));
        }
        let version = tx.rule_set_version(RuleKind::Scorecard, &run.scorecard_code, run.scorecard_version)?;
        let card = compiled(tx, &version.ok_or_else(|| missing("scorecard"))?)?;
        let facts = tx.load_scoring_facts(&page, run.scored_on, &run.scorecard_code)?;
        let declared = tx.declared_attributes()?;
        let amounts = amounts_read(tx, &card, &page, (run.scored_on, ctx.now))?;
        Ok(Some((run, Some((page, card, (facts, amounts), declared)))))
    })?;
    let Some((run, loaded)) = next else { return end_job(app, &ctx, job) };
    let Some((page, card, facts, declared)) = loaded else { return finish(app, &ctx, job) };
    let mut scorer = Scorer { app, card: &card, on: run.scored_on, now: ctx.now, run: Some(run.id) };
    let changed = scorer.changed((&facts.0, &facts.1), &declared)?;
    let last = page.last().copied().ok_or_else(|| Error::new(&INTERNAL).caused_by("an empty page"))?;
    let (counts, classes) = summary(&card, &changed, page.len());
    commit(app, &ctx, job, &Chunk { after: run.last_party_id, last, counts, changed, classes })
}

fn summary(card: &CompiledScorecard, changed: &[NewScore], parties: usize) -> (ScoreCounts, Vec<Value>) {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut counts =
        ScoreCounts { parties: number(parties), written: number(changed.len()), ..ScoreCounts::default() };
    let mut classes = Vec::new();
    for NewScore { record, .. } in changed {
        counts.refused += i64::from(record.outcome == ScoreOutcome::Refused);
        let (before, now) = (record.former_class.as_deref(), record.class.as_deref());
        let (Some(before), Some(now)) = (before, now) else { continue };
        let (Some(from), Some(to)) = (card.place_of(before), card.place_of(now)) else { continue };
        if from != to {
            counts.better += i64::from(to < from);
            counts.worse += i64::from(to > from);
            classes.push(json!({ "party_id": PartyId(record.party_id), "from": before, "to": now }));
        }
    }
    (counts, classes)
}

/// Commits a chunk unless another worker already did, or the run was cancelled meanwhile.
fn commit(app: &App, ctx: &Ctx, job: ClaimedJob, chunk: &Chunk) -> Outcome<bool> {
    app.store.transact("scoring.commit_chunk", |tx| {
        let mut run = tx.score_run_for_update(job.run_id)?;
        if run.state != ScoreRunState::Running {
            return Ok(false);
        }
        if run.last_party_id != chunk.after {
            // Another worker has written this chunk.
            return Ok(true);
        }
        run.counts = run.counts.plus(chunk.counts);
        run.progress_done = run.progress_done.saturating_add(chunk.counts.parties);
        run.last_party_id = Some(chunk.last);
        if !chunk.changed.is_empty() {
            let after = json!({ "scores": chunk.changed.len(), "class_changes": chunk.classes });
            let event = NewEvent::about("credit.portfolio_chunk_scored", "score_run", run.id)
                .change(Value::Null, after);
            let event = tx.record(ctx, event)?;
            tx.write_scores(&chunk.changed, event)?;
        }
        tx.save_score_run(&run)?;
        tx.touch_run_job(job.id, run.progress_done, LEASE_SECONDS)?;
        Ok(true)
    })
}

fn finish(app: &App, ctx: &Ctx, job: ClaimedJob) -> Outcome<bool> {
    app.store.transact("scoring.finish_run", |tx| {
        let mut run = tx.score_run_for_update(job.run_id)?;
        if run.state == ScoreRunState::Running {
            (run.state, run.finished_at) = (ScoreRunState::Finished, Some(ctx.now));
            run.progress_total = Some(run.progress_done);
            let after = json!({ "counts": super::score::to_json(&run.counts)? });
            tx.record(
                ctx,
                NewEvent::about("credit.score_run_finished", "score_run", run.id).change(Value::Null, after),
            )?;
            tx.save_score_run(&run)?;
        }
        tx.end_run_job(job.id, &JobEnd::Finished, ctx.now)?;
        Ok(false)
    })
}

fn end_job(app: &App, ctx: &Ctx, job: ClaimedJob) -> Outcome<bool> {
    app.store.transact("scoring.run_ended", |tx| {
        tx.end_run_job(job.id, &JobEnd::Finished, ctx.now).map(|()| false)
    })
}

fn failed(app: &App, job: ClaimedJob, error: &Error) -> Outcome<()> {
    let now = app.clock.now();
    app.store.transact("scoring.run_failed", |tx| {
        if job.attempt < job.attempts_max {
            return tx.end_run_job(job.id, &JobEnd::Released { seconds: AGAIN_SECONDS }, now);
        }
        let mut run: ScoreRun = tx.score_run_for_update(job.run_id)?;
        let code = error.code().text;
        if run.state == ScoreRunState::Running {
            (run.state, run.finished_at) = (ScoreRunState::Failed, Some(now));
            run.state_reason = Some(format!("{}: {code}", RUN_ATTEMPTS_USED_UP.text));
            let event = NewEvent::about("credit.score_run_failed", "score_run", run.id);
            tx.record(&system_ctx("scoring", now), event.change(Value::Null, json!({ "code": code })))?;
            tx.save_score_run(&run)?;
        }
        tx.end_run_job(job.id, &JobEnd::Failed { code, message: error.message(false) }, now)
    })
}
