//! The worker: takes a run and carries it out, chunk by chunk, each in one transaction.

use std::collections::HashMap;

use domain::credit::alerts::CompiledAlerts;
use domain::credit::check::Holder;
use domain::rules::evaluate::Machine;
use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::chunk::{AlertCounts, Judge, write};
use super::run::rules_of;
use super::{Alert, AlertRun, AlertRunState, codes};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::credit::holders::Loader;
use crate::ctx::Ctx;
use crate::dunning::store::{ClaimedJob, JobEnd};
use crate::events::NewEvent;
use crate::store::WriteTx;

/// Holders looked at in one transaction.
pub const CHUNK_HOLDERS: i64 = 2_000;
/// How long a worker may be silent before another one takes its run, in machine seconds.
const LEASE_SECONDS: i32 = 120;
/// How long a failed run waits before it is tried again.
const AGAIN_SECONDS: i32 = 5;

/// Carries out the run that waits, if there is one; `true` when there was. When `stopping` says so, it hands the run over
/// between two chunks.
///
/// # Errors
/// `database.unavailable`: the run stays and is taken again later.
pub fn work_once(app: &App, chunk_holders: i64, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let claim = app.store.transact("alerts.claim_run", |tx| tx.claim_alert_run_job(LEASE_SECONDS))?;
    let Some(job) = claim else { return Ok(false) };
    let done = if job.attempt > job.attempts_max {
        Err(Error::new(&codes::RUN_ATTEMPTS_USED_UP))
    } else {
        carry_out(app, job, chunk_holders, stopping)
    };
    if let Err(error) = done {
        failed(app, job, &error)?;
        return Err(error);
    }
    Ok(true)
}

fn carry_out(app: &App, job: ClaimedJob, chunk_holders: i64, stopping: &dyn Fn() -> bool) -> Outcome<()> {
    while app.store.transact("alerts.chunk", |tx| chunk(app, tx, job, chunk_holders))? {
        if stopping() {
            let hand_over = JobEnd::HandedOver;
            let now = app.clock.now();
            return app.store.transact("alerts.hand_over", |tx| tx.end_run_job(job.id, &hand_over, now));
        }
    }
    Ok(())
}

/// Looks at the next holders; `false` when the run has ended.
fn chunk(app: &App, tx: &mut dyn WriteTx, job: ClaimedJob, limit: i64) -> Outcome<bool> {
    let mut run = tx.alert_run_for_update(job.run_id)?;
    let ctx = system_ctx("alerts", app.clock.now());
    if run.state != AlertRunState::Running {
        tx.end_run_job(job.id, &JobEnd::Finished, ctx.now)?;
        return Ok(false);
    }
    let rules = rules_of(tx, &run)?;
    let mut judge = Judge {
        rules: &rules,
        on: run.business_on,
        now: ctx.now,
        ids: app.ids.as_ref(),
        machine: Machine::default(),
        counts: run.counts,
    };
    let holders = tx.holders_after(run.last, limit)?;
    let changes = match holders.last() {
        Some(last) => {
            run.last = Some(*last);
            look_at(tx, &mut judge, (&run, &rules), &holders)?
        }
        None => end_of(tx, &mut judge)?,
    };
    run.counts = judge.counts;
    write(&ctx, tx, changes)?;
    if holders.is_empty() {
        finish(&ctx, tx, run, job)?;
        return Ok(false);
    }
    tx.save_alert_run(&run)?;
    tx.touch_run_job(job.id, run.counts.holders, LEASE_SECONDS)?;
    Ok(true)
}

fn look_at(
    tx: &mut dyn WriteTx,
    judge: &mut Judge<'_>,
    (run, rules): (&AlertRun, &[CompiledAlerts]),
    holders: &[Holder],
) -> Outcome<Vec<super::chunk::Change>> {
    let reads = rules.iter().flat_map(CompiledAlerts::reads).collect::<Vec<_>>();
    let declared = tx.declared_attributes()?;
    let wanted = |path: &str| reads.iter().any(|read| read.starts_with(path));
    let (on, now) = (run.business_on, judge.now);
    let loader = Loader { on, now, declared: &declared, currency: None, wanted: &wanted };
    let mut standing = HashMap::<Holder, Vec<Alert>>::new();
    for alert in tx.standing_alerts(holders)? {
        if let Some(holder) = alert.holder() {
            standing.entry(holder).or_default().push(alert);
        }
    }
    let mut changes = Vec::new();
    for loaded in loader.load(tx, holders)? {
        let holder = Holder { kind: loaded.row.kind, id: loaded.row.id };
        changes.extend(judge.holder(&loaded, standing.remove(&holder).unwrap_or_default()));
    }
    Ok(changes)
}

/// What no holder is left for, and what rested long enough and is not about a holder.
fn end_of(tx: &mut dyn WriteTx, judge: &mut Judge<'_>) -> Outcome<Vec<super::chunk::Change>> {
    let orphaned = tx.orphaned_alerts()?;
    let mut changes = orphaned.into_iter().map(|alert| judge.resolved(alert)).collect::<Vec<_>>();
    let rested = tx.rested_alerts(judge.on)?;
    changes.extend(rested.into_iter().map(|alert| judge.woken(alert)));
    Ok(changes)
}

fn finish(ctx: &Ctx, tx: &mut dyn WriteTx, mut run: AlertRun, job: ClaimedJob) -> Outcome<()> {
    (run.state, run.finished_at) = (AlertRunState::Finished, Some(ctx.now));
    let AlertCounts { holders, .. } = run.counts;
    let event = NewEvent::about("alert.run_finished", "alert_run", run.id)
        .change(Value::Null, json!({ "business_on": run.business_on, "counts": run.counts }));
    tx.record(ctx, event)?;
    tx.save_alert_run(&run)?;
    tx.touch_run_job(job.id, holders, LEASE_SECONDS)?;
    tx.end_run_job(job.id, &JobEnd::Finished, ctx.now)
}

fn failed(app: &App, job: ClaimedJob, error: &Error) -> Outcome<()> {
    let ctx = system_ctx("alerts", app.clock.now());
    app.store.transact("alerts.run_failed", |tx| {
        if job.attempt < job.attempts_max {
            return tx.end_run_job(job.id, &JobEnd::Released { seconds: AGAIN_SECONDS }, ctx.now);
        }
        let mut run = tx.alert_run_for_update(job.run_id)?;
        let code = error.code().text;
        if run.state == AlertRunState::Running {
            (run.state, run.finished_at) = (AlertRunState::Failed, Some(ctx.now));
            run.state_reason = Some(code.to_owned());
            let event = NewEvent::about("alert.run_failed", "alert_run", run.id);
            tx.record(&ctx, event.change(Value::Null, json!({ "code": code })))?;
            tx.save_alert_run(&run)?;
        }
        tx.end_run_job(job.id, &JobEnd::Failed { code, message: error.message(false) }, ctx.now)
    })
}
