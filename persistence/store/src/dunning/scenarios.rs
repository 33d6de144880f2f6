//! Scenario versions and blocks.

use app::dunning::blocks::Block;
use app::dunning::scenarios::ScenarioVersion;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::{BlockId, EventId};
use kernel::text_enum::TextEnum as _;
use kernel::{Instant, Outcome};
use schema::{block, scenario, template};
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scenario, check_for_backend(diesel::pg::Pg))]
struct ScenarioRow {
    code: String,
    version: i32,
    state: String,
    document: Value,
    created_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
}

impl ScenarioRow {
    fn into_version(self) -> ScenarioVersion {
        ScenarioVersion {
            code: self.code,
            version: self.version,
            state: self.state,
            document: self.document,
            created_at: self.created_at,
            activated_at: self.activated_at,
        }
    }
}

pub(super) fn active(conn: &mut PgConnection) -> Outcome<Vec<ScenarioVersion>> {
    in_state(conn, &["active"])
}

pub(super) fn enforced(conn: &mut PgConnection) -> Outcome<Vec<ScenarioVersion>> {
    in_state(conn, &["active", "retired"])
}

fn in_state(conn: &mut PgConnection, states: &[&str]) -> Outcome<Vec<ScenarioVersion>> {
    let rows = scenario::table
        .filter(scenario::state.eq_any(states))
        .order((scenario::code, scenario::version))
        .select(ScenarioRow::as_select())
        .load(conn)
        .map_err(db)?;
    Ok(rows.into_iter().map(ScenarioRow::into_version).collect())
}

pub(super) fn version(conn: &mut PgConnection, code: &str, version: i32) -> Outcome<Option<ScenarioVersion>> {
    let found = scenario::table.find((code, version)).select(ScenarioRow::as_select()).first(conn);
    Ok(found.optional().map_err(db)?.map(ScenarioRow::into_version))
}

pub(super) fn template_codes(conn: &mut PgConnection) -> Outcome<Vec<String>> {
    template::table
        .filter(template::state.eq("active"))
        .select(template::code)
        .distinct()
        .load(conn)
        .map_err(db)
}

/// Two drafts made at once come one after the other: the lock lasts until the end of the transaction.
pub(super) fn next_version(conn: &mut PgConnection, code: &str) -> Outcome<i32> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.scenario'), hashtext($1))")
        .bind::<Text, _>(code)
        .execute(conn)
        .map_err(db)?;
    let newest = scenario::table
        .filter(scenario::code.eq(code))
        .select(diesel::dsl::max(scenario::version))
        .first::<Option<i32>>(conn)
        .map_err(db)?;
    Ok(newest.unwrap_or(0) + 1)
}

pub(super) fn insert(conn: &mut PgConnection, version: &ScenarioVersion, event: EventId) -> Outcome<()> {
    let row = ScenarioRow {
        code: version.code.clone(),
        version: version.version,
        state: version.state.clone(),
        document: version.document.clone(),
        created_at: version.created_at,
        activated_at: version.activated_at,
    };
    diesel::insert_into(scenario::table)
        .values((row, scenario::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn activate(
    conn: &mut PgConnection,
    (code, version): (&str, i32),
    at: Instant,
    event: EventId,
) -> Outcome<()> {
    diesel::update(scenario::table.filter(scenario::code.eq(code)).filter(scenario::state.eq("active")))
        .set((scenario::state.eq("retired"), scenario::event_id.eq(event.0)))
        .execute(conn)
        .map_err(db)?;
    diesel::update(scenario::table.find((code, version)))
        .set((scenario::state.eq("active"), scenario::activated_at.eq(at), scenario::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn insert_block(conn: &mut PgConnection, block: &Block, event: EventId) -> Outcome<()> {
    diesel::sql_query(
        "INSERT INTO block (id, account_id, receivable_id, reason, note, valid, set_by, recorded_at, event_id) \
         VALUES ($1, $2, $3, $4, $5, daterange($6, $7, '[]'), $8, $9, $10)",
    )
    .bind::<SqlUuid, _>(block.id)
    .bind::<SqlUuid, _>(block.account_id)
    .bind::<Nullable<SqlUuid>, _>(block.receivable_id)
    .bind::<Text, _>(block.reason.as_str())
    .bind::<Nullable<Text>, _>(block.note.as_deref())
    .bind::<Date, _>(block.from)
    .bind::<Nullable<Date>, _>(block.until)
    .bind::<Text, _>(&block.set_by)
    .bind::<Timestamptz, _>(block.recorded_at)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

#[derive(QueryableByName)]
struct BlockRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    receivable_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Date)]
    starts_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    until: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    set_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

pub(super) fn block_for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<Block> {
    let found = diesel::sql_query(
        "SELECT id, account_id, receivable_id, reason, note, lower(valid) AS starts_on, upper(valid) - 1 AS until, \
             set_by, recorded_at, superseded_at FROM block WHERE id = $1 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(id)
    .get_result::<BlockRow>(conn);
    let missing = || app::lists::not_found("blocks", &BlockId(id).to_string());
    let row = found.optional().map_err(db)?.ok_or_else(missing)?;
    Ok(Block {
        id: row.id,
        account_id: row.account_id,
        receivable_id: row.receivable_id,
        reason: stored(&row.reason)?,
        note: row.note,
        from: row.starts_on,
        until: row.until,
        set_by: row.set_by,
        recorded_at: row.recorded_at,
        ended_at: row.superseded_at,
    })
}

pub(super) fn end_block(conn: &mut PgConnection, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
    diesel::update(block::table.find(id))
        .set((block::superseded_at.eq(at), block::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
