//! Training a model: asked for by a person, carried out by a worker.

use domain::access::Permission;
use kernel::id::{LegalEntityId, ModelId};
use kernel::{Code, Error, Outcome};
use learning::card::card;
use learning::rows::Collector;
use learning::train::{Refusal, TrainingRefusal};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use super::history::histories;
use super::pages::Pages;
use super::store::{ClaimedWork, ModelRecord, ModelState, NewWork, WorkKind};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::dunning::run::today;
use crate::dunning::store::{JobEnd, RunEntity};
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::{ReadTx, WriteTx};

/// What to train on.
#[derive(Debug, Clone)]
pub struct TrainModel {
    pub legal_entity: LegalEntityId,
    /// Decides which customers of a large book are looked at, and which waiting days; 1 when absent.
    pub seed: Option<u32>,
}

/// Starts the training of a model on the history of a legal entity.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `model.in_training`.
pub fn train_model(app: &App, ctx: &Ctx, cmd: &TrainModel) -> Outcome<Answer<ModelRecord>> {
    ctx.require(Permission::ModelTrain)?;
    command::run(app, ctx, "credit.train_model", |tx| {
        let entity = entity_in_scope(ctx, tx, cmd.legal_entity.0)?;
        tx.lock_entity(entity.id)?;
        let model = ModelRecord {
            id: app.ids.next(),
            legal_entity_id: entity.id,
            version: tx.next_model_version(entity.id)?,
            state: ModelState::Training,
            state_reason: None,
            seed: cmd.seed.unwrap_or(1).into(),
            known_on: today(&entity, ctx.now)?,
            document: None,
            card: None,
            created_at: ctx.now,
            trained_at: None,
            activated_at: None,
            retired_at: None,
            job_id: app.ids.next(),
        };
        let after = json!({ "version": model.version, "seed": model.seed, "known_on": model.known_on });
        let event =
            tx.record(ctx, about("credit.model_training_started", &model).change(Value::Null, after))?;
        tx.insert_model(&model, event)?;
        let work = NewWork { job: model.job_id, kind: WorkKind::Training, subject: model.id, at: ctx.now };
        tx.insert_work(work, event)?;
        Ok(model)
    })
}

pub(crate) fn entity_in_scope(ctx: &Ctx, tx: &mut (impl ReadTx + ?Sized), id: Uuid) -> Outcome<RunEntity> {
    let missing = || not_found("legal_entities", &LegalEntityId(id).to_string());
    let entity = tx.run_entity(id)?.ok_or_else(missing)?;
    ctx.scope.require_legal_entity(entity.id)?;
    Ok(entity)
}

pub(super) fn about(kind: &'static str, model: &ModelRecord) -> NewEvent {
    NewEvent::about(kind, "model", model.id).legal_entity(model.legal_entity_id)
}

/// The model, or the error for one that is not there.
pub(super) fn get(tx: &mut (impl ReadTx + ?Sized), id: Uuid) -> Outcome<ModelRecord> {
    tx.model(id)?.ok_or_else(|| not_found("models", &ModelId(id).to_string()))
}

/// Reads history account by account, trains, and stores model and card. Nothing is written before the end, so that a worker
/// that dies leaves nothing behind and another one begins anew.
pub(super) fn carry_out(app: &App, work: ClaimedWork, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let model = app.store.view("credit.model", |tx| get(tx, work.subject))?;
    if model.state != ModelState::Training {
        app.store
            .transact("credit.end_work", |tx| tx.end_run_job(work.job, &JobEnd::Finished, app.clock.now()))?;
        return Ok(true);
    }
    let Some((collected, left_out)) = collect(app, work, &model, stopping)? else { return Ok(false) };
    let seed = u64::try_from(model.seed).unwrap_or_default();
    let trained = learning::train::train(collected, seed, model.known_on);
    let now = app.clock.now();
    app.store.transact("credit.save_model", |tx| {
        let mut model = tx.model_for_update(work.subject)?;
        if model.state == ModelState::Training {
            model.trained_at = Some(now);
            match &trained {
                Ok((fitted, validation)) => {
                    model.document = Some(to_json(fitted)?);
                    model.card = Some(card(fitted, validation, left_out));
                    let better = validation.passed_any();
                    model.state = if better { ModelState::Trained } else { ModelState::Refused };
                    model.state_reason = (!better).then(|| codes::MODEL_NOT_BETTER.text.to_owned());
                }
                Err(refusal) => refused(&mut model, *refusal),
            }
            ended(tx, &model, now)?;
        }
        tx.end_run_job(work.job, &JobEnd::Finished, now)
    })?;
    Ok(true)
}

fn refused(model: &mut ModelRecord, refusal: Refusal) {
    let code: &Code = match refusal.reason {
        TrainingRefusal::TooFewItems => &codes::MODEL_TOO_FEW_ITEMS,
        TrainingRefusal::TooFewOfClass => &codes::MODEL_TOO_FEW_OF_CLASS,
    };
    model.state = ModelState::Refused;
    model.state_reason = Some(code.text.to_owned());
    model.card = Some(json!({ "train_rows": refusal.train_rows, "test_rows": refusal.test_rows }));
}

fn ended(tx: &mut dyn WriteTx, model: &ModelRecord, now: kernel::Instant) -> Outcome<()> {
    let kind =
        if model.state == ModelState::Trained { "credit.model_trained" } else { "credit.model_refused" };
    let after = json!({ "state": model.state, "state_reason": model.state_reason, "card": model.card });
    let event = tx.record(&system_ctx("learning", now), about(kind, model).change(Value::Null, after))?;
    tx.save_model(model, event)
}

/// The rows, and how many accounts were left out.
fn collect(
    app: &App,
    work: ClaimedWork,
    model: &ModelRecord,
    stopping: &dyn Fn() -> bool,
) -> Outcome<Option<(Collector, u32)>> {
    let sizes = app.store.view("credit.account_sizes", |tx| tx.account_sizes(model.legal_entity_id, None))?;
    let mut pages = Pages::new(sizes);
    let seed = u64::try_from(model.seed).unwrap_or_default();
    let mut collector = Collector::new(seed, usize::try_from(pages.items()).unwrap_or_default());
    let mut done = 0_i64;
    for page in pages.by_ref() {
        if stopping() {
            return Ok(None);
        }
        let wanted = page.kept.iter().copied().filter(|a| collector.wants(*a)).collect::<Vec<_>>();
        let rows = app.store.view("credit.histories", |tx| tx.histories(&wanted))?;
        for (account, history) in histories(rows, model.known_on)? {
            collector.add(account, &history);
        }
        done = done.saturating_add(i64::try_from(page.accounts.len()).unwrap_or_default());
        super::work::touch(app, work, done)?;
    }
    Ok(Some((collector, pages.left_out())))
}

pub(crate) fn to_json(of: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(of).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}
