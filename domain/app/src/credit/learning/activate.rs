//! Putting models into force and out of it.

use domain::access::Permission;
use kernel::id::ModelId;
use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::codes;
use super::predict::{self, readable};
use super::store::{ModelRecord, ModelState};
use super::train::{about, get};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Puts a model into force; the one before it retires with all its estimates. Only what beat the baselines in its test is estimated with it.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `model.not_better`, `model.not_trained`, `model.unreadable`.
pub fn activate_model(app: &App, ctx: &Ctx, id: ModelId) -> Outcome<Answer<ModelRecord>> {
    ctx.require(Permission::ModelTrain)?;
    command::run(app, ctx, "credit.activate_model", |tx| {
        let mut model = locked(ctx, tx, id)?;
        match model.state {
            ModelState::Active => return Ok(model),
            ModelState::Trained | ModelState::Retired => {}
            ModelState::Refused => return Err(not_better(&model)),
            ModelState::Training | ModelState::Failed => {
                return Err(Error::with(&codes::MODEL_NOT_TRAINED, format!("the model is {}", model.state)));
            }
        }
        readable(&model)?;
        if let Some(before) = tx.active_model(model.legal_entity_id)? {
            predict::withdraw(ctx, tx, before.legal_entity_id)?;
            retire(ctx, tx, before)?;
        }
        (model.state, model.activated_at, model.retired_at) = (ModelState::Active, Some(ctx.now), None);
        let event = about("credit.model_activated", &model)
            .change(Value::Null, json!({ "version": model.version, "state": model.state }));
        let event = tx.record(ctx, event)?;
        tx.save_model(&model, event)?;
        Ok(model)
    })
}

fn not_better(model: &ModelRecord) -> Error {
    let why = model.state_reason.as_deref().unwrap_or_default();
    let targets = model.card.as_ref().and_then(|card| card.get("targets")).and_then(Value::as_array);
    let said = |target: &Value| {
        Some(format!("{}: {}", target.get("target")?.as_str()?, target.get("verdict")?.as_str()?))
    };
    let verdicts = targets.into_iter().flatten().filter_map(said).collect::<Vec<_>>().join(", ");
    Error::with(&codes::MODEL_NOT_BETTER, format!("{why} ({verdicts})"))
}

/// Takes the model in force out of it, with all its estimates: from then on nothing is estimated.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `model.not_active`.
pub fn deactivate_model(app: &App, ctx: &Ctx, id: ModelId) -> Outcome<Answer<ModelRecord>> {
    ctx.require(Permission::ModelTrain)?;
    command::run(app, ctx, "credit.deactivate_model", |tx| {
        let model = locked(ctx, tx, id)?;
        if model.state != ModelState::Active {
            return Err(Error::with(&codes::MODEL_NOT_ACTIVE, format!("the model is {}", model.state)));
        }
        predict::withdraw(ctx, tx, model.legal_entity_id)?;
        retire(ctx, tx, model)
    })
}

fn retire(ctx: &Ctx, tx: &mut dyn WriteTx, mut model: ModelRecord) -> Outcome<ModelRecord> {
    (model.state, model.retired_at) = (ModelState::Retired, Some(ctx.now));
    let change = (json!({ "state": ModelState::Active }), json!({ "state": model.state }));
    let event = tx.record(ctx, about("credit.model_retired", &model).change(change.0, change.1))?;
    tx.save_model(&model, event)?;
    Ok(model)
}

/// Locks the legal entity and then the model: what is decided about one of its models waits for what is decided about another.
fn locked(ctx: &Ctx, tx: &mut dyn WriteTx, id: ModelId) -> Outcome<ModelRecord> {
    let seen = get(tx, id.0)?;
    ctx.scope.require_legal_entity(seen.legal_entity_id)?;
    tx.lock_entity(seen.legal_entity_id)?;
    tx.model_for_update(id.0)
}
