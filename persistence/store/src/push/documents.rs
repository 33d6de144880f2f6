//! Orders and deliveries as sets, and the reservations that orders take the place of.

use std::collections::BTreeSet;

use app::push::PushSession;
use app::push::store::{DeliveryRecord, NamedReservation, OrderRecord, Stamp};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Jsonb, Timestamptz, Uuid as SqlUuid};
use kernel::Outcome;
use uuid::Uuid;

use super::revisions::{Replaced, keep};
use crate::by_key::as_wholes;
use crate::credit::exposure::ItemKind;
use crate::error::db;
use crate::organisation::json;

pub(super) fn upsert_orders(conn: &mut PgConnection, orders: &[OrderRecord], stamp: Stamp) -> Outcome<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let rows = json(&orders)?;
    keep(conn, Replaced::Order, &rows, stamp)?;
    let upsert = "INSERT INTO sales_order (account_id, id, order_no, kind, currency, original_amount, open_amount, \
             ordered_on, delivery_on, source_no, recorded_at, event_id) \
         SELECT account_id, id, order_no, kind, currency, original_amount, open_amount, ordered_on, delivery_on, $2, $3, $4 \
         FROM jsonb_to_recordset($1) AS o (account_id uuid, id uuid, order_no text, kind text, currency text, \
             original_amount numeric, open_amount numeric, ordered_on date, delivery_on date) \
         ON CONFLICT (account_id, id) DO UPDATE SET order_no = excluded.order_no, kind = excluded.kind, \
             currency = excluded.currency, original_amount = excluded.original_amount, \
             open_amount = excluded.open_amount, ordered_on = excluded.ordered_on, \
             delivery_on = excluded.delivery_on, version = sales_order.version + 1, event_id = excluded.event_id";
    write(conn, upsert, &rows, stamp)
}

pub(super) fn upsert_deliveries(
    conn: &mut PgConnection,
    deliveries: &[DeliveryRecord],
    stamp: Stamp,
) -> Outcome<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let rows = json(&deliveries)?;
    keep(conn, Replaced::Delivery, &rows, stamp)?;
    let upsert = "INSERT INTO delivery (account_id, id, delivery_note_no, order_id, currency, original_amount, \
             open_amount, delivered_on, source_no, recorded_at, event_id) \
         SELECT account_id, id, delivery_note_no, order_id, currency, original_amount, open_amount, delivered_on, \
             $2, $3, $4 \
         FROM jsonb_to_recordset($1) AS d (account_id uuid, id uuid, delivery_note_no text, order_id uuid, \
             currency text, original_amount numeric, open_amount numeric, delivered_on date) \
         ON CONFLICT (account_id, id) DO UPDATE SET delivery_note_no = excluded.delivery_note_no, \
             order_id = excluded.order_id, currency = excluded.currency, \
             original_amount = excluded.original_amount, open_amount = excluded.open_amount, \
             delivered_on = excluded.delivered_on, version = delivery.version + 1, event_id = excluded.event_id";
    write(conn, upsert, &rows, stamp)
}

fn write(conn: &mut PgConnection, upsert: &str, rows: &serde_json::Value, stamp: Stamp) -> Outcome<()> {
    diesel::sql_query(upsert)
        .bind::<Jsonb, _>(rows)
        .bind::<Integer, _>(stamp.source_no)
        .bind::<Timestamptz, _>(stamp.now)
        .bind::<SqlUuid, _>(stamp.event.0)
        .execute(conn)
        .map(drop)
        .map_err(db)
}

