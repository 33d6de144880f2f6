//! Estimates of all open receivables of a legal entity, in one run.

use domain::access::Permission;
use kernel::id::LegalEntityId;
use kernel::{Error, Outcome};
use learning::drift::DriftCounter;
use learning::model::{Allowed, Model};
use learning::validation::{ModelTarget, ModelVerdict, TargetValidation};
use serde::Deserialize as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use super::history::histories;
use super::pages::Pages;
use super::store::{ClaimedWork, ModelRecord, NewWork, PredictionRow, PredictionRun, WorkKind, WorkState};
use super::train::{entity_in_scope, get};

use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::dunning::run::today;
use crate::dunning::store::{JobEnd, RunEntity};
use crate::events::NewEvent;
use crate::store::WriteTx;

/// Starts estimating every open receivable of a legal entity by its model in force. The scheduler does so after each push and on
/// each day.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `model.none_active`, `prediction.in_progress`.
pub fn start_predictions(
    app: &App,
    ctx: &Ctx,
    legal_entity: LegalEntityId,
) -> Outcome<Answer<PredictionRun>> {
    ctx.require(Permission::ModelTrain)?;
    command::run(app, ctx, "credit.start_predictions", |tx| {
        let entity = entity_in_scope(ctx, tx, legal_entity.0)?;
        start(app, ctx, tx, &entity)
    })
}

pub(super) fn start(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    entity: &RunEntity,
) -> Outcome<PredictionRun> {
    tx.lock_entity(entity.id)?;
    let model = tx.active_model(entity.id)?.ok_or_else(|| Error::new(&codes::MODEL_NONE_ACTIVE))?;
    let accounts = tx.count_accounts(entity.id)?;
    let run = PredictionRun {
        id: app.ids.next(),
        legal_entity_id: entity.id,
        model_id: model.id,
        predicted_on: today(entity, ctx.now)?,
        state: WorkState::Running,
        state_reason: None,
        last_account_id: None,
        predicted_count: 0,
        abstained_count: 0,
        progress_done: 0,
        progress_total: Some(accounts),
        started_at: ctx.now,
        finished_at: None,
        job_id: app.ids.next(),
    };
    let after = json!({ "model": model.version, "predicted_on": run.predicted_on });
    let event = tx.record(ctx, about("credit.predictions_started", &run).change(Value::Null, after))?;
    tx.insert_prediction_run(&run, event)?;
    let work = NewWork { job: run.job_id, kind: WorkKind::Predictions, subject: run.id, at: ctx.now };
    tx.insert_work(work, event)?;
    Ok(run)
}

pub(super) fn about(kind: &'static str, run: &PredictionRun) -> NewEvent {
    NewEvent::about(kind, "prediction_run", run.id).legal_entity(run.legal_entity_id)
}

/// Ends a run that cannot go on.
pub(super) fn fail(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    mut run: PredictionRun,
    code: &str,
) -> Outcome<PredictionRun> {
    (run.state, run.state_reason) = (WorkState::Failed, Some(code.to_owned()));
    run.finished_at = Some(ctx.now);
    tx.record(ctx, about("credit.predictions_failed", &run).change(Value::Null, json!({ "code": code })))?;
    tx.save_prediction_run(&run)?;
    Ok(run)
}

/// Ends a run whose model went out of force, with its job.
fn end_not_active(ctx: &Ctx, tx: &mut dyn WriteTx, run: PredictionRun) -> Outcome<PredictionRun> {
    let code = &codes::MODEL_NOT_ACTIVE;
    let run = fail(ctx, tx, run, code.text)?;
    tx.end_run_job(run.job_id, &JobEnd::Failed { code: code.text, message: code.en }, ctx.now)?;
    Ok(run)
}

/// Takes away everything that a model going out of force has said of a legal entity, and ends the run that would say more. The
/// entity is locked, so that none begins; a chunk that is being committed is waited for.
pub(super) fn withdraw(ctx: &Ctx, tx: &mut dyn WriteTx, legal_entity: Uuid) -> Outcome<()> {
    if let Some(run) = tx.running_predictions_for_update(legal_entity)? {
        end_not_active(ctx, tx, run)?;
    }
    tx.drop_predictions(legal_entity)
}

/// The stored model, ready to be applied, and what of it passed its test.
///
/// # Errors
/// `model.unreadable`.
pub(super) fn readable(record: &ModelRecord) -> Outcome<(Model, Allowed)> {
    let unreadable = || Error::new(&codes::MODEL_UNREADABLE);
    let document = record.document.as_ref().ok_or_else(unreadable)?;
    let model = Model::deserialize(document).map_err(|e| unreadable().caused_by(e))?;
    let targets = record.card.as_ref().and_then(|card| card.get("targets")).cloned().unwrap_or_default();
    let targets = Vec::<TargetValidation>::deserialize(targets).map_err(|e| unreadable().caused_by(e))?;
    let passed = |name| targets.iter().any(|t| t.target == name && t.verdict == ModelVerdict::Better);
    let allowed = Allowed {
        late: passed(ModelTarget::Late),
        late_30: passed(ModelTarget::Late30),
        days_late: passed(ModelTarget::DaysLate),
    };
    if model.is_readable() { Ok((model, allowed)) } else { Err(unreadable()) }
}

