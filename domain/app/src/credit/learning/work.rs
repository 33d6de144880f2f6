//! The worker: takes trainings, prediction runs and back-tests, and carries them out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::codes;
use super::store::{ClaimedWork, ModelState, WorkKind, WorkState};
use super::{predict, train};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::credit::backtest;
use crate::dunning::store::JobEnd;
use crate::store::WriteTx;

/// How long a worker may be silent before another one takes its work, in machine seconds. Fitting the largest book there may be
/// takes less.
pub(crate) const LEASE_SECONDS: i32 = 600;
/// How long failed work waits before it is tried again.
const AGAIN_SECONDS: i32 = 5;

/// Carries out one job that waits, if there is one; `true` when there was. When `stopping` says so, it is handed over.
///
/// # Errors
/// `database.unavailable`: the job stays and is taken again later.
pub fn work_once(app: &App, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let Some(work) = app.store.transact("credit.claim_work", |tx| tx.claim_work(LEASE_SECONDS))? else {
        return Ok(false);
    };
    let done = if work.attempt > work.attempts_max {
        Err(Error::new(&codes::ATTEMPTS_USED_UP))
    } else {
        attempted(app, work, stopping)
    };
    match done {
        Ok(true) => Ok(true),
        Ok(false) => {
            let end = JobEnd::HandedOver;
            app.store.transact("credit.hand_over", |tx| tx.end_run_job(work.job, &end, app.clock.now()))?;
            Ok(true)
        }
        Err(error) => {
            failed(app, work, &error)?;
            Err(error)
        }
    }
}

/// What panics has failed like what gives an error: it counts as an attempt, at once and not when the lease runs out.
fn attempted(app: &App, work: ClaimedWork, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let carried = catch_unwind(AssertUnwindSafe(|| match work.kind {
        WorkKind::Training => train::carry_out(app, work, stopping),
        WorkKind::Predictions => predict::carry_out(app, work, stopping),
        WorkKind::Backtest => backtest::work::carry_out(app, work, stopping),
    }));
    carried.unwrap_or_else(|_| Err(Error::new(&INTERNAL).caused_by("the work panicked")))
}

/// Keeps the lease and shows progress of work that leaves nothing behind before its end.
pub(crate) fn touch(app: &App, work: ClaimedWork, done: i64) -> Outcome<()> {
    app.store.transact("credit.touch_work", |tx| tx.keep_run_job(work.job, done, LEASE_SECONDS))
}

fn failed(app: &App, work: ClaimedWork, error: &Error) -> Outcome<()> {
    let now = app.clock.now();
    app.store.transact("credit.work_failed", |tx| {
        if work.attempt < work.attempts_max {
            return tx.end_run_job(work.job, &JobEnd::Released { seconds: AGAIN_SECONDS }, now);
        }
        let code = error.code().text;
        give_up(tx, work, code, now)?;
        tx.end_run_job(work.job, &JobEnd::Failed { code, message: error.message(false) }, now)
    })
}

/// What has ended by other hands stays as it ended.
fn give_up(tx: &mut dyn WriteTx, work: ClaimedWork, code: &'static str, now: kernel::Instant) -> Outcome<()> {
    let ctx = system_ctx("learning", now);
    let why = json!({ "code": code });
    match work.kind {
        WorkKind::Training => {
            let mut model = tx.model_for_update(work.subject)?;
            if model.state != ModelState::Training {
                return Ok(());
            }
            (model.state, model.state_reason) = (ModelState::Failed, Some(code.to_owned()));
            let event = train::about("credit.model_training_failed", &model).change(Value::Null, why);
            let event = tx.record(&ctx, event)?;
            tx.save_model(&model, event)
        }
        WorkKind::Predictions => {
            let run = tx.prediction_run_for_update(work.subject)?;
            if run.state != WorkState::Running {
                return Ok(());
            }
            predict::fail(&ctx, tx, run, code).map(drop)
        }
        WorkKind::Backtest => backtest::work::give_up(tx, &ctx, work.subject, code),
    }
}
