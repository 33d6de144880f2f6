//! What finishing a session asks of the database.

use app::push::store::{OpenTotal, ParkedRecord, SnapshotGap, Stamp};
use app::push::{KeyKind, PushSession};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Instant, Outcome};
use schema::parked_row;
use serde_json::{Value, json};
use uuid::Uuid;

use super::stored;
use crate::by_key::as_wholes;
use crate::error::db;

pub(super) fn park(
    conn: &mut PgConnection,
    session: Uuid,
    rows: &[ParkedRecord],
    stamp: Stamp,
) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.iter().map(|r| {
        json!({ "id": r.id, "kind": r.kind.as_str(), "external_id": r.external_id, "payload": r.payload,
            "waits_for_kind": r.waits_for_kind.as_str(), "waits_for_external_id": r.waits_for_external_id,
            "reason_code": r.reason_code })
    });
    diesel::sql_query(
        "INSERT INTO parked_row (id, source_no, session_id, kind, external_id, waits_for_kind, waits_for_external_id, \
             payload, reason_code, parked_at, event_id) \
         SELECT id, $2, $3, kind, external_id, waits_for_kind, waits_for_external_id, payload, reason_code, $4, $5 \
         FROM jsonb_to_recordset($1) AS p (id uuid, kind text, external_id text, waits_for_kind text, \
             waits_for_external_id text, payload jsonb, reason_code text) \
         ON CONFLICT (source_no, kind, external_id) WHERE resolved_at IS NULL DO UPDATE SET \
             payload = excluded.payload, waits_for_kind = excluded.waits_for_kind, \
             waits_for_external_id = excluded.waits_for_external_id, reason_code = excluded.reason_code, \
             session_id = excluded.session_id, event_id = excluded.event_id",
    )
    .bind::<Jsonb, _>(rows.collect::<Value>())
    .bind::<Integer, _>(stamp.source_no)
    .bind::<SqlUuid, _>(session)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

#[derive(QueryableByName)]
struct ParkedFound {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    waits_for_kind: String,
    #[diesel(sql_type = Text)]
    waits_for_external_id: String,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
}

