//! Runs and their chunks.

use app::codes::INTERNAL;
use app::dunning::run::Run;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kernel::id::{EventId, RunId};
use kernel::text_enum::TextEnum as _;
use kernel::{Error, Outcome, text};
use schema::{dunning_run, dunning_run_chunk, legal_entity};
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::organisation::{from_json, json};
use crate::push::stored;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dunning_run, check_for_backend(diesel::pg::Pg))]
struct RunRow {
    id: Uuid,
    legal_entity_id: Uuid,
    business_on: NaiveDate,
    dry_run: bool,
    state: String,
    state_reason: Option<String>,
    known_at: DateTime<Utc>,
    scenarios: Value,
    seed: i64,
    digest: Option<Vec<u8>>,
    counts: Value,
    progress_done: i64,
    progress_total: Option<i64>,
    last_chunk: i32,
    last_account_id: Option<Uuid>,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    job_id: Option<Uuid>,
}

impl RunRow {
    fn new(run: &Run) -> Outcome<Self> {
        Ok(Self {
            id: run.id,
            legal_entity_id: run.legal_entity_id,
            business_on: run.business_on,
            dry_run: run.dry_run,
            state: run.state.as_str().to_owned(),
            state_reason: run.state_reason.clone(),
            known_at: run.known_at,
            scenarios: json(&run.scenarios)?,
            seed: run.seed,
            digest: run.digest.as_deref().map(bytes_of).transpose()?,
            counts: json(&run.counts)?,
            progress_done: run.progress_done,
            progress_total: run.progress_total,
            last_chunk: run.last_chunk,
            last_account_id: run.last_account_id,
            started_at: run.started_at,
            finished_at: run.finished_at,
            job_id: run.job_id,
        })
    }

    fn into_run(self) -> Outcome<Run> {
        Ok(Run {
            id: self.id,
            legal_entity_id: self.legal_entity_id,
            business_on: self.business_on,
            dry_run: self.dry_run,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            known_at: self.known_at,
            scenarios: from_json(self.scenarios)?,
            seed: self.seed,
            digest: self.digest.map(|d| text::hex(&d)),
            counts: from_json(self.counts)?,
            progress_done: self.progress_done,
            progress_total: self.progress_total,
            last_chunk: self.last_chunk,
            last_account_id: self.last_account_id,
            started_at: self.started_at,
            finished_at: self.finished_at,
            job_id: self.job_id,
        })
    }
}

/// The bytes of hexadecimal digits.
fn bytes_of(hex: &str) -> Outcome<Vec<u8>> {
    let wrong = |e: &dyn std::fmt::Display| Error::new(&INTERNAL).caused_by(e);
    hex.as_bytes()
        .chunks(2)
        .map(|pair| {
            let digits = std::str::from_utf8(pair).map_err(|e| wrong(&e))?;
            u8::from_str_radix(digits, 16).map_err(|e| wrong(&e))
        })
        .collect()
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<Run>> {
    let found = dunning_run::table.find(id).select(RunRow::as_select()).first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

/// The real run of a date that counts most: running or finished before cancelled or failed, held last.
pub(super) fn of(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    business_on: NaiveDate,
) -> Outcome<Option<Run>> {
    let found = dunning_run::table
        .filter(dunning_run::legal_entity_id.eq(legal_entity))
        .filter(dunning_run::business_on.eq(business_on))
        .filter(dunning_run::dry_run.eq(false))
        .order((
            dunning_run::state.eq("held"),
            dunning_run::state.eq_any(["cancelled", "failed"]),
            dunning_run::started_at.desc(),
        ))
        .select(RunRow::as_select())
        .first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

pub(super) fn lock_entity(conn: &mut PgConnection, id: Uuid) -> Outcome<()> {
    // Not FOR UPDATE: pushes write rows that refer to the legal entity and must not wait for a run to start.
    let locked = legal_entity::table.find(id).select(legal_entity::id).for_no_key_update();
    locked.first::<Uuid>(conn).map(drop).map_err(db)
}

pub(super) fn insert(conn: &mut PgConnection, run: &Run, event: EventId) -> Outcome<()> {
    diesel::insert_into(dunning_run::table)
        .values((RunRow::new(run)?, dunning_run::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<Run> {
    let found = dunning_run::table.find(id).select(RunRow::as_select()).for_update().first(conn);
    let missing = || app::lists::not_found("dunning_runs", &RunId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_run()
}

pub(super) fn save(conn: &mut PgConnection, run: &Run) -> Outcome<()> {
    diesel::update(dunning_run::table.find(run.id))
        .set((
            dunning_run::state.eq(run.state.as_str()),
            dunning_run::state_reason.eq(run.state_reason.as_deref()),
            dunning_run::digest.eq(run.digest.as_deref().map(bytes_of).transpose()?),
            dunning_run::counts.eq(json(&run.counts)?),
            dunning_run::progress_done.eq(run.progress_done),
            dunning_run::progress_total.eq(run.progress_total),
            dunning_run::last_chunk.eq(run.last_chunk),
            dunning_run::last_account_id.eq(run.last_account_id),
            dunning_run::finished_at.eq(run.finished_at),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn chunk_hashes(conn: &mut PgConnection, run: Uuid) -> Outcome<Vec<Vec<u8>>> {
    let found = dunning_run_chunk::table
        .filter(dunning_run_chunk::run_id.eq(run))
        .order(dunning_run_chunk::chunk_no)
        .select(dunning_run_chunk::hashes)
        .load::<Option<Vec<u8>>>(conn)
        .map_err(db)?;
    Ok(found.into_iter().flatten().collect())
}

pub(super) fn drop_chunk_hashes(conn: &mut PgConnection, run: Uuid) -> Outcome<()> {
    diesel::update(dunning_run_chunk::table.filter(dunning_run_chunk::run_id.eq(run)))
        .set(dunning_run_chunk::hashes.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
