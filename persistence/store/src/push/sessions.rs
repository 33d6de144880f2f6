//! Push sessions and their acknowledged chunks.

use app::codes::INTERNAL;
use app::push::rehearsal::Rehearsal;
use app::push::store::{ChunkRecord, Stamp};
use app::push::{ChunkResult, ControlDifference, ControlTotal, PushSession, RowOutcome, SourceRef};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use kernel::id::{EventId, PushSessionId};
use kernel::text_enum::TextEnum as _;
use kernel::{Error, Instant, Outcome};
use schema::{push_chunk, push_session};
use serde_json::Value;
use uuid::Uuid;

use super::stored;
use crate::error::db;
use crate::organisation::{from_json, json};

#[derive(QueryableByName)]
struct SourceRow {
    #[diesel(sql_type = Integer)]
    no: i32,
    #[diesel(sql_type = SqlUuid)]
    source_id: Uuid,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = SqlUuid)]
    legal_entity_id: Uuid,
    #[diesel(sql_type = Text)]
    legal_entity_code: String,
    #[diesel(sql_type = SmallInt)]
    snapshot_close_max_percent: i16,
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(embed)]
    source: SourceRow,
    #[diesel(sql_type = Text)]
    mode: String,
    #[diesel(sql_type = Date)]
    as_of_on: NaiveDate,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Bool)]
    dry_run: bool,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    state_reason: Option<String>,
    #[diesel(sql_type = Integer)]
    last_chunk: i32,
    #[diesel(sql_type = Jsonb)]
    counts: Value,
    #[diesel(sql_type = Nullable<Integer>)]
    closed_by_snapshot: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    snapshot_open_count: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    snapshot_missing_count: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
}

const SOURCE_COLUMNS: &str = "s.no, s.id AS source_id, s.code, s.legal_entity_id, e.code AS legal_entity_code, \
    s.snapshot_close_max_percent";
const SESSION_COLUMNS: &str = "p.id, p.mode, p.as_of_on, p.sequence, p.dry_run, p.state, p.state_reason, p.last_chunk, \
    p.counts, p.closed_by_snapshot, p.snapshot_open_count, p.snapshot_missing_count, p.started_at, p.finished_at";
const SESSION_FROM: &str =
    "push_session p JOIN source s ON s.no = p.source_no JOIN legal_entity e ON e.id = s.legal_entity_id";

impl SourceRow {
    fn into_source(self) -> SourceRef {
        SourceRef {
            no: self.no,
            id: self.source_id,
            code: self.code,
            legal_entity_id: self.legal_entity_id,
            legal_entity_code: self.legal_entity_code,
            snapshot_close_max_percent: self.snapshot_close_max_percent,
        }
    }
}

