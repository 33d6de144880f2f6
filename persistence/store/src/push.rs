//! Push sessions, chunks and natural keys.

mod customers;
mod finish;
mod instruments;
mod ledger;
mod receivables;

use std::collections::{BTreeSet, HashMap};

use app::codes::INTERNAL;
use app::push::store::{
    AccountRecord, AllocationRecord, ChunkRecord, ContactRecord, EntryRecord, InstrumentRecord, KeyRow,
    NewKey, OpenChange, ParkedRecord, PartyRecord, PushStore, ReceivableRecord, ReceivableState,
    RevisionRecord, SnapshotGap, Stamp,
};
use app::push::{ChunkResult, ControlDifference, ControlTotal, KeyKind, PushSession, SourceRef};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use kernel::id::{EventId, PushSessionId};
use kernel::text_enum::TextEnum;
use kernel::{Decimal, Error, Instant, Outcome};
use schema::{natural_key, portfolio, push_chunk, push_session};
use serde_json::Value;
use uuid::Uuid;

use crate::by_key::by_key;
use crate::error::db;
use crate::organisation::{from_json, json};
use crate::tx::PgTx;

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
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
}

const SOURCE_COLUMNS: &str = "s.no, s.id AS source_id, s.code, s.legal_entity_id, e.code AS legal_entity_code, \
    s.snapshot_close_max_percent";
const SESSION_COLUMNS: &str = "p.id, p.mode, p.as_of_on, p.sequence, p.dry_run, p.state, p.state_reason, p.last_chunk, \
    p.counts, p.closed_by_snapshot, p.started_at, p.finished_at";
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
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}

#[derive(QueryableByName)]
struct KeyFound {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    fingerprint: Uuid,
}

#[derive(Insertable)]
#[diesel(table_name = natural_key)]
#[diesel(treat_none_as_default_value = false)]
struct NewKeyRow<'k> {
    account_id: Option<Uuid>,
    object_id: Uuid,
    fingerprint: Uuid,
    source_no: i32,
    kind: &'static str,
    external_id: &'k str,
}

fn key_row(key: &NewKey, stamp: Stamp) -> NewKeyRow<'_> {
    NewKeyRow {
        account_id: key.account_id,
        object_id: key.object_id,
        fingerprint: key.fingerprint,
        source_no: stamp.source_no,
        kind: key.kind.as_str(),
        external_id: &key.external_id,
    }
}

