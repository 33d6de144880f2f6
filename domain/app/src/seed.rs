//! Reference data that comes with the program: planted after every migration, once per version.
//!
//! A seed only adds: what a person changed or removed since stays so. To bring newer data, raise its version and write
//! what is not there yet. Each seed names the source of its data. To add one: a `static SEED` in a file of your own
//! and a line in [`ALL`].

mod bucket_sets;
mod calendars;
mod legal_rates;
mod messages;
mod payment_terms;
mod rule_sets;
mod scenarios;

use kernel::id::EventId;
use kernel::{Instant, Outcome};
use serde_json::{Value, json};

use crate::App;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// One set of reference data.
#[derive(Debug)]
pub struct Seed {
    pub name: &'static str,
    /// Raised when the data grows; a start plants what is newer than what was planted.
    pub version: i32,
    /// Law, standard or publication the data is from.
    pub source: &'static str,
    /// Writes what is not there yet and says how many rows.
    pub plant: fn(&mut Planting<'_>) -> Outcome<u64>,
}

/// What planting may use.
pub struct Planting<'p> {
    pub app: &'p App,
    pub ctx: &'p Ctx,
    pub tx: &'p mut dyn WriteTx,
    /// The event that every row carries.
    pub event: EventId,
}

/// A seed as planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedSeed {
    pub name: &'static str,
    pub version: i32,
    pub source: &'static str,
    pub row_count: u64,
    pub planted_at: Instant,
}

/// Every seed, in the order in which they are planted: what others refer to comes first.
pub static ALL: &[&Seed] = &[
    &calendars::SEED,
    &legal_rates::SEED,
    &bucket_sets::SEED,
    &messages::TEMPLATES,
    &messages::CONTACT_POLICY,
    &scenarios::SEED,
    &rule_sets::SEED,
    &payment_terms::SEED,
];

/// The port of seeding.
pub trait SeedStore {
    /// The version planted last, `None` before the first time. Holds other starting instances back until the
    /// transaction ends.
    fn seed_version_for_update(&mut self, name: &str) -> Outcome<Option<i32>>;

    /// Remembers what was planted.
    fn save_seed(&mut self, seed: &PlantedSeed, event: EventId) -> Outcome<()>;
}

/// Plants every seed that is newer than what the database has; each in a transaction of its own. Returns the planted.
///
/// # Errors
/// `database.unavailable`; `internal` when embedded data is wrong.
pub fn plant_all(app: &App, ctx: &Ctx) -> Outcome<Vec<PlantedSeed>> {
    let mut planted = Vec::new();
    for seed in ALL {
        planted.extend(plant(app, ctx, seed)?);
    }
    Ok(planted)
}

fn plant(app: &App, ctx: &Ctx, seed: &'static Seed) -> Outcome<Option<PlantedSeed>> {
    app.store.transact("seed.plant", |tx| {
        if tx.seed_version_for_update(seed.name)?.is_some_and(|planted| planted >= seed.version) {
            return Ok(None);
        }
        let after = json!({ "name": seed.name, "version": seed.version, "source": seed.source });
        let event = tx.record(ctx, recorded(after))?;
        let row_count = (seed.plant)(&mut Planting { app, ctx, tx, event })?;
        let planted = PlantedSeed {
            name: seed.name,
            version: seed.version,
            source: seed.source,
            row_count,
            planted_at: ctx.now,
        };
        tx.save_seed(&planted, event)?;
        Ok(Some(planted))
    })
}

fn recorded(after: Value) -> NewEvent {
    NewEvent {
        kind: "platform.seed_planted",
        subject_kind: "seed",
        subject_id: None,
        account_id: None,
        legal_entity_id: None,
        before: Value::Null,
        after,
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_seed_has_a_name_of_its_own_and_a_source() {
        let mut names = ALL.iter().map(|seed| seed.name).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|seed| seed.version > 0 && seed.source.len() > 20));
    }
}