pub(super) fn take_ready_parked(
    conn: &mut PgConnection,
    source_no: i32,
    limit: i64,
    now: Instant,
) -> Outcome<Vec<ParkedRecord>> {
    let found = diesel::sql_query(
        "UPDATE parked_row SET resolved_at = $3 WHERE id IN (SELECT p.id FROM parked_row p \
             JOIN natural_key k ON k.source_no = p.source_no AND k.kind = p.waits_for_kind \
                 AND k.external_id = p.waits_for_external_id \
             WHERE p.source_no = $1 AND p.resolved_at IS NULL ORDER BY p.parked_at, p.id LIMIT $2) \
         RETURNING id, kind, external_id, waits_for_kind, waits_for_external_id, payload",
    )
    .bind::<Integer, _>(source_no)
    .bind::<BigInt, _>(limit)
    .bind::<Timestamptz, _>(now)
    .load::<ParkedFound>(conn)
    .map_err(db)?;
    let mut ready = found
        .into_iter()
        .map(|p| {
            Ok(ParkedRecord {
                id: p.id,
                kind: stored(&p.kind)?,
                external_id: p.external_id,
                waits_for_kind: stored(&p.waits_for_kind)?,
                waits_for_external_id: p.waits_for_external_id,
                payload: p.payload,
                reason_code: "",
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    // Ids grow with time: rows are retried in the order in which they came.
    ready.sort_by_key(|p| p.id);
    Ok(ready)
}

pub(super) fn put_back_parked(conn: &mut PgConnection, rows: &[(Uuid, String)]) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (ids, codes): (Vec<_>, Vec<_>) = rows.iter().map(|(id, code)| (*id, code.as_str())).unzip();
    diesel::sql_query(
        "UPDATE parked_row p SET resolved_at = NULL, reason_code = w.code \
         FROM unnest($1, $2) AS w (id, code) WHERE p.id = w.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(codes)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

/// Most sources park nothing: then nothing is compared.
pub(super) fn overtake_parked(
    conn: &mut PgConnection,
    kind: KeyKind,
    ids: &[&str],
    stamp: Stamp,
) -> Outcome<()> {
    let waiting = parked_row::table.filter(
        parked_row::source_no
            .eq(stamp.source_no)
            .and(parked_row::kind.eq(kind.as_str()))
            .and(parked_row::resolved_at.is_null()),
    );
    let any = diesel::select(diesel::dsl::exists(waiting)).get_result::<bool>(conn).map_err(db)?;
    if ids.is_empty() || !any {
        return Ok(());
    }
    diesel::update(waiting.filter(parked_row::external_id.eq_any(ids)))
        .set(parked_row::resolved_at.eq(stamp.now))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn count_parked(conn: &mut PgConnection, source_no: i32) -> Outcome<i64> {
    parked_row::table
        .filter(parked_row::source_no.eq(source_no).and(parked_row::resolved_at.is_null()))
        .count()
        .get_result(conn)
        .map_err(db)
}

#[derive(QueryableByName)]
struct Item {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Only items the source itself pushed: fees and interest born here have no natural key. What was issued after the snapshot's day it
/// cannot name.
pub(super) fn snapshot_gap(conn: &mut PgConnection, session: &PushSession) -> Outcome<SnapshotGap> {
    let open = "receivable r JOIN natural_key k ON k.source_no = r.source_no AND k.kind = 'receivable' \
        AND k.object_id = r.id AND k.account_id = r.account_id WHERE r.source_no = $1 \
        AND r.closed_on IS NULL AND r.issue_on <= $2";
    let counted = diesel::sql_query(format!("SELECT count(*) AS count FROM {open}"))
        .bind::<Integer, _>(session.source.no)
        .bind::<Date, _>(session.as_of_on);
    let open_count = as_wholes(conn, |conn| counted.get_result::<Count>(conn))?.count;
    let missing = diesel::sql_query(format!(
        "WITH seen AS MATERIALIZED (SELECT unnest(seen) AS id FROM push_chunk WHERE session_id = $3), \
         spared AS MATERIALIZED ( \
             SELECT external_id FROM parked_row WHERE session_id = $3 AND kind = 'receivable' \
             UNION SELECT i ->> 'external_id' FROM push_chunk c CROSS JOIN LATERAL jsonb_array_elements(c.issues) i \
             WHERE c.session_id = $3 AND c.kind = 'receivable' AND i ->> 'outcome' = 'rejected') \
         SELECT r.account_id, r.id FROM {open} AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = r.id) \
             AND NOT EXISTS (SELECT 1 FROM spared WHERE spared.external_id = k.external_id) \
         ORDER BY r.account_id, r.id"
    ))
    .bind::<Integer, _>(session.source.no)
    .bind::<Date, _>(session.as_of_on)
    .bind::<SqlUuid, _>(session.id);
    let missing = as_wholes(conn, |conn| missing.load::<Item>(conn))?;
    Ok(SnapshotGap { open_count, missing: missing.into_iter().map(|i| (i.account_id, i.id)).collect() })
}

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    account_group: String,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub(super) fn open_totals(conn: &mut PgConnection, source_no: i32) -> Outcome<Vec<OpenTotal>> {
    let found = diesel::sql_query(
        "SELECT r.currency, coalesce(a.segment, '') AS account_group, sum(r.open_amount) AS amount, \
             count(*) AS count \
         FROM receivable r JOIN account a ON a.id = r.account_id \
         WHERE r.source_no = $1 AND r.closed_on IS NULL GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind::<Integer, _>(source_no)
    .load::<OpenRow>(conn)
    .map_err(db)?;
    let total = |OpenRow { currency, account_group, amount, count }| OpenTotal {
        currency,
        account_group,
        amount: amount.normalize(),
        count,
    };
    Ok(found.into_iter().map(total).collect())
}
