//! Models by legal entity and version.

use app::credit::learning::store::ModelRecord;
use app::lists::not_found;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::{EventId, ModelId};
use kernel::text_enum::TextEnum as _;
use schema::model;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = model, check_for_backend(diesel::pg::Pg))]
struct ModelRow {
    id: Uuid,
    legal_entity_id: Uuid,
    version: i32,
    state: String,
    state_reason: Option<String>,
    seed: i64,
    known_on: NaiveDate,
    document: Option<Value>,
    card: Option<Value>,
    created_at: DateTime<Utc>,
    trained_at: Option<DateTime<Utc>>,
    activated_at: Option<DateTime<Utc>>,
    retired_at: Option<DateTime<Utc>>,
    job_id: Uuid,
}

impl ModelRow {
    fn into_record(self) -> Outcome<ModelRecord> {
        Ok(ModelRecord {
            id: self.id,
            legal_entity_id: self.legal_entity_id,
            version: self.version,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            seed: self.seed,
            known_on: self.known_on,
            document: self.document,
            card: self.card,
            created_at: self.created_at,
            trained_at: self.trained_at,
            activated_at: self.activated_at,
            retired_at: self.retired_at,
            job_id: self.job_id,
        })
    }
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<ModelRecord>> {
    let found = model::table.find(id).select(ModelRow::as_select()).first(conn);
    found.optional().map_err(db)?.map(ModelRow::into_record).transpose()
}

pub(super) fn active(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<Option<ModelRecord>> {
    let found = model::table
        .filter(model::legal_entity_id.eq(legal_entity))
        .filter(model::state.eq("active"))
        .select(ModelRow::as_select())
        .first(conn);
    found.optional().map_err(db)?.map(ModelRow::into_record).transpose()
}

pub(super) fn next_version(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<i32> {
    let newest = model::table
        .filter(model::legal_entity_id.eq(legal_entity))
        .select(diesel::dsl::max(model::version))
        .first::<Option<i32>>(conn)
        .map_err(db)?;
    Ok(newest.unwrap_or(0) + 1)
}

pub(super) fn insert(conn: &mut PgConnection, record: &ModelRecord, event: EventId) -> Outcome<()> {
    let row = ModelRow {
        id: record.id,
        legal_entity_id: record.legal_entity_id,
        version: record.version,
        state: record.state.as_str().to_owned(),
        state_reason: record.state_reason.clone(),
        seed: record.seed,
        known_on: record.known_on,
        document: record.document.clone(),
        card: record.card.clone(),
        created_at: record.created_at,
        trained_at: record.trained_at,
        activated_at: record.activated_at,
        retired_at: record.retired_at,
        job_id: record.job_id,
    };
    diesel::insert_into(model::table)
        .values((row, model::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<ModelRecord> {
    let found = model::table.find(id).select(ModelRow::as_select()).for_update().first(conn);
    let missing = || not_found("models", &ModelId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_record()
}

pub(super) fn save(conn: &mut PgConnection, record: &ModelRecord, event: EventId) -> Outcome<()> {
    diesel::update(model::table.find(record.id))
        .set((
            model::state.eq(record.state.as_str()),
            model::state_reason.eq(record.state_reason.as_deref()),
            model::document.eq(record.document.as_ref()),
            model::card.eq(record.card.as_ref()),
            model::trained_at.eq(record.trained_at),
            model::activated_at.eq(record.activated_at),
            model::retired_at.eq(record.retired_at),
            model::event_id.eq(event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