impl SessionRow {
    fn into_session(self) -> Outcome<PushSession> {
        Ok(PushSession {
            id: self.id,
            source: self.source.into_source(),
            mode: stored(&self.mode)?,
            as_of_on: self.as_of_on,
            sequence: self.sequence,
            dry_run: self.dry_run,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            last_chunk: self.last_chunk,
            counts: from_json(self.counts)?,
            closed_by_snapshot: self.closed_by_snapshot,
            snapshot_open_count: self.snapshot_open_count,
            snapshot_missing_count: self.snapshot_missing_count,
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid, lock: &str) -> Outcome<PushSession> {
    let sql =
        format!("SELECT {SESSION_COLUMNS}, {SOURCE_COLUMNS} FROM {SESSION_FROM} WHERE p.id = $1 {lock}");
    let found = diesel::sql_query(sql).bind::<SqlUuid, _>(id).get_result::<SessionRow>(conn);
    let missing = || app::lists::not_found("push_sessions", &PushSessionId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_session()
}

/// Locked, but not against rows that refer to it: a chunk under way that writes accounts must not hold up who opens a session.
pub(super) fn source(conn: &mut PgConnection, code: &str) -> Outcome<Option<SourceRef>> {
    let sql = format!(
        "SELECT {SOURCE_COLUMNS} FROM source s JOIN legal_entity e ON e.id = s.legal_entity_id WHERE s.code = $1 \
         FOR NO KEY UPDATE OF s"
    );
    let found = diesel::sql_query(sql).bind::<Text, _>(code).get_result::<SourceRow>(conn);
    Ok(found.optional().map_err(db)?.map(SourceRow::into_source))
}

pub(super) fn current(conn: &mut PgConnection, source_no: i32) -> Outcome<Option<PushSession>> {
    let sql = format!(
        "SELECT {SESSION_COLUMNS}, {SOURCE_COLUMNS} FROM {SESSION_FROM} \
         WHERE p.source_no = $1 AND p.state IN ('open', 'held') AND NOT p.dry_run FOR UPDATE OF p"
    );
    let found = diesel::sql_query(sql).bind::<Integer, _>(source_no).get_result::<SessionRow>(conn);
    found.optional().map_err(db)?.map(SessionRow::into_session).transpose()
}

/// A stream holds its session for as long as it runs, which nobody should wait for.
pub(super) fn current_dry_run(
    conn: &mut PgConnection,
    source_no: i32,
) -> Outcome<Option<(PushSession, bool)>> {
    let mut find = |lock: &str| {
        let sql = format!(
            "SELECT {SESSION_COLUMNS}, {SOURCE_COLUMNS} FROM {SESSION_FROM} \
             WHERE p.source_no = $1 AND p.state = 'open' AND p.dry_run {lock}"
        );
        let found = diesel::sql_query(sql).bind::<Integer, _>(source_no).get_result::<SessionRow>(conn);
        found.optional().map_err(db)?.map(SessionRow::into_session).transpose()
    };
    if let Some(free) = find("FOR UPDATE OF p SKIP LOCKED")? {
        return Ok(Some((free, false)));
    }
    Ok(find("")?.map(|held| (held, true)))
}

pub(super) fn newest_sequence(conn: &mut PgConnection, source_no: i32) -> Outcome<Option<i64>> {
    push_session::table
        .filter(push_session::source_no.eq(source_no))
        .filter(push_session::state.eq_any(["finished", "unequal"]))
        .filter(push_session::dry_run.eq(false))
        .select(diesel::dsl::max(push_session::sequence))
        .first(conn)
        .map_err(db)
}

pub(super) fn newest_snapshot_day(conn: &mut PgConnection, source_no: i32) -> Outcome<Option<NaiveDate>> {
    push_session::table
        .filter(push_session::source_no.eq(source_no).and(push_session::mode.eq("snapshot")))
        .filter(push_session::state.eq_any(["finished", "unequal"]))
        .filter(push_session::dry_run.eq(false))
        .select(diesel::dsl::max(push_session::as_of_on))
        .first(conn)
        .map_err(db)
}

pub(super) fn insert(
    conn: &mut PgConnection,
    session: &PushSession,
    actor: Uuid,
    event: EventId,
) -> Outcome<()> {
    diesel::insert_into(push_session::table)
        .values((
            push_session::id.eq(session.id),
            push_session::source_no.eq(session.source.no),
            push_session::mode.eq(session.mode.as_str()),
            push_session::as_of_on.eq(session.as_of_on),
            push_session::sequence.eq(session.sequence),
            push_session::dry_run.eq(session.dry_run),
            push_session::started_at.eq(session.started_at),
            push_session::touched_at.eq(session.started_at),
            push_session::counts.eq(json(&session.counts)?),
            push_session::actor_id.eq(actor),
            push_session::event_id.eq(event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn save(conn: &mut PgConnection, session: &PushSession, now: Instant) -> Outcome<()> {
    diesel::update(push_session::table.find(session.id))
        .set((
            push_session::state.eq(session.state.as_str()),
            push_session::state_reason.eq(session.state_reason.as_deref()),
            push_session::last_chunk.eq(session.last_chunk),
            push_session::counts.eq(json(&session.counts)?),
            push_session::closed_by_snapshot.eq(session.closed_by_snapshot),
            push_session::snapshot_open_count.eq(session.snapshot_open_count),
            push_session::snapshot_missing_count.eq(session.snapshot_missing_count),
            push_session::finished_at.eq(session.finished_at),
            push_session::touched_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn save_totals(
    conn: &mut PgConnection,
    session: Uuid,
    stated: &[ControlTotal],
    differences: &[ControlDifference],
) -> Outcome<()> {
    diesel::update(push_session::table.find(session))
        .set((
            push_session::control_totals.eq(json(&stated)?),
            push_session::control_differences.eq(json(&differences)?),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn totals(
    conn: &mut PgConnection,
    session: Uuid,
) -> Outcome<(Vec<ControlTotal>, Vec<ControlDifference>)> {
    let stored = (push_session::control_totals, push_session::control_differences);
    let (totals, differences) = push_session::table
        .find(session)
        .select(stored)
        .first::<(Option<Value>, Option<Value>)>(conn)
        .map_err(db)?;
    let list = |stored: Option<Value>| stored.unwrap_or_else(|| Value::Array(Vec::new()));
    Ok((from_json(list(totals))?, from_json(list(differences))?))
}

pub(super) fn rehearsal(conn: &mut PgConnection, session: Uuid) -> Outcome<Option<Rehearsal>> {
    let stored = push_session::table.find(session).select(push_session::rehearsal);
    stored.first::<Option<Value>>(conn).map_err(db)?.map(from_json).transpose()
}

pub(super) fn save_rehearsal(conn: &mut PgConnection, session: Uuid, rehearsal: &Rehearsal) -> Outcome<()> {
    diesel::update(push_session::table.find(session))
        .set(push_session::rehearsal.eq(json(rehearsal)?))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn chunk(
    conn: &mut PgConnection,
    session: Uuid,
    chunk_no: i32,
) -> Outcome<Option<([u8; 32], ChunkResult)>> {
    let kept = push_chunk::table
        .find((session, chunk_no))
        .select((
            push_chunk::digest,
            push_chunk::counts,
            push_chunk::outcomes,
            push_chunk::issues,
            push_chunk::issues_omitted,
        ))
        .first::<(Vec<u8>, Value, Vec<u8>, Value, i32)>(conn)
        .optional()
        .map_err(db)?;
    kept.map(|(digest, counts, outcomes, issues, issues_omitted)| {
        let digest = digest.try_into().map_err(|found: Vec<u8>| {
            Error::new(&INTERNAL).caused_by(format!("a digest of {} bytes for chunk {chunk_no}", found.len()))
        })?;
        let (counts, issues) = (from_json(counts)?, from_json(issues)?);
        let outcomes = outcomes.into_iter().map(outcome_of).collect::<Outcome<Vec<_>>>()?;
        Ok((digest, ChunkResult { chunk_no, outcomes, issues, issues_omitted, counts, replayed: true }))
    })
    .transpose()
}

/// The place of an outcome among all: a chunk of ten thousand rows keeps its outcomes in as many bytes.
fn byte_of(outcome: RowOutcome) -> u8 {
    let place = RowOutcome::ALL.iter().position(|known| *known == outcome);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

fn outcome_of(byte: u8) -> Outcome<RowOutcome> {
    let unknown = || Error::new(&INTERNAL).caused_by(format!("{byte} is no outcome of a row"));
    RowOutcome::ALL.get(usize::from(byte)).copied().ok_or_else(unknown)
}

pub(super) fn insert_chunk(conn: &mut PgConnection, chunk: &ChunkRecord<'_>, stamp: Stamp) -> Outcome<()> {
    diesel::insert_into(push_chunk::table)
        .values((
            push_chunk::session_id.eq(chunk.session_id),
            push_chunk::chunk_no.eq(chunk.result.chunk_no),
            push_chunk::kind.eq(chunk.kind.as_str()),
            push_chunk::digest.eq(chunk.digest.as_slice()),
            push_chunk::row_count.eq(chunk.row_count),
            push_chunk::counts.eq(json(&chunk.result.counts)?),
            push_chunk::outcomes.eq(chunk.result.outcomes.iter().copied().map(byte_of).collect::<Vec<_>>()),
            push_chunk::issues.eq(json(&chunk.result.issues)?),
            push_chunk::issues_omitted.eq(chunk.result.issues_omitted),
            push_chunk::seen.eq(chunk.seen),
            push_chunk::recorded_at.eq(stamp.now),
            push_chunk::event_id.eq(stamp.event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
