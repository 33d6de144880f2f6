//! The daily run at each legal entity's own time.

use chrono::NaiveTime;
use kernel::id::LegalEntityId;
use kernel::time::parse_zone;
use kernel::{Error, Instant, Outcome};
use uuid::Uuid;

use super::gate::Gate;
use super::run::{RunState, StartRun, Started, start, today};
use super::store::RunEntity;
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;

/// The scheduler's lease: any number of instances compete for it.
const LEASE: &str = "dunning.schedule";

/// What starting one legal entity's daily run came to.
pub type DailyStart = (String, Outcome<Started>);

/// Starts every daily run whose time has come and that has not been started. Only the instance that holds the lease
/// does so; the others get an empty answer. A run that was held is started again once its data is fit; one that a person
/// cancelled, or that failed, only by a person.
///
/// # Errors
/// `database.unavailable`. What goes wrong for one legal entity is in its own answer and stops no other.
pub fn start_due(app: &App, instance: Uuid, lease_seconds: i32) -> Outcome<Vec<DailyStart>> {
    let now = app.clock.now();
    let mine =
        app.store.transact("dunning.take_schedule", |tx| tx.take_lease(LEASE, instance, lease_seconds))?;
    if !mine {
        return Ok(Vec::new());
    }
    let entities = app.store.view("dunning.scheduled_entities", |tx| tx.scheduled_entities())?;
    let mut started = Vec::new();
    for entity in entities {
        if !is_time(&entity, now)? {
            continue;
        }
        match start_daily(app, &entity, now) {
            Ok(None) => {}
            Ok(Some(run)) => started.push((entity.code, Ok(run))),
            Err(error) => started.push((entity.code, Err(error))),
        }
    }
    Ok(started)
}

fn is_time(entity: &RunEntity, now: Instant) -> Outcome<bool> {
    let Some(text) = &entity.run_at else { return Ok(false) };
    let run_at = NaiveTime::parse_from_str(text, "%H:%M").map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
    let zone = parse_zone("time_zone", &entity.time_zone)?;
    Ok(now.with_timezone(&zone).time() >= run_at)
}

fn start_daily(app: &App, entity: &RunEntity, now: Instant) -> Outcome<Option<Started>> {
    let ctx = system_ctx("schedule", now);
    let business_on = today(entity, now)?;
    app.store.transact("dunning.start_daily", |tx| {
        if let Some(run) = tx.run_of(entity.id, business_on)? {
            let gate = Gate::of(&tx.source_freshness(entity.id)?, entity.stale_after_hours, now);
            let again = run.state == RunState::Held && !gate.is_shut();
            if !again {
                return Ok(None);
            }
        }
        let cmd = StartRun { legal_entity: LegalEntityId(entity.id), business_on: None, dry_run: false };
        let started = start(app, &ctx, tx, &cmd)?;
        Ok(started.is_new.then_some(started))
    })
}
