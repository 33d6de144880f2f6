//! Estimates after each push and on each day, for every legal entity with a model in force.

use kernel::{Error, Outcome};
use uuid::Uuid;

use super::predict::start;
use super::store::DuePredictions;
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;

/// The scheduler's lease: any number of instances compete for it.
const LEASE: &str = "credit.predictions";

/// Starts what is due; the codes of the legal entities. Only the instance that holds the lease does so. Without a model in force
/// there is nothing to do.
///
/// # Errors
/// `database.unavailable`.
pub fn start_due(app: &App, instance: Uuid, lease_seconds: i32) -> Outcome<Vec<String>> {
    let now = app.clock.now();
    let mine =
        app.store.transact("credit.take_predictions", |tx| tx.take_lease(LEASE, instance, lease_seconds))?;
    if !mine {
        return Ok(Vec::new());
    }
    let due = app.store.view("credit.due_predictions", |tx| tx.due_predictions(now))?;
    let ctx = system_ctx("schedule", now);
    for DuePredictions { legal_entity_id, .. } in &due {
        app.store.transact("credit.start_predictions", |tx| {
            let gone = || Error::new(&INTERNAL).caused_by("the legal entity is gone");
            let entity = tx.run_entity(*legal_entity_id)?.ok_or_else(gone)?;
            start(app, &ctx, tx, &entity).map(drop)
        })?;
    }
    Ok(due.into_iter().map(|d| d.code).collect())
}