impl PushStore for PgTx<'_> {
    fn source_by_code(&mut self, code: &str) -> Outcome<Option<SourceRef>> {
        let sql = format!(
            "SELECT {SOURCE_COLUMNS} FROM source s JOIN legal_entity e ON e.id = s.legal_entity_id WHERE s.code = $1 \
             FOR UPDATE OF s"
        );
        let found = diesel::sql_query(sql).bind::<Text, _>(code).get_result::<SourceRow>(self.conn);
        Ok(found.optional().map_err(db)?.map(SourceRow::into_source))
    }

    fn current_session(&mut self, source_no: i32) -> Outcome<Option<PushSession>> {
        let sql = format!(
            "SELECT {SESSION_COLUMNS}, {SOURCE_COLUMNS} FROM {SESSION_FROM} \
             WHERE p.source_no = $1 AND p.state IN ('open', 'held') FOR UPDATE OF p"
        );
        let found = diesel::sql_query(sql).bind::<Integer, _>(source_no).get_result::<SessionRow>(self.conn);
        found.optional().map_err(db)?.map(SessionRow::into_session).transpose()
    }

    fn newest_sequence(&mut self, source_no: i32) -> Outcome<Option<i64>> {
        push_session::table
            .filter(push_session::source_no.eq(source_no))
            .filter(push_session::state.eq_any(["finished", "unequal"]))
            .filter(push_session::dry_run.eq(false))
            .select(diesel::dsl::max(push_session::sequence))
            .first(self.conn)
            .map_err(db)
    }

    fn insert_session(&mut self, session: &PushSession, actor: Uuid, event: EventId) -> Outcome<()> {
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
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn session_for_update(&mut self, id: Uuid) -> Outcome<PushSession> {
        let sql = format!(
            "SELECT {SESSION_COLUMNS}, {SOURCE_COLUMNS} FROM {SESSION_FROM} WHERE p.id = $1 FOR UPDATE OF p"
        );
        let found = diesel::sql_query(sql).bind::<SqlUuid, _>(id).get_result::<SessionRow>(self.conn);
        let missing = || app::lists::not_found("push_sessions", &PushSessionId(id).to_string());
        found.optional().map_err(db)?.ok_or_else(missing)?.into_session()
    }

    fn save_session(&mut self, session: &PushSession, now: Instant) -> Outcome<()> {
        diesel::update(push_session::table.find(session.id))
            .set((
                push_session::state.eq(session.state.as_str()),
                push_session::state_reason.eq(session.state_reason.as_deref()),
                push_session::last_chunk.eq(session.last_chunk),
                push_session::counts.eq(json(&session.counts)?),
                push_session::closed_by_snapshot.eq(session.closed_by_snapshot),
                push_session::finished_at.eq(session.finished_at),
                push_session::touched_at.eq(now),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn save_control_totals(
        &mut self,
        session: Uuid,
        stated: &[ControlTotal],
        differences: &[ControlDifference],
    ) -> Outcome<()> {
        diesel::update(push_session::table.find(session))
            .set((
                push_session::control_totals.eq(json(&stated)?),
                push_session::control_differences.eq(json(&differences)?),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn chunk_result(&mut self, session: Uuid, chunk_no: i32) -> Outcome<Option<ChunkResult>> {
        let kept = push_chunk::table
            .find((session, chunk_no))
            .select((push_chunk::counts, push_chunk::issues))
            .first::<(Value, Value)>(self.conn)
            .optional()
            .map_err(db)?;
        kept.map(|(counts, issues)| {
            let (counts, issues) = (from_json(counts)?, from_json(issues)?);
            Ok(ChunkResult { chunk_no, outcomes: Vec::new(), issues, counts, replayed: true })
        })
        .transpose()
    }

    fn insert_chunk(&mut self, chunk: &ChunkRecord<'_>, stamp: Stamp) -> Outcome<()> {
        diesel::insert_into(push_chunk::table)
            .values((
                push_chunk::session_id.eq(chunk.session_id),
                push_chunk::chunk_no.eq(chunk.result.chunk_no),
                push_chunk::kind.eq(chunk.kind.as_str()),
                push_chunk::digest.eq(chunk.digest.as_slice()),
                push_chunk::row_count.eq(chunk.row_count),
                push_chunk::counts.eq(json(&chunk.result.counts)?),
                push_chunk::issues.eq(json(&chunk.result.issues)?),
                push_chunk::seen.eq(chunk.seen),
                push_chunk::recorded_at.eq(stamp.now),
                push_chunk::event_id.eq(stamp.event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn keys(
        &mut self,
        source_no: i32,
        kind: KeyKind,
        ids: &BTreeSet<&str>,
    ) -> Outcome<HashMap<String, KeyRow>> {
        let wanted = ids.iter().copied().filter(|id| !id.is_empty()).collect::<Vec<_>>();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        // Each key is looked up by itself: left to join, the planner believes what it last heard of a table that grows by
        // millions, and reads all of it for every chunk.
        let found = diesel::sql_query(
            "SELECT k.* FROM unnest($3) AS wanted (external_id) CROSS JOIN LATERAL (\
                 SELECT n.external_id, n.account_id, n.object_id, n.fingerprint FROM natural_key n \
                 WHERE n.source_no = $1 AND n.kind = $2 AND n.external_id = wanted.external_id OFFSET 0) k",
        )
        .bind::<Integer, _>(source_no)
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<Text>, _>(wanted)
        .load::<KeyFound>(self.conn)
        .map_err(db)?;
        let row = |k: KeyFound| {
            (
                k.external_id,
                KeyRow { account_id: k.account_id, object_id: k.object_id, fingerprint: k.fingerprint },
            )
        };
        Ok(found.into_iter().map(row).collect())
    }

    fn insert_keys(&mut self, keys: &[NewKey], stamp: Stamp) -> Outcome<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let rows = keys.iter().map(|key| key_row(key, stamp)).collect::<Vec<_>>();
        let copy = diesel::copy_from(natural_key::table).from_insertable(rows);
        copy.execute(self.conn).map(drop).map_err(db)
    }

    fn update_fingerprints(
        &mut self,
        kind: KeyKind,
        changed: &[(String, Uuid)],
        stamp: Stamp,
    ) -> Outcome<()> {
        if changed.is_empty() {
            return Ok(());
        }
        let (ids, fingerprints): (Vec<_>, Vec<_>) = changed.iter().map(|(id, f)| (id.as_str(), *f)).unzip();
        let update = diesel::sql_query(
            "UPDATE natural_key k SET fingerprint = c.fingerprint \
             FROM (SELECT $1 AS source_no, $2 AS kind, u.* FROM unnest($3, $4) AS u (external_id, fingerprint) OFFSET 0) c \
             WHERE k.source_no = c.source_no AND k.kind = c.kind AND k.external_id = c.external_id",
        )
        .bind::<Integer, _>(stamp.source_no)
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<SqlUuid>, _>(fingerprints);
        by_key(self.conn, |conn| update.execute(conn)).map(drop)
    }

    fn portfolios(&mut self, codes: &BTreeSet<&str>) -> Outcome<HashMap<String, Uuid>> {
        let wanted = codes.iter().copied().filter(|c| !c.is_empty()).collect::<Vec<_>>();
        let found = portfolio::table
            .filter(portfolio::code.eq_any(wanted))
            .select((portfolio::code, portfolio::id))
            .load::<(String, Uuid)>(self.conn)
            .map_err(db)?;
        Ok(found.into_iter().collect())
    }

    fn upsert_parties(&mut self, parties: &[PartyRecord], stamp: Stamp) -> Outcome<()> {
        customers::upsert_parties(self.conn, parties, stamp)
    }

    fn upsert_accounts(
        &mut self,
        accounts: &[AccountRecord],
        as_of: kernel::Date,
        stamp: Stamp,
    ) -> Outcome<()> {
        customers::upsert_accounts(self.conn, accounts, as_of, stamp)
    }

    fn upsert_contacts(&mut self, contacts: &[ContactRecord], stamp: Stamp) -> Outcome<()> {
        customers::upsert_contacts(self.conn, contacts, stamp)
    }

    fn upsert_instruments(&mut self, instruments: &[InstrumentRecord], stamp: Stamp) -> Outcome<()> {
        instruments::upsert(self.conn, instruments, stamp)
    }

    fn insert_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
        receivables::insert(self.conn, receivables, stamp)
    }

    fn update_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
        receivables::update(self.conn, receivables, stamp)
    }

    fn insert_revisions(&mut self, revisions: &[RevisionRecord], stamp: Stamp) -> Outcome<()> {
        receivables::insert_revisions(self.conn, revisions, stamp)
    }

    fn receivables_for_update(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<ReceivableState>> {
        receivables::for_update(self.conn, keys)
    }

    fn open_items_for_update(&mut self, accounts: &BTreeSet<Uuid>) -> Outcome<Vec<ReceivableState>> {
        receivables::open_for_update(self.conn, accounts)
    }

    fn insert_entries(&mut self, entries: &[EntryRecord], stamp: Stamp) -> Outcome<()> {
        ledger::insert_entries(self.conn, entries, stamp)
    }

    fn insert_allocations(&mut self, allocations: &[AllocationRecord], stamp: Stamp) -> Outcome<()> {
        ledger::insert_allocations(self.conn, allocations, stamp)
    }

    fn change_open(&mut self, changes: &[OpenChange], stamp: Stamp) -> Outcome<()> {
        ledger::change_open(self.conn, changes, stamp)
    }

    fn entry(&mut self, account: Uuid, id: Uuid) -> Outcome<Option<EntryRecord>> {
        ledger::entry(self.conn, account, id)
    }

    fn is_reversed(&mut self, account: Uuid, id: Uuid) -> Outcome<bool> {
        ledger::is_reversed(self.conn, account, id)
    }

    fn park(&mut self, session: Uuid, rows: &[ParkedRecord], stamp: Stamp) -> Outcome<()> {
        finish::park(self.conn, session, rows, stamp)
    }

    fn take_ready_parked(&mut self, source_no: i32, limit: i64, now: Instant) -> Outcome<Vec<ParkedRecord>> {
        finish::take_ready_parked(self.conn, source_no, limit, now)
    }

    fn put_back_parked(&mut self, rows: &[(Uuid, String)]) -> Outcome<()> {
        finish::put_back_parked(self.conn, rows)
    }

    fn overtake_parked(&mut self, kind: KeyKind, ids: &[&str], stamp: Stamp) -> Outcome<()> {
        finish::overtake_parked(self.conn, kind, ids, stamp)
    }

    fn count_parked(&mut self, source_no: i32) -> Outcome<i64> {
        finish::count_parked(self.conn, source_no)
    }

    fn snapshot_gap(&mut self, session: Uuid, source_no: i32) -> Outcome<SnapshotGap> {
        finish::snapshot_gap(self.conn, session, source_no)
    }

    fn open_total(&mut self, source_no: i32, currency: &str, account_group: &str) -> Outcome<(Decimal, i64)> {
        finish::open_total(self.conn, source_no, currency, account_group)
    }
}

/// A text the enum does not know means a row that this binary did not write.
pub(crate) fn stored<E: TextEnum>(text: &str) -> Outcome<E> {
    E::from_text(text).ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("unknown stored value {text}")))
}