/// Estimates chunk by chunk, each in a transaction of its own; what is committed is not done again. Drift is measured over
/// what this worker has seen when it came from the beginning.
pub(super) fn carry_out(app: &App, work: ClaimedWork, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let missing = || Error::new(&INTERNAL).caused_by("the run is gone");
    let loaded = app.store.view("credit.prediction_run", |tx| {
        let run = tx.prediction_run(work.subject)?.ok_or_else(missing)?;
        let model = get(tx, run.model_id)?;
        Ok((run, model))
    });
    let (mut run, record) = loaded?;
    let (model, allowed) = readable(&record)?;
    let (mut drift, whole) = (DriftCounter::new(&model), run.last_account_id.is_none());
    let mut pages = pages_left(app, &run)?;
    while run.state == WorkState::Running {
        if stopping() {
            return Ok(false);
        }
        run = match pages.next() {
            None => finish(app, work, whole.then_some(&drift))?,
            Some(page) => {
                let chunk = estimate(app, &run, &page.kept, (&model, allowed), &mut drift)?;
                let after = commit(app, work, &page.accounts, &chunk)?;
                if after.last_account_id != page.accounts.last().copied() {
                    // Another worker was faster: what is left begins where it stands.
                    pages = pages_left(app, &after)?;
                }
                after
            }
        };
    }
    // Of a run that others ended the job may still be there.
    app.store
        .transact("credit.end_work", |tx| tx.end_run_job(work.job, &JobEnd::Finished, app.clock.now()))?;
    Ok(true)
}

fn pages_left(app: &App, run: &PredictionRun) -> Outcome<Pages> {
    let (entity, after) = (run.legal_entity_id, run.last_account_id);
    app.store.view("credit.account_sizes", |tx| tx.account_sizes(entity, after)).map(Pages::new)
}

fn estimate(
    app: &App,
    run: &PredictionRun,
    accounts: &[Uuid],
    (model, allowed): (&Model, Allowed),
    drift: &mut DriftCounter<'_>,
) -> Outcome<Vec<PredictionRow>> {
    let rows = app.store.view("credit.histories", |tx| tx.histories(accounts))?;
    let open = rows.iter().filter(|r| r.open).map(|r| r.id).collect::<std::collections::BTreeSet<_>>();
    let mut estimates = Vec::new();
    for (account, history) in histories(rows, run.predicted_on)? {
        drift.add(&history, run.predicted_on);
        for item in history.items().iter().filter(|i| open.contains(&i.id)) {
            let prediction = model.predict(&history, item, run.predicted_on, allowed);
            estimates.push(PredictionRow { account_id: account, receivable_id: item.id, prediction });
        }
    }
    Ok(estimates)
}

fn commit(app: &App, work: ClaimedWork, accounts: &[Uuid], rows: &[PredictionRow]) -> Outcome<PredictionRun> {
    let now = app.clock.now();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    app.store.transact("credit.commit_predictions", |tx| {
        let mut run = tx.prediction_run_for_update(work.subject)?;
        // Another worker may have taken over, or somebody ended the run.
        let mine = run.last_account_id < accounts.first().copied();
        if run.state != WorkState::Running || !mine {
            return Ok(run);
        }
        if tx.active_model(run.legal_entity_id)?.is_none_or(|active| active.id != run.model_id) {
            return end_not_active(&system_ctx("learning", now), tx, run);
        }
        let abstained = rows.iter().filter(|r| r.prediction.abstained.is_some()).count();
        run.abstained_count += count(abstained);
        run.predicted_count += count(rows.len() - abstained);
        run.progress_done += count(accounts.len());
        run.last_account_id = accounts.last().copied();
        let after = json!({ "accounts": accounts.len(), "receivables": rows.len(), "abstained": abstained });
        let event = about("credit.predictions_replaced", &run).change(Value::Null, after);
        let event = tx.record(&system_ctx("learning", now), event)?;
        tx.replace_predictions(&run, accounts, rows, event)?;
        tx.save_prediction_run(&run)?;
        tx.touch_run_job(work.job, run.progress_done, super::work::LEASE_SECONDS)?;
        Ok(run)
    })
}

fn finish(app: &App, work: ClaimedWork, drift: Option<&DriftCounter<'_>>) -> Outcome<PredictionRun> {
    let now = app.clock.now();
    app.store.transact("credit.finish_predictions", |tx| {
        let mut run = tx.prediction_run_for_update(work.subject)?;
        if run.state == WorkState::Running {
            (run.state, run.finished_at) = (WorkState::Finished, Some(now));
            let measured = drift.map(DriftCounter::measure).unwrap_or_default();
            let after = json!({ "predicted": run.predicted_count, "abstained": run.abstained_count,
                "drifted": measured.iter().filter(|d| d.level == learning::drift::DriftLevel::Drifted)
                    .map(|d| d.name.clone()).collect::<Vec<_>>() });
            let event = about("credit.predictions_finished", &run).change(Value::Null, after);
            let event = tx.record(&system_ctx("learning", now), event)?;
            tx.insert_drift(&run, &measured, event)?;
            tx.save_prediction_run(&run)?;
        }
        Ok(run)
    })
}