#[derive(QueryableByName)]
struct OrderId {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Keeps others from ending reservations until the end of the transaction.
pub(super) fn lock_reservations(
    conn: &mut PgConnection,
    reservations: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<()> {
    let (accounts, ids): (Vec<_>, Vec<_>) = reservations.iter().copied().unzip();
    diesel::sql_query(
        "SELECT 1 FROM unnest($1, $2) AS k (account_id, id) JOIN credit_reservation v \
             ON v.account_id = k.account_id AND v.id = k.id ORDER BY v.account_id, v.id FOR UPDATE OF v",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn consume_reservations(
    conn: &mut PgConnection,
    named: &[NamedReservation],
    stamp: Stamp,
) -> Outcome<BTreeSet<Uuid>> {
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let set = |of: fn(&NamedReservation) -> Uuid| named.iter().map(of).collect::<Vec<_>>();
    // One whose place the same order took before is not gone: an order is pushed again with each delivery.
    let without = diesel::sql_query(
        "WITH named AS (SELECT * FROM unnest($1, $2, $3) WITH ORDINALITY AS k (account_id, id, order_id, n)), \
         held AS (SELECT DISTINCT v.account_id, v.id, v.order_id, v.state = 'active' AND v.expires_at > $4 AS holds \
             FROM named k JOIN credit_reservation v ON v.account_id = k.account_id AND v.id = k.id), \
         taking AS (SELECT DISTINCT ON (k.account_id, k.id) k.account_id, k.id, k.order_id FROM named k \
             JOIN held h ON h.account_id = k.account_id AND h.id = k.id WHERE h.holds ORDER BY k.account_id, k.id, k.n), \
         consumed AS (UPDATE credit_reservation v SET state = 'consumed', order_id = t.order_id, ended_at = $4, \
             event_id = $5 FROM taking t WHERE v.account_id = t.account_id AND v.id = t.id) \
         SELECT k.order_id AS id FROM named k LEFT JOIN held h ON h.account_id = k.account_id AND h.id = k.id \
             LEFT JOIN taking t ON t.account_id = k.account_id AND t.id = k.id \
         WHERE k.order_id IS DISTINCT FROM coalesce(t.order_id, h.order_id)",
    )
    .bind::<Array<SqlUuid>, _>(set(|n| n.account))
    .bind::<Array<SqlUuid>, _>(set(|n| n.id))
    .bind::<Array<SqlUuid>, _>(set(|n| n.order))
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .load::<OrderId>(conn)
    .map_err(db)?;
    Ok(without.into_iter().map(|order| order.id).collect())
}

/// Table and kind of its keys.
fn table(kind: ItemKind) -> (&'static str, &'static str) {
    if kind == ItemKind::Order { ("sales_order", "order") } else { ("delivery", "delivery") }
}

#[derive(QueryableByName)]
struct Item {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// What is open of the source and was not named by a snapshot that brought documents of this kind.
pub(super) fn missing(
    conn: &mut PgConnection,
    kind: ItemKind,
    session: &PushSession,
) -> Outcome<Vec<(Uuid, Uuid)>> {
    let (table, key) = table(kind);
    let day = if kind == ItemKind::Order { "ordered_on" } else { "delivered_on" };
    let found = diesel::sql_query(format!(
        "WITH chunk AS MATERIALIZED (SELECT seen, issues FROM push_chunk WHERE session_id = $2 AND kind = '{key}'), \
         seen AS MATERIALIZED (SELECT unnest(seen) AS id FROM chunk), \
         spared AS MATERIALIZED ( \
             SELECT external_id FROM parked_row WHERE session_id = $2 AND kind = '{key}' \
             UNION SELECT i ->> 'external_id' FROM chunk c CROSS JOIN LATERAL jsonb_array_elements(c.issues) i \
             WHERE i ->> 'outcome' = 'rejected') \
         SELECT o.account_id, o.id FROM {table} o JOIN natural_key k ON k.source_no = o.source_no \
             AND k.kind = '{key}' AND k.object_id = o.id AND k.account_id = o.account_id \
         WHERE o.source_no = $1 AND o.open_amount > 0 AND o.{day} <= $3 AND EXISTS (SELECT 1 FROM chunk) \
             AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = o.id) \
             AND NOT EXISTS (SELECT 1 FROM spared WHERE spared.external_id = k.external_id) \
         ORDER BY o.account_id, o.id"
    ))
    .bind::<Integer, _>(session.source.no)
    .bind::<SqlUuid, _>(session.id)
    .bind::<Date, _>(session.as_of_on);
    let found = as_wholes(conn, |conn| found.load::<Item>(conn))?;
    Ok(found.into_iter().map(|i| (i.account_id, i.id)).collect())
}

/// Nothing of these is open any more. Their keys forget what was said, so that the same row opens the document again.
pub(super) fn close(
    conn: &mut PgConnection,
    kind: ItemKind,
    missing: &[(Uuid, Uuid)],
    stamp: Stamp,
) -> Outcome<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let (table, key) = table(kind);
    let rows =
        missing.iter().map(|(account, id)| serde_json::json!({ "account_id": account, "id": id })).collect();
    keep(conn, if kind == ItemKind::Order { Replaced::Order } else { Replaced::Delivery }, &rows, stamp)?;
    diesel::sql_query(format!(
        "WITH closed AS (UPDATE {table} o SET open_amount = 0, version = o.version + 1, event_id = $3 \
             FROM jsonb_to_recordset($1) AS k (account_id uuid, id uuid) \
             WHERE o.account_id = k.account_id AND o.id = k.id RETURNING o.id) \
         UPDATE natural_key n SET fingerprint = '00000000-0000-0000-0000-000000000000' FROM closed \
             WHERE n.source_no = $2 AND n.kind = '{key}' AND n.object_id = closed.id"
    ))
    .bind::<Jsonb, _>(rows)
    .bind::<Integer, _>(stamp.source_no)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}
