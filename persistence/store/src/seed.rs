//! What reference data was planted.

use app::seed::{PlantedSeed, SeedStore};
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::EventId;
use schema::seed;

use crate::error::db;
use crate::locks::alone_at_start;
use crate::tx::PgTx;

impl SeedStore for PgTx<'_> {
    fn seed_version_for_update(&mut self, name: &str) -> Outcome<Option<i32>> {
        alone_at_start(self.conn)?;
        seed::table.find(name).select(seed::version).first(self.conn).optional().map_err(db)
    }

    fn save_seed(&mut self, planted: &PlantedSeed, event: EventId) -> Outcome<()> {
        let values = (
            seed::version.eq(planted.version),
            seed::source.eq(planted.source),
            seed::row_count.eq(i64::try_from(planted.row_count).unwrap_or(i64::MAX)),
            seed::planted_at.eq(planted.planted_at),
            seed::event_id.eq(event.0),
        );
        diesel::insert_into(seed::table)
            .values((seed::name.eq(planted.name), values))
            .on_conflict(seed::name)
            .do_update()
            .set(values)
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}
